/*
 * test/bench/clock.c - the SQL function bench.clock(): nanoseconds, of a clock that nobody sets.
 *
 * clock_timestamp() ticks in microseconds, which is most of what a short evaluation takes.
 */
#include "postgres.h"

#include <time.h>

#include "fmgr.h"

#include "pg/compat.h"
#include "pg/function.h"

extern LLP_EXPORT const Pg_magic_struct *PG_MAGIC_FUNCTION_NAME(void);

PG_MODULE_MAGIC;

LLM_POLICY_FUNCTION(bench_clock);

Datum
bench_clock(PG_FUNCTION_ARGS)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	PG_RETURN_INT64((int64) now.tv_sec * 1000000000 + now.tv_nsec);
}
