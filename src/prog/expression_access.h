/*
 * prog/expression_access.h - by which of its tests the index may reach a rule whose condition is an
 * expression.
 */
#ifndef LLP_PROG_EXPRESSION_ACCESS_H
#define LLP_PROG_EXPRESSION_ACCESS_H

#include "lang/ast.h"
#include "prog/clause.h"

/*
 * Adds the clauses of a condition whose code has been emitted.  Unless an access of each holds, running it
 * gives false.
 */
extern void llp_collect_expression_clauses(Assembler *assembler, ClauseList *list, const Expression *expr);

#endif
