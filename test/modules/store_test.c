/*
 * test/modules/store_test.c - SQL functions over pg/shared_store.h, for test/t/018_shared_store.pl only.
 *
 * A library of its own with a copy of the store's object file: what the extension hides stays hidden.  It is
 * preloaded instead of llm_policy, never beside it.  A blob here is made from a name: its key is the name,
 * its bytes are counted up from the first bytes of the name's hash, so that everybody can tell whether they
 * are right.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "pg/compat.h"
#include "pg/digest.h"
#include "pg/function.h"
#include "pg/shared_store.h"

extern LLP_EXPORT const Pg_magic_struct *PG_MAGIC_FUNCTION_NAME(void);
extern LLP_EXPORT void _PG_init(void);

PG_MODULE_MAGIC;

LLM_POLICY_FUNCTION(store_test_pin);
LLM_POLICY_FUNCTION(store_test_begin);
LLM_POLICY_FUNCTION(store_test_reserve);
LLM_POLICY_FUNCTION(store_test_publish);
LLM_POLICY_FUNCTION(store_test_similar);
LLM_POLICY_FUNCTION(store_test_get);
LLM_POLICY_FUNCTION(store_test_rows);
LLM_POLICY_FUNCTION(store_test_totals);

static int area_size; /* kB */

void
_PG_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	DefineCustomIntVariable("store_test.size", "Size of the area.", NULL, &area_size, 1024, 0, 1024 * 1024,
							PGC_POSTMASTER, GUC_UNIT_KB, NULL, NULL, NULL);
	store_preload((Size) area_size * 1024);
}

static StoreKey
key_of(const char *name)
{
	StoreKey key = {.database = MyDatabaseId, .kind = STORE_PROGRAM, .version = 1};
	Digest digest = digest_begin();

	digest_add(&digest, name, strlen(name));
	digest_finish(&digest, key.hash);
	return key;
}

static StoreKey
key_argument(FunctionCallInfo fcinfo)
{
	return key_of(text_to_cstring(PG_GETARG_TEXT_PP(0)));
}

/* --- Bytes that can be checked -------------------------------------------------------------------------- */

static uint64
word(const StoreKey *key, Size number)
{
	uint64 first;

	memcpy(&first, key->hash, sizeof(first));
	return first + number;
}

static void
fill(const StoreKey *key, void *memory, Size size)
{
	uint64 *words = memory;

	for (Size i = 0; i < size / sizeof(uint64); i++)
		words[i] = word(key, i);
}

static void
check(const StoreKey *key, StoreBlob blob)
{
	const uint64 *words = blob.data;

	if ((uintptr_t) blob.data % STORE_ALIGNMENT != 0)
		elog(ERROR, "blob is not aligned");
	for (Size i = 0; i < blob.size / sizeof(uint64); i++)
	{
		if (words[i] != word(key, i))
			elog(ERROR, "wrong byte at %zu of %zu", i * sizeof(uint64), blob.size);
	}
}

/* --- One step at a time --------------------------------------------------------------------------------- */

static text *
turn_text(StoreTurn turn)
{
	static const char *const words[] = {
		[STORE_READY] = "ready", [STORE_BUILD] = "build", [STORE_NONE] = "none"};

	return cstring_to_text(words[turn]);
}

/* store_test_pin(name) → size, null when it is not there; checks the bytes. */
Datum
store_test_pin(PG_FUNCTION_ARGS)
{
	StoreKey key = key_argument(fcinfo);
	StoreBlob blob;

	if (!store_pin(&key, &blob))
		PG_RETURN_NULL();
	check(&key, blob);
	PG_RETURN_INT64((int64) blob.size);
}

/* store_test_begin(name, label, patience) → turn */
Datum
store_test_begin(PG_FUNCTION_ARGS)
{
	StoreKey key = key_argument(fcinfo);
	StoreBlob blob;
	StoreTurn turn =
		store_begin_build(&key, text_to_cstring(PG_GETARG_TEXT_PP(1)), PG_GETARG_INT32(2), &blob);

	if (turn == STORE_READY)
		check(&key, blob);
	PG_RETURN_TEXT_P(turn_text(turn));
}

