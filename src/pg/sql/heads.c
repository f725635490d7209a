/*
 * pg/sql/heads.c - the functions that sql/tables.sql and sql/heads.sql compute identities with.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"

#include "pg/catalog.h"
#include "pg/compat.h"
#include "pg/function.h"
#include "pg/sql/arguments.h"

LLM_POLICY_FUNCTION(llm_policy_fingerprint);
LLM_POLICY_FUNCTION(llm_policy_namespace_path);
LLM_POLICY_FUNCTION(llm_policy_level_hash);
LLM_POLICY_FUNCTION(llm_policy_scope_hash);
LLM_POLICY_FUNCTION(llm_policy_announce_change);

static Str
datum_str(Datum value)
{
	text *bytes = DatumGetTextPP(value);

	return (Str){VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes)};
}

/* The elements of a one-dimensional array without nulls. */
static Datum *
elements_of(ArrayType *array, Oid type, int16 length, bool by_value, int *count)
{
	Datum *elements;

	if (ARR_NDIM(array) > 1 || array_contains_nulls(array))
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("unexpected shape of array")));
	deconstruct_array(array, type, length, by_value, TYPALIGN_INT, &elements, NULL, count);
	return elements;
}

Datum
llm_policy_fingerprint(PG_FUNCTION_ARGS)
{
	Str document = argument_required_str(fcinfo, 0, "document");
	Str status = argument_required_str(fcinfo, 1, "status");
	bytea *fingerprint = palloc(VARHDRSZ + FINGERPRINT_SIZE);

	SET_VARSIZE(fingerprint, VARHDRSZ + FINGERPRINT_SIZE);
	identity_fingerprint(document, status, (uint8 *) VARDATA(fingerprint));
	PG_RETURN_BYTEA_P(fingerprint);
}

Datum
llm_policy_namespace_path(PG_FUNCTION_ARGS)
{
	PG_RETURN_ARRAYTYPE_P(
		catalog_text_array(catalog_namespace_path(argument_required_text(fcinfo, 0, "namespace"))));
}

Datum
llm_policy_level_hash(PG_FUNCTION_ARGS)
{
	Identity *level = identity_begin_level(argument_required_str(fcinfo, 0, "namespace"));
	int count, revision_count, fingerprint_count;
	Datum *ids = elements_of(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, &count);
	Datum *revisions = elements_of(PG_GETARG_ARRAYTYPE_P(2), INT4OID, sizeof(int32), true, &revision_count);
	Datum *fingerprints = elements_of(PG_GETARG_ARRAYTYPE_P(3), BYTEAOID, -1, false, &fingerprint_count);
	char hash[IDENTITY_TEXT_SIZE];

	if (revision_count != count || fingerprint_count != count)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("arrays of different lengths")));
	for (int i = 0; i < count; i++)
	{
		Str fingerprint = datum_str(fingerprints[i]);

		if (fingerprint.size != FINGERPRINT_SIZE)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("not a fingerprint")));
		identity_add_policy(level, datum_str(ids[i]), DatumGetInt32(revisions[i]),
							(const uint8 *) fingerprint.data);
	}
	identity_end(level, hash);
	PG_RETURN_TEXT_P(cstring_to_text(hash));
}

Datum
llm_policy_scope_hash(PG_FUNCTION_ARGS)
{
	Identity *scope = identity_begin_scope();
	int count;
	Datum *levels = elements_of(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, &count);
	char hash[IDENTITY_TEXT_SIZE];

	for (int i = 0; i < count; i++)
		identity_add_level(scope, datum_str(levels[i]));
	identity_end(scope, hash);
	PG_RETURN_TEXT_P(cstring_to_text(hash));
}

Datum
llm_policy_announce_change(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("announce_change must be called as a trigger")));
	CacheInvalidateRelcache(((TriggerData *) fcinfo->context)->tg_relation);
	PG_RETURN_POINTER(NULL);
}
