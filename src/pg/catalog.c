/*
 * pg/catalog.c - reaching the extension's tables: by SPI as the owner, by index scan under the active
 * snapshot.
 *
 * Owns the switch of user and the pinned search_path; knows what heads are.  How documents become policy sets
 * is pg/catalog_load.c.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "pg/authz.h"
#include "pg/catalog.h"

#define PINNED_SEARCH_PATH "pg_catalog, pg_temp"

/* ORDER: the columns of llm_policy.policy_heads in sql/tables.sql. */
enum
{
	HEADS_NAMESPACE = 1,
	HEADS_LEVEL_HASH,
	HEADS_SCOPE_HASH
};

Oid
catalog_caller(void)
{
	return GetUserId();
}

Oid
catalog_relation(const char *name)
{
	Oid relation = get_relname_relid(name, get_namespace_oid(CATALOG_SCHEMA, false));

	if (!OidIsValid(relation))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
						errmsg("relation \"%s.%s\" does not exist", CATALOG_SCHEMA, name)));
	return relation;
}

Oid
catalog_owner(void)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(catalog_relation("policy_heads")));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation \"policy_heads\"");
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

static void
prepare_once(CatalogQuery *query, int cursor_options)
{
	SPIPlanPtr plan;
	Oid *argtypes;

	if (query->plan)
		return;
	argtypes = palloc(sizeof(Oid) * Max(query->nargs, 1));
	for (int i = 0; i < query->nargs; i++)
		argtypes[i] = query->argtypes[i];
	plan = SPI_prepare_cursor(query->sql, query->nargs, argtypes, cursor_options);
	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", query->sql, SPI_result_code_string(SPI_result));
	SPI_keepplan(plan);
	query->plan = plan;
}

/*
 * User and settings are put back here after success only.  After an error the abort of the (sub)transaction
 * does it: both are part of its state.
 *
 * SECURITY_LOCAL_USERID_CHANGE is what a definer function has: no SET ROLE may outlive it.  Not
 * SECURITY_RESTRICTED_OPERATION, which would take from the owner's own triggers what they may do elsewhere;
 * no code of the caller runs in here.
 */
static int
execute(CatalogQuery *query, Datum *values, const char *nulls, bool read_only, long limit, int cursor_options)
{
	Oid user;
	int security;
	int nesting;
	int result;

	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(catalog_owner(), security | SECURITY_LOCAL_USERID_CHANGE);
	nesting = NewGUCNestLevel();
	(void) set_config_option("search_path", PINNED_SEARCH_PATH, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);

	prepare_once(query, cursor_options);
	result = SPI_execute_plan(query->plan, values, nulls, read_only, limit);
	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", query->sql, SPI_result_code_string(result));

	AtEOXact_GUC(true, nesting);
	SetUserIdAndSecContext(user, security);
	return result;
}

int
catalog_execute(CatalogQuery *query, Datum *values, const char *nulls, bool read_only, long limit)
{
	return execute(query, values, nulls, read_only, limit, 0);
}

int
catalog_execute_batch(CatalogQuery *query, Datum *values, const char *nulls, bool read_only)
{
	return execute(query, values, nulls, read_only, 0, CURSOR_OPT_CUSTOM_PLAN);
}

Str
catalog_result_text(Arena *arena, uint64 row, int column)
{
	bool isnull;
	Datum value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull);
	text *bytes;
	Str copy;

	if (isnull)
		elog(ERROR, "null in column %d of a stored policy", column);
	bytes = DatumGetTextPP(value);
	copy = llp_str_copy(arena, (Str){VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes)});
	if (copy.data == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"),
						errdetail("The policies are too large to be loaded together.")));
	return copy;
}

CatalogScan
catalog_scan_begin(const char *table, const char *index, const char *key)
{
	CatalogScan result = {0};
	Oid index_oid = catalog_relation(index);
	ScanKeyData scan_key;

	result.table = table_open(catalog_relation(table), AccessShareLock);
	if (key)
	{
		/* The key's collation is C, and so is the column's. */
		ScanKeyInit(&scan_key, 1, BTEqualStrategyNumber, F_TEXTEQ, CStringGetTextDatum(key));
		result.scan = systable_beginscan(result.table, index_oid, true, GetActiveSnapshot(), 1, &scan_key);
	}
	else
	{
		result.index = index_open(index_oid, AccessShareLock);
		result.scan = systable_beginscan_ordered(result.table, result.index, GetActiveSnapshot(), 0, NULL);
	}
	return result;
}

bool
catalog_scan_next(CatalogScan *scan, HeapTuple *row)
{
	*row = scan->index ? systable_getnext_ordered(scan->scan, ForwardScanDirection)
					   : systable_getnext(scan->scan);
	return HeapTupleIsValid(*row);
}

