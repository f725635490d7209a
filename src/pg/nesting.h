/*
 * pg/nesting.h - evaluations inside evaluations.
 */
#ifndef LLP_PG_NESTING_H
#define LLP_PG_NESTING_H

#include "postgres.h"

/*
 * Begins an evaluation: a memory context below the current one for all that it makes, and its place in the
 * count of evaluations under way.  It lasts until nesting_leave or, after an error, until its parent ends.
 * Raises LP003 when too many are under way: a row-security or trigger function of a table that a policy's
 * evaluation reads would else call itself until the stack ends.
 */
extern MemoryContext nesting_enter(void);
/* Ends it; the context is reset and kept for the next one. */
extern void nesting_leave(MemoryContext evaluation);

#endif
