/*
 * pg/revisions.c - writes revisions, the current ones and endings, many policies a statement.
 *
 * Decides nothing: whether a policy may be stored, and under which number, is its callers' business.  Heads
 * follow by the triggers of sql/heads.sql.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "tcop/utility.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "pg/catalog.h"
#include "pg/fragments.h"
#include "pg/jsonb_tree.h"
#include "pg/revisions.h"

static const Oid one_text_array[] = {TEXTARRAYOID};
static const Oid three_text_arrays[] = {TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID};
static const Oid revision_arguments[] = {
	TEXTARRAYOID, TEXTARRAYOID,	 INT4ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID, TEXTARRAYOID,
	TEXTARRAYOID, JSONBARRAYOID, TEXTOID,	   TEXTOID,		 TEXTOID,	   TEXTOID,		 TIMESTAMPTZOID};
static const Oid key_arguments[] = {TEXTARRAYOID, TEXTARRAYOID, INT4ARRAYOID};
static const Oid ending_arguments[] = {TEXTARRAYOID, TEXTARRAYOID, TEXTOID,		  TEXTOID,
									   TEXTOID,		 TEXTOID,	   TIMESTAMPTZOID};

static CatalogQuery lock_heads = {"SELECT llm_policy.lock_heads($1)", 1, one_text_array, NULL};

static CatalogQuery read_stored = {
	"SELECT c.revision, d.fingerprint,"
	" (SELECT max(l.revision) FROM llm_policy.policy_documents l"
	" WHERE l.namespace = k.namespace AND l.id = k.id)"
	" FROM unnest($1, $2) WITH ORDINALITY AS k(namespace, id, place)"
	" LEFT JOIN llm_policy.policy_current c ON c.namespace = k.namespace AND c.id = k.id"
	" LEFT JOIN llm_policy.policy_documents d"
	" ON d.namespace = c.namespace AND d.id = c.id AND d.revision = c.revision"
	" ORDER BY k.place",
	2, three_text_arrays, NULL};

static CatalogQuery store_revisions = {
	"INSERT INTO llm_policy.policy_documents (namespace, id, revision, name, version, priority, status,"
	" document, normalised, note, changed_by, caller_role, login_role, changed_at, xid)"
	" SELECT r.*, $10, $11, $12, $13, $14, pg_current_xact_id()"
	" FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) AS r",
	14, revision_arguments, NULL};

static CatalogQuery make_current = {
	"INSERT INTO llm_policy.policy_current (namespace, id, revision) SELECT * FROM unnest($1, $2, $3)"
	" ON CONFLICT (namespace, id) DO UPDATE SET revision = EXCLUDED.revision",
	3, key_arguments, NULL};

static CatalogQuery end_policies = {
	"WITH gone AS (DELETE FROM llm_policy.policy_current c USING unnest($1, $2) AS k(namespace, id)"
	" WHERE c.namespace = k.namespace AND c.id = k.id RETURNING c.*),"
	" unused AS (DELETE FROM llm_policy.policy_fragments f USING unnest($1, $2) AS k(namespace, id)"
	" WHERE f.namespace = k.namespace AND f.id = k.id)"
	" INSERT INTO llm_policy.policy_endings (namespace, id, revision, note, changed_by, caller_role,"
	" login_role, changed_at, xid)"
	" SELECT g.*, $3, $4, $5, $6, $7, pg_current_xact_id() FROM gone g",
	7, ending_arguments, NULL};

static CatalogQuery beyond_kept = {
	"SELECT c.namespace, c.id, c.revision FROM llm_policy.policy_current c"
	" WHERE c.namespace = ANY ($1) AND NOT EXISTS"
	" (SELECT FROM unnest($2, $3) AS k(namespace, id) WHERE k.namespace = c.namespace AND k.id = c.id)"
	" ORDER BY c.namespace, c.id",
	3, three_text_arrays, NULL};

static Datum *
datum_array(size_t count)
{
	return palloc(mul_size(sizeof(Datum), Max(count, 1)));
}

static Datum
array_of(Datum *elements, size_t count, Oid type)
{
	int16 length;
	bool by_value;
	char alignment;

	get_typlenbyvalalign(type, &length, &by_value, &alignment);
	return PointerGetDatum(construct_array(elements, (int) count, type, length, by_value, alignment));
}

/* The namespaces and the ids of policies as two text[]. */
static void
key_arrays(const Stored *policies, size_t count, Datum *namespaces, Datum *ids)
{
	Datum *ns_elements = datum_array(count);
	Datum *id_elements = datum_array(count);

	for (size_t i = 0; i < count; i++)
	{
		ns_elements[i] = catalog_text(policies[i].ns);
		id_elements[i] = catalog_text(policies[i].id);
	}
	*namespaces = array_of(ns_elements, count, TEXTOID);
	*ids = array_of(id_elements, count, TEXTOID);
}

