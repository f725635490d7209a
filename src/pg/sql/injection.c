/*
 * pg/sql/injection.c - SQL entry points of sql/injection.sql: what looks like a prompt injection.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"

#include "pg/function.h"
#include "pg/injection.h"
#include "pg/settings.h"
#include "pg/sql/arguments.h"

LLM_POLICY_FUNCTION(llm_policy_detect_injection);
LLM_POLICY_FUNCTION(llm_policy_injection_score);
LLM_POLICY_FUNCTION(llm_policy_contains_prompt_injection);

#define FINDING_COLUMNS 6
/* A score that no text has. */
#define NEVER 2.0

static InjectionResult
scan_arguments(FunctionCallInfo fcinfo, double stop_at)
{
	return injection_scan(argument_required_str(fcinfo, 0, "content"), PG_GETARG_ARRAYTYPE_P(1), stop_at);
}

/* ORDER: the columns of llm_policy_detect_injection. */
static void
put_finding(ReturnSetInfo *result, const InjectionFinding *finding)
{
	const char *language = llp_injection_language_name(finding->language);
	Datum values[FINDING_COLUMNS] = {CStringGetTextDatum(llp_injection_reason_name(finding->reason)),
									 CStringGetTextDatum(llp_injection_source_name(finding->source)),
									 language ? CStringGetTextDatum(language) : (Datum) 0,
									 Int32GetDatum((int32) finding->start + 1),
									 Int32GetDatum((int32) finding->length),
									 Float4GetDatum((float4) finding->score)};
	bool nulls[FINDING_COLUMNS] = {[2] = language == NULL};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
llm_policy_detect_injection(PG_FUNCTION_ARGS)
{
	InjectionResult found;

	InitMaterializedSRF(fcinfo, 0);
	found = scan_arguments(fcinfo, NEVER);
	for (size_t i = 0; i < found.count; i++)
		put_finding((ReturnSetInfo *) fcinfo->resultinfo, &found.findings[i]);
	return (Datum) 0;
}

Datum
llm_policy_injection_score(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT4((float4) scan_arguments(fcinfo, NEVER).score);
}

Datum
llm_policy_contains_prompt_injection(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(scan_arguments(fcinfo, setting_injection_threshold).score >= setting_injection_threshold);
}
