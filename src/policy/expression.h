/*
 * policy/expression.h - expressions of documents, and those that stand alone.
 */
#ifndef LLP_POLICY_EXPRESSION_H
#define LLP_POLICY_EXPRESSION_H

#include "policy/model.h"
#include "policy/schema.h"

/*
 * Reads the expression that `text` is, which lies in the string `node` of the document.  The names that it
 * may use are the members of the request, of any type, and the variables of the policy in hand.  Errors are
 * reported where they stand in the document; then the result is false.
 */
extern bool llp_read_expression(Reader *reader, const TreeNode *node, Str text, const Place *place,
								const Expression **result);
/* The same of a string that is a condition, and so has to be a bool. */
extern bool llp_read_condition_expression(Reader *reader, const TreeNode *node, const Place *place,
										  const Expression **result);
/*
 * The same for a text that is no part of a document.  STATUS_OK; STATUS_INVALID or STATUS_LIMIT with what is
 * wrong in `findings`; STATUS_NO_MEMORY.
 */
extern Status
llp_read_single_expression(Arena *arena, Str text, DiagnosticList *findings, const Expression **result);
/* The expression in its canonical spelling, a string; NULL when exhausted. */
extern TreeNode *llp_expression_text(Arena *arena, const Expression *expr);

#endif
