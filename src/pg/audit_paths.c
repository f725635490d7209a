/*
 * pg/audit_paths.c - the paths of a request that the audit has columns for.
 *
 * They begin with few different keys, which are looked for together, in one walk over the root's.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/field_path.h"

#include "pg/audit_paths.h"
#include "pg/core_host.h"
#include "pg/jsonb_entries.h"
#include "pg/jsonb_tree.h"

static const char *const path_texts[AUDIT_PATH_COUNT] = {
	[AUDIT_PATH_REQUEST_ID] = "requestId",
	[AUDIT_PATH_REQUEST_DOT_ID] = "request.id",
	[AUDIT_PATH_STAGE] = "stage",
	[AUDIT_PATH_MODEL] = "llm.model",
	[AUDIT_PATH_USER_ID] = "user.id",
	[AUDIT_PATH_TEAM_ID] = "team.id",
	[AUDIT_PATH_PROJECT_ID] = "project.id",
	[AUDIT_PATH_SESSION_ID] = "session.id",
	[AUDIT_PATH_ESTIMATED_TOKENS] = "llm.estimatedTokens",
	[AUDIT_PATH_ESTIMATED_COST] = "llm.estimatedCost",
	[AUDIT_PATH_TRACEPARENT] = "traceparent",
};

typedef struct Paths
{
	FieldPath paths[AUDIT_PATH_COUNT];
	uint32 first[AUDIT_PATH_COUNT]; /* the place of each path's first key among keys */
	Str keys[AUDIT_PATH_COUNT];		/* each once, in the order that keys of jsonb have */
	uint32 key_count;
} Paths;

static void
add_key(Paths *paths, Str key)
{
	uint32 place = paths->key_count;

	for (uint32 i = 0; i < paths->key_count; i++)
		if (llp_str_equal(paths->keys[i], key))
			return;
	for (; place > 0 && jsonb_compare_keys(key, paths->keys[place - 1]) < 0; place--)
		paths->keys[place] = paths->keys[place - 1];
	paths->keys[place] = key;
	paths->key_count++;
}

static void
parse(Arena *arena, Paths *paths)
{
	const char *problem;
	size_t offset;

	for (int i = 0; i < AUDIT_PATH_COUNT; i++)
	{
		if (llp_path_parse(arena, llp_str(path_texts[i]), &paths->paths[i], &problem, &offset) != STATUS_OK)
			ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
		add_key(paths, paths->paths[i].steps[0].key);
	}
	for (int i = 0; i < AUDIT_PATH_COUNT; i++)
		while (!llp_str_equal(paths->keys[paths->first[i]], paths->paths[i].steps[0].key))
			paths->first[i]++;
}

/* Parsed once a session. */
static const Paths *
audit_paths(void)
{
	static Paths *parsed = NULL;

	if (parsed == NULL)
	{
		CoreArena memory = core_arena_create(CurrentMemoryContext, "paths of audit columns", 0);
		Paths *paths = MemoryContextAllocZero(memory.context, sizeof(Paths));

		parse(memory.arena, paths);
		MemoryContextSetParent(memory.context, TopMemoryContext);
		parsed = paths;
	}
	return parsed;
}

void
audit_source(AuditSource *source, Jsonb *jsonb)
{
	const Paths *paths = audit_paths();
	JsonbCursor keys = jsonb_cursor(&jsonb->root);
	JsonbCursor values = jsonb_cursor_at_values(&jsonb->root);
	uint32 place = 0;

	source->root = jsonb_value(jsonb);
	source->has_flat_keys = false;
	for (uint32 i = 0; i < paths->key_count; i++)
		source->members[i] = llp_missing;
	for (uint32 i = 0; i < JB_ROOT_COUNT(jsonb); i++)
	{
		JsonbEntry key = jsonb_cursor_next(&keys);
		JsonbEntry value = jsonb_cursor_next(&values);
		int order = -1;

		source->has_flat_keys = source->has_flat_keys || memchr(key.data, '.', key.size) != NULL;
		while (place < paths->key_count &&
			   (order = jsonb_compare_keys(paths->keys[place], jsonb_entry_str(&key))) < 0)
			place++;
		if (order == 0)
			source->members[place] = jsonb_entry_value(&value);
	}
}

Value
audit_fetch(const AuditSource *source, AuditPath number)
{
	const Paths *paths = audit_paths();
	const FieldPath *path = &paths->paths[number];
	Value value;

	if (source->has_flat_keys)
		return llp_path_fetch(&source->root, path);
	value = source->members[paths->first[number]];
	for (size_t i = 1; i < path->count; i++)
		value = llp_member(&value, path->steps[i].key);
	return value;
}
