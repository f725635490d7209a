/*
 * vm/plan.h - which of the matched rules' modifications are to be made.
 *
 * Two modifications conflict when one's path equals the other's or is a prefix of it; the one that comes
 * first in the walk wins.  Appends never conflict; caps of one path do not, the smallest holds; a cap bounds
 * a set of its path or of a prefix of it.  Redactions are made of what all others lead to and never lose;
 * only a later set of the same path does, to them.
 */
#ifndef LLP_VM_PLAN_H
#define LLP_VM_PLAN_H

#include "base/modification.h"
#include "vm/walk.h"

/* A modification, and the match whose rule asks for it. */
typedef struct Change
{
	const Modification *modification;
	const Match *match;
} Change;

typedef struct Plan
{
	Change *changes; /* in walk order, without those that lost a conflict */
	size_t count;
	bool only_sets; /* or redactions, whose values say all as well */
	bool redacts;
} Plan;

/*
 * Plans the modifications of all matches.  Each that loses a conflict leaves a text in `warnings`, a list.
 * Time is linear in the steps of all paths.  STATUS_OK or STATUS_NO_MEMORY.
 */
extern Status llp_plan(Arena *arena, const MatchList *matches, TreeNode *warnings, Plan *plan);

/* Adds "modification of <path> by <policy>/<rule> <what>" to warnings; at most LLP_MAX_WARNINGS are kept. */
#define LLP_MAX_WARNINGS 32
extern void llp_change_warning(Arena *arena, TreeNode *warnings, const Change *change, Str what);

#endif
