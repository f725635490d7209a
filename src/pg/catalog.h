/*
 * pg/catalog.h - the extension's own tables as the C code sees them: found by OID, read under the caller's
 * snapshot, reached as the owner.
 *
 * Nothing that a caller can set - search_path, settings, temporary objects, operators - changes which table
 * is read or what an expression over it means: tables are found through the extension's fixed schema, and
 * every query runs as the owner with a pinned search_path.
 */
#ifndef LLP_PG_CATALOG_H
#define LLP_PG_CATALOG_H

#include "postgres.h"

#include "access/genam.h"
#include "access/htup.h"
#include "executor/spi.h"
#include "nodes/pg_list.h"
#include "utils/array.h"
#include "utils/relcache.h"

#include "base/str.h"
#include "pg/core_host.h"
#include "pg/identity.h"
#include "policy/model.h"
#include "prog/link.h"

#define CATALOG_SCHEMA "llm_policy"

/* The namespace that every other lies below. */
#define ROOT_NAMESPACE "default"

/* A table or index of the extension by its name; raises 42P01 when it is not there. */
extern Oid catalog_relation(const char *name);

/* The role that owns the extension's tables. */
extern Oid catalog_owner(void);

/* Who calls: taken at the entry point, before any switch of user. */
extern Oid catalog_caller(void);

/*
 * Runs one SQL statement as the extension's owner through SPI, inside a SPI connection that the caller
 * opened, with search_path pinned and the caller's user restored afterwards, also on error (the user context
 * is transactional state).  read_only: under the active snapshot; otherwise a new one.  The plan is prepared
 * once a session for each `query` pointer and kept.  Raises on error; returns SPI's result code.
 */
typedef struct CatalogQuery
{
	const char *sql; /* qualified names only */
	int nargs;
	const Oid *argtypes;
	SPIPlanPtr plan; /* filled in at first use */
} CatalogQuery;

extern int catalog_execute(CatalogQuery *query, Datum *values, const char *nulls, bool read_only, long limit);
/*
 * The same for statements over many policies, planned anew at every call: what was the best plan for a few
 * rows takes minutes for thousands.
 */
extern int catalog_execute_batch(CatalogQuery *query, Datum *values, const char *nulls, bool read_only);

/*
 * A text column, from 1, of a row, from 0, of the last result in SPI_tuptable, copied into the arena: what is
 * read of a document points into its text.  Raises 53200 when the arena is full; no column read so may be
 * null.
 */
extern Str catalog_result_text(Arena *arena, uint64 row, int column);

/*
 * One index scan of a small table of the extension, by its first key column, under the active snapshot, as
 * the server reads its own catalogs: no plan, no switch of user, in parallel workers too.  Ordinary index
 * scans, so serializable transactions notice what they read.
 */
typedef struct CatalogScan
{
	Relation table;
	Relation index; /* NULL for a scan by key */
	SysScanDesc scan;
} CatalogScan;

/* Begins with the rows whose first column, a text with collation C, is `key`; NULL: all rows, in its order.
 */
extern CatalogScan catalog_scan_begin(const char *table, const char *index, const char *key);
/* The next row, valid until the next call; false at the end. */
extern bool catalog_scan_next(CatalogScan *scan, HeapTuple *row);
/* A text column of the row as a C string in the current memory context; NULL for a null. */
extern char *catalog_scan_text(const CatalogScan *scan, HeapTuple row, AttrNumber column);
extern void catalog_scan_end(CatalogScan *scan);

/*
 * The namespace, its ancestors and the root, leaf first, as C strings; for "*" the root alone, which every
 * namespace has.  Raises 22023 for what is no namespace.
 */
extern List *catalog_namespace_path(const char *ns);
/* As text, in the current memory context. */
extern Datum catalog_text(Str text);
/* C strings as a text[]. */
extern ArrayType *catalog_text_array(const List *strings);

/* sha256 of what a scope's policies are; as text lower-case hex (pg/identity.h). */
#define SCOPE_HASH_TEXT_SIZE IDENTITY_TEXT_SIZE

/* The policy set that a namespace's evaluations use, as the active snapshot has it. */
typedef struct ScopeHead
{
	char hash[SCOPE_HASH_TEXT_SIZE]; /* identity of the set */
	bool exists;					 /* the namespace or an ancestor below the root has policies or grants */
	/* Whose head that is: the namespace or an ancestor of the same scope, levels between having no policies.
	 */
	char holder[LLP_MAX_NAMESPACE + 1];
} ScopeHead;

#define SCOPE_EVERY_NAMESPACE "*"

extern bool catalog_is_every_namespace(const char *ns);

/* Has anybody been granted a right on a namespace of the path, the root aside? */
extern bool catalog_path_has_grants(const List *path);

/*
 * Reads the head rows of the scope: of `ns`, its ancestors and the root, or of all namespaces for "*".  Reads
 * through the index under GetActiveSnapshot(), never a snapshot of its own, so that it sees exactly what the
 * caller's statement sees.
 */
extern ScopeHead catalog_scope_head(const char *ns);

/*
 * Reads one stored document, which has to stay for as long as the arena.  When today's engine cannot read it,
 * it raises LP001, naming the policy; with level WARNING it warns so and returns NULL.
 */
extern Policy *catalog_read_document(Arena *arena, Str document, Str ns, Str id, int32 revision, int level);

/* The compiled policies of a set, in any order; in the arena, or in the image that they were taken from. */
typedef struct LoadedSet
{
	LinkInput *inputs;
	uint32 count;
} LoadedSet;

/*
 * Loads the policies of a scope under the active snapshot, with their revisions and statuses, into the arena.
 * `head` says which; what was loaded has its hash or is not returned: where the snapshot shows another set,
 * or finds a table that was truncated since empty, 40001 is raised instead of deciding by something else.
 * `base` is an image of the same scope's policies at another time, which stays for as long as what was
 * loaded, or NULL: what has not changed since is taken from there.  A stored document that has to be read and
 * can not be any more (an older version accepted it) raises LP001, naming the policy: a set is whole or not
 * at all.
 */
extern LoadedSet catalog_load_scope(CoreArena *memory, const ScopeHead *head, const Image *base);

/* The same for a recorded set (policy_set of a decision); raises 42704 when nothing is known of that hash. */
extern LoadedSet catalog_load_recorded(CoreArena *memory, const char *hash);

/* The same as of a time: the revisions current then; *hash is the set's identity, computed as heads are. */
extern LoadedSet catalog_load_as_of(CoreArena *memory, const char *ns, TimestampTz as_of, ScopeHead *head);

#endif
