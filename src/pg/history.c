/*
 * pg/history.c - reads stored revisions, for authors and auditors.
 *
 * Under the active snapshot, so that it shows what the caller's statement sees.  Changes nothing.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "pg/authoring.h"
#include "pg/authz.h"
#include "pg/catalog.h"

#define WHERE_REVISION                                                                                       \
	" FROM llm_policy.policy_documents d WHERE d.namespace = $1 AND d.id = $2 AND d.revision = coalesce($3," \
	" (SELECT c.revision FROM llm_policy.policy_current c WHERE c.namespace = $1 AND c.id = $2))"

static const Oid key_arguments[] = {TEXTOID, TEXTOID, INT4OID};

static CatalogQuery read_document = {"SELECT d.document" WHERE_REVISION, 3, key_arguments, NULL};
static CatalogQuery read_pretty = {"SELECT jsonb_pretty(d.normalised)" WHERE_REVISION, 3, key_arguments,
								   NULL};
static CatalogQuery read_normalised = {"SELECT d.normalised" WHERE_REVISION, 3, key_arguments, NULL};

_Noreturn static void
raise_not_found(const char *ns, const char *id, int32 revision)
{
	if (revision == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("policy \"%s/%s\" does not exist", ns, id),
				 errhint("The view llm_policy.policies lists those that do, llm_policy.policy_revisions "
						 "also the revisions of deleted ones.")));
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
					errmsg("policy \"%s/%s\" has no revision %d", ns, id, revision),
					errhint("The view llm_policy.policy_revisions lists them.")));
}

/* The one value that the query finds, detoasted, in the current memory context. */
static Datum
read_value(CatalogQuery *query, Oid reader, const char *ns, const char *id, int32 revision)
{
	Datum values[] = {CStringGetTextDatum(ns), CStringGetTextDatum(id), Int32GetDatum(revision)};
	MemoryContext context = CurrentMemoryContext;
	MemoryContext spi_context;
	bool isnull;
	Datum value;

	authz_require_reader(reader, ns);
	SPI_connect();
	catalog_execute(query, values, revision == 0 ? "  n" : NULL, true, 1);
	if (SPI_processed == 0)
		raise_not_found(ns, id, revision);
	value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	spi_context = MemoryContextSwitchTo(context);
	value = PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
	MemoryContextSwitchTo(spi_context);
	SPI_finish();
	return value;
}

text *
authoring_get(Oid reader, const char *ns, const char *id, int32 revision, const char *format)
{
	if (strcmp(format, "yaml") == 0)
		return DatumGetTextP(read_value(&read_document, reader, ns, id, revision));
	if (strcmp(format, "json") == 0)
		return DatumGetTextP(read_value(&read_pretty, reader, ns, id, revision));
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("there is no format \"%s\"", format),
					errhint("Formats are yaml, the text as it was stored, and json, the normalised form.")));
}

Jsonb *
authoring_normalised(Oid reader, const char *ns, const char *id, int32 revision)
{
	return DatumGetJsonbP(read_value(&read_normalised, reader, ns, id, revision));
}
