/*
 * policy/expression.h - expressions of documents, and those that stand alone.
 */
#ifndef LLP_POLICY_EXPRESSION_H
#define LLP_POLICY_EXPRESSION_H

#include "policy/model.h"
#include "policy/schema.h"

/*
 * Reads the expression that a string of the document is.  Variables are the members of the request, of any
 * type. Errors are reported where they stand in the document; then the result is false.
 */
extern bool
llp_read_expression(Reader *reader, const TreeNode *node, const Place *place, const Expression **result);
/*
 * The same for a text that is no part of a document.  STATUS_OK; STATUS_INVALID or STATUS_LIMIT with what is
 * wrong in `findings`; STATUS_NO_MEMORY.
 */
extern Status
llp_read_single_expression(Arena *arena, Str text, DiagnosticList *findings, const Expression **result);
#endif
