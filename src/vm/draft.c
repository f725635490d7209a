/*
 * vm/draft.c - changes to one request, by path.
 *
 * Which changes are to be made, and in what order, is not known here.
 */
#include "vm/draft.h"

#include "base/number.h"

Status
llp_draft_init(Draft *draft, Arena *arena, const Value *request, int max_depth, bool want_patch)
{
	*draft = (Draft){.arena = arena, .request = request, .root = llp_tree_copy(arena, request, max_depth)};
	if (want_patch)
		draft->patch = llp_tree_list(arena);
	if (llp_arena_exhausted(arena))
		return STATUS_NO_MEMORY;
	return draft->root == NULL ? STATUS_LIMIT : STATUS_OK;
}

TreeNode *
llp_copy_node(Arena *arena, const TreeNode *node)
{
	Value value = llp_tree_value(node);

	return llp_tree_copy(arena, &value, INT32_MAX);
}

bool
llp_list_insert(Arena *arena, TreeNode *list, size_t index, TreeNode *item)
{
	TreeNode **items;

	if (!llp_tree_append(arena, list, item))
		return false;
	items = list->as.list.items;
	memmove(&items[index + 1], &items[index], (list->as.list.count - 1 - index) * sizeof(*items));
	items[index] = item;
	return true;
}

void
llp_list_remove(TreeNode *list, size_t index)
{
	TreeNode **items = list->as.list.items;

	memmove(&items[index], &items[index + 1], (list->as.list.count - 1 - index) * sizeof(*items));
	list->as.list.count--;
}

static bool
is_container(const TreeNode *node)
{
	return node != NULL && (node->kind == VALUE_MAP || node->kind == VALUE_LIST);
}

/* What stands in a container at a step, or NULL. */
static TreeNode *
child_of(const TreeNode *container, const PathStep *step)
{
	if (container->kind == VALUE_MAP)
		return llp_tree_get(container, step->key);
	if (!step->is_index || step->index >= container->as.list.count)
		return NULL;
	return container->as.list.items[step->index];
}

/* The deepest container that a path reaches, and the step that it would take from there. */
typedef struct Spot
{
	FieldPath path; /* one step when a top-level key equals the whole path */
	PathStep whole;
	TreeNode *parent;
	size_t depth;	 /* of the step */
	TreeNode *child; /* what is there now, or NULL */
	bool complete;	 /* the step is the path's last */
} Spot;

static void
find_spot(const Draft *draft, const FieldPath *path, Spot *spot)
{
	spot->path = *path;
	spot->parent = draft->root;
	spot->depth = 0;
	if (llp_member(draft->request, path->text).kind != VALUE_MISSING)
	{
		spot->whole = (PathStep){.key = path->text};
		spot->path = (FieldPath){.text = path->text, .steps = &spot->whole, .count = 1};
	}
	for (;; spot->depth++)
	{
		spot->child = child_of(spot->parent, &spot->path.steps[spot->depth]);
		spot->complete = spot->depth + 1 == spot->path.count;
		if (spot->complete || !is_container(spot->child))
			return;
		spot->parent = spot->child;
	}
}

/* Notes an operation at the spot; `value` may be NULL, `suffix` is added to the pointer. */
static void
note(Draft *draft, const Spot *spot, Str op, Str suffix, const TreeNode *value)
{
	FieldPath reached = {.steps = spot->path.steps, .count = spot->depth + 1};
	TreeNode *operation;
	StrBuf pointer;

	if (draft->patch == NULL)
		return;
	llp_buf_init(&pointer, draft->arena);
	llp_buf_append(&pointer, llp_path_pointer(draft->arena, &reached));
	llp_buf_append(&pointer, suffix);
	operation = llp_tree_map(draft->arena);
	llp_tree_set(draft->arena, operation, STR("op"), llp_tree_string(draft->arena, op));
	llp_tree_set(draft->arena, operation, STR("path"), llp_tree_string(draft->arena, llp_buf_str(&pointer)));
	if (value != NULL)
		llp_tree_set(draft->arena, operation, STR("value"), llp_copy_node(draft->arena, value));
	llp_tree_append(draft->arena, draft->patch, operation);
}

