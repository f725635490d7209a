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
#include "pg/numeric_value.h"

#define FEW_MEMBERS 16

static const RequestOps jsonb_ops;

/* A list's entries are its elements; a map's are first its keys, then its values. */
static uint32
entry_count(const JsonbContainer *container)
{
	return JsonContainerSize(container) * (JsonContainerIsObject(container) ? 2 : 1);
}

static Str
string_at(const JsonbContainer *container, uint32 index)
{
	const char *base = (const char *) (container->children + entry_count(container));

	return (Str){base + getJsonbOffset(container, (int) index), getJsonbLength(container, (int) index)};
}

static inline Value
container_value(const JsonbContainer *container)
{
	return (Value){.kind = JsonContainerIsObject(container) ? VALUE_MAP : VALUE_LIST,
				   .as.container = {&jsonb_ops, container, 0, JsonContainerSize(container)}};
}

/* Values are made where they are returned: read again while they are in pieces, they would cost a stall each.
 */
Value
jsonb_entry_value(const JsonbEntry *entry)
{
	switch (entry->type)
	{
		case JENTRY_ISSTRING:
			return (Value){.kind = VALUE_STRING, .as.string = jsonb_entry_str(entry)};
		case JENTRY_ISNUMERIC:
			return numeric_value(entry->data);
		case JENTRY_ISBOOL_TRUE:
			return (Value){.kind = VALUE_BOOL, .as.boolean = true};
		case JENTRY_ISBOOL_FALSE:
			return (Value){.kind = VALUE_BOOL, .as.boolean = false};
		case JENTRY_ISCONTAINER:
			return container_value(jsonb_entry_container(entry));
		default:
			return (Value){.kind = VALUE_NULL};
	}
}

static Value
value_at(const JsonbContainer *container, uint32 index)
{
	JsonbCursor cursor = {container->children + index,
						  (const char *) (container->children + entry_count(container)),
						  getJsonbOffset(container, (int) index)};
	JsonbEntry entry = jsonb_cursor_next(&cursor);

	return jsonb_entry_value(&entry);
}

/* From the first key on, which is less than halving where they are few. */
static Value
member_among_few(const JsonbContainer *map, Str key)
{
	JsonbCursor cursor = jsonb_cursor(map);
	uint32 count = JsonContainerSize(map);

	for (uint32 i = 0; i < count; i++)
	{
		JsonbEntry entry = jsonb_cursor_next(&cursor);
		int order = jsonb_compare_keys(jsonb_entry_str(&entry), key);

		if (order > 0)
			break;
		if (order < 0)
			continue;
		jsonb_cursor_skip(&cursor, count - 1);
		entry = jsonb_cursor_next(&cursor);
		return jsonb_entry_value(&entry);
	}
	return llp_missing;
}

static Value
member_among_many(const JsonbContainer *map, Str key)
{
	uint32 low = 0;
	uint32 high = JsonContainerSize(map);

	while (low < high)
	{
		uint32 middle = low + (high - low) / 2;
		int order = jsonb_compare_keys(key, string_at(map, middle));

		if (order == 0)
			return value_at(map, middle + JsonContainerSize(map));
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
	if (map->as.container.count <= FEW_MEMBERS)
		return member_among_few(map->as.container.handle, key);
	return member_among_many(map->as.container.handle, key);
}

static Value
jsonb_element(const Value *list, size_t index)
{
	if (index >= list->as.container.count)
		return llp_missing;
	return value_at(list->as.container.handle, (uint32) index);
}

static Value
jsonb_entry(const Value *map, size_t index, Str *key)
{
	const JsonbContainer *container = map->as.container.handle;

	if (index >= map->as.container.count)
		return llp_missing;
	*key = string_at(container, (uint32) index);
	return value_at(container, (uint32) index + map->as.container.count);
}

static Str
jsonb_key(const Value *map, size_t index)
{
	return string_at(map->as.container.handle, (uint32) index);
}

static const RequestOps jsonb_ops = {jsonb_member, jsonb_element, jsonb_entry, jsonb_key};

Value
jsonb_value(Jsonb *jsonb)
{
	if (JsonContainerIsScalar(&jsonb->root))
		return value_at(&jsonb->root, 0);
	return container_value(&jsonb->root);
}
