/*
 * base/tree.c - building, reading and copying the JSON tree; base/tree_json.c writes it.
 *
 * A map keeps its members in an array, in document order; once it is larger than SMALL_MAP a hash index of
 * member numbers stands beside it.
 */
#include "base/tree.h"

#include "base/number.h"

#define SMALL_MAP 16	 /* members that are searched one by one */
#define FIRST_CAPACITY 4 /* elements or members; doubled from there, as the mask of an index needs it */
#define MOST_ROOM 1024	 /* members that room is made for before they come */

static TreeNode *
new_node(Arena *arena, ValueKind kind)
{
	TreeNode *node = llp_arena_new(arena, TreeNode);

	if (node == NULL)
		return NULL;
	node->kind = kind;
	node->expanded_size = 1;
	return node;
}

TreeNode *
llp_tree_null(Arena *arena)
{
	return new_node(arena, VALUE_NULL);
}

TreeNode *
llp_tree_bool(Arena *arena, bool value)
{
	TreeNode *node = new_node(arena, VALUE_BOOL);

	if (node != NULL)
		node->as.boolean = value;
	return node;
}

TreeNode *
llp_tree_int(Arena *arena, int64_t value)
{
	TreeNode *node = new_node(arena, VALUE_INT);

	if (node != NULL)
		node->as.integer = value;
	return node;
}

TreeNode *
llp_tree_double(Arena *arena, double value)
{
	Value number = llp_number_from_double(value);
	TreeNode *node;

	if (number.kind == VALUE_INT)
		return llp_tree_int(arena, number.as.integer);
	node = new_node(arena, VALUE_DOUBLE);
	if (node != NULL)
		node->as.real = number.as.real;
	return node;
}

TreeNode *
llp_tree_string(Arena *arena, Str value)
{
	TreeNode *node = new_node(arena, VALUE_STRING);

	if (node != NULL)
		node->as.string = value;
	return node;
}

static TreeNode *
new_container(Arena *arena, ValueKind kind)
{
	TreeNode *node = new_node(arena, kind);

	if (node != NULL)
		node->height = 1;
	return node;
}

TreeNode *
llp_tree_list(Arena *arena)
{
	return new_container(arena, VALUE_LIST);
}

TreeNode *
llp_tree_map(Arena *arena)
{
	return new_container(arena, VALUE_MAP);
}

