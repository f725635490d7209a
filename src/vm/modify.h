/*
 * vm/modify.h - what modify rules do to a request: the plan, the patch, the modified request.
 */
#ifndef LLP_VM_MODIFY_H
#define LLP_VM_MODIFY_H

#include "base/diag.h"
#include "base/status.h"
#include "policy/model.h"

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
