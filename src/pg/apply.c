/*
 * pg/apply.c - a text of policies into the tables, whole or not at all.
 *
 * Reads, checks rights and tests before it takes a lock; then decides what each policy's new revision is,
 * with everybody else's changes of these namespaces either visible or still to come.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/shmem.h"

#include "policy/read.h"

#include "pg/authoring.h"
#include "pg/authz.h"
#include "pg/catalog.h"
#include "pg/errors.h"
#include "pg/registry.h"
#include "pg/revisions.h"

/* A text of the largest size, with everything that is made of it. */
#define AUTHORING_MEMORY ((size_t) 1024 * 1024 * 1024)

static PolicyList
read_text(Arena *arena, Str text, const char *ns)
{
	DiagnosticList findings;
	PolicyList list;
	Status status;

	llp_diag_init(&findings, arena);
	status = llp_read_policies(arena, text, llp_str(ns), &list, &findings);
	if (status == STATUS_OK)
		status = authoring_check_expressions(arena, &list, &findings);
	core_check(status, &findings, ERRCODE_LLP_INVALID_DOCUMENT, "invalid policy");
	return list;
}

static void
require_single(const PolicyList *list)
{
	if (list->count != 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the text holds %zu policies, not one", list->count),
						errhint("llm_policy_apply takes any number of them.")));
}

static int
compare_namespaces(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/* The namespaces of the policies, each once, as C strings. */
static List *
namespaces_of(const PolicyList *list)
{
	List *all = NIL;
	List *distinct = NIL;
	const ListCell *cell;

	for (size_t i = 0; i < list->count; i++)
		all = lappend(all, pnstrdup(list->policies[i]->ns.data, list->policies[i]->ns.size));
	list_sort(all, compare_namespaces);
	foreach (cell, all)
	{
		if (distinct == NIL || strcmp(llast(distinct), lfirst(cell)) != 0)
			distinct = lappend(distinct, lfirst(cell));
	}
	return distinct;
}

static void
require_author(Oid role, const List *namespaces)
{
	const ListCell *cell;

	foreach (cell, namespaces)
		authz_require(role, RIGHT_AUTHOR, lfirst(cell));
}

static void
require_tests(Arena *arena, const PolicyList *list)
{
	for (size_t i = 0; i < list->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		authoring_require_tests(arena, list->policies[i]);
	}
}

static Stored *
read_current(const PolicyList *list)
{
	Stored *stored = palloc0(mul_size(sizeof(Stored), list->count));

	for (size_t i = 0; i < list->count; i++)
	{
		stored[i].ns = list->policies[i]->ns;
		stored[i].id = list->policies[i]->id;
	}
	revisions_read(stored, list->count);
	return stored;
}

static void
check_mode(const ApplyRequest *request, const Stored *stored)
{
	if (request->mode == APPLY_CREATE && stored->exists)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_OBJECT),
				 errmsg("policy \"%.*s/%.*s\" already exists", STR_ARG(stored->ns), STR_ARG(stored->id)),
				 errhint("Change it with llm_policy_update or llm_policy_apply.")));
	if (request->mode == APPLY_UPDATE && !stored->exists)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("policy \"%.*s/%.*s\" does not exist", STR_ARG(stored->ns), STR_ARG(stored->id)),
				 errhint("Store it with llm_policy_create or llm_policy_apply.")));
	if (request->has_expected_revision && stored->revision != request->expected_revision)
		ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
						errmsg("policy \"%.*s/%.*s\" is at revision %d, not %d", STR_ARG(stored->ns),
							   STR_ARG(stored->id), stored->revision, request->expected_revision),
						errhint("Somebody else changed it: read it again and repeat the change.")));
}

/* Same text and same status as the current revision: an author's reapplied file changes nothing. */
static bool
is_unchanged(const Policy *policy, const Stored *stored)
{
	uint8 fingerprint[FINGERPRINT_SIZE];

	if (!stored->exists)
		return false;
	identity_fingerprint(policy->source, llp_status_name(policy->status), fingerprint);
	return memcmp(fingerprint, stored->fingerprint, FINGERPRINT_SIZE) == 0;
}

/* Stores what is new or different, and says of each policy what became of it. */
static void
store_all(Arena *arena, const PolicyList *list, const Stored *stored, const Author *author,
		  PolicyChange *changes)
{
	NewRevision *revisions = palloc(mul_size(sizeof(NewRevision), list->count));
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
	{
		if (is_unchanged(list->policies[i], &stored[i]))
		{
			changes[i] = authoring_change(&stored[i], stored[i].revision, CHANGE_UNCHANGED);
			continue;
		}
		revisions[count] = (NewRevision){.policy = list->policies[i],
										 .document = list->policies[i]->source,
										 .status = list->policies[i]->status,
										 .revision = revisions_next(&stored[i])};
		changes[i] = authoring_change(&stored[i], revisions[count].revision,
									  stored[i].exists ? CHANGE_UPDATED : CHANGE_CREATED);
		count++;
	}
	if (count > 0)
		revisions_store(arena, revisions, count, author);
}

/* Ends what the namespaces hold beyond the text; the changes are appended. */
static void
prune(MemoryContext context, const List *namespaces, const Stored *stored, size_t stored_count,
	  const Author *author, PolicyChanges *changes)
{
	size_t count;
	Stored *beyond = revisions_beyond(context, namespaces, stored, stored_count, &count);

	if (count == 0)
		return;
	revisions_end(beyond, count, author);
	changes->changes =
		repalloc_huge(changes->changes, mul_size(sizeof(PolicyChange), add_size(changes->count, count)));
	for (size_t i = 0; i < count; i++)
		changes->changes[changes->count++] = authoring_change(&beyond[i], beyond[i].revision, CHANGE_DELETED);
}

PolicyChanges
authoring_apply(const ApplyRequest *request)
{
	MemoryContext context = CurrentMemoryContext;
	CoreArena memory = core_arena_create(context, "policies to store", AUTHORING_MEMORY);
	PolicyList list = read_text(memory.arena, request->document, request->ns);
	List *namespaces = namespaces_of(&list);
	PolicyChanges changes;
	Stored *stored;

	if (request->mode != APPLY_ANY)
		require_single(&list);
	require_author(request->author.role, namespaces);
	registry_require(memory.arena, list.policies, list.count);
	if (request->run_tests)
		require_tests(memory.arena, &list);
	changes.count = list.count;
	changes.changes = MemoryContextAllocHuge(context, mul_size(sizeof(PolicyChange), list.count));

	SPI_connect();
	revisions_lock(namespaces);
	stored = read_current(&list);
	if (request->mode != APPLY_ANY)
		check_mode(request, stored);
	store_all(memory.arena, &list, stored, &request->author, changes.changes);
	if (request->prune)
		prune(context, namespaces, stored, list.count, &request->author, &changes);
	SPI_finish();
	return changes;
}
