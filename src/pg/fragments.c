/*
 * pg/fragments.c - compiled policies in llm_policy.policy_fragments.
 *
 * Knows nothing of policy sets: which fragments make one is pg/catalog_load.c's business.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "prog/compile.h"
#include "prog/verify.h"

#include "pg/catalog.h"
#include "pg/compat.h"
#include "pg/errors.h"
#include "pg/fragments.h"

/* Documents that are read and compiled together when fragments are completed. */
#define BATCH_SIZE 500
#define BATCH_MEMORY ((size_t) 1024 * 1024 * 1024)

static const Oid store_arguments[] = {TEXTARRAYOID, TEXTARRAYOID, INT4ARRAYOID, BYTEAARRAYOID};
static const Oid lacking_arguments[] = {TEXTOID, TEXTOID, BYTEAOID, INT4OID, INT4OID, INT4OID};

static CatalogQuery store_fragments = {
	"INSERT INTO llm_policy.policy_fragments (namespace, id, revision, fragment)"
	" SELECT * FROM unnest($1, $2, $3, $4)"
	" ON CONFLICT (namespace, id) DO UPDATE SET revision = EXCLUDED.revision, fragment = EXCLUDED.fragment",
	4, store_arguments, NULL};

const Fragment *
fragment_read(Arena *arena, Datum stored, Str ns, Str id, const uint8 fingerprint[FINGERPRINT_SIZE])
{
	bytea *bytes = DatumGetByteaPP(stored);
	size_t size = VARSIZE_ANY_EXHDR(bytes);
	Fragment *fragment = llp_arena_alloc(arena, size);
	const char *problem;

	if (fragment == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	memcpy(fragment, VARDATA_ANY(bytes), size);
	if (llp_fragment_verify(fragment, size, &problem) != STATUS_OK ||
		memcmp(fragment->source, fingerprint, FINGERPRINT_SIZE) != 0 ||
		!llp_str_equal(fragment_str(fragment, fragment->ns), ns) ||
		!llp_str_equal(fragment_str(fragment, fragment->id), id))
		return NULL;
	return fragment;
}

const Fragment *
fragment_compile(Arena *arena, const Policy *policy, const uint8 fingerprint[FINGERPRINT_SIZE])
{
	const Fragment *fragment;

	StaticAssertStmt(FINGERPRINT_SIZE == FRAGMENT_SOURCE_SIZE, "a fragment's source is a fingerprint");
	core_check(llp_compile_policy(arena, policy, fingerprint, &fragment), NULL, ERRCODE_LLP_INVALID_DOCUMENT,
			   psprintf("policy \"%.*s/%.*s\" cannot be compiled", STR_ARG(policy->ns), STR_ARG(policy->id)));
	return fragment;
}

/* Columns of rows to be stored. */
typedef struct FragmentRows
{
	Datum *namespaces;
	Datum *ids;
	Datum *revisions;
	Datum *fragments;
	size_t count;
} FragmentRows;

static FragmentRows
new_rows(size_t capacity)
{
	Size size = mul_size(sizeof(Datum), Max(capacity, 1));

	return (FragmentRows){palloc(size), palloc(size), palloc(size), palloc(size), 0};
}

static void
add_row(FragmentRows *rows, const Fragment *fragment, int32 revision)
{
	Size size = fragment_size(fragment);
	bytea *bytes = palloc(VARHDRSZ + size);

	SET_VARSIZE(bytes, VARHDRSZ + size);
	memcpy(VARDATA(bytes), fragment, size);
	rows->namespaces[rows->count] = catalog_text(fragment_str(fragment, fragment->ns));
	rows->ids[rows->count] = catalog_text(fragment_str(fragment, fragment->id));
	rows->revisions[rows->count] = Int32GetDatum(revision);
	rows->fragments[rows->count++] = PointerGetDatum(bytes);
}

static void
store_rows(const FragmentRows *rows)
{
	int count = (int) rows->count;
	Datum values[] = {
		PointerGetDatum(construct_array(rows->namespaces, count, TEXTOID, -1, false, TYPALIGN_INT)),
		PointerGetDatum(construct_array(rows->ids, count, TEXTOID, -1, false, TYPALIGN_INT)),
		PointerGetDatum(construct_array(rows->revisions, count, INT4OID, sizeof(int32), true, TYPALIGN_INT)),
		PointerGetDatum(construct_array(rows->fragments, count, BYTEAOID, -1, false, TYPALIGN_INT))};

	if (count > 0)
		catalog_execute_batch(&store_fragments, values, NULL, false);
}

void
fragments_store(Arena *arena, const NewRevision *revisions, size_t count)
{
	FragmentRows rows = new_rows(count);

	for (size_t i = 0; i < count; i++)
	{
		uint8 fingerprint[FINGERPRINT_SIZE];

		CHECK_FOR_INTERRUPTS();
		identity_fingerprint(revisions[i].document, llp_status_name(revisions[i].status), fingerprint);
		add_row(&rows, fragment_compile(arena, revisions[i].policy, fingerprint), revisions[i].revision);
	}
	store_rows(&rows);
}

/*
 * Current policies, in the order of their keys from one on, whose fragment is missing, of another revision or
 * text, or of another engine's making.  Their heads are locked as an author's are who only needs them to
 * stay, and those that an author has locked are left for another time: so nobody waits for the other's
 * fragments.
 */
static CatalogQuery lacking_fragments = {
	"SELECT d.namespace, d.id, d.revision, d.document, d.fingerprint FROM llm_policy.policy_current c"
	" JOIN llm_policy.policy_documents d USING (namespace, id, revision)"
	" JOIN llm_policy.policy_heads h ON h.namespace = d.namespace"
	" WHERE (d.namespace, d.id) > ($1, $2)"
	" AND NOT EXISTS (SELECT FROM llm_policy.policy_fragments f WHERE f.namespace = d.namespace"
	" AND f.id = d.id AND f.revision = d.revision"
	" AND substr(f.fragment, 1, length($3)) = $3 AND substr(f.fragment, $4, $5) = d.fingerprint)"
	" ORDER BY d.namespace, d.id LIMIT $6 FOR SHARE OF h SKIP LOCKED",
	6, lacking_arguments, NULL};

/* ORDER: lacking_arguments. */
enum
{
	AFTER_NAMESPACE,
	AFTER_ID,
	HEADER_PREFIX,
	SOURCE_PLACE,
	SOURCE_SIZE,
	MAX_ROWS,
	ARGUMENT_COUNT
};

/* ORDER: the columns of lacking_fragments. */
enum
{
	LACKING_NAMESPACE = 1,
	LACKING_ID,
	LACKING_REVISION,
	LACKING_DOCUMENT,
	LACKING_FINGERPRINT
};

/* NULL, after a warning, for a document that can no longer be read. */
static const Fragment *
compile_row(Arena *arena, uint64 row, int32 *revision)
{
	HeapTuple tuple = SPI_tuptable->vals[row];
	Str ns = catalog_result_text(arena, row, LACKING_NAMESPACE);
	Str id = catalog_result_text(arena, row, LACKING_ID);
	bytea *fingerprint;
	const Policy *policy;
	bool isnull;

	*revision = DatumGetInt32(SPI_getbinval(tuple, SPI_tuptable->tupdesc, LACKING_REVISION, &isnull));
	fingerprint = DatumGetByteaPP(SPI_getbinval(tuple, SPI_tuptable->tupdesc, LACKING_FINGERPRINT, &isnull));
	if (isnull || VARSIZE_ANY_EXHDR(fingerprint) != FINGERPRINT_SIZE)
		elog(ERROR, "a stored fingerprint has the wrong size");
	policy = catalog_read_document(arena, catalog_result_text(arena, row, LACKING_DOCUMENT), ns, id,
								   *revision, WARNING);
	return policy ? fragment_compile(arena, policy, (const uint8 *) VARDATA_ANY(fingerprint)) : NULL;
}

/* The next batch begins behind the last row of this one. */
static void
go_behind(Arena *arena, uint64 row, Datum *arguments)
{
	arguments[AFTER_NAMESPACE] = catalog_text(catalog_result_text(arena, row, LACKING_NAMESPACE));
	arguments[AFTER_ID] = catalog_text(catalog_result_text(arena, row, LACKING_ID));
}

/* Compiles and stores some of what is missing; returns how many.  *is_last: nothing is left to look at. */
static int64
complete_batch(Datum *arguments, bool *is_last)
{
	CoreArena memory = core_arena_create(CurrentMemoryContext, "policies to compile", BATCH_MEMORY);
	FragmentRows rows;

	catalog_execute_batch(&lacking_fragments, arguments, NULL, false);
	*is_last = SPI_processed < BATCH_SIZE;
	rows = new_rows(SPI_processed);
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		int32 revision;
		const Fragment *fragment;

		CHECK_FOR_INTERRUPTS();
		fragment = compile_row(memory.arena, row, &revision);
		if (fragment)
			add_row(&rows, fragment, revision);
	}
	if (!*is_last)
		go_behind(memory.arena, SPI_processed - 1, arguments);
	store_rows(&rows);
	MemoryContextDelete(memory.context);
	return (int64) rows.count;
}

int64
fragments_complete(void)
{
	Fragment current = {.magic = FRAGMENT_MAGIC, .version = FRAGMENT_VERSION};
	Size size = offsetof(Fragment, version) + sizeof(current.version);
	bytea *prefix = palloc(VARHDRSZ + size);
	Datum arguments[ARGUMENT_COUNT] = {
		[AFTER_NAMESPACE] = catalog_text(STR("")),
		[AFTER_ID] = catalog_text(STR("")),
		[HEADER_PREFIX] = PointerGetDatum(prefix),
		[SOURCE_PLACE] = Int32GetDatum(offsetof(Fragment, source) + 1), /* as substr counts */
		[SOURCE_SIZE] = Int32GetDatum(FRAGMENT_SOURCE_SIZE),
		[MAX_ROWS] = Int32GetDatum(BATCH_SIZE),
	};
	int64 total = 0;
	bool is_last = false;

	SET_VARSIZE(prefix, VARHDRSZ + size);
	memcpy(VARDATA(prefix), &current, size);
	while (!is_last)
		total += complete_batch(arguments, &is_last);
	return total;
}
