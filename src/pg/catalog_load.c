/*
 * pg/catalog_load.c - stored policies become sets to be linked: the current ones, a recorded set, those of a
 * time.
 *
 * Queries of one row type, read under the active snapshot; the rest is shared.  What a set is called - its
 * hash - is computed from what was loaded, and compared where it is known beforehand: that is what makes it
 * safe to take unchanged policies from an older image.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "policy/read.h"
#include "prog/intern.h"

#include "pg/catalog.h"
#include "pg/errors.h"
#include "pg/fragments.h"

/* ORDER: the columns of ROW_COLUMNS. */
enum
{
	ROW_NAMESPACE = 1,
	ROW_ID,
	ROW_REVISION,
	ROW_STATUS,
	ROW_DOCUMENT,
	ROW_FINGERPRINT,
	ROW_FRAGMENT
};

#define ROW_COLUMNS                                                                                          \
	"d.namespace, d.id, d.revision, d.status, d.document, d.fingerprint,"                                    \
	" CASE WHEN f.revision = d.revision THEN f.fragment END"
#define WITH_FRAGMENTS " LEFT JOIN llm_policy.policy_fragments f ON f.namespace = d.namespace AND f.id = d.id"
#define CURRENT_ROWS                                                                                         \
	"SELECT " ROW_COLUMNS " FROM llm_policy.policy_current c"                                                \
	" JOIN llm_policy.policy_documents d USING (namespace, id, revision)" WITH_FRAGMENTS
#define ROWS_AS_OF_FROM                                                                                      \
	"SELECT " ROW_COLUMNS " FROM (SELECT DISTINCT ON (r.namespace, r.id) r.*"                                \
	" FROM llm_policy.policy_documents r WHERE r.changed_at <= $1"
#define ROWS_AS_OF_END                                                                                       \
	" ORDER BY r.namespace, r.id, r.revision DESC) d" WITH_FRAGMENTS                                         \
	" WHERE NOT EXISTS (SELECT FROM llm_policy.policy_endings e WHERE e.namespace = d.namespace"             \
	" AND e.id = d.id AND e.revision >= d.revision AND e.changed_at <= $1)"
#define ROW_ORDER " ORDER BY d.namespace, d.id"

static const Oid path_argument[] = {TEXTARRAYOID};
static const Oid time_arguments[] = {TIMESTAMPTZOID, TEXTARRAYOID};
static const Oid hash_argument[] = {TEXTOID};
static const Oid key_arguments[] = {TEXTARRAYOID, TEXTARRAYOID, INT4ARRAYOID};

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
	" JOIN llm_policy.policy_documents d USING (namespace, id, revision)" WITH_FRAGMENTS ROW_ORDER,
	1, hash_argument, NULL};
static CatalogQuery named_rows = {
	"SELECT " ROW_COLUMNS " FROM unnest($1, $2, $3) AS k(namespace, id, revision)"
	" JOIN llm_policy.policy_documents d USING (namespace, id, revision)" WITH_FRAGMENTS,
	3, key_arguments, NULL};

/* Which revisions count, by level: one row a namespace instead of one a policy. */
#define LEVELS                                                                                               \
	"SELECT DISTINCT ON (h.namespace) h.namespace, l.ids, l.revisions FROM llm_policy.policy_heads h"        \
	" JOIN llm_policy.policy_levels l ON l.level_hash = h.level_hash"
static CatalogQuery levels_of_path = {LEVELS " WHERE h.namespace = ANY ($1) ORDER BY h.namespace", 1,
									  path_argument, NULL};
static CatalogQuery levels_of_all = {LEVELS " ORDER BY h.namespace", 0, NULL, NULL};

typedef struct Level
{
	Str ns;
	char hash[IDENTITY_TEXT_SIZE];
} Level;

