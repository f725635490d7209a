/*
 * policy/reference.h - what a policy needs to be registered in the surroundings.
 */
#ifndef LLP_POLICY_REFERENCE_H
#define LLP_POLICY_REFERENCE_H

#include "lang/source.h"
#include "policy/model.h"
#include "policy/schema.h"

/* Notes a call custom.f(…) of the policy in hand. */
extern void llp_refer_to_function(Reader *reader, const Source *source, const Expression *call);
/* Notes that the policy reads the data source that `node`, a string, names. */
extern void llp_refer_to_data(Reader *reader, const TreeNode *node, const Place *place, uint32_t count);
/* What was noted since the last call, in its order. */
extern const PolicyReference *llp_take_references(Reader *reader);

#endif
