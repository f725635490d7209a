/*
 * vm/json_patch.c - RFC 6902 (JSON Patch) on RFC 6901 (JSON Pointer), as far as decisions use it.
 *
 * The patch may come from anyone: every operation is checked.
 */
#include "vm/json_patch.h"

#include "vm/draft.h"

typedef enum PatchOp
{
	PATCH_ADD,
	PATCH_REPLACE,
	PATCH_REMOVE
} PatchOp;

typedef struct Patcher
{
	Arena *arena;
	TreeNode **document;
	int max_depth;
	DiagnosticList *findings;
	size_t number; /* of the operation, from 0 */
} Patcher;

static Status
complain(Patcher *self, const char *problem)
{
	StrBuf path;

	llp_buf_init(&path, self->arena);
	llp_buf_format(&path, "patch[%zu]", self->number);
	llp_diag_add(self->findings, SEVERITY_ERROR, 0, 0, llp_buf_str(&path), NULL, "%s", problem);
	return STATUS_INVALID;
}

/* Takes the next token off a pointer that starts with a slash, with ~1 and ~0 undone. */
static bool
next_token(Arena *arena, Str *pointer, Str *token)
{
	size_t end = 1;
	StrBuf plain;

	llp_buf_init(&plain, arena);
	for (; end < pointer->size && pointer->data[end] != '/'; end++)
	{
		char c = pointer->data[end];

		if (c == '~')
		{
			end++;
			if (end == pointer->size || (pointer->data[end] != '0' && pointer->data[end] != '1'))
				return false;
			c = pointer->data[end] == '0' ? '~' : '/';
		}
		llp_buf_append_char(&plain, c);
	}
	*token = plain.size == 0 ? STR("") : llp_buf_str(&plain);
	*pointer = (Str){pointer->data + end, pointer->size - end};
	return true;
}

/* The index that a token names in a list; its length for "-"; SIZE_MAX for anything else. */
static size_t
list_index(const TreeNode *list, Str token)
{
	size_t index = 0;

	if (llp_str_equal(token, STR("-")))
		return list->as.list.count;
	if (token.size == 0 || token.size > 9 || (token.data[0] == '0' && token.size > 1))
		return SIZE_MAX;
	for (size_t i = 0; i < token.size; i++)
	{
		if (token.data[i] < '0' || token.data[i] > '9')
			return SIZE_MAX;
		index = index * 10 + (size_t) (token.data[i] - '0');
	}
	return index;
}

static TreeNode *
child_of(const TreeNode *container, Str token)
{
	size_t index;

	if (container->kind == VALUE_MAP)
		return llp_tree_get(container, token);
	if (container->kind != VALUE_LIST)
		return NULL;
	index = list_index(container, token);
	return index < container->as.list.count ? container->as.list.items[index] : NULL;
}

static Status
change_map(Patcher *self, TreeNode *map, PatchOp op, Str token, TreeNode *value)
{
	if (op != PATCH_ADD && llp_tree_get(map, token) == NULL)
		return complain(self, "the path leads to nothing");
	if (op == PATCH_REMOVE)
		llp_tree_unset(map, token);
	else
		llp_tree_set(self->arena, map, token, value);
	return STATUS_OK;
}

static Status
change_list(Patcher *self, TreeNode *list, PatchOp op, Str token, TreeNode *value)
{
	size_t index = list_index(list, token);
	size_t places = list->as.list.count + (op == PATCH_ADD ? 1 : 0);

	if (index >= places)
		return complain(self, "the path leads to no element");
	if (op == PATCH_REMOVE)
		llp_list_remove(list, index);
	else if (op == PATCH_ADD)
		llp_list_insert(self->arena, list, index, value);
	else
		list->as.list.items[index] = value;
	return STATUS_OK;
}

static Status
change_child(Patcher *self, TreeNode *parent, PatchOp op, Str token, TreeNode *value)
{
	if (parent->kind == VALUE_MAP)
		return change_map(self, parent, op, token, value);
	if (parent->kind == VALUE_LIST)
		return change_list(self, parent, op, token, value);
	return complain(self, "the path leads into a value that is no container");
}

/* Follows the pointer to its last token and makes the change there. */
static Status
change_at(Patcher *self, PatchOp op, Str pointer, TreeNode *value)
{
	TreeNode *at = *self->document;
	Str token;

	for (int depth = 0; depth < self->max_depth; depth++)
	{
		if (pointer.size == 0 || pointer.data[0] != '/' || !next_token(self->arena, &pointer, &token))
			return complain(self, "path is no JSON pointer to a member or an element");
		if (llp_arena_exhausted(self->arena))
			return STATUS_NO_MEMORY;
		if (pointer.size == 0)
			return change_child(self, at, op, token, value);
		at = child_of(at, token);
		if (at == NULL)
			return complain(self, "the path leads to nothing");
	}
	complain(self, "the path is too deep");
	return STATUS_LIMIT;
}

static bool
read_op(Str name, PatchOp *op)
{
	static const char *const names[] = {"add", "replace", "remove"};

	for (int i = 0; i <= PATCH_REMOVE; i++)
	{
		*op = (PatchOp) i;
		if (llp_str_equal(name, llp_str(names[i])))
			return true;
	}
	return false;
}

static Status
apply_operation(Patcher *self, const Value *operation)
{
	Value name = llp_member(operation, STR("op"));
	Value path = llp_member(operation, STR("path"));
	Value value = llp_member(operation, STR("value"));
	TreeNode *node = NULL;
	PatchOp op;

	if (name.kind != VALUE_STRING || !read_op(name.as.string, &op))
		return complain(self, "op is not one of add, replace, remove");
	if (path.kind != VALUE_STRING)
		return complain(self, "path is not a string");
	if (op != PATCH_REMOVE)
	{
		if (value.kind == VALUE_MISSING)
			return complain(self, "there is no value");
		node = llp_tree_copy(self->arena, &value, self->max_depth);
		if (llp_arena_exhausted(self->arena))
			return STATUS_NO_MEMORY;
		if (node == NULL)
		{
			complain(self, "the value is nested too deep");
			return STATUS_LIMIT;
		}
	}
	return change_at(self, op, path.as.string, node);
}

Status
llp_json_patch(Arena *arena, TreeNode **document, const Value *patch, int max_depth, DiagnosticList *findings)
{
	Patcher self = {.arena = arena, .document = document, .max_depth = max_depth, .findings = findings};

	if (patch->kind != VALUE_LIST)
	{
		llp_diag_add(findings, SEVERITY_ERROR, 0, 0, STR("patch"), NULL, "the patch is not a list");
		return STATUS_INVALID;
	}
	for (; self.number < patch->as.container.count; self.number++)
	{
		Value operation = llp_element(patch, self.number);
		Status status = apply_operation(&self, &operation);

		if (status != STATUS_OK)
			return status;
	}
	return llp_arena_exhausted(arena) ? STATUS_NO_MEMORY : STATUS_OK;
}
