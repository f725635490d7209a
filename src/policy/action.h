/*
 * policy/action.h - what follows when a rule's condition holds.
 */
#ifndef LLP_POLICY_ACTION_H
#define LLP_POLICY_ACTION_H

#include "policy/model.h"
#include "policy/schema.h"

/*
 * Reads `action` or `actions` of a rule's section.  `normal` is the rule's normalised copy (or NULL), in
 * which the action is replaced by its own.
 */
extern void llp_read_action(Reader *reader, const Section *rule, TreeNode *normal, Action *action);

#endif
