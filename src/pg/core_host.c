/*
 * pg/core_host.c - the server as the core's Host, and arenas that end with a memory context.
 *
 * Nothing here but calls of users' SQL (pg/host_call.h) raises while the core is on the stack: memory is
 * asked for without an error, and a cancel is reported, not serviced (core_check does that once the core has
 * unwound).
 */
#include "postgres.h"

#include "common/shortest_dec.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/memutils.h"

#include "pg/core_host.h"
#include "pg/host_call.h"

/* The context of a Host is the memory context its blocks come from; NULL: whichever is current. */
static void *
host_alloc(void *context, size_t size)
{
	MemoryContext memory = context ? (MemoryContext) context : CurrentMemoryContext;

	return MemoryContextAllocExtended(memory, size, MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);
}

static void
host_release(void *context, void *block)
{
	pfree(block);
}

/*
 * Only what would end the statement: InterruptPending alone is also set for errands that any
 * CHECK_FOR_INTERRUPTS runs and returns from, and an evaluation can not be resumed.
 */
static bool
host_poll(void *context)
{
	return InterruptPending && (QueryCancelPending || ProcDiePending) && INTERRUPTS_CAN_BE_PROCESSED();
}

static void
host_format_double(void *context, double value, char *out)
{
	StaticAssertStmt(LLP_DOUBLE_TEXT_SIZE >= DOUBLE_SHORTEST_DECIMAL_LEN, "no room for a double");
	double_to_shortest_decimal_buf(value, out);
}

/*
 * PostgreSQL's own time zones, for a zone of a name and a point in time.  Looking for a zone may raise, for
 * want of memory or of file descriptors: with the core on the stack, that is a zone that is not found.
 */
static bool
host_time_zone_offset(void *context, const char *name, int64_t seconds, int *offset)
{
	MemoryContext memory = CurrentMemoryContext;
	pg_time_t time = seconds;
	pg_tz *volatile zone = NULL;
	const struct pg_tm *local;

	PG_TRY();
	{
		zone = pg_tzset(name);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(memory);
		FlushErrorState();
	}
	PG_END_TRY();
	local = zone == NULL ? NULL : pg_localtime(&time, zone);
	if (local == NULL)
		return false;
	*offset = (int) local->tm_gmtoff;
	return true;
}

static const Host server_host = {
	NULL, host_alloc, host_release, host_poll, host_format_double, host_time_zone_offset, host_call_answer};

const Host *
pg_host(void)
{
	return &server_host;
}

static void
end_arena(void *arena)
{
	llp_arena_destroy((Arena *) arena);
}

CoreArena
core_arena_within(MemoryContext context, size_t limit)
{
	CoreArena result = {.context = context};
	Host *host;
	MemoryContextCallback *callback;

	/* Both live in the context: they have to be there when its callbacks run. */
	host = MemoryContextAlloc(result.context, sizeof(Host));
	callback = MemoryContextAlloc(result.context, sizeof(MemoryContextCallback));

	*host = server_host;
	host->context = result.context;
	result.arena = llp_arena_create(host, limit);
	if (result.arena == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"),
						errdetail("Failed to begin an arena of the policy engine.")));
	callback->func = end_arena;
	callback->arg = result.arena;
	MemoryContextRegisterResetCallback(result.context, callback);
	return result;
}

CoreArena
core_arena_create(MemoryContext parent, const char *name, size_t limit)
{
	MemoryContext context = AllocSetContextCreate(parent, "llm_policy arena", ALLOCSET_SMALL_SIZES);

	MemoryContextSetIdentifier(context, name);
	return core_arena_within(context, limit);
}
