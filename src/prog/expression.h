/*
 * prog/expression.h - from expressions to instructions.
 */
#ifndef LLP_PROG_EXPRESSION_H
#define LLP_PROG_EXPRESSION_H

#include "lang/ast.h"
#include "policy/model.h"
#include "prog/assembler.h"

/*
 * Appends the program of an expression that lang/check.h has completed, and returns the index of its first
 * instruction.  An expression that needs more than MAX_VALUE_STACK values at once or MAX_BLOCK_DEPTH blocks
 * inside each other fails with STATUS_LIMIT.
 */
extern uint32_t llp_compile_expression(Assembler *assembler, const Expression *expr);
/* The same of the rows of a data source for some arguments. */
extern uint32_t
llp_compile_rows(Assembler *assembler, Str source, const Expression *const *arguments, uint32_t count);
/*
 * The same of a template: the program computes the value of its one expression, or the text that its pieces
 * are together, `as_text` always that.
 */
extern uint32_t llp_compile_template(Assembler *assembler, const Template *template, bool as_text);
/*
 * Is it a member of the request that a slot holds, a.b.c, or the optional of one, a.?b.?c?  Then *slot is its
 * number; NULL: nobody wants it.
 */
extern bool llp_expression_slot(Assembler *assembler, const Expression *expr, uint16_t *slot, bool *optional);
/* Is it has() of a member that a slot holds? */
extern bool llp_expression_tested_slot(Assembler *assembler, const Expression *expr, uint16_t *slot);
/* The receiver and the arguments of a call, from 0 on; NULL beyond the last. */
extern const Expression *llp_expression_operand(const Call *call, uint32_t number);
/* The constant pattern of x.matches("y") that RE2 compiles; data NULL when the call is no such thing. */
extern Str llp_expression_pattern(Assembler *assembler, const Call *call);
/*
 * A fragment with one expression, which begins at its first instruction, and no rules.  STATUS_OK,
 * STATUS_NO_MEMORY or STATUS_LIMIT.
 */
extern Status llp_compile_single_expression(Arena *arena, const Expression *expr, const Fragment **fragment);

#endif
