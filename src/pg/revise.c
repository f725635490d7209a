/*
 * pg/revise.c - changes of policies that are stored: another status, an earlier revision, the end.
 *
 * A change is a new revision of a text that is stored already.  The text is read again on the way, because a
 * revision that an older version accepted must not come into force if today's engine cannot read it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "pg/authoring.h"
#include "pg/authz.h"
#include "pg/catalog.h"
#include "pg/revisions.h"

#define REVISION_MEMORY ((size_t) 1024 * 1024 * 1024)

static const Oid key_arguments[] = {TEXTOID, TEXTOID, INT4OID};

static CatalogQuery read_revision = {"SELECT document, status FROM llm_policy.policy_documents"
									 " WHERE namespace = $1 AND id = $2 AND revision = $3",
									 3, key_arguments, NULL};

/* A stored text on its way to a new revision. */
typedef struct Revising
{
	CoreArena memory;
	Stored stored;
	Str document;
	PolicyStatus status;
} Revising;

static void
require_exists(const Stored *stored)
{
	if (!stored->exists)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("policy \"%.*s/%.*s\" does not exist", STR_ARG(stored->ns), STR_ARG(stored->id)),
				 stored->last_revision > 0
					 ? errhint("It was deleted; llm_policy_rollback brings revision %d back.",
							   stored->last_revision)
					 : 0));
}

/* Checks the right, locks, and reads what is stored; inside the caller's SPI connection. */
static Stored
begin(const char *ns, const char *id, const Author *author)
{
	Stored stored = {.ns = llp_str(ns), .id = llp_str(id)};

	authz_require(author->role, RIGHT_AUTHOR, ns);
	revisions_lock(list_make1(pstrdup(ns)));
	revisions_read(&stored, 1);
	return stored;
}

static void
load_text(Revising *revising, const char *ns, const char *id, int32 revision)
{
	Datum values[] = {CStringGetTextDatum(ns), CStringGetTextDatum(id), Int32GetDatum(revision)};

	catalog_execute(&read_revision, values, NULL, false, 1);
	if (SPI_processed == 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("policy \"%s/%s\" has no revision %d", ns, id, revision),
						errhint("The view llm_policy.policy_revisions lists them.")));
	revising->document = catalog_result_text(revising->memory.arena, 0, 1);
	revising->status = llp_status_of(catalog_result_text(revising->memory.arena, 0, 2));
}

/* Stores the text of `from_revision` as a new one, unless text and status are those of the current one. */
static PolicyChange
store_again(Revising *revising, int32 from_revision, const Author *author)
{
	const Stored *stored = &revising->stored;
	const Policy *policy = catalog_read_document(revising->memory.arena, revising->document, stored->ns,
												 stored->id, from_revision, ERROR);
	uint8 fingerprint[FINGERPRINT_SIZE];
	NewRevision next = {.policy = policy,
						.document = revising->document,
						.status = revising->status,
						.revision = revisions_next(stored)};

	identity_fingerprint(revising->document, llp_status_name(revising->status), fingerprint);
	if (stored->exists && memcmp(fingerprint, stored->fingerprint, FINGERPRINT_SIZE) == 0)
		return authoring_change(stored, stored->revision, CHANGE_UNCHANGED);
	revisions_store(revising->memory.arena, &next, 1, author);
	return authoring_change(stored, next.revision, stored->exists ? CHANGE_UPDATED : CHANGE_CREATED);
}

static PolicyStatus
parse_status(const char *name)
{
	PolicyStatus status = llp_status_of(llp_str(name));

	if (status == POLICY_NONE)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("there is no status \"%s\"", name),
						errhint("Statuses are active, shadow, draft and deprecated.")));
	return status;
}

PolicyChange
authoring_set_status(const char *ns, const char *id, const char *status, const Author *author)
{
	PolicyStatus wanted = parse_status(status);
	Revising revising = {.memory =
							 core_arena_create(CurrentMemoryContext, "a policy's status", REVISION_MEMORY)};
	PolicyChange change;

	SPI_connect();
	revising.stored = begin(ns, id, author);
	require_exists(&revising.stored);
	load_text(&revising, ns, id, revising.stored.revision);
	revising.status = wanted;
	change = store_again(&revising, revising.stored.revision, author);
	SPI_finish();
	return change;
}

PolicyChange
authoring_rollback(const char *ns, const char *id, int32 revision, const Author *author)
{
	Revising revising = {
		.memory = core_arena_create(CurrentMemoryContext, "a policy's earlier revision", REVISION_MEMORY)};
	PolicyChange change;

	SPI_connect();
	revising.stored = begin(ns, id, author);
	if (revising.stored.last_revision == 0)
		require_exists(&revising.stored);
	load_text(&revising, ns, id, revision);
	change = store_again(&revising, revision, author);
	SPI_finish();
	return change;
}

PolicyChange
authoring_delete(const char *ns, const char *id, const Author *author)
{
	Stored stored;

	SPI_connect();
	stored = begin(ns, id, author);
	require_exists(&stored);
	revisions_end(&stored, 1, author);
	SPI_finish();
	return authoring_change(&stored, stored.revision, CHANGE_DELETED);
}
