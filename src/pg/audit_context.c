/*
 * pg/audit_context.c - what the audit keeps of a request.
 *
 * Walks the request beside the plain paths: at each key those that led here and go on are known, so that the
 * walk enters only what can hold something to keep.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "pg/audit_context.h"
#include "pg/core_host.h"
#include "pg/digest.h"
#include "pg/path_list.h"
#include "pg/settings.h"

#define HASH_PREFIX "sha256:"

/* Plain paths whose first `depth` steps led to where the walk is, and which go on from there. */
typedef struct Trail
{
	const FieldPath **paths;
	size_t count;
	size_t depth;
} Trail;

typedef struct Walk
{
	JsonbParseState *state;
	const uint8 *salt;
	bool hash; /* else omit */
} Walk;

static void walk_container(Walk *walk, JsonbContainer *container, const Trail *trail);

/* llm_policy.audit_plain_paths, parsed once for each of its values. */
static const PathList *
plain_paths(void)
{
	static CoreArena memory = {NULL, NULL};
	static const char *text = NULL;
	static PathList list;
	const char *problem;
	Str culprit;
	CoreArena fresh;
	PathList parsed;
	const char *copy;

	if (text && strcmp(text, setting_audit_plain_paths) == 0)
		return &list;
	fresh = core_arena_create(CurrentMemoryContext, "plain paths of the audit", 0);
	copy = MemoryContextStrdup(fresh.context, setting_audit_plain_paths);
	if (!path_list_parse(fresh.arena, llp_str(copy), &parsed, &problem, &culprit))
		elog(ERROR, "invalid path \"%.*s\": %s", STR_ARG(culprit), problem);

	if (memory.context)
		MemoryContextDelete(memory.context);
	MemoryContextSetParent(fresh.context, CacheMemoryContext);
	memory = fresh;
	text = copy;
	list = parsed;
	return &list;
}

/*
 * One step further, by key in a map or by index in a list: true when a plain path ends here, otherwise *next
 * has those that go on.
 */
static bool
step_into(const Trail *trail, Str key, bool in_list, uint32 index, Trail *next)
{
	*next = (Trail){NULL, 0, trail->depth + 1};
	for (size_t i = 0; i < trail->count; i++)
	{
		const FieldPath *path = trail->paths[i];
		const PathStep *step = &path->steps[trail->depth];

		if (trail->depth == 0 && llp_str_equal(path->text, key))
			return true;
		if (in_list ? !step->is_index || step->index != index : !llp_str_equal(step->key, key))
			continue;
		if (path->count == trail->depth + 1)
			return true;
		if (next->paths == NULL)
			next->paths = palloc(trail->count * sizeof(FieldPath *));
		next->paths[next->count++] = path;
	}
	return false;
}

static JsonbValue
hashed_string(const JsonbValue *string, const uint8 *salt)
{
	static const size_t prefix_size = sizeof(HASH_PREFIX) - 1;
	JsonbValue result = {.type = jbvString};
	char *text = palloc(prefix_size + DIGEST_TEXT_SIZE);
	uint8 bytes[PG_SHA256_DIGEST_LENGTH];
	Digest digest = digest_begin();

	digest_add(&digest, salt, AUDIT_SALT_SIZE);
	digest_add(&digest, string->val.string.val, (size_t) string->val.string.len);
	digest_finish(&digest, bytes);
	memcpy(text, HASH_PREFIX, prefix_size);
	digest_hex(bytes, text + prefix_size);
	result.val.string.val = text;
	result.val.string.len = (int) (prefix_size + DIGEST_TEXT_SIZE - 1);
	return result;
}

/* Is there nothing to keep of a value that no plain path ends at? */
static bool
is_left_out(const Walk *walk, const JsonbValue *value, const Trail *trail)
{
	return !walk->hash && (value->type != jbvBinary || trail->count == 0);
}

/* Pushes a value that no plain path ends at and that is not left out. */
static void
push_value(Walk *walk, JsonbIteratorToken token, JsonbValue *value, const Trail *trail)
{
	if (value->type == jbvBinary)
		walk_container(walk, value->val.binary.data, trail);
	else if (value->type == jbvString)
	{
		JsonbValue hashed = hashed_string(value, walk->salt);

		pushJsonbValue(&walk->state, token, &hashed);
	}
	else
		pushJsonbValue(&walk->state, token, value);
}

static void
walk_member(Walk *walk, JsonbValue *key, JsonbValue *value, const Trail *trail)
{
	Trail next;
	Str name = {key->val.string.val, (size_t) key->val.string.len};
	bool plain = step_into(trail, name, false, 0, &next);

	if (!plain && is_left_out(walk, value, &next))
		return;
	pushJsonbValue(&walk->state, WJB_KEY, key);
	if (plain)
		pushJsonbValue(&walk->state, WJB_VALUE, value);
	else
		push_value(walk, WJB_VALUE, value, &next);
}

/* What is left out of a list leaves a null, so that the rest keeps its places. */
static void
walk_element(Walk *walk, uint32 index, JsonbValue *value, const Trail *trail)
{
	JsonbValue nothing = {.type = jbvNull};
	Trail next;

	if (step_into(trail, (Str){NULL, 0}, true, index, &next))
		pushJsonbValue(&walk->state, WJB_ELEM, value);
	else if (is_left_out(walk, value, &next))
		pushJsonbValue(&walk->state, WJB_ELEM, &nothing);
	else
		push_value(walk, WJB_ELEM, value, &next);
}

static JsonbValue *
walk_entries(Walk *walk, JsonbContainer *container, const Trail *trail)
{
	JsonbIterator *iterator = JsonbIteratorInit(container);
	JsonbValue key = {.type = jbvNull};
	JsonbValue value;
	uint32 index = 0;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_BEGIN_OBJECT || token == WJB_BEGIN_ARRAY)
			pushJsonbValue(&walk->state, token, NULL);
		else if (token == WJB_KEY)
			key = value;
		else if (token == WJB_VALUE)
			walk_member(walk, &key, &value, trail);
		else if (token == WJB_ELEM)
			walk_element(walk, index++, &value, trail);
		else
			break;
		CHECK_FOR_INTERRUPTS();
	}
	return pushJsonbValue(&walk->state, token, NULL);
}

static void
walk_container(Walk *walk, JsonbContainer *container, const Trail *trail)
{
	check_stack_depth();
	walk_entries(walk, container, trail);
}

Jsonb *
audit_context(Jsonb *request, const uint8 salt[AUDIT_SALT_SIZE])
{
	Walk walk = {NULL, salt, setting_audit_content == AUDIT_CONTENT_HASH};
	const PathList *plain;
	Trail trail = {NULL, 0, 0};

	if (setting_audit_content == AUDIT_CONTENT_FULL)
		return request;
	plain = plain_paths();
	trail.paths = palloc((plain->count + 1) * sizeof(FieldPath *));
	for (; trail.count < plain->count; trail.count++)
		trail.paths[trail.count] = &plain->paths[trail.count];
	return JsonbValueToJsonb(walk_entries(&walk, &request->root, &trail));
}
