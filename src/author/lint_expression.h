/*
 * author/lint_expression.h - expressions held against a request schema.
 */
#ifndef LLP_AUTHOR_LINT_EXPRESSION_H
#define LLP_AUTHOR_LINT_EXPRESSION_H

#include "author/request_schema.h"
#include "policy/model.h"

/*
 * Warns of what is doubtful in an expression.  `schema` may be NULL: then only of what is doubtful whatever
 * the requests are.
 */
extern void llp_lint_expression(Arena *arena, const PolicyExpression *expression, const RequestSchema *schema,
								DiagnosticList *findings);
/* Warns, at its second kind, when weekdays are counted from Monday and from Sunday in one policy. */
extern void llp_lint_weekdays(const Policy *policy, DiagnosticList *findings);

#endif
