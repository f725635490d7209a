/*
 * pg/catalog_load.c - stored documents become policy sets: the current ones, a recorded set, those of a time.
 *
 * Three queries with one row type, read under the active snapshot; the rest is shared.  What a set is called
 * - its hash - is computed from the rows that were read, and compared where it is known beforehand.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "policy/read.h"

#include "pg/catalog.h"
#include "pg/errors.h"

/* ORDER: the columns of ROW_COLUMNS. */
enum
{
	ROW_NAMESPACE = 1,
	ROW_ID,
	ROW_REVISION,
	ROW_STATUS,
	ROW_DOCUMENT,
	ROW_FINGERPRINT
};

#define ROW_COLUMNS "d.namespace, d.id, d.revision, d.status, d.document, d.fingerprint"
#define CURRENT_ROWS                                                                                         \
	"SELECT " ROW_COLUMNS " FROM llm_policy.policy_current c"                                                \
	" JOIN llm_policy.policy_documents d USING (namespace, id, revision)"
#define ROWS_AS_OF_FROM                                                                                      \
	"SELECT " ROW_COLUMNS " FROM (SELECT DISTINCT ON (r.namespace, r.id) r.*"                                \
	" FROM llm_policy.policy_documents r WHERE r.changed_at <= $1"
#define ROWS_AS_OF_END                                                                                       \
	" ORDER BY r.namespace, r.id, r.revision DESC) d"                                                        \
	" WHERE NOT EXISTS (SELECT FROM llm_policy.policy_endings e WHERE e.namespace = d.namespace"             \
	" AND e.id = d.id AND e.revision >= d.revision AND e.changed_at <= $1)"
#define ROW_ORDER " ORDER BY d.namespace, d.id"

static const Oid path_argument[] = {TEXTARRAYOID};
static const Oid time_arguments[] = {TIMESTAMPTZOID, TEXTARRAYOID};
static const Oid hash_argument[] = {TEXTOID};

static CatalogQuery current_of_path = {CURRENT_ROWS " WHERE c.namespace = ANY ($1)" ROW_ORDER, 1,
									   path_argument, NULL};
static CatalogQuery current_of_all = {CURRENT_ROWS ROW_ORDER, 0, NULL, NULL};
static CatalogQuery as_of_on_path = {ROWS_AS_OF_FROM " AND r.namespace = ANY ($2)" ROWS_AS_OF_END ROW_ORDER,
									 2, time_arguments, NULL};
static CatalogQuery as_of_everywhere = {ROWS_AS_OF_FROM ROWS_AS_OF_END ROW_ORDER, 1, time_arguments, NULL};
static CatalogQuery recorded_scope = {"SELECT FROM llm_policy.policy_scopes WHERE scope_hash = $1", 1,
									  hash_argument, NULL};
static CatalogQuery recorded_rows = {
	"SELECT " ROW_COLUMNS " FROM (SELECT DISTINCT l.namespace, p.id, p.revision"
	" FROM llm_policy.policy_scopes s, unnest(s.level_hashes) AS h(level_hash),"
	" llm_policy.policy_levels l, unnest(l.ids, l.revisions) AS p(id, revision)"
	" WHERE s.scope_hash = $1 AND l.level_hash = h.level_hash) p"
	" JOIN llm_policy.policy_documents d USING (namespace, id, revision)" ROW_ORDER,
	1, hash_argument, NULL};

typedef struct Level
{
	Str ns;
	char hash[IDENTITY_TEXT_SIZE];
} Level;

/* The rows of one load, which are ordered by namespace and id, while they become a set. */
typedef struct Loading
{
	Arena *arena;
	Policy **policies; /* in the arena */
	size_t count;
	Level *levels; /* palloc'd, in the order of their namespaces */
	int level_count;
	Identity *open_level; /* of the last of levels */
} Loading;

static Datum
row_value(uint64 row, int column)
{
	bool isnull;
	Datum value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull);

	if (isnull)
		elog(ERROR, "null in column %d of a stored policy", column);
	return value;
}

static void
close_level(Loading *loading)
{
	if (loading->open_level)
		identity_end(loading->open_level, loading->levels[loading->level_count - 1].hash);
	loading->open_level = NULL;
}

static void
add_to_identity(Loading *loading, uint64 row, const Policy *policy)
{
	bytea *fingerprint = DatumGetByteaPP(row_value(row, ROW_FINGERPRINT));

	if (loading->level_count == 0 || !llp_str_equal(loading->levels[loading->level_count - 1].ns, policy->ns))
	{
		close_level(loading);
		loading->levels[loading->level_count++].ns = policy->ns;
		loading->open_level = identity_begin_level(policy->ns);
	}
	if (VARSIZE_ANY_EXHDR(fingerprint) != FINGERPRINT_SIZE)
		elog(ERROR, "a stored fingerprint has the wrong size");
	identity_add_policy(loading->open_level, policy->id, policy->revision,
						(const uint8 *) VARDATA_ANY(fingerprint));
}

Policy *
catalog_read_document(Arena *arena, Str document, Str ns, Str id, int32 revision)
{
	DiagnosticList findings;
	PolicyList list;
	Status status;

	llp_diag_init(&findings, arena);
	status = llp_read_policies(arena, document, ns, &list, &findings);
	core_check(status, &findings, ERRCODE_LLP_INVALID_DOCUMENT,
			   psprintf("policy \"%.*s/%.*s\" revision %d can no longer be read", STR_ARG(ns), STR_ARG(id),
						revision));
	if (list.count != 1 || !llp_str_equal(list.policies[0]->id, id))
		ereport(ERROR, (errcode(ERRCODE_LLP_INVALID_DOCUMENT),
						errmsg("what is stored as policy \"%.*s/%.*s\" revision %d is not that policy",
							   STR_ARG(ns), STR_ARG(id), revision)));
	list.policies[0]->revision = revision;
	return list.policies[0];
}

