/*
 * pg/kept_plan.c - a bounded table of SPI plans by role, text and types of arguments.
 *
 * A plan that this transaction has used may be running further up the stack, and stays; when all are such,
 * another one is prepared for its connection alone.
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/sha2.h"
#include "miscadmin.h"

#include "pg/digest.h"
#include "pg/kept_plan.h"

#define MAX_PLANS 128

typedef struct KeptPlan
{
	uint8 key[PG_SHA256_DIGEST_LENGTH];
	SPIPlanPtr plan;
	TimestampTz used_in; /* start of the transaction that used it last */
} KeptPlan;

static KeptPlan plans[MAX_PLANS];
static int plan_count = 0;

static void
make_key(const char *sql, int nargs, const Oid *argtypes, uint8 *key)
{
	Digest digest = digest_begin();
	Oid user = GetUserId();

	digest_add(&digest, &user, sizeof(user));
	digest_add(&digest, argtypes, sizeof(Oid) * nargs);
	digest_add(&digest, sql, strlen(sql) + 1);
	digest_finish(&digest, key);
}

static KeptPlan *
find_plan(const uint8 *key)
{
	for (int i = 0; i < plan_count; i++)
		if (memcmp(plans[i].key, key, sizeof(plans[i].key)) == 0)
			return &plans[i];
	return NULL;
}

/* A place for one more; NULL when all are in use.  The place is free, though its plan may have been freed. */
static KeptPlan *
find_place(void)
{
	KeptPlan *oldest = NULL;

	if (plan_count < MAX_PLANS)
		return &plans[plan_count++];
	for (int i = 0; i < plan_count; i++)
		if (plans[i].used_in != GetCurrentTransactionStartTimestamp() &&
			(oldest == NULL || plans[i].used_in < oldest->used_in))
			oldest = &plans[i];
	if (oldest != NULL)
		SPI_freeplan(oldest->plan);
	return oldest;
}

static SPIPlanPtr
prepare(const char *sql, int nargs, const Oid *argtypes)
{
	SPIPlanPtr plan = SPI_prepare(sql, nargs, unconstify(Oid *, argtypes));

	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", sql, SPI_result_code_string(SPI_result));
	return plan;
}

SPIPlanPtr
kept_plan(const char *sql, int nargs, const Oid *argtypes)
{
	uint8 key[PG_SHA256_DIGEST_LENGTH];
	KeptPlan *kept;
	SPIPlanPtr plan;

	make_key(sql, nargs, argtypes, key);
	kept = find_plan(key);
	if (kept != NULL)
	{
		kept->used_in = GetCurrentTransactionStartTimestamp();
		return kept->plan;
	}
	plan = prepare(sql, nargs, argtypes);
	kept = find_place();
	if (kept == NULL)
		return plan;
	/* Neither of these raises, so that a place always has a plan. */
	SPI_keepplan(plan);
	kept->plan = plan;
	kept->used_in = GetCurrentTransactionStartTimestamp();
	memcpy(kept->key, key, sizeof(key));
	return plan;
}
