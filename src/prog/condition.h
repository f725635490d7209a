/*
 * prog/condition.h - from conditions to instructions.
 */
#ifndef LLP_PROG_CONDITION_H
#define LLP_PROG_CONDITION_H

#include "policy/model.h"
#include "prog/assembler.h"

/* Appends the program of a condition and returns the index of its first instruction. */
extern uint32_t llp_compile_condition(Assembler *assembler, const Condition *condition);
/* The same for appliesTo: every entry holds.  NO_ENTRY when there is none. */
extern uint32_t llp_compile_applicability(Assembler *assembler, const Applicability *entries, size_t count);

/* The text form of a scalar, which is its pattern; data is NULL when a constant has none: nothing matches it.
 */
extern Str llp_pattern_of(Assembler *assembler, const TreeNode *constant);
/* The operand of a test of a regex, shared with prog/access.c. */
extern uint32_t llp_compile_match(Assembler *assembler, uint16_t slot, Str pattern);

#endif