char *
catalog_scan_text(const CatalogScan *scan, HeapTuple row, AttrNumber column)
{
	bool isnull;
	Datum value = heap_getattr(row, column, RelationGetDescr(scan->table), &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* Locks are kept to the end of the transaction, as for any table that a statement reads. */
void
catalog_scan_end(CatalogScan *scan)
{
	if (scan->index)
	{
		systable_endscan_ordered(scan->scan);
		index_close(scan->index, NoLock);
	}
	else
		systable_endscan(scan->scan);
	table_close(scan->table, NoLock);
}

bool
catalog_is_every_namespace(const char *ns)
{
	return strcmp(ns, SCOPE_EVERY_NAMESPACE) == 0;
}

List *
catalog_namespace_path(const char *ns)
{
	List *path = NIL;

	if (catalog_is_every_namespace(ns))
		return list_make1(pstrdup(ROOT_NAMESPACE));
	if (!llp_namespace_valid(llp_str(ns)))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid namespace \"%s\"", ns),
			 errhint("A namespace is segments of letters, digits, \"_\" and \"-\" joined by \".\", at most "
					 "%d bytes.",
					 LLP_MAX_NAMESPACE)));
	for (Str step = llp_str(ns); step.size > 0; step = llp_namespace_parent(step))
		path = lappend(path, pnstrdup(step.data, step.size));
	return path;
}

Datum
catalog_text(Str text)
{
	return PointerGetDatum(cstring_to_text_with_len(text.size > 0 ? text.data : "", (int) text.size));
}

ArrayType *
catalog_text_array(const List *strings)
{
	Datum *elements = palloc(mul_size(sizeof(Datum), Max(list_length(strings), 1)));
	const ListCell *cell;

	foreach (cell, strings)
		elements[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	return construct_array(elements, list_length(strings), TEXTOID, -1, false, TYPALIGN_INT);
}

static bool
namespace_has_grants(const char *ns)
{
	CatalogScan scan = catalog_scan_begin("role_grants", "role_grants_pkey", ns);
	HeapTuple row;
	bool found = catalog_scan_next(&scan, &row);

	catalog_scan_end(&scan);
	return found;
}

/* The identity of all namespaces' policies is computed here, at every call: heads keep it for scopes only. */
static ScopeHead
head_of_every_namespace(void)
{
	ScopeHead head = {.exists = true, .holder = SCOPE_EVERY_NAMESPACE};
	CatalogScan scan = catalog_scan_begin("policy_heads", "policy_heads_pkey", NULL);
	Identity *identity = identity_begin_scope();
	HeapTuple row;

	while (catalog_scan_next(&scan, &row))
	{
		char *level_hash = catalog_scan_text(&scan, row, HEADS_LEVEL_HASH);

		if (level_hash)
			identity_add_level(identity, llp_str(level_hash));
	}
	catalog_scan_end(&scan);
	identity_end(identity, head.hash);
	return head;
}

/*
 * Takes from one level's head what the scope needs: the first head found on the way up has the scope's hash,
 * because the levels below it hold nothing.  Policies of the root make no namespace known.
 */
static void
read_head(const char *ns, ScopeHead *head)
{
	CatalogScan scan = catalog_scan_begin("policy_heads", "policy_heads_pkey", ns);
	HeapTuple row;

	if (catalog_scan_next(&scan, &row))
	{
		if (head->hash[0] == '\0')
		{
			strlcpy(head->hash, catalog_scan_text(&scan, row, HEADS_SCOPE_HASH), sizeof(head->hash));
			strlcpy(head->holder, ns, sizeof(head->holder));
		}
		if (strcmp(ns, ROOT_NAMESPACE) != 0 && catalog_scan_text(&scan, row, HEADS_LEVEL_HASH))
			head->exists = true;
	}
	catalog_scan_end(&scan);
}

bool
catalog_path_has_grants(const List *path)
{
	const ListCell *cell;

	foreach (cell, path)
	{
		if (strcmp(lfirst(cell), ROOT_NAMESPACE) != 0 && namespace_has_grants(lfirst(cell)))
			return true;
	}
	return false;
}

ScopeHead
catalog_scope_head(const char *ns)
{
	ScopeHead head = {.exists = strcmp(ns, ROOT_NAMESPACE) == 0};
	List *path;
	ListCell *cell;

	if (catalog_is_every_namespace(ns))
		return head_of_every_namespace();

	path = catalog_namespace_path(ns);
	foreach (cell, path)
	{
		if (head.hash[0] == '\0' || !head.exists)
			read_head(lfirst(cell), &head);
	}
	if (head.hash[0] == '\0')
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("table \"%s.policy_heads\" has no row for the root", CATALOG_SCHEMA)));
	if (!head.exists)
		head.exists = catalog_path_has_grants(path);
	list_free_deep(path);
	return head;
}
