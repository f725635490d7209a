/*
 * vm/changes.c - from a plan to values, a patch and a changed request.
 */
#include "vm/changes.h"

#include <stdlib.h>

#include "vm/draft.h"
#include "vm/modify.h"
#include "vm/redaction.h"

typedef struct Maker
{
	const Plan *plan;
	Draft draft;
	const Redactor *redactor;
	TreeNode *warnings;
	bool *made;				 /* of each change */
	const Change **removals; /* elements of lists to be removed at the end */
	size_t removal_count;
} Maker;

/* Why a change that could not be made could not. */
static Str
obstacle(ModificationKind kind)
{
	if (kind == MODIFICATION_APPEND)
		return STR("is left out: the value there is no list");
	return STR("is left out: the list there has no such place");
}

static bool
make_change(Draft *draft, const Modification *modification)
{
	switch (modification->kind)
	{
		case MODIFICATION_SET:
			return llp_draft_set(draft, &modification->path, modification->value);
		case MODIFICATION_REMOVE:
			return llp_draft_remove(draft, &modification->path);
		case MODIFICATION_APPEND:
			return llp_draft_append(draft, &modification->path, modification->value);
		case MODIFICATION_CAP:
			return llp_draft_cap(draft, &modification->path, modification->value);
		case MODIFICATION_REDACT:
			break; /* redact_texts */
	}
	return false;
}

/* Makes every change of one kind; elements to be removed are put off. */
static void
make_changes_of_kind(Maker *self, ModificationKind kind)
{
	for (size_t i = 0; i < self->plan->count; i++)
	{
		const Change *change = &self->plan->changes[i];

		if (change->modification->kind != kind)
			continue;
		if (kind == MODIFICATION_REMOVE && llp_draft_is_element(&self->draft, &change->modification->path))
		{
			self->removals[self->removal_count++] = change;
			continue;
		}
		self->made[i] = make_change(&self->draft, change->modification);
		if (!self->made[i])
			llp_change_warning(self->draft.arena, self->warnings, change, obstacle(kind));
	}
}

/* By keys, an element of a higher index first. */
static int
compare_removals(const void *left, const void *right)
{
	const FieldPath *a = &(*(const Change *const *) left)->modification->path;
	const FieldPath *b = &(*(const Change *const *) right)->modification->path;

	for (size_t i = 0; i < a->count && i < b->count; i++)
	{
		const PathStep *x = &a->steps[i];
		const PathStep *y = &b->steps[i];
		int order = llp_str_compare(x->key, y->key);

		if (x->is_index && y->is_index && x->index != y->index)
			return x->index > y->index ? -1 : 1;
		if (order != 0)
			return order;
	}
	return (a->count > b->count) - (a->count < b->count);
}

static void
remove_elements(Maker *self)
{
	qsort(self->removals, self->removal_count, sizeof(*self->removals), compare_removals);
	for (size_t i = 0; i < self->removal_count; i++)
		make_change(&self->draft, self->removals[i]->modification);
}

/* In walk order, so that each sees what those before it have left. */
static Status
redact_texts(Maker *self)
{
	for (size_t i = 0; i < self->plan->count; i++)
	{
		const Modification *modification = self->plan->changes[i].modification;
		Status status;

		if (modification->kind != MODIFICATION_REDACT)
			continue;
		status = llp_redact_path(self->redactor, &self->draft, modification, &self->made[i]);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static bool
gives_value(const Modification *modification)
{
	return modification->kind == MODIFICATION_SET || modification->kind == MODIFICATION_CAP ||
		   modification->kind == MODIFICATION_REDACT;
}

static TreeNode *
resulting_values(const Maker *self)
{
	Arena *arena = self->draft.arena;
	TreeNode *values = llp_tree_map(arena);

	for (size_t i = 0; i < self->plan->count; i++)
	{
		const Modification *modification = self->plan->changes[i].modification;
		const TreeNode *value;

		if (!self->made[i] || !gives_value(modification))
			continue;
		value = llp_draft_get(&self->draft, &modification->path);
		if (value != NULL)
			llp_tree_set(arena, values, modification->path.text, llp_copy_node(arena, value));
	}
	return values;
}

static Status
make_on_draft(Arena *arena, const Value *request, const Plan *plan, const Redactor *redactor,
			  TreeNode *warnings, Changes *changes)
{
	Maker self = {.plan = plan, .redactor = redactor, .warnings = warnings};
	Status status = llp_draft_init(&self.draft, arena, request, LLP_MAX_REQUEST_DEPTH, !plan->only_sets);

	if (status != STATUS_OK)
		return status;
	self.made = llp_arena_array(arena, plan->count, sizeof(*self.made));
	self.removals = llp_arena_array(arena, plan->count, sizeof(*self.removals));
	if (self.made == NULL || self.removals == NULL)
		return STATUS_NO_MEMORY;
	make_changes_of_kind(&self, MODIFICATION_SET);
	make_changes_of_kind(&self, MODIFICATION_REMOVE);
	make_changes_of_kind(&self, MODIFICATION_CAP);
	make_changes_of_kind(&self, MODIFICATION_APPEND);
	status = redact_texts(&self);
	if (status != STATUS_OK)
		return status;
	changes->values = resulting_values(&self);
	remove_elements(&self);
	changes->patch = self.draft.patch;
	changes->modified = self.draft.root;
	return STATUS_OK;
}

/* Does a path lead into a list, where a place can be lacking?  Then only a draft can tell. */
static bool
meets_list(const Value *request, const FieldPath *path)
{
	Value value = *request;

	for (size_t i = 0; i < path->count; i++)
	{
		if (value.kind == VALUE_LIST)
			return true;
		value = llp_member(&value, path->steps[i].key);
	}
	return false;
}

/* Are the values of the plan itself all there is to say? */
static bool
is_plain(const Value *request, const Plan *plan)
{
	if (!plan->only_sets || plan->redacts)
		return false;
	for (size_t i = 0; i < plan->count; i++)
		if (meets_list(request, &plan->changes[i].modification->path))
			return false;
	return true;
}

static TreeNode *
planned_values(Arena *arena, const Plan *plan)
{
	TreeNode *values = llp_tree_map(arena);

	for (size_t i = 0; i < plan->count; i++)
		llp_tree_set(arena, values, plan->changes[i].modification->path.text,
					 llp_copy_node(arena, plan->changes[i].modification->value));
	return values;
}

Status
llp_make_changes(Arena *arena, const Value *request, const Plan *plan, bool want_modified,
				 const Redactor *redactor, TreeNode *warnings, Changes *changes)
{
	Status status = STATUS_OK;

	*changes = (Changes){.values = NULL};
	if (!want_modified && is_plain(request, plan))
		changes->values = planned_values(arena, plan);
	else
		status = make_on_draft(arena, request, plan, redactor, warnings, changes);
	if (!want_modified)
		changes->modified = NULL;
	return llp_arena_exhausted(arena) ? STATUS_NO_MEMORY : status;
}
