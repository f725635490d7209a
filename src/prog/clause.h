/*
 * prog/clause.h - clauses in the making: what prog/access.c and prog/expression_access.c find out.
 */
#ifndef LLP_PROG_CLAUSE_H
#define LLP_PROG_CLAUSE_H

#include "prog/access.h"

/* From the most to the least telling; the larger of two within a disjunction counts. */
typedef enum Selectivity
{
	SELECTIVITY_VALUE,
	SELECTIVITY_LITERAL,
	SELECTIVITY_ITEM,
	SELECTIVITY_RANGE,
	SELECTIVITY_PRESENCE,
	SELECTIVITY_NONE /* there is no clause */
} Selectivity;

typedef struct Clause
{
	Access *accesses;
	uint32_t count;
	uint32_t capacity;
	Selectivity selectivity;
} Clause;

/* The clauses of a rule: the most telling ones stay when there are too many. */
typedef struct ClauseList
{
	Clause clauses[MAX_CLAUSES];
	uint32_t count;
} ClauseList;

/* Adds an access, unless the clause has it. */
extern void
llp_clause_add(Assembler *assembler, Clause *clause, AccessKind kind, uint16_t slot, uint32_t operand);
/* Adds all accesses of another clause; the less telling of the two says how telling they are. */
extern void llp_clause_join(Assembler *assembler, Clause *clause, const Clause *other);
extern void llp_clause_list_add(ClauseList *list, const Clause *clause);

#endif
