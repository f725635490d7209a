/*
 * pg/metrics.h - counters of what the engine does.
 *
 * What has happened is counted also if its transaction rolls back.  Where the library is preloaded the
 * counters are the server's, otherwise those of this backend alone, without its parallel workers.
 */
#ifndef LLP_PG_METRICS_H
#define LLP_PG_METRICS_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "pg/audit.h"
#include "vm/evaluate.h"

typedef enum Metric
{
#define METRIC(symbol, ...) METRIC_##symbol,
#include "pg/metrics.def"
#undef METRIC
	METRIC_COUNT
} Metric;

/* Bucket n counts evaluations of less than 2^n microseconds that are in none before it; the last one the
 * rest. */
#define METRIC_BUCKETS 25

typedef struct MetricsReport
{
	bool is_shared;	   /* of the server, or of this backend alone */
	TimestampTz since; /* of the server's start, the library's loading, or the last reset */
	uint64 values[METRIC_COUNT];
	uint64 buckets[METRIC_BUCKETS];
} MetricsReport;

/* Called from _PG_init, before anything is counted. */
extern void metrics_init(void);

extern void metrics_count(Metric metric);
/* Counts a decision that llm_policy_evaluate is about to return; the time is what it took to decide. */
extern void metrics_count_evaluation(const Decision *decision, AuditOutcome outcome, int64 duration_us);
extern void metrics_count_simulation(const Decision *decision);

/* Sums what all backends have counted since the last reset; never less than an earlier report without a
 * reset. */
extern MetricsReport metrics_report(void);
/* Starts from zero again. */
extern void metrics_reset(void);

#endif