/* Puts a node where the spot is; false when a list has no such place. */
static bool
put(Draft *draft, Spot *spot, TreeNode *node)
{
	const PathStep *step = &spot->path.steps[spot->depth];
	TreeNode *parent = spot->parent;

	if (parent->kind == VALUE_LIST && (!step->is_index || step->index > parent->as.list.count))
		return false;
	note(draft, spot, spot->child != NULL ? STR("replace") : STR("add"), STR(""), node);
	if (parent->kind == VALUE_MAP)
		llp_tree_set(draft->arena, parent, step->key, node);
	else if (spot->child == NULL)
		llp_tree_append(draft->arena, parent, node);
	else if (node != NULL)
		parent->as.list.items[step->index] = node;
	return true;
}

/* Puts a value at the end of the spot's path, inside objects for the steps that nothing stands for. */
static bool
put_nested(Draft *draft, Spot *spot, TreeNode *value)
{
	for (size_t i = spot->path.count; i > spot->depth + 1; i--)
	{
		TreeNode *map = llp_tree_map(draft->arena);

		llp_tree_set(draft->arena, map, spot->path.steps[i - 1].key, value);
		value = map;
	}
	return put(draft, spot, value);
}

bool
llp_draft_set(Draft *draft, const FieldPath *path, const TreeNode *value)
{
	Spot spot;

	find_spot(draft, path, &spot);
	return put_nested(draft, &spot, llp_copy_node(draft->arena, value));
}

bool
llp_draft_remove(Draft *draft, const FieldPath *path)
{
	Spot spot;

	find_spot(draft, path, &spot);
	if (!spot.complete || spot.child == NULL)
		return true;
	note(draft, &spot, STR("remove"), STR(""), NULL);
	if (spot.parent->kind == VALUE_MAP)
		llp_tree_unset(spot.parent, spot.path.steps[spot.depth].key);
	else
		llp_list_remove(spot.parent, spot.path.steps[spot.depth].index);
	return true;
}

bool
llp_draft_append(Draft *draft, const FieldPath *path, const TreeNode *value)
{
	TreeNode *list;
	Spot spot;

	find_spot(draft, path, &spot);
	if (spot.complete && spot.child != NULL && spot.child->kind == VALUE_LIST)
	{
		note(draft, &spot, STR("add"), STR("/-"), value);
		llp_tree_append(draft->arena, spot.child, llp_copy_node(draft->arena, value));
		return true;
	}
	if (spot.complete && spot.child != NULL && spot.child->kind != VALUE_NULL)
		return false;
	list = llp_tree_list(draft->arena);
	llp_tree_append(draft->arena, list, llp_copy_node(draft->arena, value));
	return put_nested(draft, &spot, list);
}

bool
llp_draft_cap(Draft *draft, const FieldPath *path, const TreeNode *bound)
{
	Value limit = llp_tree_value(bound);
	Value old = llp_tree_value(llp_draft_get(draft, path));

	if ((old.kind == VALUE_INT || old.kind == VALUE_DOUBLE) && llp_number_compare(&old, &limit) <= 0)
		return true;
	return llp_draft_set(draft, path, bound);
}

void
llp_draft_replace(Draft *draft, const FieldPath *path, TreeNode *node)
{
	Spot spot;

	find_spot(draft, path, &spot);
	if (spot.complete && spot.child != NULL)
		(void) put(draft, &spot, node);
}

TreeNode *
llp_draft_get(const Draft *draft, const FieldPath *path)
{
	Spot spot;

	find_spot(draft, path, &spot);
	return spot.complete ? spot.child : NULL;
}

bool
llp_draft_is_element(const Draft *draft, const FieldPath *path)
{
	Spot spot;

	find_spot(draft, path, &spot);
	return spot.complete && spot.parent->kind == VALUE_LIST;
}
