/*
 * vm/path_index.h - finds the changes whose paths equal, begin or continue a path.
 */
#ifndef LLP_VM_PATH_INDEX_H
#define LLP_VM_PATH_INDEX_H

#include "vm/plan.h"

/* A trie of path steps; its edges are one hash table over (node, key). */
typedef struct PathIndex PathIndex;

/* How the path of a change in the index lies to the path asked for. */
typedef enum PathRelation
{
	PATH_ABOVE, /* it is a proper prefix */
	PATH_SAME,
	PATH_BELOW /* it is a continuation */
} PathRelation;

/* Do the two clash when `old`'s path lies so to the path of `new`? */
typedef bool (*ClashTest)(ModificationKind old, ModificationKind new, PathRelation relation);

/* An empty index for changes whose paths have `steps` steps in all; NULL when exhausted. */
extern PathIndex *llp_path_index_create(Arena *arena, size_t steps);
/* Some change in the index that `change` clashes with, or NULL. */
extern const Change *
llp_path_index_clash(const PathIndex *index, const Modification *modification, ClashTest clashes);
extern void llp_path_index_add(PathIndex *index, const Change *change);

#endif