/* store_test_reserve(name, size) → is there room? */
Datum
store_test_reserve(PG_FUNCTION_ARGS)
{
	StoreKey key = key_argument(fcinfo);
	Size size = (Size) PG_GETARG_INT64(1);
	void *memory = store_reserve(&key, size);

	if (memory)
		fill(&key, memory, size);
	PG_RETURN_BOOL(memory != NULL);
}

/* store_test_publish(name, items) → size */
Datum
store_test_publish(PG_FUNCTION_ARGS)
{
	StoreKey key = key_argument(fcinfo);
	StoreBlob blob = store_publish(&key, PG_GETARG_INT64(1));

	check(&key, blob);
	PG_RETURN_INT64((int64) blob.size);
}

/* store_test_similar(label) → the size of the most recently used blob of that label */
Datum
store_test_similar(PG_FUNCTION_ARGS)
{
	StoreKey like = key_of("");
	StoreBlob blob;

	if (!store_find_similar(&like, text_to_cstring(PG_GETARG_TEXT_PP(0)), &blob))
		PG_RETURN_NULL();
	PG_RETURN_INT64((int64) blob.size);
}

/* --- As a caller does it -------------------------------------------------------------------------------- */

/* Finds or makes a blob; false when there is no room or no turn, and it is made for this backend alone. */
static bool
get(const char *name, Size size, long patience)
{
	StoreKey key = key_of(name);
	StoreBlob blob;
	void *memory;

	if (!store_pin(&key, &blob))
	{
		switch (store_begin_build(&key, name, patience, &blob))
		{
			case STORE_NONE:
				return false;
			case STORE_BUILD:
				memory = store_reserve(&key, size);
				if (memory == NULL)
					return false;
				fill(&key, memory, size);
				CHECK_FOR_INTERRUPTS();
				blob = store_publish(&key, 1);
				break;
			case STORE_READY:
				break;
		}
	}
	if (blob.size != size)
		elog(ERROR, "size of \"%s\" is %zu, not %zu", name, blob.size, size);
	check(&key, blob);
	return true;
}

/* store_test_get(name, size, patience) → is it shared? */
Datum
store_test_get(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(get(text_to_cstring(PG_GETARG_TEXT_PP(0)), (Size) PG_GETARG_INT64(1), PG_GETARG_INT32(2)));
}

/* --- What there is -------------------------------------------------------------------------------------- */

/* store_test_rows() → "label state pins hits size", a line an entry */
Datum
store_test_rows(PG_FUNCTION_ARGS)
{
	static const char *const states[] = {[STORE_STATE_BUILDING] = "building",
										 [STORE_STATE_READY] = "ready",
										 [STORE_STATE_REFUSED] = "refused"};
	StoreRow *rows;
	int count = store_list(&rows);
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < count; i++)
		appendStringInfo(&text, "%s%s %s pins=%u hits=" UINT64_FORMAT " size=%zu", i > 0 ? "\n" : "",
						 rows[i].label, states[rows[i].state], rows[i].pins, rows[i].hits, rows[i].size);
	PG_RETURN_TEXT_P(cstring_to_text(text.data));
}

/* store_test_totals() → the counters, as JSON text */
Datum
store_test_totals(PG_FUNCTION_ARGS)
{
	StoreTotals totals = store_totals();
	StringInfoData text;

	initStringInfo(&text);
#define COUNTER(name) appendStringInfo(&text, ", \"" #name "\": " UINT64_FORMAT, totals.name)
	appendStringInfo(&text, "{\"area\": %zu, \"used\": %zu, \"entries\": %d", totals.area, totals.used,
					 totals.entries);
	COUNTER(builds);
	COUNTER(failures);
	COUNTER(evictions);
	COUNTER(too_large);
	COUNTER(no_room);
	COUNTER(no_entry);
	COUNTER(timeouts);
#undef COUNTER
	appendStringInfoChar(&text, '}');
	PG_RETURN_TEXT_P(cstring_to_text(text.data));
}
