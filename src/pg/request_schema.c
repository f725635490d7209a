/*
 * pg/request_schema.c - request schemas in llm_policy.request_schemas.
 *
 * Evaluations never read them: they only help authors.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "pg/authz.h"
#include "pg/catalog.h"
#include "pg/errors.h"
#include "pg/jsonb_tree.h"
#include "pg/request_schema.h"

/* ORDER: the columns of llm_policy.request_schemas in sql/request_schemas.sql. */
enum
{
	SCHEMAS_NAMESPACE = 1,
	SCHEMAS_SHIPPED,
	SCHEMAS_SCHEMA
};

#define MAX_SCHEMA_SIZE (1024 * 1024) /* bytes of jsonb */
#define SCHEMA_MEMORY ((size_t) 64 * 1024 * 1024)
/* Deeper than schemas are read. */
#define MAX_SCHEMA_DEPTH 200

static const Oid set_arguments[] = {TEXTOID, JSONBOID, TEXTOID};
static const Oid remove_arguments[] = {TEXTOID};

static CatalogQuery set_schema = {
	"INSERT INTO llm_policy.request_schemas (namespace, shipped, schema, changed_by, changed_at)"
	" VALUES ($1, false, $2, $3, pg_catalog.now())"
	" ON CONFLICT (namespace, shipped) DO UPDATE SET schema = EXCLUDED.schema, changed_by = EXCLUDED.changed_by,"
	" changed_at = EXCLUDED.changed_at",
	3, set_arguments, NULL};

static CatalogQuery remove_schema = {
	"DELETE FROM llm_policy.request_schemas WHERE namespace = $1 AND NOT shipped", 1, remove_arguments, NULL};

/* --- Reading
 * -------------------------------------------------------------------------------------------------- */

static Status
read_schema(Arena *arena, Jsonb *stored, DiagnosticList *findings, const RequestSchema **schema)
{
	Value value = jsonb_value(stored);
	TreeNode *tree = llp_tree_copy(arena, &value, MAX_SCHEMA_DEPTH);

	if (tree == NULL && llp_arena_exhausted(arena))
		return STATUS_NO_MEMORY;
	if (tree == NULL)
	{
		llp_diag_add(findings, SEVERITY_ERROR, 0, 0, STR(""), NULL, "it is nested too deeply");
		return STATUS_INVALID;
	}
	return llp_read_request_schema(arena, tree, findings, schema);
}

/* The schema of this very namespace; the one that was shipped stands behind the author's. */
static Jsonb *
own_schema(const char *ns)
{
	CatalogScan scan = catalog_scan_begin("request_schemas", "request_schemas_pkey", ns);
	Jsonb *schema = NULL;
	HeapTuple row;

	while (catalog_scan_next(&scan, &row))
	{
		bool isnull;
		TupleDesc descriptor = RelationGetDescr(scan.table);
		bool shipped = DatumGetBool(heap_getattr(row, SCHEMAS_SHIPPED, descriptor, &isnull));

		if (schema == NULL || !shipped)
			schema = DatumGetJsonbPCopy(heap_getattr(row, SCHEMAS_SCHEMA, descriptor, &isnull));
	}
	catalog_scan_end(&scan);
	return schema;
}

Jsonb *
request_schema_in_force(const char *ns)
{
	const ListCell *cell;

	foreach (cell, catalog_namespace_path(ns))
	{
		Jsonb *schema = own_schema(lfirst(cell));

		if (schema)
			return schema;
	}
	return NULL;
}

const RequestSchema *
request_schema_for(Arena *arena, Oid reader, const char *ns)
{
	RightSet rights = authz_rights(reader, ns);
	const RequestSchema *schema = NULL;
	DiagnosticList findings;
	Jsonb *stored;
	Status status;

	if (!authz_includes(rights, RIGHT_AUTHOR) && !authz_includes(rights, RIGHT_AUDITOR))
		return NULL;
	stored = request_schema_in_force(ns);
	if (stored == NULL)
		return NULL;
	llp_diag_init(&findings, arena);
	status = read_schema(arena, stored, &findings, &schema);
	if (status == STATUS_NO_MEMORY || status == STATUS_CANCELLED)
		core_check(status, &findings, ERRCODE_INVALID_PARAMETER_VALUE, "could not read the request schema");
	return status == STATUS_OK ? schema : NULL;
}

/* --- Writing
 * -------------------------------------------------------------------------------------------------- */

static void
show_notes(const DiagnosticList *findings)
{
	for (const Diagnostic *finding = findings->first; finding; finding = finding->next)
		ereport(NOTICE, (errmsg("%.*s: %.*s", STR_ARG(finding->path), STR_ARG(finding->message))));
}

static void
check_schema(Jsonb *stored)
{
	CoreArena memory = core_arena_create(CurrentMemoryContext, "a request schema", SCHEMA_MEMORY);
	const RequestSchema *schema;
	DiagnosticList findings;

	if (!JB_ROOT_IS_OBJECT(stored))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid request schema: a schema is an object")));
	if (VARSIZE(stored) > MAX_SCHEMA_SIZE)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("request schema has more than %d bytes", MAX_SCHEMA_SIZE)));
	llp_diag_init(&findings, memory.arena);
	core_check(read_schema(memory.arena, stored, &findings, &schema), &findings,
			   ERRCODE_INVALID_PARAMETER_VALUE, "invalid request schema");
	show_notes(&findings);
	MemoryContextDelete(memory.context);
}

void
request_schema_set(Oid author, const char *ns, Jsonb *schema)
{
	Datum values[] = {CStringGetTextDatum(ns), schema ? JsonbPGetDatum(schema) : (Datum) 0,
					  CStringGetTextDatum(GetUserNameFromId(author, false))};

	if (catalog_is_every_namespace(ns))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid namespace \"*\""),
						errhint("A schema of \"%s\" counts in every namespace that has no nearer one.",
								ROOT_NAMESPACE)));
	(void) catalog_namespace_path(ns);
	authz_require(author, RIGHT_AUTHOR, ns);
	if (schema)
		check_schema(schema);
	SPI_connect();
	catalog_execute(schema ? &set_schema : &remove_schema, values, NULL, false, 0);
	SPI_finish();
}
