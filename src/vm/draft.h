/*
 * vm/draft.h - a copy of a request that is being changed, and the patch that says how.
 *
 * The patch (RFC 6902) is written as the copy changes, so that applying it to the request gives the copy.
 * Parents that a path needs are made: objects, also where something that is no container stands in the way.
 * What cannot be done is left undone: a list has places for its elements and for one more at its end.
 *
 * Whether a path is a top-level key as a whole is asked of the request, not of the copy: a path means one
 * place however often, and in whatever order, changes are made.
 */
#ifndef LLP_VM_DRAFT_H
#define LLP_VM_DRAFT_H

#include "base/field_path.h"
#include "base/tree.h"

typedef struct Draft
{
	Arena *arena;
	const Value *request;
	TreeNode *root;	 /* the request as it is now, a map */
	TreeNode *patch; /* list of operations; NULL: none is wanted */
} Draft;

/*
 * Copies the request, which has to outlive the draft.  STATUS_LIMIT when it is nested deeper than max_depth,
 * STATUS_NO_MEMORY.
 */
extern Status
llp_draft_init(Draft *draft, Arena *arena, const Value *request, int max_depth, bool want_patch);

/*
 * Each returns false when it cannot be done and then changes nothing.  `value` is copied.  Memory that ends
 * is the arena's to tell (llp_arena_exhausted); the draft is void then.
 */
extern bool llp_draft_set(Draft *draft, const FieldPath *path, const TreeNode *value);
/* Takes away what is there; nothing to take away is fine. */
extern bool llp_draft_remove(Draft *draft, const FieldPath *path);
/* Adds to the end of a list; a list is made where there is nothing, or null. */
extern bool llp_draft_append(Draft *draft, const FieldPath *path, const TreeNode *value);
/* Sets the bound unless a number that is not larger stands there. */
extern bool llp_draft_cap(Draft *draft, const FieldPath *path, const TreeNode *bound);

/* Puts a node, which becomes part of the draft, in the place of what is there. */
extern void llp_draft_replace(Draft *draft, const FieldPath *path, TreeNode *node);

/* The node at the path, or NULL.  Unlike llp_path_fetch it knows neither .length nor characters. */
extern TreeNode *llp_draft_get(const Draft *draft, const FieldPath *path);
/* Is the path's last step an element of a list (so that removing it moves others)? */
extern bool llp_draft_is_element(const Draft *draft, const FieldPath *path);

/* A deep copy of a node that came of a document or a draft; NULL gives NULL. */
extern TreeNode *llp_copy_node(Arena *arena, const TreeNode *node);

/* Operations on one container, shared with vm/json_patch.c.  Elements behind `index` move. */
extern bool llp_list_insert(Arena *arena, TreeNode *list, size_t index, TreeNode *item);
extern void llp_list_remove(TreeNode *list, size_t index);

#endif
