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

#include "executor/spi.h"

#include "base/str.h"
#include "pg/core_host.h"
#include "policy/model.h"

#define CATALOG_SCHEMA "llm_policy"

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

/* sha256 of what a scope's policies are; as text lower-case hex. */
#define SCOPE_HASH_SIZE 32
#define SCOPE_HASH_TEXT_SIZE (2 * SCOPE_HASH_SIZE + 1)

/* The policy set that a namespace's evaluations use, as the active snapshot has it. */
typedef struct ScopeHead
{
	char hash[SCOPE_HASH_TEXT_SIZE]; /* identity of the set */
	bool exists;					 /* the namespace or an ancestor below the root has policies or grants */
} ScopeHead;

#define SCOPE_EVERY_NAMESPACE "*"

/*
 * Reads the head rows of the scope: of `ns`, its ancestors and the root, or of all namespaces for "*".  Reads
 * through the index under GetActiveSnapshot(), never a snapshot of its own, so that it sees exactly what the
 * caller's statement sees.
 */
extern ScopeHead catalog_scope_head(const char *ns);

/*
 * Loads the policies of a scope under the active snapshot, with their revisions and statuses, in walk order,
 * into the arena.  A stored document that can not be read any more (an older version accepted it) raises
 * LP001, naming the policy: a set is whole or not at all.
 */
extern PolicySet catalog_load_scope(CoreArena *memory, const char *ns);

/* The same for a recorded set (policy_set of a decision); raises 42704 when nothing is known of that hash. */
extern PolicySet catalog_load_recorded(CoreArena *memory, const char *hash);

/* The same as of a time: the revisions current then; *hash is the set's identity, computed as heads are. */
extern PolicySet catalog_load_as_of(CoreArena *memory, const char *ns, TimestampTz as_of, ScopeHead *head);

#endif
