/*
 * pg/registry.c - the tables of registered functions and data sources.
 *
 * Owns who may register, and how policies are compared with what is registered; what a function or a query
 * has to be is custom_function.c's and data_source.c's business.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/regproc.h"
#include "utils/rel.h"

#include "base/character.h"
#include "base/suggest.h"

#include "pg/as_role.h"
#include "pg/authz.h"
#include "pg/catalog.h"
#include "pg/custom_function.h"
#include "pg/data_source.h"
#include "pg/errors.h"
#include "pg/registry.h"
#include "pg/sql_values.h"

#define MAX_NAME 128

/* ORDER: the columns of llm_policy.functions in sql/registry.sql. */
enum
{
	FUNCTIONS_NAME = 1,
	FUNCTIONS_SIGNATURE,
	FUNCTIONS_ROLE_NAME,
	FUNCTIONS_ROLE_OID
};

/* ORDER: the columns of llm_policy.data_sources there. */
enum
{
	DATA_NAME = 1,
	DATA_QUERY,
	DATA_ARGUMENT_TYPES,
	DATA_ROW_COUNT,
	DATA_MAX_ROWS,
	DATA_ROLE_NAME,
	DATA_ROLE_OID
};

static const Oid function_arguments[] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID};
static const Oid data_arguments[] = {TEXTOID, TEXTOID, TEXTARRAYOID, TEXTOID, INT4OID, TEXTOID, TEXTOID};
static const Oid name_argument[] = {TEXTOID};

static CatalogQuery store_function = {
	"INSERT INTO llm_policy.functions (name, signature, role_name, registered_by, registered_at)"
	" VALUES ($1, $2, $3, $4, now()) ON CONFLICT (name) DO UPDATE SET signature = EXCLUDED.signature,"
	" role_name = EXCLUDED.role_name, registered_by = EXCLUDED.registered_by, registered_at = EXCLUDED.registered_at",
	4, function_arguments, NULL};

static CatalogQuery store_data = {
	"INSERT INTO llm_policy.data_sources (name, query, argument_types, row_count, max_rows, role_name, registered_by,"
	" registered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, now()) ON CONFLICT (name) DO UPDATE SET"
	" query = EXCLUDED.query, argument_types = EXCLUDED.argument_types, row_count = EXCLUDED.row_count,"
	" max_rows = EXCLUDED.max_rows, role_name = EXCLUDED.role_name, registered_by = EXCLUDED.registered_by,"
	" registered_at = EXCLUDED.registered_at",
	7, data_arguments, NULL};

static CatalogQuery delete_function = {"DELETE FROM llm_policy.functions WHERE name = $1", 1, name_argument,
									   NULL};
static CatalogQuery delete_data = {"DELETE FROM llm_policy.data_sources WHERE name = $1", 1, name_argument,
								   NULL};

/* --- Reading -------------------------------------------------------------------------------------------- */

/* A role counts that has the recorded name and the recorded oid: not one that took over either. */
static Oid
role_of(const CatalogScan *scan, HeapTuple row, AttrNumber name, AttrNumber oid)
{
	bool isnull;
	Datum recorded = heap_getattr(row, oid, RelationGetDescr(scan->table), &isnull);
	Oid named = get_role_oid(catalog_scan_text(scan, row, name), true);

	return isnull || named != DatumGetObjectId(recorded) ? InvalidOid : named;
}

bool
registry_find_function(const char *name, RegisteredFunction *found)
{
	CatalogScan scan = catalog_scan_begin("functions", "functions_pkey", name);
	HeapTuple row;
	bool exists = catalog_scan_next(&scan, &row);

	if (exists)
	{
		found->name = catalog_scan_text(&scan, row, FUNCTIONS_NAME);
		found->signature = catalog_scan_text(&scan, row, FUNCTIONS_SIGNATURE);
		found->role = role_of(&scan, row, FUNCTIONS_ROLE_NAME, FUNCTIONS_ROLE_OID);
	}
	catalog_scan_end(&scan);
	return exists;
}

static void
read_types(const CatalogScan *scan, HeapTuple row, RegisteredData *found)
{
	bool isnull;
	Datum stored = heap_getattr(row, DATA_ARGUMENT_TYPES, RelationGetDescr(scan->table), &isnull);
	Datum *names;
	int count;

	deconstruct_array(DatumGetArrayTypeP(stored), TEXTOID, -1, false, TYPALIGN_INT, &names, NULL, &count);
	found->nargs = Min(count, MAX_REGISTERED_ARGUMENTS);
	for (int i = 0; i < found->nargs; i++)
		found->argtypes[i] = sql_value_type_of(TextDatumGetCString(names[i]));
}

