/*
 * author/expression_check.h - what no request can make right in an expression that has been read.
 *
 * Not for documents that are stored already: they have to stay readable whatever a later engine finds in
 * them.
 */
#ifndef LLP_AUTHOR_EXPRESSION_CHECK_H
#define LLP_AUTHOR_EXPRESSION_CHECK_H

#include "base/diag.h"
#include "policy/model.h"

/* The check of one text. */
typedef struct ExpressionCheck
{
	Arena *arena;
	DiagnosticList *findings;
	size_t regex_size; /* bytes that the patterns so far took, or took to be refused */
} ExpressionCheck;

/*
 * Looks through all expressions of a policy and reports as errors
 *
 *  - constant patterns of matches that RE2 refuses
 *  - conversions of constant texts that always fail: timestamp("…"), duration("…"), ip("…") …
 *  - expressions that cannot be compiled because they need too many values at once
 *
 * STATUS_OK; STATUS_INVALID: the findings say what is wrong; STATUS_LIMIT: likewise, it would take too much
 * to look; STATUS_NO_MEMORY.
 */
extern Status llp_check_expressions(ExpressionCheck *check, const Policy *policy);

#endif
