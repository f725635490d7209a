/*
 * policy/condition.h - the conditions of rules and exceptions.
 */
#ifndef LLP_POLICY_CONDITION_H
#define LLP_POLICY_CONDITION_H

#include "policy/model.h"
#include "policy/schema.h"

/*
 * Reads the condition of a rule or an exception, which stands under exactly one of the given keys;
 * `conditions` is KEY_NONE where that spelling is not known.  In `normal`, the object's normalised copy, an
 * expression is printed anew, under `when`.
 */
extern void llp_read_condition(Reader *reader, const Section *section, Key condition, Key when,
							   Key conditions, TreeNode *normal, Condition *result);

#endif