/* The policies of one load, ordered by namespace and id, while they become a set. */
typedef struct Loading
{
	Arena *arena;
	LinkInput *inputs; /* in the arena */
	uint32 count;
	Level *levels; /* palloc'd, in the order of their namespaces */
	int level_count;
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

Policy *
catalog_read_document(Arena *arena, Str document, Str ns, Str id, int32 revision, int level)
{
	DiagnosticList findings;
	PolicyList list;
	Status status;

	llp_diag_init(&findings, arena);
	status = llp_read_policies(arena, document, ns, &list, &findings);
	if (!core_report(level, status, &findings, ERRCODE_LLP_INVALID_DOCUMENT,
					 psprintf("policy \"%.*s/%.*s\" revision %d can no longer be read", STR_ARG(ns),
							  STR_ARG(id), revision)))
		return NULL;
	if (list.count != 1 || !llp_str_equal(list.policies[0]->id, id))
	{
		ereport(level, (errcode(ERRCODE_LLP_INVALID_DOCUMENT),
						errmsg("what is stored as policy \"%.*s/%.*s\" revision %d is not that policy",
							   STR_ARG(ns), STR_ARG(id), revision)));
		return NULL;
	}
	list.policies[0]->revision = revision;
	return list.policies[0];
}

/* A text column of a row where it lies: valid for as long as the row. */
static Str
row_text(uint64 row, int column)
{
	text *bytes = DatumGetTextPP(row_value(row, column));

	return (Str){VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes)};
}

/* The compiled policy of a row: as stored, else made of the document. */
static const Fragment *
row_fragment(Arena *arena, uint64 row)
{
	bytea *fingerprint = DatumGetByteaPP(row_value(row, ROW_FINGERPRINT));
	const uint8 *source = (const uint8 *) VARDATA_ANY(fingerprint);
	int32 revision = DatumGetInt32(row_value(row, ROW_REVISION));
	const Fragment *fragment = NULL;
	Datum stored;
	bool isnull;

	if (VARSIZE_ANY_EXHDR(fingerprint) != FINGERPRINT_SIZE)
		elog(ERROR, "a stored fingerprint has the wrong size");
	stored = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, ROW_FRAGMENT, &isnull);
	if (!isnull)
		fragment = fragment_read(arena, stored, row_text(row, ROW_NAMESPACE), row_text(row, ROW_ID), source);
	if (fragment == NULL)
		fragment =
			fragment_compile(arena,
							 catalog_read_document(arena, catalog_result_text(arena, row, ROW_DOCUMENT),
												   catalog_result_text(arena, row, ROW_NAMESPACE),
												   catalog_result_text(arena, row, ROW_ID), revision, ERROR),
							 source);
	return fragment;
}

static LinkInput
row_input(Arena *arena, uint64 row)
{
	return (LinkInput){.fragment = row_fragment(arena, row),
					   .revision = DatumGetInt32(row_value(row, ROW_REVISION)),
					   .status = llp_status_of(row_text(row, ROW_STATUS))};
}

