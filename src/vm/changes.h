/*
 * vm/changes.h - makes the changes of a plan on a request, and says what came of them.
 *
 * Order: set, remove (members), cap, append, redact, remove (elements of lists, the last first, so that no
 * other path moves).  What does not fit the request is left out and leaves a text in the warnings.
 */
#ifndef LLP_VM_CHANGES_H
#define LLP_VM_CHANGES_H

#include "llm/redactor.h"
#include "vm/plan.h"

typedef struct Changes
{
	/* {path: value} for set, cap and what redact changed, as the paths stand when every member is set,
	 * capped, appended to and redacted. */
	TreeNode *values;
	TreeNode *patch;	/* RFC 6902 operations when more than sets were asked for, else NULL */
	TreeNode *modified; /* the request as changed, if wanted, else NULL */
} Changes;

/*
 * STATUS_OK; STATUS_LIMIT when the request had to be copied and is nested deeper than LLP_MAX_REQUEST_DEPTH;
 * STATUS_NO_MEMORY, STATUS_CANCELLED.  The request is copied only when sets alone cannot say it all.
 * `redactor` may be NULL when nothing is to be redacted.
 */
extern Status llp_make_changes(Arena *arena, const Value *request, const Plan *plan, bool want_modified,
							   const Redactor *redactor, TreeNode *warnings, Changes *changes);

#endif