/*
 * The five columns that say who did it and when.  The time is that of the write, after the lock, so that
 * within a namespace the order of the times is that of the commits; xid is the statement's business.
 */
static void
author_columns(const Author *author, Datum *values, char *nulls)
{
	nulls[0] = author->note ? ' ' : 'n';
	values[0] = author->note ? CStringGetTextDatum(author->note) : (Datum) 0;
	nulls[1] = author->changed_by ? ' ' : 'n';
	values[1] = author->changed_by ? CStringGetTextDatum(author->changed_by) : (Datum) 0;
	values[2] = CStringGetTextDatum(GetUserNameFromId(author->role, false));
	values[3] = CStringGetTextDatum(GetUserNameFromId(GetSessionUserId(), false));
	values[4] = TimestampTzGetDatum(GetCurrentTimestamp());
	nulls[2] = nulls[3] = nulls[4] = ' ';
}

void
revisions_lock(const List *namespaces)
{
	Datum argument = PointerGetDatum(catalog_text_array(namespaces));

	PreventCommandIfReadOnly("a change of policies");
	catalog_execute_batch(&lock_heads, &argument, NULL, false);
}

static void
take_stored(uint64 row, Stored *stored)
{
	HeapTuple tuple = SPI_tuptable->vals[row];
	TupleDesc descriptor = SPI_tuptable->tupdesc;
	bool isnull;
	Datum value;

	value = SPI_getbinval(tuple, descriptor, 3, &isnull);
	stored->last_revision = isnull ? 0 : DatumGetInt32(value);
	value = SPI_getbinval(tuple, descriptor, 1, &isnull);
	stored->exists = !isnull;
	if (!stored->exists)
		return;
	stored->revision = DatumGetInt32(value);
	value = SPI_getbinval(tuple, descriptor, 2, &isnull);
	if (isnull || VARSIZE_ANY_EXHDR(DatumGetByteaPP(value)) != FINGERPRINT_SIZE)
		elog(ERROR, "a stored fingerprint has the wrong size");
	memcpy(stored->fingerprint, VARDATA_ANY(DatumGetByteaPP(value)), FINGERPRINT_SIZE);
}

void
revisions_read(Stored *stored, size_t count)
{
	Datum values[2];

	key_arrays(stored, count, &values[0], &values[1]);
	catalog_execute_batch(&read_stored, values, NULL, false);
	if (SPI_processed != count)
		elog(ERROR, "asked for " UINT64_FORMAT " policies, got " UINT64_FORMAT, (uint64) count,
			 SPI_processed);
	for (size_t i = 0; i < count; i++)
		take_stored(i, &stored[i]);
}

int32
revisions_next(const Stored *stored)
{
	if (stored->last_revision == PG_INT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("policy \"%.*s/%.*s\" has no revision number left", STR_ARG(stored->ns),
							   STR_ARG(stored->id))));
	return stored->last_revision + 1;
}