static uint32_t
add_saturating(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

/* What a container learns from a child it takes in. */
static void
account_for(TreeNode *container, const TreeNode *child)
{
	container->expanded_size = add_saturating(container->expanded_size, child->expanded_size);
	if (container->height <= child->height)
		container->height = add_saturating(child->height, 1);
}

/* A larger copy of an array; *capacity says how large.  NULL when exhausted. */
static void *
grow(Arena *arena, const void *old, uint32_t count, uint32_t *capacity, size_t element_size)
{
	uint32_t larger = *capacity == 0 ? FIRST_CAPACITY : *capacity * 2;
	void *grown;

	if (*capacity > UINT32_MAX / 2)
		return NULL;
	grown = llp_arena_array(arena, larger, element_size);
	if (grown == NULL)
		return NULL;
	if (count > 0)
		memcpy(grown, old, count * element_size);
	*capacity = larger;
	return grown;
}

bool
llp_tree_append(Arena *arena, TreeNode *list, TreeNode *item)
{
	if (list == NULL || item == NULL)
		return false;
	if (list->as.list.count == list->as.list.capacity)
	{
		TreeNode **items = grow(arena, list->as.list.items, list->as.list.count, &list->as.list.capacity,
								sizeof(TreeNode *));

		if (items == NULL)
			return false;
		list->as.list.items = items;
	}
	list->as.list.items[list->as.list.count++] = item;
	account_for(list, item);
	return true;
}

/* The map's own address keeps the hash unknown to who writes the keys. */
static uint32_t
first_slot(const TreeNode *map, Str key)
{
	return (uint32_t) llp_str_hash(key, (uint64_t) (uintptr_t) map) & (map->as.map.index_size - 1);
}

/* Slots hold a member's number plus one, 0 when free; the index is never full. */
static void
index_member(TreeNode *map, uint32_t number)
{
	uint32_t slot = first_slot(map, map->as.map.members[number].key);

	while (map->as.map.index[slot] != 0)
		slot = (slot + 1) & (map->as.map.index_size - 1);
	map->as.map.index[slot] = number + 1;
}

static void
index_all(TreeNode *map)
{
	memset(map->as.map.index, 0, map->as.map.index_size * sizeof(uint32_t));
	for (uint32_t i = 0; i < map->as.map.count; i++)
		index_member(map, i);
}

/* Makes the index of a map large enough for its capacity: at most half full. */
static bool
rebuild_index(Arena *arena, TreeNode *map)
{
	uint32_t *index;

	if (map->as.map.capacity > UINT32_MAX / 4)
		return false;
	index = llp_arena_array(arena, (size_t) map->as.map.capacity * 2, sizeof(uint32_t));
	if (index == NULL)
		return false;
	map->as.map.index = index;
	map->as.map.index_size = map->as.map.capacity * 2;
	index_all(map);
	return true;
}

static TreeMember *
find_member(const TreeNode *map, Str key)
{
	TreeMember *members = map->as.map.members;

	if (map->as.map.index == NULL)
	{
		for (uint32_t i = 0; i < map->as.map.count; i++)
			if (llp_str_equal(members[i].key, key))
				return &members[i];
		return NULL;
	}
	for (uint32_t slot = first_slot(map, key); map->as.map.index[slot] != 0;
		 slot = (slot + 1) & (map->as.map.index_size - 1))
	{
		TreeMember *member = &members[map->as.map.index[slot] - 1];

		if (llp_str_equal(member->key, key))
			return member;
	}
	return NULL;
}

/* Room for one more member, in the array and in the index. */
static bool
reserve_member(Arena *arena, TreeNode *map)
{
	TreeMember *members;

	if (map->as.map.count < map->as.map.capacity)
		return true;
	members = grow(arena, map->as.map.members, map->as.map.count, &map->as.map.capacity, sizeof(TreeMember));
	if (members == NULL)
		return false;
	map->as.map.members = members;
	return map->as.map.capacity <= SMALL_MAP || rebuild_index(arena, map);
}

TreeNode *
llp_tree_map_with_room(Arena *arena, uint32_t members)
{
	TreeNode *map = llp_tree_map(arena);
	uint32_t capacity = FIRST_CAPACITY;

	if (map == NULL)
		return NULL;
	while (capacity < members && capacity < MOST_ROOM)
		capacity *= 2;
	map->as.map.members = llp_arena_array(arena, capacity, sizeof(TreeMember));
	if (map->as.map.members == NULL)
		return NULL;
	map->as.map.capacity = capacity;
	return capacity <= SMALL_MAP || rebuild_index(arena, map) ? map : NULL;
}

/* A saturated size stays: what it was made of is no longer known. */
static void
replace_value(TreeNode *map, TreeMember *member, TreeNode *value)
{
	if (map->expanded_size != UINT32_MAX)
		map->expanded_size -= member->value->expanded_size;
	account_for(map, value);
	member->value = value;
}

bool
llp_tree_add(Arena *arena, TreeNode *map, Str key, TreeNode *value)
{
	if (map == NULL || value == NULL || key.data == NULL || !reserve_member(arena, map))
		return false;
	map->as.map.members[map->as.map.count++] = (TreeMember){.key = key, .value = value};
	account_for(map, value);
	if (map->as.map.index != NULL)
		index_member(map, map->as.map.count - 1);
	return true;
}

bool
llp_tree_set(Arena *arena, TreeNode *map, Str key, TreeNode *value)
{
	TreeMember *member;

	if (map == NULL || value == NULL || key.data == NULL)
		return false;
	member = find_member(map, key);
	if (member != NULL)
	{
		replace_value(map, member, value);
		return true;
	}
	return llp_tree_add(arena, map, key, value);
}

void
llp_tree_unset(TreeNode *map, Str key)
{
	TreeMember *member = find_member(map, key);
	size_t after;

	if (member == NULL)
		return;
	if (map->expanded_size != UINT32_MAX)
		map->expanded_size -= member->value->expanded_size;
	after = (size_t) (map->as.map.members + map->as.map.count - (member + 1));
	memmove(member, member + 1, after * sizeof(TreeMember));
	map->as.map.count--;
	if (map->as.map.index != NULL)
		index_all(map);
}

const TreeMember *
llp_tree_member(const TreeNode *map, Str key)
{
	return map == NULL || map->kind != VALUE_MAP ? NULL : find_member(map, key);
}

TreeNode *
llp_tree_get(const TreeNode *map, Str key)
{
	const TreeMember *member = llp_tree_member(map, key);

	return member == NULL ? NULL : member->value;
}

static Value
tree_member(const Value *map, Str key)
{
	return llp_tree_value(llp_tree_get(map->as.container.handle, key));
}

static Value
tree_element(const Value *list, size_t index)
{
	const TreeNode *node = list->as.container.handle;

	return llp_tree_value(node->as.list.items[index]);
}

static Value
tree_entry(const Value *map, size_t index, Str *key)
{
	const TreeNode *node = map->as.container.handle;

	*key = node->as.map.members[index].key;
	return llp_tree_value(node->as.map.members[index].value);
}

static Str
tree_key(const Value *map, size_t index)
{
	const TreeNode *node = map->as.container.handle;

	return node->as.map.members[index].key;
}

static const RequestOps tree_ops = {tree_member, tree_element, tree_entry, tree_key};

static Value
container_value(const TreeNode *node, uint32_t count)
{
	Value value = {.kind = node->kind};

	value.as.container.ops = &tree_ops;
	value.as.container.handle = node;
	value.as.container.count = count;
	return value;
}

Value
llp_tree_value(const TreeNode *node)
{
	if (node == NULL)
		return llp_missing;
	switch (node->kind)
	{
		case VALUE_BOOL:
			return (Value){.kind = VALUE_BOOL, .as.boolean = node->as.boolean};
		case VALUE_INT:
			return (Value){.kind = VALUE_INT,
						   .as.integer = node->as.integer,
						   .as.exact = node->as.exact,
						   .as.loss = node->as.loss};
		case VALUE_DOUBLE:
			return (Value){.kind = VALUE_DOUBLE,
						   .as.real = node->as.real,
						   .as.exact = node->as.exact,
						   .as.loss = node->as.loss};
		case VALUE_STRING:
			return (Value){.kind = VALUE_STRING, .as.string = node->as.string};
		case VALUE_LIST:
			return container_value(node, node->as.list.count);
		case VALUE_MAP:
			return container_value(node, node->as.map.count);
		default:
			return (Value){.kind = node->kind};
	}
}

/* A copy of a string, or one whose data is NULL, which the builders hand on as failure. */
static TreeNode *
copy_string(Arena *arena, Str string)
{
	Str copy = llp_str_copy(arena, string);

	return copy.data == NULL ? NULL : llp_tree_string(arena, copy);
}

TreeNode *
llp_tree_number(Arena *arena, const Value *value)
{
	TreeNode *node = value->kind == VALUE_INT ? llp_tree_int(arena, value->as.integer)
											  : llp_tree_double(arena, value->as.real);

	if (node != NULL)
	{
		node->as.exact = value->as.exact;
		node->as.loss = value->as.loss;
	}
	return node;
}

static TreeNode *
copy_list(Arena *arena, const Value *value, int max_depth)
{
	TreeNode *list = llp_tree_list(arena);

	for (size_t i = 0; i < value->as.container.count; i++)
	{
		Value item = llp_element(value, i);

		if (!llp_tree_append(arena, list, llp_tree_copy(arena, &item, max_depth - 1)))
			return NULL;
	}
	return list;
}

static TreeNode *
copy_map(Arena *arena, const Value *value, int max_depth)
{
	TreeNode *map = llp_tree_map(arena);

	for (size_t i = 0; i < value->as.container.count; i++)
	{
		Str key;
		Value member = llp_entry(value, i, &key);

		if (!llp_tree_add(arena, map, llp_str_copy(arena, key), llp_tree_copy(arena, &member, max_depth - 1)))
			return NULL;
	}
	return map;
}

TreeNode *
llp_tree_copy(Arena *arena, const Value *value, int max_depth)
{
	switch (value->kind)
	{
		case VALUE_NULL:
			return llp_tree_null(arena);
		case VALUE_BOOL:
			return llp_tree_bool(arena, value->as.boolean);
		case VALUE_INT:
		case VALUE_DOUBLE:
			return llp_tree_number(arena, value);
		case VALUE_STRING:
			return copy_string(arena, value->as.string);
		case VALUE_LIST:
			return max_depth > 0 ? copy_list(arena, value, max_depth) : NULL;
		case VALUE_MAP:
			return max_depth > 0 ? copy_map(arena, value, max_depth) : NULL;
		default:
			return NULL;
	}
}

/* As deep as the tree. */
uint64_t
llp_tree_text_bytes(const TreeNode *node)
{
	uint64_t bytes = node->kind == VALUE_STRING ? node->as.string.size : 0;

	for (uint32_t i = 0; node->kind == VALUE_LIST && i < node->as.list.count; i++)
		bytes += llp_tree_text_bytes(node->as.list.items[i]);
	for (uint32_t i = 0; node->kind == VALUE_MAP && i < node->as.map.count; i++)
		bytes += node->as.map.members[i].key.size + llp_tree_text_bytes(node->as.map.members[i].value);
	return bytes;
}
