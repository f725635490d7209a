/*
 * pg/sql/statistics.c - SQL entry points of sql/statistics.sql: the counters of pg/metrics.def.
 */
#include "postgres.h"

#include <math.h>

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/timestamp.h"

#include "pg/function.h"
#include "pg/metrics.h"

LLM_POLICY_FUNCTION(llm_policy_statistics_entries);
LLM_POLICY_FUNCTION(llm_policy_statistics_buckets);
LLM_POLICY_FUNCTION(llm_policy_statistics_reset);

#define ENTRY_COLUMNS 8
#define BUCKET_COLUMNS 2

typedef struct MetricInfo
{
	const char *name;
	const char *label; /* NULL: none */
	const char *label_value;
	const char *unit;
	const char *description;
} MetricInfo;

static const MetricInfo metrics[] = {
#define METRIC(symbol, ...) [METRIC_##symbol] = {__VA_ARGS__},
#include "pg/metrics.def"
#undef METRIC
};

static void
put_text(const char *text, Datum *value, bool *is_null)
{
	*is_null = text == NULL;
	*value = text ? CStringGetTextDatum(text) : (Datum) 0;
}

/* ORDER: the columns of llm_policy.statistics_entries. */
static void
put_entry(ReturnSetInfo *result, const MetricsReport *report, Metric metric)
{
	const MetricInfo *info = &metrics[metric];
	Datum values[ENTRY_COLUMNS];
	bool nulls[ENTRY_COLUMNS] = {false};

	put_text(info->name, &values[0], &nulls[0]);
	put_text(info->label, &values[1], &nulls[1]);
	put_text(info->label_value, &values[2], &nulls[2]);
	values[3] = Int64GetDatum((int64) report->values[metric]);
	put_text(info->unit, &values[4], &nulls[4]);
	put_text(info->description, &values[5], &nulls[5]);
	put_text(report->is_shared ? "server" : "session", &values[6], &nulls[6]);
	values[7] = TimestampTzGetDatum(report->since);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
llm_policy_statistics_entries(PG_FUNCTION_ARGS)
{
	MetricsReport report = metrics_report();

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < METRIC_COUNT; i++)
		put_entry((ReturnSetInfo *) fcinfo->resultinfo, &report, (Metric) i);
	return (Datum) 0;
}

/* ORDER: the columns of llm_policy.statistics_buckets. */
static void
put_bucket(ReturnSetInfo *result, const MetricsReport *report, int bucket)
{
	double bound = bucket < METRIC_BUCKETS - 1 ? ldexp(1, bucket) : get_float8_infinity();
	Datum values[BUCKET_COLUMNS] = {Float8GetDatum(bound), Int64GetDatum((int64) report->buckets[bucket])};
	bool nulls[BUCKET_COLUMNS] = {false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
llm_policy_statistics_buckets(PG_FUNCTION_ARGS)
{
	MetricsReport report = metrics_report();

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < METRIC_BUCKETS; i++)
		put_bucket((ReturnSetInfo *) fcinfo->resultinfo, &report, i);
	return (Datum) 0;
}

Datum
llm_policy_statistics_reset(PG_FUNCTION_ARGS)
{
	metrics_reset();
	PG_RETURN_VOID();
}
