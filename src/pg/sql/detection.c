/*
 * pg/sql/detection.c - SQL entry points of sql/detection.sql.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"

#include "base/utf8.h"

#include "pg/compat.h"
#include "pg/core_host.h"
#include "pg/detection.h"
#include "pg/function.h"
#include "pg/sql/arguments.h"

LLM_POLICY_FUNCTION(llm_policy_detect);
LLM_POLICY_FUNCTION(llm_policy_redact);
LLM_POLICY_FUNCTION(llm_policy_detector_types);

#define DETECT_COLUMNS 5
#define LIST_COLUMNS 4

static Detected
find(FunctionCallInfo fcinfo, int threshold_argument)
{
	ArrayType *types = PG_ARGISNULL(1) ? NULL : PG_GETARG_ARRAYTYPE_P(1);
	float4 threshold = PG_ARGISNULL(threshold_argument) ? 0 : PG_GETARG_FLOAT4(threshold_argument);

	return detection_find(argument_required_str(fcinfo, 0, "content"), types,
						  PG_ARGISNULL(threshold_argument) ? NULL : &threshold);
}

Datum
llm_policy_detect(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	size_t characters = 0;
	size_t at = 0;
	Detected detected;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	detected = find(fcinfo, 2);
	for (size_t i = 0; i < detected.findings.count; i++)
	{
		const Finding *finding = &detected.findings.items[i];
		Str value = {detected.content.data + finding->start, finding->end - finding->start};
		Datum values[DETECT_COLUMNS];
		bool nulls[DETECT_COLUMNS] = {false};

		characters += llp_utf8_length((Str){detected.content.data + at, finding->start - at});
		values[0] = CStringGetTextDatum(llp_detector_types[finding->type].name);
		values[1] = Int32GetDatum((int32) characters + 1);
		values[2] = Int32GetDatum((int32) llp_utf8_length(value));
		values[3] = Float4GetDatum(finding->score);
		values[4] = PointerGetDatum(cstring_to_text_with_len(value.data, (int) value.size));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		characters += (size_t) DatumGetInt32(values[2]);
		at = finding->end;
	}
	return (Datum) 0;
}

Datum
llm_policy_redact(PG_FUNCTION_ARGS)
{
	Detected detected;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	detected = find(fcinfo, 3);
	PG_RETURN_TEXT_P(detection_redact(&detected, argument_required_text(fcinfo, 2, "mode")));
}

Datum
llm_policy_detector_types(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int type = 0; type < DETECTOR_TYPES; type++)
	{
		const DetectorTypeInfo *info = &llp_detector_types[type];
		CoreArena memory = core_arena_create(CurrentMemoryContext, "checks of a type", 0);
		bool nulls[LIST_COLUMNS] = {false};
		Datum values[LIST_COLUMNS];
		StrBuf checks;

		llp_buf_init(&checks, memory.arena);
		llp_detector_describe_checks(&checks, (DetectorType) type);
		values[0] = CStringGetTextDatum(info->name);
		values[1] = CStringGetTextDatum(info->kind);
		values[2] = PointerGetDatum(cstring_to_text_with_len(llp_buf_str(&checks).data, (int) checks.size));
		values[3] = CStringGetTextDatum(info->description);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		MemoryContextDelete(memory.context);
	}
	return (Datum) 0;
}