static void
load_row(Loading *loading, uint64 row)
{
	Str ns = catalog_result_text(loading->arena, row, ROW_NAMESPACE);
	Str id = catalog_result_text(loading->arena, row, ROW_ID);
	int32 revision = DatumGetInt32(row_value(row, ROW_REVISION));
	Str document = catalog_result_text(loading->arena, row, ROW_DOCUMENT);
	Policy *policy = catalog_read_document(loading->arena, document, ns, id, revision);

	policy->status = llp_status_of(catalog_result_text(loading->arena, row, ROW_STATUS));
	loading->policies[loading->count++] = policy;
	add_to_identity(loading, row, policy);
}

/* Runs the query inside the open SPI connection and reads every policy that it finds. */
static Loading
load_rows(CoreArena *memory, CatalogQuery *query, Datum *values)
{
	Loading loading = {.arena = memory->arena};

	catalog_execute_batch(query, values, NULL, true);
	loading.policies = llp_arena_array(memory->arena, SPI_processed, sizeof(Policy *));
	if (loading.policies == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	loading.levels = palloc(mul_size(sizeof(Level), Max(SPI_processed, 1)));
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		CHECK_FOR_INTERRUPTS();
		load_row(&loading, row);
	}
	close_level(&loading);
	return loading;
}

/* Leaf first: on a path the longer name is below the shorter, and the root is last. */
static int
compare_depth(const void *a, const void *b)
{
	Str left = ((const Level *) a)->ns;
	Str right = ((const Level *) b)->ns;
	int roots = llp_str_equal(left, STR(ROOT_NAMESPACE)) - llp_str_equal(right, STR(ROOT_NAMESPACE));

	return roots != 0 ? roots : (left.size < right.size) - (left.size > right.size);
}

/* As pg/catalog.c has it in heads: the levels of a path from the leaf up, those of all namespaces by name. */
static void
identify(Loading *loading, bool every_namespace, char *hash)
{
	Identity *scope = identity_begin_scope();

	if (!every_namespace)
		qsort(loading->levels, loading->level_count, sizeof(Level), compare_depth);
	for (int i = 0; i < loading->level_count; i++)
		identity_add_level(scope, llp_str(loading->levels[i].hash));
	identity_end(scope, hash);
}

static PolicySet
set_of(const Loading *loading)
{
	return llp_policy_set(loading->policies, loading->count);
}

static bool
is_every_namespace(const char *ns)
{
	return strcmp(ns, SCOPE_EVERY_NAMESPACE) == 0;
}

PolicySet
catalog_load_scope(CoreArena *memory, const char *ns)
{
	ScopeHead head = catalog_scope_head(ns);
	bool every_namespace = is_every_namespace(ns);
	char hash[SCOPE_HASH_TEXT_SIZE];
	Datum path;
	Loading loading;

	SPI_connect();
	path = PointerGetDatum(catalog_text_array(catalog_namespace_path(ns)));
	loading = load_rows(memory, every_namespace ? &current_of_all : &current_of_path, &path);
	identify(&loading, every_namespace, hash);
	SPI_finish();

	if (strcmp(hash, head.hash) != 0)
		ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
						errmsg("the policies of this transaction's snapshot are no longer there"),
						errdetail("A policy table was truncated after the transaction began."),
						errhint("Run the transaction again.")));
	return set_of(&loading);
}

PolicySet
catalog_load_recorded(CoreArena *memory, const char *hash)
{
	char found[SCOPE_HASH_TEXT_SIZE];
	Datum argument;
	Loading loading;

	SPI_connect();
	argument = CStringGetTextDatum(hash);
	catalog_execute(&recorded_scope, &argument, NULL, true, 1);
	if (SPI_processed == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("no policy set \"%s\" is recorded", hash),
						errdetail("Recorded are the sets of single namespaces, not those of \"%s\".",
								  SCOPE_EVERY_NAMESPACE),
						errhint("Replay by time with as_of and compare \"policySet\".")));
	loading = load_rows(memory, &recorded_rows, &argument);
	identify(&loading, false, found);
	SPI_finish();

	if (strcmp(hash, found) != 0)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("the policies of set \"%s\" are not what they were", hash),
						errdetail("Revisions in llm_policy.policy_documents were changed or deleted.")));
	return set_of(&loading);
}

static bool
any_level_below_root(const Loading *loading)
{
	for (int i = 0; i < loading->level_count; i++)
	{
		if (!llp_str_equal(loading->levels[i].ns, STR(ROOT_NAMESPACE)))
			return true;
	}
	return false;
}

PolicySet
catalog_load_as_of(CoreArena *memory, const char *ns, TimestampTz as_of, ScopeHead *head)
{
	bool every_namespace = is_every_namespace(ns);
	List *path;
	Datum values[2];
	Loading loading;

	SPI_connect();
	path = catalog_namespace_path(ns);
	values[0] = TimestampTzGetDatum(as_of);
	values[1] = PointerGetDatum(catalog_text_array(path));
	loading = load_rows(memory, every_namespace ? &as_of_everywhere : &as_of_on_path, values);
	identify(&loading, every_namespace, head->hash);
	head->exists = every_namespace || strcmp(ns, ROOT_NAMESPACE) == 0 || any_level_below_root(&loading) ||
				   catalog_path_has_grants(path);
	SPI_finish();
	return set_of(&loading);
}