static LinkInput *
input_array(Arena *arena, uint64 count)
{
	LinkInput *inputs = llp_arena_array(arena, count, sizeof(LinkInput));

	if (inputs == NULL || count > PG_INT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	return inputs;
}

/* Hashes the levels; the policies are in the order of their namespaces and ids. */
static void
find_levels(Loading *loading)
{
	Identity *open = NULL;

	loading->levels =
		MemoryContextAllocHuge(CurrentMemoryContext, mul_size(sizeof(Level), Max(loading->count, 1)));
	for (uint32 i = 0; i < loading->count; i++)
	{
		const Fragment *fragment = loading->inputs[i].fragment;
		Str ns = fragment_str(fragment, fragment->ns);

		if (open == NULL || !llp_str_equal(loading->levels[loading->level_count - 1].ns, ns))
		{
			if (open)
				identity_end(open, loading->levels[loading->level_count - 1].hash);
			loading->levels[loading->level_count++].ns = ns;
			open = identity_begin_level(ns);
		}
		identity_add_policy(open, fragment_str(fragment, fragment->id), loading->inputs[i].revision,
							fragment->source);
	}
	if (open)
		identity_end(open, loading->levels[loading->level_count - 1].hash);
}

/* Runs the query inside the open SPI connection and takes every policy that it finds. */
static Loading
load_rows(CoreArena *memory, CatalogQuery *query, Datum *values)
{
	Loading loading = {.arena = memory->arena};

	catalog_execute_batch(query, values, NULL, true);
	loading.inputs = input_array(memory->arena, SPI_processed);
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		CHECK_FOR_INTERRUPTS();
		loading.inputs[loading.count++] = row_input(memory->arena, row);
	}
	find_levels(&loading);
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

static LoadedSet
set_of(const Loading *loading)
{
	return (LoadedSet){loading->inputs, loading->count};
}

/* --- From an older image -------------------------------------------------------------------------------- */

/* One policy that counts, by level. */
typedef struct Wanted
{
	Str ns;
	Str id;
	int32 revision;
} Wanted;

/* Policies of an image by namespace and id. */
typedef struct BaseIndex
{
	const Image *image;
	Interner labels; /* in the order of the image's policies */
	StrBuf label;
} BaseIndex;

static Str
base_label(BaseIndex *index, Str ns, Str id)
{
	index->label.size = 0;
	llp_buf_append(&index->label, ns);
	llp_buf_append_char(&index->label, '/');
	llp_buf_append(&index->label, id);
	return llp_buf_str(&index->label);
}

static void
index_base(BaseIndex *index, Arena *arena, const Image *image)
{
	index->image = image;
	llp_intern_init(&index->labels, arena, (uintptr_t) index);
	llp_buf_init(&index->label, arena);
	for (uint32 i = 0; i < image_policies_count(image); i++)
	{
		const Fragment *fragment = image_fragment(image, i);
		Str label =
			base_label(index, fragment_str(fragment, fragment->ns), fragment_str(fragment, fragment->id));

		llp_intern(&index->labels, llp_str_copy(arena, label));
	}
}

/* The policies that count, of all levels, in the order of namespaces and ids; inside the SPI connection. */
static Wanted *
read_levels(CoreArena *memory, const char *ns, Datum path, uint32 *count)
{
	Wanted *wanted = NULL;

	*count = 0;
	catalog_execute_batch(catalog_is_every_namespace(ns) ? &levels_of_all : &levels_of_path, &path, NULL,
						  true);
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		Str level_ns = catalog_result_text(memory->arena, row, 1);
		Datum *ids;
		Datum *revisions;
		int id_count;
		int revision_count;

		deconstruct_array(DatumGetArrayTypeP(row_value(row, 2)), TEXTOID, -1, false, TYPALIGN_INT, &ids, NULL,
						  &id_count);
		deconstruct_array(DatumGetArrayTypeP(row_value(row, 3)), INT4OID, sizeof(int32), true, TYPALIGN_INT,
						  &revisions, NULL, &revision_count);
		if (revision_count != id_count)
			elog(ERROR, "arrays of different lengths in a recorded level");
		wanted =
			wanted ? repalloc_huge(wanted, mul_size(sizeof(Wanted), *count + id_count))
				   : MemoryContextAllocHuge(CurrentMemoryContext, mul_size(sizeof(Wanted), Max(id_count, 1)));
		for (int i = 0; i < id_count; i++)
		{
			text *id = DatumGetTextPP(ids[i]);

			wanted[(*count)++] =
				(Wanted){level_ns, {VARDATA_ANY(id), VARSIZE_ANY_EXHDR(id)}, DatumGetInt32(revisions[i])};
		}
	}
	return wanted;
}

/* Takes from the base what it has; returns how many are missing, whose inputs have no fragment. */
static uint32
take_from_base(BaseIndex *index, const Wanted *wanted, Loading *loading)
{
	uint32 missing = 0;

	for (uint32 i = 0; i < loading->count; i++)
	{
		uint32 number = llp_intern_find(&index->labels, base_label(index, wanted[i].ns, wanted[i].id));
		const ImagePolicy *policy;

		loading->inputs[i].fragment = NULL;
		loading->inputs[i].revision = wanted[i].revision;
		policy = number == INTERN_NONE ? NULL : &image_policies(index->image)[number];
		if (policy && policy->revision == wanted[i].revision)
		{
			loading->inputs[i].fragment = image_fragment(index->image, number);
			loading->inputs[i].image = index->image;
			loading->inputs[i].number = number;
			loading->inputs[i].status = (PolicyStatus) policy->status;
		}
		else
			missing++;
	}
	return missing;
}

