/*
 * policy/read.h - from a text to policies: the only way into the model.
 *
 * Keys, their types and their twins are listed once, in policy/keys.def; the JSON Schema in docs/ is checked
 * against that list.
 */
#ifndef LLP_POLICY_READ_H
#define LLP_POLICY_READ_H

#include "base/diag.h"
#include "base/status.h"
#include "policy/model.h"

typedef struct PolicyList
{
	Policy **policies; /* in text order */
	size_t count;
} PolicyList;

/*
 * Reads every policy of a text (YAML or JSON, one or many).  `ns` is the namespace of the policies that name
 * none, and refuses those that name another; empty: each document's own, or "default".
 *
 * STATUS_OK: the text is correct and `list` is whole; `findings` may hold warnings and notes.  Otherwise
 * `findings` holds every error of the text, sorted by place, and `list` holds the policies without error (for
 * editors; never to be stored).  A namespace and id that occurs twice in a text is an error.
 */
extern Status llp_read_policies(Arena *arena, Str text, Str ns, PolicyList *list, DiagnosticList *findings);

#endif
