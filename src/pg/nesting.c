/*
 * pg/nesting.c - evaluations inside evaluations, and the memory contexts that they live in.
 *
 * Owns the contexts of evaluations that ended, which wait below TopMemoryContext for the next: an evaluation
 * of microseconds should not build and tear down its memory each time.  One that is under way belongs to the
 * caller's context like any other and goes with it after an error.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "pg/errors.h"
#include "pg/nesting.h"

#define MAX_NESTING 8

/* A context's first block, which it keeps: the most that an idle context takes, and enough for most requests.
 */
#define KEPT_BYTES ((Size) 32 * 1024)

static int nesting = 0;

/* INVARIANT: contexts idle and in use are MAX_NESTING at most, because one is made only when none is idle. */
static MemoryContext idle[MAX_NESTING];
static int idle_count = 0;

static void
leave(void *arg)
{
	nesting--;
}

static MemoryContext
take_context(void)
{
	MemoryContext context;

	if (idle_count == 0)
		return AllocSetContextCreate(CurrentMemoryContext, "llm_policy evaluation", 0, KEPT_BYTES,
									 ALLOCSET_DEFAULT_MAXSIZE);
	context = idle[--idle_count];
	MemoryContextSetParent(context, CurrentMemoryContext);
	return context;
}

MemoryContext
nesting_enter(void)
{
	MemoryContext evaluation;
	MemoryContextCallback *callback;

	check_stack_depth();
	if (nesting >= MAX_NESTING)
		ereport(ERROR,
				(errcode(ERRCODE_LLP_NESTED_EVALUATION), errmsg("policy evaluations are nested too deep"),
				 errdetail("At most %d evaluations may be under way inside each other.", MAX_NESTING),
				 errhint("A row-security or trigger function that evaluates a request must not be "
						 "reached by an evaluation itself.")));
	evaluation = take_context();
	callback = MemoryContextAllocZero(evaluation, sizeof(MemoryContextCallback));
	callback->func = leave;
	MemoryContextRegisterResetCallback(evaluation, callback);
	nesting++;
	return evaluation;
}

void
nesting_leave(MemoryContext evaluation)
{
	MemoryContextReset(evaluation);
	MemoryContextSetParent(evaluation, TopMemoryContext);
	idle[idle_count++] = evaluation;
}
