/*
 * author/lint.h - what in a policy is most likely a slip.
 *
 * Warnings only: each of them may be what its author wants, and a schema may not know every request.
 */
#ifndef LLP_AUTHOR_LINT_H
#define LLP_AUTHOR_LINT_H

#include "author/request_schema.h"
#include "policy/model.h"

/*
 * Looks through the conditions, templates and variables of a policy and warns of
 *
 *  - members of the request that the schema does not know, and of reading those that it does not require
 *  - comparisons that never hold by the types and values that the schema has
 *  - patterns with a backspace in them, and two ways of counting weekdays
 *
 * `schema` may be NULL: then only the last.  STATUS_OK or STATUS_NO_MEMORY.
 */
extern Status
llp_lint_policy(Arena *arena, const Policy *policy, const RequestSchema *schema, DiagnosticList *findings);

#endif
