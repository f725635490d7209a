/*
 * pg/sql/request_schema.c - SQL entry points of sql/request_schemas.sql: unpack, call, pack.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "pg/authz.h"
#include "pg/catalog.h"
#include "pg/function.h"
#include "pg/request_schema.h"
#include "pg/sql/arguments.h"

LLM_POLICY_FUNCTION(llm_policy_set_request_schema);
LLM_POLICY_FUNCTION(llm_policy_get_request_schema);

Datum
llm_policy_set_request_schema(PG_FUNCTION_ARGS)
{
	char *ns = argument_required_text(fcinfo, 0, "namespace");

	request_schema_set(catalog_caller(), ns, PG_ARGISNULL(1) ? NULL : PG_GETARG_JSONB_P(1));
	PG_RETURN_VOID();
}

Datum
llm_policy_get_request_schema(PG_FUNCTION_ARGS)
{
	char *ns = argument_required_text(fcinfo, 0, "namespace");
	Jsonb *schema;

	authz_require_reader(catalog_caller(), ns);
	schema = request_schema_in_force(ns);
	if (schema == NULL)
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(schema);
}
