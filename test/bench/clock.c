/*
 * test/bench/clock.c - SQL functions of a clock that nobody sets, and one that costs nothing.
 *
 * bench.clock(): nanoseconds.  clock_timestamp() ticks in microseconds, which is most of what a short
 * evaluation takes. bench.next_id(): a UUID that sorts behind those before it, as the ids of decisions do, at
 * next to no cost.  bench.ready(request, answer): the answer.
 */
#include "postgres.h"

#include <time.h>

#include "fmgr.h"
#include "port/pg_bswap.h"
#include "utils/uuid.h"

#include "pg/compat.h"
#include "pg/function.h"

extern LLP_EXPORT const Pg_magic_struct *PG_MAGIC_FUNCTION_NAME(void);

PG_MODULE_MAGIC;

LLM_POLICY_FUNCTION(bench_clock);
LLM_POLICY_FUNCTION(bench_next_id);
LLM_POLICY_FUNCTION(bench_ready);

static int64
nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64) now.tv_sec * 1000000000 + now.tv_nsec;
}

Datum
bench_clock(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(nanoseconds());
}

Datum
bench_next_id(PG_FUNCTION_ARGS)
{
	uint64 time = pg_hton64((uint64) nanoseconds());
	pg_uuid_t *id = palloc0(sizeof(pg_uuid_t));

	memcpy(id->data, &time, sizeof(time));
	PG_RETURN_UUID_P(id);
}

Datum
bench_ready(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(1));
}
