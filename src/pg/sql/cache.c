/*
 * pg/sql/cache.c - SQL entry points of sql/cache.sql: what the cache of compiled policy sets holds.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "commands/dbcommands.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "pg/cache.h"
#include "pg/catalog.h"
#include "pg/digest.h"
#include "pg/explain.h"
#include "pg/function.h"
#include "pg/shared_store.h"
#include "pg/sql/arguments.h"

LLM_POLICY_FUNCTION(llm_policy_cache_entries);
LLM_POLICY_FUNCTION(llm_policy_cache_totals);
LLM_POLICY_FUNCTION(llm_policy_explain_program);

#define ENTRY_COLUMNS 14
#define TOTALS_COLUMNS 11
#define EXPLAIN_COLUMNS 4

static const char *const kind_names[] = {[STORE_PROGRAM] = "program", [STORE_LITERALS] = "literals"};
static const char *const state_names[] = {
	[STORE_STATE_BUILDING] = "building", [STORE_STATE_READY] = "ready", [STORE_STATE_REFUSED] = "refused"};

/* A row is of this database, or the caller may know of others. */
static bool
may_see(const StoreRow *row)
{
	return row->key.database == MyDatabaseId || has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS);
}

static void
put_time(TimestampTz time, Datum *value, bool *is_null)
{
	*value = TimestampTzGetDatum(time);
	*is_null = time == 0;
}

/* ORDER: the columns of llm_policy.cache_entries. */
static void
put_entry(ReturnSetInfo *result, const char *place, const StoreRow *row)
{
	Datum values[ENTRY_COLUMNS];
	bool nulls[ENTRY_COLUMNS] = {false};
	char *database = get_database_name(row->key.database);
	char hash[DIGEST_TEXT_SIZE];

	digest_hex(row->key.hash, hash);
	values[0] = CStringGetTextDatum(place);
	values[1] = database ? CStringGetTextDatum(database) : (Datum) 0;
	nulls[1] = database == NULL; /* it was dropped */
	values[2] = CStringGetTextDatum(kind_names[row->key.kind]);
	values[3] = CStringGetTextDatum(row->label);
	values[4] = CStringGetTextDatum(hash);
	values[5] = CStringGetTextDatum(state_names[row->state]);
	values[6] = Int64GetDatum((int64) row->size);
	values[7] = Int64GetDatum(row->items);
	values[8] = Int32GetDatum((int32) row->pins);
	values[9] = Int64GetDatum((int64) row->hits);
	values[10] = Int32GetDatum(row->builder);
	values[11] = Float8GetDatum((double) row->build_us / 1000);
	nulls[11] = row->built_at == 0;
	put_time(row->built_at, &values[12], &nulls[12]);
	put_time(row->last_used, &values[13], &nulls[13]);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
llm_policy_cache_entries(PG_FUNCTION_ARGS)
{
	StoreRow *rows;
	int count;

	InitMaterializedSRF(fcinfo, 0);
	count = cache_list_local(&rows);
	for (int i = 0; i < count; i++)
		put_entry((ReturnSetInfo *) fcinfo->resultinfo, "backend", &rows[i]);
	count = store_list(&rows);
	for (int i = 0; i < count; i++)
	{
		if (may_see(&rows[i]))
			put_entry((ReturnSetInfo *) fcinfo->resultinfo, "shared", &rows[i]);
	}
	return (Datum) 0;
}

/* ORDER: the columns of llm_policy.cache_totals. */
static void
put_totals(ReturnSetInfo *result, const StoreTotals *totals)
{
	Datum values[TOTALS_COLUMNS] = {
		Int64GetDatum((int64) totals->area),	  Int64GetDatum((int64) totals->used),
		Int32GetDatum(totals->entries),			  Int32GetDatum(totals->max_entries),
		Int64GetDatum((int64) totals->builds),	  Int64GetDatum((int64) totals->failures),
		Int64GetDatum((int64) totals->evictions), Int64GetDatum((int64) totals->too_large),
		Int64GetDatum((int64) totals->no_room),	  Int64GetDatum((int64) totals->no_entry),
		Int64GetDatum((int64) totals->timeouts)};
	bool nulls[TOTALS_COLUMNS] = {false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
llm_policy_cache_totals(PG_FUNCTION_ARGS)
{
	StoreTotals totals = store_totals();

	InitMaterializedSRF(fcinfo, 0);
	if (totals.area > 0)
		put_totals((ReturnSetInfo *) fcinfo->resultinfo, &totals);
	return (Datum) 0;
}

Datum
llm_policy_explain_program(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Disassembly program;

	InitMaterializedSRF(fcinfo, 0);
	program = explain_program(catalog_caller(), argument_text(fcinfo, 0), argument_text(fcinfo, 1));
	for (uint32 i = 0; i < program.count; i++)
	{
		const DisassemblyRow *row = &program.rows[i];
		Datum values[EXPLAIN_COLUMNS] = {catalog_text(row->policy), catalog_text(row->part),
										 catalog_text(row->place), catalog_text(row->text)};
		bool nulls[EXPLAIN_COLUMNS] = {row->policy.size == 0, false, row->place.size == 0, false};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
