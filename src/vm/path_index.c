/*
 * vm/path_index.c - a trie over the steps of paths.
 *
 * Sized once, for every step that can come, so that adding cannot fail.
 */
#include "vm/path_index.h"

#define KINDS (MODIFICATION_REDACT + 1)
#define ROOT 0

typedef struct PathNode
{
	Str key;
	uint32_t parent;
	const Change *ends[KINDS];	/* a change of each kind whose path ends here */
	const Change *below[KINDS]; /* likewise, of a path that goes on from here */
} PathNode;

struct PathIndex
{
	PathNode *nodes; /* the first is the root */
	uint32_t count;
	uint32_t *slots; /* node numbers, 0 when free: the root is nobody's child */
	uint64_t mask;	 /* number of slots - 1 */
};

PathIndex *
llp_path_index_create(Arena *arena, size_t steps)
{
	PathIndex *index = llp_arena_new(arena, PathIndex);
	size_t slots = 8;

	if (index == NULL || steps >= UINT32_MAX / 4)
		return NULL;
	while (slots < steps * 2)
		slots *= 2;
	index->nodes = llp_arena_array(arena, steps + 1, sizeof(PathNode));
	index->slots = llp_arena_array(arena, slots, sizeof(uint32_t));
	index->mask = slots - 1;
	index->count = 1;
	return index->nodes == NULL || index->slots == NULL ? NULL : index;
}

/* The slot of a child of `parent`, or the free slot where it belongs. */
static uint32_t *
find_slot(const PathIndex *index, uint32_t parent, Str key)
{
	uint64_t at = llp_str_hash(key, (uint64_t) (uintptr_t) index + parent) & index->mask;

	while (index->slots[at] != 0)
	{
		const PathNode *node = &index->nodes[index->slots[at]];

		if (node->parent == parent && llp_str_equal(node->key, key))
			break;
		at = (at + 1) & index->mask;
	}
	return &index->slots[at];
}

static const Change *
find_clash(const Change *const *changes, ModificationKind kind, PathRelation relation, ClashTest clashes)
{
	for (int old = 0; old < KINDS; old++)
		if (changes[old] != NULL && clashes((ModificationKind) old, kind, relation))
			return changes[old];
	return NULL;
}

const Change *
llp_path_index_clash(const PathIndex *index, const Modification *modification, ClashTest clashes)
{
	const FieldPath *path = &modification->path;
	uint32_t at = ROOT;
	const Change *clash;

	for (size_t i = 0; i < path->count; i++)
	{
		at = *find_slot(index, at, path->steps[i].key);
		if (at == 0)
			return NULL;
		clash = find_clash(index->nodes[at].ends, modification->kind,
						   i + 1 < path->count ? PATH_ABOVE : PATH_SAME, clashes);
		if (clash != NULL)
			return clash;
	}
	return find_clash(index->nodes[at].below, modification->kind, PATH_BELOW, clashes);
}

void
llp_path_index_add(PathIndex *index, const Change *change)
{
	const FieldPath *path = &change->modification->path;
	uint32_t at = ROOT;

	for (size_t i = 0; i < path->count; i++)
	{
		uint32_t *slot = find_slot(index, at, path->steps[i].key);

		if (index->nodes[at].below[change->modification->kind] == NULL)
			index->nodes[at].below[change->modification->kind] = change;
		if (*slot == 0)
		{
			*slot = index->count++;
			index->nodes[*slot] = (PathNode){.key = path->steps[i].key, .parent = at};
		}
		at = *slot;
	}
	if (index->nodes[at].ends[change->modification->kind] == NULL)
		index->nodes[at].ends[change->modification->kind] = change;
}
