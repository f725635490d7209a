/*
 * pg/audit_context.c - what the audit keeps of a request.
 *
 * The plain paths are a tree of keys, in the order that keys of jsonb have: request and tree are walked side
 * by side, and only what can hold something to keep is entered.  What is kept is copied as it is stored.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "pg/audit_context.h"
#include "pg/compat.h"
#include "pg/core_host.h"
#include "pg/detection.h"
#include "pg/digest.h"
#include "pg/errors.h"
#include "pg/jsonb_entries.h"
#include "pg/jsonb_writer.h"
#include "pg/path_list.h"
#include "pg/settings.h"

#define HASH_PREFIX "sha256:"
#define HASH_SIZE (sizeof(HASH_PREFIX) - 1 + DIGEST_TEXT_SIZE - 1)

#define CONTEXT_ROOM 512 /* bytes that the plain values of most requests take */

#define PART_ROOM 32 /* members under way in most requests, at most */

/* A step of plain paths, below the step before it. */
typedef struct Plain Plain;
struct Plain
{
	PathStep step;
	bool whole; /* a path ends here */
	Plain **below;
	uint32 count; /* of those below, in the order of their keys */
};

/* A member or element of the request, and the step that it is. */
typedef struct Part
{
	JsonbEntry key;
	JsonbEntry value;
	const Plain *plain; /* NULL: no path leads here */
} Part;

typedef struct Walk
{
	JsonbWriter writer;
	const uint8 *salt;
	AuditContent content; /* of strings: hash, mask or omit */
	Digest sha256;
	CoreArena masked; /* texts, made when the first is */
	Part *parts;	  /* of the maps under way, those of the inner behind those of the outer */
	uint32 part_count;
	uint32 part_room;
} Walk;

static JEntry write_part(Walk *walk, const Part *part);

/* --- The plain paths -------------------------------------------------------------------------------------
 */

/* The place of a key among those below; *found, whether it is there. */
static uint32
place_below(const Plain *plain, Str key, bool *found)
{
	uint32 place = 0;

	while (place < plain->count && jsonb_compare_keys(plain->below[place]->step.key, key) < 0)
		place++;
	*found = place < plain->count && llp_str_equal(plain->below[place]->step.key, key);
	return place;
}

/* The step below, made if it is not there. */
static Plain *
descend(Plain *plain, const PathStep *step)
{
	bool found;
	uint32 place = place_below(plain, step->key, &found);
	Plain *made;

	if (found)
		return plain->below[place];
	made = palloc0(sizeof(Plain));
	made->step = *step;
	plain->below =
		plain->below ? repalloc(plain->below, (plain->count + 1) * sizeof(Plain *)) : palloc(sizeof(Plain *));
	memmove(plain->below + place + 1, plain->below + place, (plain->count - place) * sizeof(Plain *));
	plain->below[place] = made;
	plain->count++;
	return made;
}

/* A key at the top that is equal to the whole text of a path counts as the path. */
static void
add_path(Plain *root, const FieldPath *path)
{
	PathStep flat = {.key = path->text};
	Plain *plain = root;

	for (size_t i = 0; i < path->count; i++)
		plain = descend(plain, &path->steps[i]);
	plain->whole = true;
	descend(root, &flat)->whole = true;
}

static Plain *
read_paths(CoreArena *memory, Str text)
{
	MemoryContext caller = MemoryContextSwitchTo(memory->context);
	Plain *root = palloc0(sizeof(Plain));
	const char *problem;
	Str culprit;
	PathList list;

	if (!path_list_parse(memory->arena, text, &list, &problem, &culprit))
		elog(ERROR, "invalid path \"%.*s\": %s", STR_ARG(culprit), problem);
	for (size_t i = 0; i < list.count; i++)
		add_path(root, &list.paths[i]);
	MemoryContextSwitchTo(caller);
	return root;
}

/* llm_policy.audit_plain_paths, read once for each of its values. */
static const Plain *
plain_paths(void)
{
	static CoreArena memory = {NULL, NULL};
	static const char *text = NULL;
	static const Plain *root;
	CoreArena fresh;
	const char *copy;
	const Plain *made;

	if (text && strcmp(text, setting_audit_plain_paths) == 0)
		return root;
	fresh = core_arena_create(CurrentMemoryContext, "plain paths of the audit", 0);
	copy = MemoryContextStrdup(fresh.context, setting_audit_plain_paths);
	made = read_paths(&fresh, llp_str(copy));

	if (memory.context)
		MemoryContextDelete(memory.context);
	MemoryContextSetParent(fresh.context, CacheMemoryContext);
	memory = fresh;
	text = copy;
	root = made;
	return root;
}