bool
registry_find_data(const char *name, RegisteredData *found)
{
	CatalogScan scan = catalog_scan_begin("data_sources", "data_sources_pkey", name);
	HeapTuple row;
	bool exists = catalog_scan_next(&scan, &row);

	if (exists)
	{
		bool isnull;

		found->name = catalog_scan_text(&scan, row, DATA_NAME);
		found->query = catalog_scan_text(&scan, row, DATA_QUERY);
		found->many = strcmp(catalog_scan_text(&scan, row, DATA_ROW_COUNT), "many") == 0;
		found->max_rows =
			DatumGetInt32(heap_getattr(row, DATA_MAX_ROWS, RelationGetDescr(scan.table), &isnull));
		found->role = role_of(&scan, row, DATA_ROLE_NAME, DATA_ROLE_OID);
		read_types(&scan, row, found);
	}
	catalog_scan_end(&scan);
	return exists;
}

/* --- Authoring ------------------------------------------------------------------------------------------ */

static void
check_name(const char *name)
{
	size_t size = strlen(name);
	bool valid = size > 0 && size <= MAX_NAME && starts_name(name[0]);

	for (size_t i = 1; valid && i < size; i++)
		valid = starts_name(name[i]) || is_digit(name[i]);
	if (!valid)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME), errmsg("invalid name \"%s\"", name),
				 errhint("A name is letters, digits and \"_\", does not start with a digit and has at most "
						 "%d bytes.",
						 MAX_NAME)));
}

/* Who is served runs what is registered as `role`: that has to be theirs to give. */
static Oid
require_registrar(const char *role_name)
{
	Oid caller = catalog_caller();
	Oid role = role_name ? get_role_oid(role_name, false) : caller;

	authz_require(caller, RIGHT_ADMIN, SCOPE_EVERY_NAMESPACE);
	if (!is_member_of_role(caller, role))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("role \"%s\" is not a member of role \"%s\"", GetUserNameFromId(caller, false),
							   GetUserNameFromId(role, false)),
						errhint("What is registered runs as a role that its registrar belongs to.")));
	return role;
}

static void
store(CatalogQuery *query, Datum *values)
{
	SPI_connect();
	(void) catalog_execute(query, values, NULL, false, 0);
	SPI_finish();
}

void
registry_add_function(const char *name, const char *signature, const char *role_name)
{
	Oid role = require_registrar(role_name);
	Oid function = DatumGetObjectId(DirectFunctionCall1(regprocedurein, CStringGetDatum(signature)));
	RegisteredFunction registered = {
		.name = name, .signature = format_procedure_qualified(function), .role = role};
	Datum values[] = {CStringGetTextDatum(name), CStringGetTextDatum(registered.signature),
					  CStringGetTextDatum(GetUserNameFromId(role, false)),
					  CStringGetTextDatum(GetUserNameFromId(catalog_caller(), false))};

	check_name(name);
	custom_function_require(&registered);
	store(&store_function, values);
}

static bool
parse_rows(const char *rows)
{
	if (strcmp(rows, "one") != 0 && strcmp(rows, "many") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("rows cannot be \"%s\"", rows),
						errhint("A source has rows one or many.")));
	return rows[0] == 'm';
}

static ArrayType *
type_names(const RegisteredData *data)
{
	List *names = NIL;

	for (int i = 0; i < data->nargs; i++)
		names = lappend(names, format_type_be(data->argtypes[i]));
	return catalog_text_array(names);
}

void
registry_add_data(const char *name, const char *query, const char *role_name, const char *rows,
				  int32 max_rows)
{
	RegisteredData data = {.name = name, .query = query, .many = parse_rows(rows), .max_rows = max_rows};
	Oid caller = catalog_caller();
	Datum values[7];

	data.role = require_registrar(role_name);
	check_name(name);
	if (max_rows < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("max_rows must be at least 1")));
	data_source_describe(&data);
	data_source_require(&data);
	values[0] = CStringGetTextDatum(name);
	values[1] = CStringGetTextDatum(query);
	values[2] = PointerGetDatum(type_names(&data));
	values[3] = CStringGetTextDatum(rows);
	values[4] = Int32GetDatum(max_rows);
	values[5] = CStringGetTextDatum(GetUserNameFromId(data.role, false));
	values[6] = CStringGetTextDatum(GetUserNameFromId(caller, false));
	store(&store_data, values);
}

