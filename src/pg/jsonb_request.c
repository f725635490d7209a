/*
 * pg/jsonb_request.c - jsonb through the core's Request interface.
 *
 * Reads in place: nothing here allocates or raises, because the core is on the stack.  A handle is the
 * container's own bytes, found again through the offsets of its entries.
 */
#include "postgres.h"

#include "utils/jsonb.h"

#include "pg/jsonb_tree.h"
#include "pg/jsonb_writer.h"
#include "pg/numeric_value.h"

static Value container_value(const JsonbContainer *container);

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

static Value
value_at(const JsonbContainer *container, uint32 index)
{
	JEntry entry = container->children[index];
	const char *base = (const char *) (container->children + entry_count(container));
	Value value = {.kind = VALUE_NULL};

	if (JBE_ISSTRING(entry))
	{
		value.kind = VALUE_STRING;
		value.as.string = string_at(container, index);
	}
	else if (JBE_ISNUMERIC(entry))
		value = numeric_value(base + INTALIGN(getJsonbOffset(container, (int) index)));
	else if (JBE_ISBOOL(entry))
	{
		value.kind = VALUE_BOOL;
		value.as.boolean = JBE_ISBOOL_TRUE(entry);
	}
	else if (JBE_ISCONTAINER(entry))
		value = container_value((const void *) (base + INTALIGN(getJsonbOffset(container, (int) index))));
	return value;
}

static Value
jsonb_member(const Value *map, Str key)
{
	const JsonbContainer *container = map->as.container.handle;
	uint32 low = 0;
	uint32 high = map->as.container.count;

	while (low < high)
	{
		uint32 middle = low + (high - low) / 2;
		int order = jsonb_compare_keys(key, string_at(container, middle));

		if (order == 0)
			return value_at(container, middle + map->as.container.count);
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return llp_missing;
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

static const RequestOps jsonb_ops = {jsonb_member, jsonb_element, jsonb_entry};

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
		return value_at(&jsonb->root, 0);
	return container_value(&jsonb->root);
}
