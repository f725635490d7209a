/*
 * pg/sql/registry.c - SQL entry points of sql/registry.sql.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"

#include "pg/function.h"
#include "pg/registry.h"
#include "pg/registry_check.h"
#include "pg/sql/arguments.h"

LLM_POLICY_FUNCTION(llm_policy_register_function);
LLM_POLICY_FUNCTION(llm_policy_unregister_function);
LLM_POLICY_FUNCTION(llm_policy_register_data);
LLM_POLICY_FUNCTION(llm_policy_unregister_data);
LLM_POLICY_FUNCTION(llm_policy_check);

Datum
llm_policy_register_function(PG_FUNCTION_ARGS)
{
	registry_add_function(argument_required_text(fcinfo, 0, "name"),
						  argument_required_text(fcinfo, 1, "signature"), argument_text(fcinfo, 2));
	PG_RETURN_VOID();
}

Datum
llm_policy_unregister_function(PG_FUNCTION_ARGS)
{
	registry_remove_function(argument_required_text(fcinfo, 0, "name"));
	PG_RETURN_VOID();
}

Datum
llm_policy_register_data(PG_FUNCTION_ARGS)
{
	registry_add_data(argument_required_text(fcinfo, 0, "name"), argument_required_text(fcinfo, 1, "query"),
					  argument_text(fcinfo, 2), argument_required_text(fcinfo, 3, "rows"),
					  argument_required_int(fcinfo, 4, "max_rows"));
	PG_RETURN_VOID();
}

Datum
llm_policy_unregister_data(PG_FUNCTION_ARGS)
{
	registry_remove_data(argument_required_text(fcinfo, 0, "name"));
	PG_RETURN_VOID();
}

Datum
llm_policy_check(PG_FUNCTION_ARGS)
{
	const List *problems = registry_check_all();
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach (cell, problems)
	{
		const RegistryProblem *problem = lfirst(cell);
		Datum values[] = {CStringGetTextDatum(problem->kind), CStringGetTextDatum(problem->name),
						  CStringGetTextDatum(problem->problem),
						  problem->hint ? CStringGetTextDatum(problem->hint) : (Datum) 0};
		bool nulls[] = {false, false, false, problem->hint == NULL};

		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