/* --- The walk --------------------------------------------------------------------------------------------
 */

static JEntry
write_hashed(Walk *walk, Str string)
{
	static const size_t prefix_size = sizeof(HASH_PREFIX) - 1;
	char text[HASH_SIZE + 1];
	uint8 bytes[PG_SHA256_DIGEST_LENGTH];

	digest_add(&walk->sha256, walk->salt, AUDIT_SALT_SIZE);
	digest_add(&walk->sha256, string.data, string.size);
	digest_next(&walk->sha256, bytes);
	memcpy(text, HASH_PREFIX, prefix_size);
	digest_hex(bytes, text + prefix_size);
	return jsonb_writer_string(&walk->writer, (Str){text, HASH_SIZE});
}

/* The string with a label for everything that the detector finds. */
static Str
mask(CoreArena *memory, Str string)
{
	Redaction redaction = {.types = llp_all_detector_types(), .mode = REDACT_LABEL};
	Str masked;

	if (memory->arena == NULL)
		*memory = core_arena_create(CurrentMemoryContext, "masked texts", 0);
	core_check(llp_redactor_run(detection_redactor(), &redaction, memory->arena, string, &masked), NULL,
			   ERRCODE_INTERNAL_ERROR, "could not mask a text for the audit");
	return masked;
}

static JEntry
write_string(Walk *walk, Str string)
{
	if (walk->content == AUDIT_CONTENT_HASH)
		return write_hashed(walk, string);
	return jsonb_writer_string(&walk->writer, mask(&walk->masked, string));
}

/* Without a path that ends there or goes on into it, a value is kept only if strings are kept in some form.
 */
static bool
is_kept(const Walk *walk, const Part *part)
{
	return walk->content != AUDIT_CONTENT_OMIT ||
		   (part->plain && (part->plain->whole || part->value.type == JENTRY_ISCONTAINER));
}

/* Both stand in the order of keys: the search goes on where the key before ended. */
static const Plain *
find_below(const Plain *plain, uint32 *place, Str key)
{
	int order = -1;

	if (plain == NULL)
		return NULL;
	while (*place < plain->count && (order = jsonb_compare_keys(plain->below[*place]->step.key, key)) < 0)
		(*place)++;
	return order == 0 ? plain->below[*place] : NULL;
}

static void
make_room(Walk *walk, uint32 count)
{
	uint32 room = walk->part_room;

	while (room - walk->part_count < count)
		room *= 2;
	if (room == walk->part_room)
		return;
	walk->parts = repalloc_huge(walk->parts, room * sizeof(Part));
	walk->part_room = room;
}

/* Puts the members to be kept behind the parts that are there; gives their number. */
static uint32
collect_members(Walk *walk, const JsonbContainer *map, const Plain *plain)
{
	JsonbCursor keys = jsonb_cursor(map);
	JsonbCursor values = jsonb_cursor_at_values(map);
	uint32 place = 0;
	uint32 kept = 0;

	make_room(walk, JsonContainerSize(map));
	for (uint32 i = 0; i < JsonContainerSize(map); i++)
	{
		Part *part = &walk->parts[walk->part_count + kept];

		part->key = jsonb_cursor_next(&keys);
		part->value = jsonb_cursor_next(&values);
		part->plain = find_below(plain, &place, jsonb_entry_str(&part->key));
		kept += is_kept(walk, part) ? 1 : 0;
	}
	walk->part_count += kept;
	return kept;
}

static void
write_map(Walk *walk, const JsonbContainer *map, const Plain *plain)
{
	uint32 first = walk->part_count;
	uint32 count = collect_members(walk, map, plain);
	JsonbFrame frame;

	jsonb_writer_begin(&walk->writer, &frame, JB_FOBJECT, count);
	for (uint32 i = 0; i < count; i++)
		jsonb_writer_entry(&walk->writer, &frame,
						   jsonb_writer_copy(&walk->writer, &walk->parts[first + i].key));
	for (uint32 i = 0; i < count; i++)
	{
		Part part = walk->parts[first + i];

		jsonb_writer_entry(&walk->writer, &frame, write_part(walk, &part));
	}
	jsonb_writer_end(&walk->writer, &frame);
	walk->part_count = first;
}

