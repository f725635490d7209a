/*
 * vm/render.c - the values of a rule's action with their templates computed.
 *
 * What an expression gave is not looked at again: only the policy's own strings are templates.  Recursion is
 * as deep as the policy's values.
 */
#include "vm/render.h"

#include "vm/expression.h"

typedef struct Renderer
{
	Interpreter *vm;
	const PolicyView *view;
	TemplateErred *erred;
	void *context;
} Renderer;

static TreeNode *render_value(Renderer *self, const FragmentValue *stored);

static TreeNode *
made(Renderer *self, TreeNode *node)
{
	if (node == NULL)
		self->vm->status = STATUS_NO_MEMORY;
	return node;
}

static TreeNode *
render_template(Renderer *self, const FragmentValue *stored)
{
	TreeNode *node = llp_run_template(self->vm, self->view, stored);
	Str source = {fragment_text(self->view->fragment) + stored->as.template.source, stored->count};

	if (node != NULL || self->vm->status != STATUS_OK || self->erred == NULL)
		return node;
	self->erred(self->context);
	return made(self, llp_tree_string(self->vm->arena, source));
}

static TreeNode *
render_list(Renderer *self, const FragmentValue *stored)
{
	const FragmentValue *items = fragment_values(self->view->fragment) + stored->as.at;
	TreeNode *list = made(self, llp_tree_list(self->vm->arena));

	for (uint32_t i = 0; list != NULL && i < stored->count; i++)
	{
		TreeNode *item = render_value(self, &items[i]);

		if (item == NULL)
			return NULL;
		if (!llp_tree_append(self->vm->arena, list, item))
			return made(self, NULL);
	}
	return list;
}

static TreeNode *
render_map(Renderer *self, const FragmentValue *stored)
{
	const FragmentPair *pairs = fragment_pairs(self->view->fragment) + stored->as.at;
	TreeNode *map = made(self, llp_tree_map_with_room(self->vm->arena, stored->count));

	for (uint32_t i = 0; map != NULL && i < stored->count; i++)
	{
		TreeNode *member = render_value(self, &pairs[i].value);

		if (member == NULL)
			return NULL;
		if (!llp_tree_add(self->vm->arena, map, fragment_str(self->view->fragment, pairs[i].key), member))
			return made(self, NULL);
	}
	return map;
}

static TreeNode *
render_value(Renderer *self, const FragmentValue *stored)
{
	Value value;

	switch (stored->kind)
	{
		case FRAGMENT_TEMPLATE:
			return render_template(self, stored);
		case VALUE_LIST:
			return render_list(self, stored);
		case VALUE_MAP:
			return render_map(self, stored);
		default:
			value = llp_fragment_stored(self->view->fragment, stored);
			return made(self, llp_tree_copy(self->vm->arena, &value, 0));
	}
}

TreeNode *
llp_render(Interpreter *vm, const PolicyView *view, uint32_t index, TemplateErred *erred, void *context)
{
	Renderer self = {vm, view, erred, context};

	return render_value(&self, &fragment_values(view->fragment)[index]);
}
