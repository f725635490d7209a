/*
 * pg/jsonb_request.c - jsonb through the core's Request interface.
 *
 * Reads in place: nothing here allocates or raises, because the core is on the stack.  A handle is the
 * container's own bytes, found again through the offsets of its entries.
 */
#include "postgres.h"

#include "utils/jsonb.h"

#include "pg/jsonb_entries.h"
#include "pg/jsonb_tree.h"
#include "pg/jsonb_writer.h"
#include "pg/numeric_value.h"

#define SMALL_MAP 16 /* members that are searched one by one, which costs a short map no computed offsets */

static Value container_value(const JsonbContainer *container);

/* A list's entries are its elements; a map's are first its keys, then its values. */
static uint32
entry_count(const JsonbContainer *container)
{
	return JsonContainerSize(container) * (JsonContainerIsObject(container) ? 2 : 1);
}

static JsonbCursor
cursor_at(const JsonbContainer *container, uint32 index)
{
	const char *base = (const char *) (container->children + entry_count(container));

	return (JsonbCursor){container->children + index, base, getJsonbOffset(container, (int) index)};
}

static Str
key_at(const JsonbContainer *map, uint32 index)
{
	JsonbCursor cursor = cursor_at(map, index);
	JsonbEntry entry = jsonb_cursor_next(&cursor);

	return jsonb_entry_str(&entry);
}

/* The value of the entry at the cursor. */
static Value
value_at(JsonbCursor cursor)
{
	JsonbEntry entry = jsonb_cursor_next(&cursor);
	Value value = {.kind = VALUE_NULL};

	switch (entry.type)
	{
		case JENTRY_ISSTRING:
			value.kind = VALUE_STRING;
			value.as.string = jsonb_entry_str(&entry);
			break;
		case JENTRY_ISNUMERIC:
			value = numeric_value(entry.data);
			break;
		case JENTRY_ISBOOL_TRUE:
		case JENTRY_ISBOOL_FALSE:
			value.kind = VALUE_BOOL;
			value.as.boolean = entry.type == JENTRY_ISBOOL_TRUE;
			break;
		case JENTRY_ISCONTAINER:
			value = container_value(jsonb_entry_container(&entry));
			break;
		default:
			break;
	}
	return value;
}

static Value
member_of_few(const JsonbContainer *map, Str key)
{
	uint32 count = JsonContainerSize(map);
	JsonbCursor cursor = jsonb_cursor(map);

	for (uint32 i = 0; i < count; i++)
	{
		JsonbEntry entry = jsonb_cursor_next(&cursor);

		if (entry.size < key.size)
			continue;
		if (entry.size > key.size)
			break;
		if (memcmp(entry.data, key.data, key.size) != 0)
			continue;
		/* To the value: past the other keys, and the values before it. */
		for (uint32 step = 1; step < count; step++)
			(void) jsonb_cursor_next(&cursor);
		return value_at(cursor);
	}
	return llp_missing;
}

static Value
member_of_many(const JsonbContainer *map, Str key)
{
	uint32 count = JsonContainerSize(map);
	uint32 low = 0;
	uint32 high = count;

	while (low < high)
	{
		uint32 middle = low + (high - low) / 2;
		int order = jsonb_compare_keys(key, key_at(map, middle));

		if (order == 0)
			return value_at(cursor_at(map, middle + count));
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return llp_missing;
}

static Value
jsonb_member(const Value *map, Str key)
{
	const JsonbContainer *container = map->as.container.handle;

	return map->as.container.count <= SMALL_MAP ? member_of_few(container, key)
												: member_of_many(container, key);
}

static Value
jsonb_element(const Value *list, size_t index)
{
	if (index >= list->as.container.count)
		return llp_missing;
	return value_at(cursor_at(list->as.container.handle, (uint32) index));
}

static Value
jsonb_entry(const Value *map, size_t index, Str *key)
{
	const JsonbContainer *container = map->as.container.handle;

	if (index >= map->as.container.count)
		return llp_missing;
	*key = key_at(container, (uint32) index);
	return value_at(cursor_at(container, (uint32) index + map->as.container.count));
}

static Str
jsonb_key(const Value *map, size_t index)
{
	return key_at(map->as.container.handle, (uint32) index);
}

static const RequestOps jsonb_ops = {jsonb_member, jsonb_element, jsonb_entry, jsonb_key};

static Value
container_value(const JsonbContainer *container)
{
	Value value = {.kind = JsonContainerIsObject(container) ? VALUE_MAP : VALUE_LIST};

	value.as.container.ops = &jsonb_ops;
	value.as.container.handle = container;
	value.as.container.count = JsonContainerSize(container);
	return value;
}

Value
jsonb_value(Jsonb *jsonb)
{
	if (JsonContainerIsScalar(&jsonb->root))
		return value_at(jsonb_cursor(&jsonb->root));
	return container_value(&jsonb->root);
}
