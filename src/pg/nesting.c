/*
 * pg/nesting.c - evaluations inside evaluations.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "pg/errors.h"
#include "pg/nesting.h"

#define MAX_NESTING 8

static int nesting = 0;

static void
leave(void *arg)
{
	nesting--;
}

void
nesting_enter(MemoryContext evaluation)
{
	MemoryContextCallback *callback = MemoryContextAllocZero(evaluation, sizeof(MemoryContextCallback));

	check_stack_depth();
	if (nesting >= MAX_NESTING)
		ereport(ERROR,
				(errcode(ERRCODE_LLP_NESTED_EVALUATION), errmsg("policy evaluations are nested too deep"),
				 errdetail("At most %d evaluations may be under way inside each other.", MAX_NESTING),
				 errhint("A row-security or trigger function that evaluates a request must not be "
						 "reached by an evaluation itself.")));
	callback->func = leave;
	MemoryContextRegisterResetCallback(evaluation, callback);
	nesting++;
}