/* Puts the rows that were found in their places, both in the order of namespaces and ids. */
static bool
fill_missing(Loading *loading, const Wanted *wanted)
{
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		LinkInput input = row_input(loading->arena, row);
		Str ns = fragment_str(input.fragment, input.fragment->ns);
		Str id = fragment_str(input.fragment, input.fragment->id);
		uint32 place = 0;

		CHECK_FOR_INTERRUPTS();
		while (place < loading->count &&
			   (loading->inputs[place].fragment || !llp_str_equal(wanted[place].ns, ns) ||
				!llp_str_equal(wanted[place].id, id)))
			place++;
		if (place == loading->count)
			return false;
		loading->inputs[place] = input;
	}
	return true;
}

static bool
load_missing(Loading *loading, const Wanted *wanted, uint32 missing)
{
	Datum *namespaces = palloc(mul_size(sizeof(Datum), missing));
	Datum *ids = palloc(mul_size(sizeof(Datum), missing));
	Datum *revisions = palloc(mul_size(sizeof(Datum), missing));
	Datum values[3];
	int count = 0;

	for (uint32 i = 0; i < loading->count; i++)
	{
		if (loading->inputs[i].fragment)
			continue;
		namespaces[count] = catalog_text(wanted[i].ns);
		ids[count] = catalog_text(wanted[i].id);
		revisions[count++] = Int32GetDatum(wanted[i].revision);
	}
	values[0] = PointerGetDatum(construct_array(namespaces, count, TEXTOID, -1, false, TYPALIGN_INT));
	values[1] = PointerGetDatum(construct_array(ids, count, TEXTOID, -1, false, TYPALIGN_INT));
	values[2] =
		PointerGetDatum(construct_array(revisions, count, INT4OID, sizeof(int32), true, TYPALIGN_INT));
	catalog_execute_batch(&named_rows, values, NULL, true);
	return SPI_processed == missing && fill_missing(loading, wanted);
}

/* So few changes that looking each up is cheaper than reading everything. */
#define MAX_MISSING 64

/* False when the base does not help. */
static bool
load_changes(CoreArena *memory, const char *ns, Datum path, const Image *base, Loading *loading)
{
	BaseIndex index;
	Wanted *wanted;
	uint32 missing;

	*loading = (Loading){.arena = memory->arena};
	index_base(&index, memory->arena, base);
	wanted = read_levels(memory, ns, path, &loading->count);
	loading->inputs = input_array(memory->arena, loading->count);
	missing = take_from_base(&index, wanted, loading);
	if (missing > MAX_MISSING || llp_arena_exhausted(memory->arena) ||
		(missing > 0 && !load_missing(loading, wanted, missing)))
		return false;
	find_levels(loading);
	return true;
}

LoadedSet
catalog_load_scope(CoreArena *memory, const ScopeHead *head, const Image *base)
{
	const char *ns = head->holder;
	bool every_namespace = catalog_is_every_namespace(ns);
	char hash[SCOPE_HASH_TEXT_SIZE] = "";
	Datum path;
	Loading loading;

	SPI_connect();
	path = PointerGetDatum(catalog_text_array(catalog_namespace_path(ns)));
	if (base && load_changes(memory, ns, path, base, &loading))
		identify(&loading, every_namespace, hash);
	if (strcmp(hash, head->hash) != 0)
	{
		loading = load_rows(memory, every_namespace ? &current_of_all : &current_of_path, &path);
		identify(&loading, every_namespace, hash);
	}
	SPI_finish();

	if (strcmp(hash, head->hash) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("the policies of this transaction's snapshot are no longer there"),
				 errdetail("A policy table was truncated after the transaction began, or a revision that "
						   "counts is missing from it."),
				 errhint("Run the transaction again.")));
	return set_of(&loading);
}

LoadedSet
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

LoadedSet
catalog_load_as_of(CoreArena *memory, const char *ns, TimestampTz as_of, ScopeHead *head)
{
	bool every_namespace = catalog_is_every_namespace(ns);
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