static void
remove_registration(CatalogQuery *query, const char *name, const char *what)
{
	Datum values[] = {CStringGetTextDatum(name)};

	authz_require(catalog_caller(), RIGHT_ADMIN, SCOPE_EVERY_NAMESPACE);
	SPI_connect();
	(void) catalog_execute(query, values, NULL, false, 0);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("no %s is registered as \"%s\"", what, name),
				 errhint("The view llm_policy.registrations lists what is.")));
	SPI_finish();
}

void
registry_remove_function(const char *name)
{
	remove_registration(&delete_function, name, "function");
}

void
registry_remove_data(const char *name)
{
	remove_registration(&delete_data, name, "data source");
}

/* --- Policies ------------------------------------------------------------------------------------------- */

#define LISTED "The view llm_policy.registrations lists what is registered."

static void
report(DiagnosticList *findings, const PolicyReference *reference, const char *hint, const char *problem)
{
	llp_diag_add(findings, SEVERITY_ERROR, reference->line, reference->column, reference->path, hint, "%s",
				 problem);
}

static void
report_count(DiagnosticList *findings, const PolicyReference *reference, const char *what, int wanted)
{
	if (reference->count != (uint32) wanted)
		report(findings, reference, LISTED,
			   psprintf("%s takes %d argument%s, not %u", what, wanted, wanted == 1 ? "" : "s",
						reference->count));
}

/* How many arguments the function takes, as its role sees it; -1, which is no number to complain about. */
static int
count_of_function(const RegisteredFunction *registered)
{
	CustomFunction function;
	const char *problem;
	AsRole before;

	if (!OidIsValid(registered->role))
		return -1;
	before = as_role_enter(registered->role);
	problem = custom_function_find(registered->signature, &function);
	as_role_leave(&before);
	return problem == NULL ? function.nargs : -1;
}

static void
check_function(const PolicyReference *reference, DiagnosticList *findings)
{
	char *name = pnstrdup(reference->name.data, reference->name.size);
	RegisteredFunction registered;
	int count;

	if (!registry_find_function(name, &registered))
	{
		report(findings, reference, "Register it with llm_policy_register_function.  " LISTED,
			   psprintf("no function is registered as custom.%s", name));
		return;
	}
	count = count_of_function(&registered);
	if (count >= 0)
		report_count(findings, reference, psprintf("custom.%s", name), count);
}

static void
check_data(const PolicyReference *reference, DiagnosticList *findings)
{
	char *name = pnstrdup(reference->name.data, reference->name.size);
	RegisteredData data;

	if (registry_find_data(name, &data))
		report_count(findings, reference, psprintf("data source \"%s\"", name), data.nargs);
	else
		report(findings, reference, "Register it with llm_policy_register_data.  " LISTED,
			   psprintf("no data source is registered as \"%s\"", name));
}

void
registry_check_policies(Policy *const *policies, size_t count, DiagnosticList *findings)
{
	for (size_t i = 0; i < count; i++)
		for (const PolicyReference *reference = policies[i]->references; reference != NULL;
			 reference = reference->next)
		{
			if (reference->is_data)
				check_data(reference, findings);
			else
				check_function(reference, findings);
		}
	llp_diag_sort(findings);
}

void
registry_require(Arena *arena, Policy *const *policies, size_t count)
{
	DiagnosticList findings;

	llp_diag_init(&findings, arena);
	registry_check_policies(policies, count, &findings);
	core_check(findings.errors > 0 ? STATUS_INVALID : STATUS_OK, &findings, ERRCODE_LLP_INVALID_DOCUMENT,
			   "invalid policy");
	for (size_t i = 0; i < count; i++)
		for (const PolicyReference *reference = policies[i]->references; reference != NULL;
			 reference = reference->next)
		{
			char *name = pnstrdup(reference->name.data, reference->name.size);
			RegisteredFunction function;
			RegisteredData data;

			if (reference->is_data && registry_find_data(name, &data))
				data_source_require(&data);
			if (!reference->is_data && registry_find_function(name, &function))
				custom_function_require(&function);
		}
}
