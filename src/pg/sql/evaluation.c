/*
 * pg/sql/evaluation.c - SQL entry points of sql/evaluation.sql.
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/timestamp.h"

#include "pg/evaluate.h"
#include "pg/function.h"
#include "pg/sql/arguments.h"

LLM_POLICY_FUNCTION(llm_policy_evaluate);
LLM_POLICY_FUNCTION(llm_policy_simulate);
LLM_POLICY_FUNCTION(llm_policy_allowed);
LLM_POLICY_FUNCTION(llm_policy_simulate_document);
LLM_POLICY_FUNCTION(llm_policy_evaluate_expression);
LLM_POLICY_FUNCTION(llm_policy_apply_modifications);

static ArrayType *
argument_array(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : PG_GETARG_ARRAYTYPE_P(number);
}

Datum
llm_policy_evaluate(PG_FUNCTION_ARGS)
{
	EvaluationArguments arguments = {0};

	argument_require(fcinfo, 0, "request");
	arguments.request = PG_GETARG_DATUM(0);
	arguments.ns = argument_text(fcinfo, 1);
	arguments.policies = argument_array(fcinfo, 2);
	arguments.trace = argument_bool(fcinfo, 3, false);
	arguments.unaudited = !argument_bool(fcinfo, 4, true);
	arguments.return_request = argument_bool(fcinfo, 5, false);
	PG_RETURN_DATUM(evaluate_and_record(&arguments));
}

Datum
llm_policy_simulate(PG_FUNCTION_ARGS)
{
	EvaluationArguments arguments = {0};
	TimestampTz as_of;

	argument_require(fcinfo, 0, "request");
	arguments.request = PG_GETARG_DATUM(0);
	arguments.ns = argument_text(fcinfo, 1);
	arguments.policies = argument_array(fcinfo, 2);
	arguments.trace = argument_bool(fcinfo, 3, false);
	arguments.return_request = argument_bool(fcinfo, 4, false);
	if (!PG_ARGISNULL(5))
	{
		as_of = PG_GETARG_TIMESTAMPTZ(5);
		arguments.as_of = &as_of;
	}
	arguments.policy_set = argument_text(fcinfo, 6);
	PG_RETURN_DATUM(evaluate_only(&arguments));
}

Datum
llm_policy_allowed(PG_FUNCTION_ARGS)
{
	EvaluationArguments arguments = {0};

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	arguments.request = PG_GETARG_DATUM(0);
	arguments.ns = argument_text(fcinfo, 1);
	arguments.verdict_only = true;
	PG_RETURN_BOOL(evaluate_allowed(&arguments));
}

Datum
llm_policy_simulate_document(PG_FUNCTION_ARGS)
{
	EvaluationArguments arguments = {0};
	Str document = argument_required_str(fcinfo, 0, "document");

	argument_require(fcinfo, 1, "request");
	arguments.request = PG_GETARG_DATUM(1);
	arguments.trace = argument_bool(fcinfo, 2, false);
	PG_RETURN_DATUM(evaluate_document(document, &arguments));
}

Datum
llm_policy_evaluate_expression(PG_FUNCTION_ARGS)
{
	Str expression = argument_required_str(fcinfo, 0, "expression");

	argument_require(fcinfo, 1, "request");
	PG_RETURN_DATUM(evaluate_expression(expression, PG_GETARG_DATUM(1)));
}

Datum
llm_policy_apply_modifications(PG_FUNCTION_ARGS)
{
	argument_require(fcinfo, 0, "request");
	argument_require(fcinfo, 1, "decision");
	PG_RETURN_DATUM(evaluate_modifications(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}
