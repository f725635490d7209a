/*
 * author/lint_tree.h - operator trees and appliesTo held against a request schema.
 */
#ifndef LLP_AUTHOR_LINT_TREE_H
#define LLP_AUTHOR_LINT_TREE_H

#include "author/request_schema.h"
#include "policy/place.h"

/* The surroundings of what is looked at. */
typedef struct TreeLint
{
	Arena *arena;
	const RequestSchema *schema;
	DiagnosticList *findings;
} TreeLint;

/* Warns of what is doubtful in a tree of operators that has been read without error; `node` is its map. */
extern void llp_lint_tree(const TreeLint *lint, const TreeNode *node, const Place *place);
/* The same of an appliesTo. */
extern void llp_lint_applicability(const TreeLint *lint, const TreeNode *node, const Place *place);

#endif
