/*
 * policy/unique.h - names that may be used once.
 */
#ifndef LLP_POLICY_UNIQUE_H
#define LLP_POLICY_UNIQUE_H

#include "policy/schema.h"

/*
 * Notes in `taken`, a map that only this function fills, that `name` is in use by what stands at `node`, or
 * reports that it was already: `duplicate <noun> "<name>"`.
 */
extern void llp_claim_name(Reader *reader, TreeNode *taken, const char *noun, Str name, TreeNode *node,
						   const Place *place);

#endif
