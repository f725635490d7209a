/*
 * prog/access.h - by which of its predicates the index may reach a rule.
 */
#ifndef LLP_PROG_ACCESS_H
#define LLP_PROG_ACCESS_H

#include "policy/model.h"
#include "prog/assembler.h"

/* Clauses of one condition; the linker chooses among them. */
#define MAX_CLAUSES 8

/*
 * Appends the clauses of a condition, at most MAX_CLAUSES, and returns how many.  Each holds in this sense:
 * if the condition is true or errs, at least one of the clause's accesses leads to the rule.
 */
extern uint16_t llp_compile_clauses(Assembler *assembler, const Condition *condition);
/* The same for appliesTo. */
extern uint16_t
llp_compile_applicability_clauses(Assembler *assembler, const Applicability *entries, size_t count);

#endif
