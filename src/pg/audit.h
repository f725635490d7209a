/*
 * pg/audit.h - the record of a decision: a row of llm_policy.evaluations, a line of the server log, or both.
 */
#ifndef LLP_PG_AUDIT_H
#define LLP_PG_AUDIT_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/array.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

#include "pg/core_host.h"
#include "vm/evaluate.h"

typedef struct AuditEntry
{
	pg_uuid_t id;
	Jsonb *request;
	const char *ns;
	ArrayType *narrowed_to; /* the caller's `policies`, or NULL */
	const Decision *decision;
	const Jsonb *result; /* the decision's, with all that it tells; audit_outcome needs none yet */
	Oid caller;
	TimestampTz evaluated_at;  /* by the clock */
	TimestampTz decision_time; /* the evaluation's now() */
	int64 duration_us;
	bool may_skip; /* the caller asked for no row */
} AuditEntry;

typedef enum AuditOutcome
{
	AUDITED_NOT,
	AUDITED_ROW,
	AUDITED_LOG
} AuditOutcome;

/*
 * What is to become of the decision as the settings say.  Raises LP004 where the row cannot be written and
 * the settings refuse that.
 */
extern AuditOutcome audit_outcome(const AuditEntry *entry);

/* Records it so, in the caller's transaction. */
extern void audit_record(const AuditEntry *entry, AuditOutcome outcome);

#endif
