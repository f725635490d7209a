/*
 * vm/json_patch.h - applies an RFC 6902 patch to a tree.
 */
#ifndef LLP_VM_JSON_PATCH_H
#define LLP_VM_JSON_PATCH_H

#include "base/diag.h"
#include "base/status.h"
#include "base/tree.h"

/*
 * Applies the operations add, replace and remove, in order, to *document, which must be nobody else's.
 * STATUS_INVALID with a finding at the first operation that is malformed, of another kind or does not fit
 * (*document is void then); STATUS_LIMIT when a value or a pointer is deeper than max_depth;
 * STATUS_NO_MEMORY.
 */
extern Status llp_json_patch(Arena *arena, TreeNode **document, const Value *patch, int max_depth,
							 DiagnosticList *findings);

#endif
