/*
 * pg/sql/audit.c - SQL entry points of sql/audit.sql.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "pg/audit_hash.h"
#include "pg/audit_row.h"
#include "pg/authz.h"
#include "pg/catalog.h"
#include "pg/compat.h"
#include "pg/fragments.h"
#include "pg/function.h"

LLM_POLICY_FUNCTION(llm_policy_evaluation_row_hash);
LLM_POLICY_FUNCTION(llm_policy_maintain);

Datum
llm_policy_evaluation_row_hash(PG_FUNCTION_ARGS)
{
	bytea *result = palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	AuditRow row;

	audit_row_from_record(PG_GETARG_DATUM(0), &row);
	SET_VARSIZE(result, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	audit_row_hash(&row, (uint8 *) VARDATA(result));
	PG_RETURN_BYTEA_P(result);
}

/* What is compiled here was left uncompiled by a restore or an upgrade; one row says how many policies. */
static void
complete_fragments(ReturnSetInfo *result)
{
	int64 count = fragments_complete();
	Datum values[] = {CStringGetTextDatum("policy_fragments"), CStringGetTextDatum("compiled"),
					  Int64GetDatum(count)};
	bool nulls[lengthof(values)] = {false};

	if (count > 0)
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* The audit's part of the work is llm_policy.maintain_evaluations'; here is who may have it done. */
Datum
llm_policy_maintain(PG_FUNCTION_ARGS)
{
	static CatalogQuery query = {
		"SELECT partition_name, action, row_count FROM llm_policy.maintain_evaluations()", 0, NULL, NULL};
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	authz_require(catalog_caller(), RIGHT_ADMIN, SCOPE_EVERY_NAMESPACE);
	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	catalog_execute(&query, NULL, NULL, false, 0);
	for (uint64 i = 0; i < SPI_processed; i++)
		tuplestore_puttuple(result->setResult, SPI_tuptable->vals[i]);
	complete_fragments(result);
	SPI_finish();
	return (Datum) 0;
}