static const Plain *
find_element(const Plain *plain, uint32 index)
{
	for (uint32 i = 0; plain && i < plain->count; i++)
		if (plain->below[i]->step.is_index && plain->below[i]->step.index == index)
			return plain->below[i];
	return NULL;
}

/* What is left out of a list leaves a null, so that the rest keeps its places. */
static void
write_list(Walk *walk, const JsonbContainer *list, const Plain *plain)
{
	JsonbCursor elements = jsonb_cursor(list);
	JsonbFrame frame;

	jsonb_writer_begin(&walk->writer, &frame, JB_FARRAY, JsonContainerSize(list));
	for (uint32 i = 0; i < JsonContainerSize(list); i++)
	{
		Part part = {.value = jsonb_cursor_next(&elements), .plain = find_element(plain, i)};

		jsonb_writer_entry(&walk->writer, &frame,
						   is_kept(walk, &part) ? write_part(walk, &part) : JENTRY_ISNULL);
	}
	jsonb_writer_end(&walk->writer, &frame);
}

static JEntry
write_container(Walk *walk, const JsonbContainer *container, const Plain *plain)
{
	check_stack_depth();
	if (JsonContainerIsObject(container))
		write_map(walk, container, plain);
	else
		write_list(walk, container, plain);
	return JENTRY_ISCONTAINER;
}

/* Writes what is kept of a value. */
static JEntry
write_part(Walk *walk, const Part *part)
{
	CHECK_FOR_INTERRUPTS();
	if (part->plain && part->plain->whole)
		return jsonb_writer_copy(&walk->writer, &part->value);
	if (part->value.type == JENTRY_ISCONTAINER)
		return write_container(walk, jsonb_entry_container(&part->value), part->plain);
	if (part->value.type == JENTRY_ISSTRING)
		return write_string(walk, jsonb_entry_str(&part->value));
	return jsonb_writer_copy(&walk->writer, &part->value);
}

/* Begins the walk; `room` is what it is expected to write. */
static void
begin_walk(Walk *walk, uint32 room)
{
	walk->part_room = PART_ROOM;
	walk->parts = palloc(walk->part_room * sizeof(Part));
	jsonb_writer_init(&walk->writer, room);
}

static Jsonb *
end_walk(Walk *walk)
{
	if (walk->masked.context)
		MemoryContextDelete(walk->masked.context);
	return jsonb_writer_finish(&walk->writer);
}

Jsonb *
audit_context(Jsonb *request, const uint8 salt[AUDIT_SALT_SIZE])
{
	Walk walk = {.salt = salt, .content = (AuditContent) setting_audit_content};
	const Plain *plain;
	uint32 size = (uint32) VARSIZE(request);

	if (walk.content == AUDIT_CONTENT_FULL)
		return request;
	plain = plain_paths();
	begin_walk(&walk, walk.content == AUDIT_CONTENT_OMIT ? Min(size, CONTEXT_ROOM) : size);
	if (walk.content == AUDIT_CONTENT_HASH)
		walk.sha256 = digest_begin();
	(void) write_container(&walk, &request->root, plain);
	if (walk.content == AUDIT_CONTENT_HASH)
		digest_end(&walk.sha256);
	return end_walk(&walk);
}

Jsonb *
audit_masked(Jsonb *told)
{
	Walk walk = {.content = AUDIT_CONTENT_MASK};

	if (setting_audit_content != AUDIT_CONTENT_MASK || JB_ROOT_IS_SCALAR(told))
		return told;
	begin_walk(&walk, (uint32) VARSIZE(told));
	(void) write_container(&walk, &told->root, NULL);
	return end_walk(&walk);
}

text *
audit_masked_text(Str told)
{
	CoreArena memory = {NULL, NULL};
	text *result;

	if (setting_audit_content != AUDIT_CONTENT_MASK)
		return cstring_to_text_with_len(told.data, (int) told.size);
	told = mask(&memory, told);
	result = cstring_to_text_with_len(told.data, (int) told.size);
	MemoryContextDelete(memory.context);
	return result;
}
