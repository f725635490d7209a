/*
 * lang/print.h - from the tree of an expression back to text.
 */
#ifndef LLP_LANG_PRINT_H
#define LLP_LANG_PRINT_H

#include "lang/ast.h"

/*
 * Writes an expression on one line, with the canonical spelling of functions, macros as they were called and
 * no parentheses that are not needed.  Parsed again it gives the same tree.
 */
extern void llp_expr_print(StrBuf *out, const Expression *expr);

#endif
