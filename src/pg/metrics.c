/*
 * pg/metrics.c - counters without locks: a slot of them for every backend, summed by who reads.
 *
 * Only the backend that has a PGPROC writes to its slot, with plain stores; nothing is shared on the way of
 * an evaluation, not even a cache line.  Must not raise, and must not know what is counted where.
 *
 * INVARIANTS
 * - A counter of a slot never decreases while the server runs.  A backend that gets the PGPROC of one that
 * has ended goes on with its counters, so nothing is carried elsewhere when a backend ends, and nothing can
 * be lost or counted twice.  The lock of the free PGPROCs orders the stores of the two.
 * - A reset leaves the slots alone: it notes their sums, which are subtracted from then on.  Sums are read
 * under the lock, so that no reader subtracts what it has not seen.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/atomics.h"
#include "port/pg_bitutils.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"

#include "pg/compat.h"
#include "pg/metrics.h"
#include "pg/shared_memory.h"

#define COUNTERS (METRIC_COUNT + METRIC_BUCKETS)

/* Atomics only where the machine could tear a plain store; elsewhere they are plain loads and stores. */
typedef union MetricsSlot
{
	pg_atomic_uint64 counters[COUNTERS];
	char padding[TYPEALIGN(PG_CACHE_LINE_SIZE, COUNTERS * sizeof(pg_atomic_uint64))];
} MetricsSlot;

/* What reports are reckoned from. */
typedef struct Baseline
{
	LWLock *lock; /* of this struct; NULL where it is the backend's own */
	TimestampTz since;
	uint64 sums[COUNTERS];
} Baseline;

StaticAssertDecl((int) METRIC_EVALUATIONS_DENY - METRIC_EVALUATIONS_ALLOW == VERDICT_DENY - VERDICT_ALLOW,
				 "evaluations are counted in the order of the verdicts");
StaticAssertDecl((int) METRIC_SIMULATIONS_DENY - METRIC_SIMULATIONS_ALLOW == VERDICT_DENY - VERDICT_ALLOW,
				 "simulations are counted in the order of the verdicts");
StaticAssertDecl((int) METRIC_AUDIT_TABLE - METRIC_AUDIT_NONE == (int) AUDITED_ROW &&
					 (int) METRIC_AUDIT_LOG - METRIC_AUDIT_NONE == (int) AUDITED_LOG,
				 "records are counted in the order of the outcomes");

/* Without shared memory there is one slot, this backend's. */
static MetricsSlot local_slot;
static Baseline local_baseline;
static MetricsSlot *slots = &local_slot;
static int slot_count = 1;
static Baseline *baseline = &local_baseline;

static MetricsSlot *own; /* NULL: not known yet */

static void
initialise(LWLock *lock)
{
	for (int i = 0; i < slot_count; i++)
		for (int n = 0; n < COUNTERS; n++)
			pg_atomic_init_u64(&slots[i].counters[n], 0);
	memset(baseline, 0, sizeof(Baseline));
	baseline->lock = lock;
	baseline->since = GetCurrentTimestamp();
}

/* --- Shared memory -------------------------------------------------------------------------------------- */

/* The slots, and behind them the baseline.  Auxiliary processes, which have higher numbers, evaluate nothing.
 */
static Size
shared_size(void)
{
	return add_size(mul_size((Size) MaxBackends, sizeof(MetricsSlot)), sizeof(Baseline));
}

static void
attach(void *memory, LWLock *lock, bool is_new)
{
	slots = memory;
	slot_count = MaxBackends;
	baseline = (Baseline *) (slots + slot_count);
	if (is_new)
		initialise(lock);
}

static const SharedPiece piece = {"llm_policy_metrics", shared_size, attach};

void
metrics_init(void)
{
	if (process_shared_preload_libraries_in_progress)
		shared_memory_request(&piece);
	else
		initialise(NULL);
}

/* --- Counting ------------------------------------------------------------------------------------------- */

static MetricsSlot *
find_own(void)
{
	int number = slots == &local_slot ? 0 : (int) (MyProc - ProcGlobal->allProcs);

	Assert(number >= 0 && number < slot_count);
	return &slots[number];
}

static inline void
add(int counter, uint64 amount)
{
	if (unlikely(own == NULL))
		own = find_own();
	pg_atomic_write_u64(&own->counters[counter], pg_atomic_read_u64(&own->counters[counter]) + amount);
}

void
metrics_count(Metric metric)
{
	add(metric, 1);
}

/* Counts what evaluations and simulations have in common; `allow` is the first of the counters by verdict. */
static inline void
count_decision(Metric allow, const Decision *decision)
{
	add(allow + (int) decision->verdict - VERDICT_ALLOW, 1);
	if (unlikely(decision->error_count > 0))
		add(METRIC_CONDITION_ERRORS, decision->error_count);
	if (unlikely(decision->fell_open))
		add(METRIC_FELL_OPEN, 1);
}

static int
bucket_of(int64 duration_us)
{
	return duration_us <= 0 ? 0 : Min(pg_leftmost_one_pos64((uint64) duration_us) + 1, METRIC_BUCKETS - 1);
}

void
metrics_count_evaluation(const Decision *decision, AuditOutcome outcome, int64 duration_us)
{
	count_decision(METRIC_EVALUATIONS_ALLOW, decision);
	add(METRIC_AUDIT_NONE + (int) outcome, 1);
	add(METRIC_EVALUATION_DURATION, (uint64) Max(duration_us, 0));
	add(METRIC_COUNT + bucket_of(duration_us), 1);
}

void
metrics_count_simulation(const Decision *decision)
{
	count_decision(METRIC_SIMULATIONS_ALLOW, decision);
}

/* --- Reading -------------------------------------------------------------------------------------------- */

static void
lock_baseline(LWLockMode mode)
{
	if (baseline->lock)
		LWLockAcquire(baseline->lock, mode);
}

static void
unlock_baseline(void)
{
	if (baseline->lock)
		LWLockRelease(baseline->lock);
}

static uint64
sum_of(int counter)
{
	uint64 sum = 0;

	for (int i = 0; i < slot_count; i++)
		sum += pg_atomic_read_u64(&slots[i].counters[counter]);
	return sum;
}

MetricsReport
metrics_report(void)
{
	MetricsReport report = {.is_shared = slots != &local_slot};

	lock_baseline(LW_SHARED);
	report.since = baseline->since;
	for (int i = 0; i < METRIC_COUNT; i++)
		report.values[i] = sum_of(i) - baseline->sums[i];
	for (int i = 0; i < METRIC_BUCKETS; i++)
		report.buckets[i] = sum_of(METRIC_COUNT + i) - baseline->sums[METRIC_COUNT + i];
	unlock_baseline();
	return report;
}

void
metrics_reset(void)
{
	lock_baseline(LW_EXCLUSIVE);
	for (int i = 0; i < COUNTERS; i++)
		baseline->sums[i] = sum_of(i);
	baseline->since = GetCurrentTimestamp();
	unlock_baseline();
}
