/*
 * prog/verify_expression.h - the part of prog/verify.h that is about the code of expressions.
 */
#ifndef LLP_PROG_VERIFY_EXPRESSION_H
#define LLP_PROG_VERIFY_EXPRESSION_H

#include "prog/fragment.h"

/*
 * Verifies the expression that begins at instruction *at of a fragment whose sections, values and constants
 * are sound, and moves *at to its RESULT.  NULL, or a phrase that says what is wrong.
 */
extern const char *llp_verify_expression(const Fragment *fragment, uint32_t *at);

#endif
