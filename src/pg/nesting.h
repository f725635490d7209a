/*
 * pg/nesting.h - evaluations inside evaluations.
 */
#ifndef LLP_PG_NESTING_H
#define LLP_PG_NESTING_H

#include "postgres.h"

/*
 * Counts an evaluation that lasts until `evaluation`, its memory context, is deleted - by its end or by an
 * error.  Raises LP003 when too many are under way: a row-security or trigger function of a table that a
 * policy's evaluation reads would else call itself until the stack ends.
 */
extern void nesting_enter(MemoryContext evaluation);

#endif
