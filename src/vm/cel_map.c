/*
 * vm/cel_map.c - maps made by expressions.
 *
 * A small map is searched from the front; a larger one has a hash table over its entries, which is never more
 * than half full and probed linearly.
 */
#include "vm/cel_map.h"

#include "vm/cel_functions.h"

#define SMALL_MAP 8
#define FIRST_CAPACITY 4

/* The form of a key by which it is stored and looked up: integers as ints where they fit. */
static bool
normalise(CelValue key, CelValue *normal)
{
	if (key.kind == CEL_STRING || key.kind == CEL_BOOL)
	{
		*normal = key;
		return true;
	}
	return llp_cel_as_integer(key, normal);
}

/* For two normal forms. */
static bool
same_key(CelValue a, CelValue b)
{
	if (a.kind != b.kind)
		return false;
	switch (a.kind)
	{
		case CEL_STRING:
			return llp_str_equal(a.as.string, b.as.string);
		case CEL_BOOL:
			return a.as.boolean == b.as.boolean;
		default:
			return a.as.natural == b.as.natural; /* of an int the same bits */
	}
}

/* Where the map lies is as good a secret as any that is at hand. */
static uint64_t
seed_of(const CelMap *map)
{
	return (uint64_t) (uintptr_t) map->index;
}

static uint64_t
hash_key(CelValue key, uint64_t seed)
{
	uint64_t word = key.kind == CEL_BOOL ? (uint64_t) key.as.boolean : key.as.natural;

	if (key.kind == CEL_STRING)
		return llp_str_hash(key.as.string, seed);
	return llp_str_hash((Str){(const char *) &word, sizeof(word)}, seed ^ key.kind);
}

/* The place in the table that has the key, or the free one where it would go. */
static uint32_t *
probe(const CelMap *map, CelValue normal)
{
	uint32_t place = (uint32_t) hash_key(normal, seed_of(map)) & (map->index_size - 1);

	for (;; place = (place + 1) & (map->index_size - 1))
	{
		uint32_t number = map->index[place];
		CelValue other;

		if (number == 0 || (normalise(map->entries[number - 1].key, &other) && same_key(normal, other)))
			return &map->index[place];
	}
}

/* Among the first `visible` entries. */
static const CelEntry *
find_entry(const CelMap *map, uint32_t visible, CelValue normal)
{
	if (map->index != NULL)
	{
		uint32_t number = *probe(map, normal);

		return number == 0 || number > visible ? NULL : &map->entries[number - 1];
	}
	for (uint32_t i = 0; i < visible; i++)
	{
		CelValue other;

		if (normalise(map->entries[i].key, &other) && same_key(normal, other))
			return &map->entries[i];
	}
	return NULL;
}

bool
llp_cel_map_find(CelValue map, CelValue key, CelValue *value)
{
	const CelEntry *entry = NULL;
	CelValue normal;

	if (normalise(key, &normal))
		entry = find_entry(map.as.container.map, (uint32_t) map.count, normal);
	if (entry == NULL)
		return false;
	*value = entry->value;
	return true;
}

CelMap *
llp_cel_map_new(CelContext *context, size_t capacity)
{
	CelMap *map = llp_cel_alloc(context, 1, sizeof(CelMap));

	if (map == NULL || capacity == 0)
		return map;
	map->entries = llp_cel_alloc(context, capacity, sizeof(CelEntry));
	map->capacity = (uint32_t) capacity;
	return map->entries == NULL ? NULL : map;
}

static bool
grow_entries(CelContext *context, CelMap *map)
{
	uint32_t capacity = map->capacity == 0 ? FIRST_CAPACITY : map->capacity * 2;
	CelEntry *entries = llp_cel_alloc(context, capacity, sizeof(CelEntry));

	if (entries == NULL)
		return false;
	if (map->count > 0)
		memcpy(entries, map->entries, map->count * sizeof(CelEntry));
	map->entries = entries;
	map->capacity = capacity;
	return true;
}

/* A table for twice as many entries as there are. */
static bool
make_index(CelContext *context, CelMap *map)
{
	uint32_t size = SMALL_MAP * 4;

	while (size < map->count * 4)
		size *= 2;
	map->index = llp_cel_alloc(context, size, sizeof(uint32_t));
	if (map->index == NULL)
		return false;
	map->index_size = size;
	for (uint32_t i = 0; i < map->count; i++)
	{
		CelValue normal;

		if (normalise(map->entries[i].key, &normal))
			*probe(map, normal) = i + 1;
	}
	return true;
}

CelValue
llp_cel_map_add(CelContext *context, CelMap *map, CelValue key, CelValue value)
{
	CelValue normal;

	if (llp_cel_failed(key))
		return key;
	if (llp_cel_failed(value))
		return value;
	if (key.kind == CEL_DOUBLE || !normalise(key, &normal))
		return llp_cel_error("unsupported key type");
	if (find_entry(map, map->count, normal) != NULL)
		return llp_cel_error("repeated key");
	if (map->count == map->capacity && !grow_entries(context, map))
		return llp_cel_stopped;
	map->entries[map->count++] = (CelEntry){key, value};
	if (map->index == NULL ? map->count > SMALL_MAP : map->count > map->index_size / 2)
	{
		if (!make_index(context, map))
			return llp_cel_stopped;
	}
	else if (map->index != NULL)
		*probe(map, normal) = map->count;
	return llp_cel_null;
}

static CelValue
add_all(CelContext *context, CelMap *map, CelValue from)
{
	for (size_t i = 0; i < from.count; i++)
	{
		CelEntry entry = llp_cel_entry(from, i);
		CelValue problem = llp_cel_charge(context, 1) ? llp_cel_map_add(context, map, entry.key, entry.value)
													  : llp_cel_stopped;

		if (llp_cel_failed(problem))
			return problem;
	}
	return llp_cel_null;
}

/* A map that entries can be added to and that holds those of another; it may be the other's own storage. */
static CelValue
growing(CelContext *context, CelValue from, CelMap **map)
{
	*map = from.as.container.map;
	if (from.as.container.ops == NULL && (*map)->grows && (*map)->count == from.count)
		return llp_cel_null;
	*map = llp_cel_map_new(context, from.count);
	if (*map == NULL)
		return llp_cel_stopped;
	(*map)->grows = true;
	return add_all(context, *map, from);
}

/* A map with one more entry, or with those of a second map; a key that is there already is an error. */
CelValue
llp_cel_map_insert(CEL_ARGS)
{
	CelMap *map;
	CelValue problem = growing(context, args[0], &map);

	if (!llp_cel_failed(problem))
		problem =
			count == 3 ? llp_cel_map_add(context, map, args[1], args[2]) : add_all(context, map, args[1]);
	return llp_cel_failed(problem) ? problem : llp_cel_map(map);
}
