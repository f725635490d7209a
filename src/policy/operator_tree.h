/*
 * policy/operator_tree.h - conditions made of operators.
 */
#ifndef LLP_POLICY_OPERATOR_TREE_H
#define LLP_POLICY_OPERATOR_TREE_H

#include "policy/model.h"
#include "policy/schema.h"

/* Bytes that the regexes of one text may take together: some ten thousand ordinary ones. */
#define LLP_MAX_REGEXES_SIZE (32 * 1024 * 1024)

/* Reads a tree; NULL when it is wrong (reported) or memory is out.  As deep as its document, no deeper. */
extern OperatorTree *llp_read_operator_tree(Reader *reader, const TreeNode *node, const Place *place);

#endif
