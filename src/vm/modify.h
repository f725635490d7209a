/*
 * vm/modify.h - does to a request what a decision says.
 *
 * In a decision's result "modifications" is {path: value}: the values that set and cap lead to.  "patch"
 * stands beside it when rules ask for more than sets, and says everything.  Both are made for the request
 * that was judged: they
 *
 * - replace a member or an element that is there, and add one that is not;
 * - make the parents that a path needs: objects, also in place of a string, number, bool or null on the way;
 * - know, like every path, a top-level key that equals the whole path;
 * - put an element at a list's end when the index is the list's length.  Beyond that, and for a step into a
 *   list that is no index, there is no place: the modification is left out, with a text in "warnings";
 * - append to lists; where there is nothing, or null, a list is made; where anything else stands the append
 *   is left out with a warning;
 * - cap to the smaller number; where there is no number the bound itself is set.
 */
#ifndef LLP_VM_MODIFY_H
#define LLP_VM_MODIFY_H

#include "base/diag.h"
#include "base/status.h"
#include "base/tree.h"

/* Containers inside each other in a request that is to be changed. */
#define LLP_MAX_REQUEST_DEPTH 512

/*
 * Applies the "patch" of a decision's result, else its "modifications", to a request.  *modified is a tree of
 * the whole request, unchanged when the decision has neither.  STATUS_INVALID with a finding when `decision`
 * is not a decision's result or its patch does not fit the request; STATUS_LIMIT when the request is nested
 * too deep.
 */
extern Status llp_apply_modifications(Arena *arena, const Value *request, const Value *decision,
									  TreeNode **modified, DiagnosticList *findings);

#endif