/* The document as the engine reads it, with the status that counts. */
static Jsonb *
normalised_of(Arena *arena, const NewRevision *revision)
{
	TreeNode *root = revision->policy->normalised;

	if (!llp_tree_set(arena, root, STR("status"), llp_tree_string(arena, llp_status_name(revision->status))))
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	return jsonb_from_tree(root);
}

void
revisions_store(Arena *arena, const NewRevision *revisions, size_t count, const Author *author)
{
	/* ORDER: revision_arguments. */
	static const Oid types[] = {TEXTOID, TEXTOID, INT4OID, TEXTOID, TEXTOID,
								INT8OID, TEXTOID, TEXTOID, JSONBOID};
	Datum *columns[lengthof(types)];
	Datum values[lengthof(revision_arguments)];
	char nulls[lengthof(revision_arguments)];

	for (size_t c = 0; c < lengthof(types); c++)
		columns[c] = datum_array(count);
	for (size_t i = 0; i < count; i++)
	{
		const NewRevision *revision = &revisions[i];
		const Policy *policy = revision->policy;

		CHECK_FOR_INTERRUPTS();
		columns[0][i] = catalog_text(policy->ns);
		columns[1][i] = catalog_text(policy->id);
		columns[2][i] = Int32GetDatum(revision->revision);
		columns[3][i] = catalog_text(policy->name);
		columns[4][i] = catalog_text(policy->version);
		columns[5][i] = Int64GetDatum(policy->priority);
		columns[6][i] = catalog_text(llp_status_name(revision->status));
		columns[7][i] = catalog_text(revision->document);
		columns[8][i] = JsonbPGetDatum(normalised_of(arena, revision));
	}
	for (size_t c = 0; c < lengthof(types); c++)
	{
		values[c] = array_of(columns[c], count, types[c]);
		nulls[c] = ' ';
	}
	author_columns(author, &values[lengthof(types)], &nulls[lengthof(types)]);
	catalog_execute_batch(&store_revisions, values, nulls, false);
	catalog_execute_batch(&make_current, values, NULL, false);
	fragments_store(arena, revisions, count);
}

void
revisions_end(const Stored *ended, size_t count, const Author *author)
{
	Datum values[lengthof(ending_arguments)];
	char nulls[lengthof(ending_arguments)];

	key_arrays(ended, count, &values[0], &values[1]);
	nulls[0] = nulls[1] = ' ';
	author_columns(author, &values[2], &nulls[2]);
	catalog_execute_batch(&end_policies, values, nulls, false);
}

static Str
copy_text(MemoryContext context, HeapTuple row, int column)
{
	bool isnull;
	text *value = DatumGetTextPP(SPI_getbinval(row, SPI_tuptable->tupdesc, column, &isnull));
	size_t size = VARSIZE_ANY_EXHDR(value);
	char *copy = MemoryContextAlloc(context, size + 1);

	memcpy(copy, VARDATA_ANY(value), size);
	return (Str){copy, size};
}

Stored *
revisions_beyond(MemoryContext context, const List *namespaces, const Stored *kept, size_t kept_count,
				 size_t *count)
{
	Datum values[3];
	Stored *beyond;

	values[0] = PointerGetDatum(catalog_text_array(namespaces));
	key_arrays(kept, kept_count, &values[1], &values[2]);
	catalog_execute_batch(&beyond_kept, values, NULL, false);

	*count = SPI_processed;
	beyond = MemoryContextAllocZero(context, mul_size(sizeof(Stored), Max(*count, 1)));
	for (size_t i = 0; i < *count; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		bool isnull;

		beyond[i].ns = copy_text(context, row, 1);
		beyond[i].id = copy_text(context, row, 2);
		beyond[i].exists = true;
		beyond[i].revision = DatumGetInt32(SPI_getbinval(row, SPI_tuptable->tupdesc, 3, &isnull));
	}
	return beyond;
}
