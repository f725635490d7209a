/*
 * pg/sql/models.c - SQL entry points of sql/models.sql: what is known of a model, and what its tokens cost.
 */
#include "postgres.h"

#include "access/xact.h"
#include "funcapi.h"
#include "utils/timestamp.h"

#include "pg/cost.h"
#include "pg/function.h"
#include "pg/models.h"
#include "pg/sql/arguments.h"

LLM_POLICY_FUNCTION(llm_policy_model);
LLM_POLICY_FUNCTION(llm_policy_context_window);
LLM_POLICY_FUNCTION(llm_policy_cost);

#define COST_ARGUMENTS 9
#define COST_PROVIDER 3

Datum
llm_policy_model(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const ListCell *cell;
	List *rows;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		return (Datum) 0;
	rows = models_find(argument_text(fcinfo, 0), argument_text(fcinfo, 1), PG_GETARG_TIMESTAMPTZ(2));
	foreach (cell, rows)
	{
		const ModelRow *row = lfirst(cell);

		tuplestore_putvalues(result->setResult, result->setDesc, row->values, row->nulls);
	}
	return (Datum) 0;
}

Datum
llm_policy_context_window(PG_FUNCTION_ARGS)
{
	char *model = argument_text(fcinfo, 0);
	char *provider = argument_text(fcinfo, 1);
	const ModelRow *row;
	List *rows;

	if (model == NULL)
		PG_RETURN_NULL();
	rows = models_find(model, provider, GetCurrentTransactionStartTimestamp());
	if (rows == NIL)
		models_raise_unknown(model, provider);
	row = models_tier(rows, 0);
	if (row == NULL || row->nulls[MODELS_CONTEXT_WINDOW])
		PG_RETURN_NULL();
	PG_RETURN_DATUM(row->values[MODELS_CONTEXT_WINDOW]);
}

/* Null if any argument but the provider is. */
Datum
llm_policy_cost(PG_FUNCTION_ARGS)
{
	TokenUsage usage;

	for (int i = 0; i < COST_ARGUMENTS; i++)
	{
		if (PG_ARGISNULL(i) && i != COST_PROVIDER)
			PG_RETURN_NULL();
	}
	usage.prompt = PG_GETARG_INT64(1);
	usage.completion = PG_GETARG_INT64(2);
	usage.cached = PG_GETARG_INT64(4);
	usage.cache_write = PG_GETARG_INT64(5);
	usage.reasoning = PG_GETARG_INT64(6);
	usage.batch = PG_GETARG_BOOL(7);
	PG_RETURN_NUMERIC(cost_of(argument_text(fcinfo, 0), argument_text(fcinfo, COST_PROVIDER), &usage,
							  PG_GETARG_TIMESTAMPTZ(8)));
}
