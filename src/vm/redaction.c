/*
 * vm/redaction.c - redacts texts of a request that is being changed.
 *
 * Keys of objects and numbers stay as they are: only strings are texts.
 */
#include "vm/redaction.h"

#include "base/request.h"

typedef struct TextWalk
{
	const Redactor *redactor;
	Redaction redaction;
	Arena *arena;
	Status status;
	bool changed;
} TextWalk;

/* Like all that an image holds, names were checked when it was made; what is none counts as everything. */
static Redaction
read_redaction(const Value *value)
{
	Value mode = llp_member(value, STR("mode"));
	Value types = llp_member(value, STR("types"));
	Redaction redaction = {.types = {{0}}, .mode = REDACT_LABEL};
	Str nearest;

	for (int i = 0; mode.kind == VALUE_STRING && i < REDACT_MODES; i++)
		if (llp_str_equal(mode.as.string, llp_str(llp_redact_modes[i])))
			redaction.mode = (RedactMode) i;
	if (types.kind != VALUE_LIST)
		redaction.types = llp_all_detector_types();
	for (uint32_t i = 0; types.kind == VALUE_LIST && i < types.as.container.count; i++)
	{
		Value name = llp_element(&types, i);

		if (name.kind != VALUE_STRING || !llp_type_set_add_named(&redaction.types, name.as.string, &nearest))
			redaction.types = llp_all_detector_types();
	}
	return redaction;
}

bool
llp_redaction_possible(const Redactor *redactor, const Fragment *fragment,
					   const FragmentModification *modification, Str *problem)
{
	Value value;

	if (modification->kind != MODIFICATION_REDACT)
		return true;
	value = llp_fragment_value(fragment, modification->value);
	if (redactor == NULL)
		*problem = STR("texts cannot be redacted here");
	else if (read_redaction(&value).mode == REDACT_HASH && redactor->hash == NULL)
		*problem = STR("there is no key to hash values with");
	else
		return true;
	return false;
}

/* As deep as the request. */
static void
redact_below(TextWalk *self, TreeNode *node)
{
	if (self->status == STATUS_OK && node->kind == VALUE_STRING)
	{
		Str text = node->as.string;

		self->status =
			llp_redactor_run(self->redactor, &self->redaction, self->arena, text, &node->as.string);
		self->changed = self->changed || node->as.string.data != text.data;
	}
	for (uint32_t i = 0; node->kind == VALUE_LIST && i < node->as.list.count; i++)
		redact_below(self, node->as.list.items[i]);
	for (uint32_t i = 0; node->kind == VALUE_MAP && i < node->as.map.count; i++)
		redact_below(self, node->as.map.members[i].value);
}

Status
llp_redact_path(const Redactor *redactor, Draft *draft, const Modification *modification, bool *changed)
{
	Value value = llp_tree_value(modification->value);
	TextWalk self = {.redactor = redactor,
					 .redaction = read_redaction(&value),
					 .arena = draft->arena,
					 .status = STATUS_OK};
	TreeNode *node = llp_draft_get(draft, &modification->path);

	if (node == NULL)
		return STATUS_OK;
	redact_below(&self, node);
	if (self.status == STATUS_OK && self.changed)
		llp_draft_replace(draft, &modification->path, node);
	*changed = self.changed;
	return self.status;
}
