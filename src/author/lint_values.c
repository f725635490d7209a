/*
 * author/lint_values.c - hints about members and values that a schema does not list.
 */
#include "author/lint_values.h"

#include "base/suggest.h"

/* Names and values that a hint lists. */
#define MAX_LISTED 10

static void
append_listed(StrBuf *hint, size_t index, size_t count, Str text)
{
	if (index > MAX_LISTED)
		return;
	llp_buf_append(hint, index == 0 ? STR("") : STR(", "));
	llp_buf_append(hint, index == MAX_LISTED ? STR("…") : text);
	llp_buf_append(hint, index + 1 == count || index == MAX_LISTED ? STR(".") : STR(""));
}

const char *
llp_hint_member(Arena *arena, const RequestSchema *schema, Str name)
{
	Nearest nearest = {.spelling = name};
	StrBuf hint;

	for (size_t i = 0; i < schema->property_count; i++)
		llp_nearest_consider(&nearest, schema->properties[i].name);
	llp_buf_init(&hint, arena);
	llp_hint_question(&hint, nearest.candidate);
	if (hint.size == 0)
		llp_buf_append(&hint, STR("The request schema has: "));
	for (size_t i = 0; nearest.candidate.size == 0 && i < schema->property_count; i++)
		append_listed(&hint, i, schema->property_count, schema->properties[i].name);
	return llp_hint_text(&hint);
}

static Str
json_of(Arena *arena, const TreeNode *node)
{
	StrBuf text;

	llp_buf_init(&text, arena);
	llp_tree_write_json(&text, node);
	return llp_buf_str(&text);
}

const char *
llp_hint_value(Arena *arena, const TreeNode *values, Str text)
{
	Nearest nearest = {.spelling = text};
	uint32_t count = values->as.list.count;
	StrBuf hint;

	for (uint32_t i = 0; i < count; i++)
		if (values->as.list.items[i]->kind == VALUE_STRING)
			llp_nearest_consider(&nearest, values->as.list.items[i]->as.string);
	llp_buf_init(&hint, arena);
	llp_hint_question(&hint, nearest.candidate);
	if (hint.size == 0)
		llp_buf_append(&hint, STR("The request schema has: "));
	for (uint32_t i = 0; nearest.candidate.size == 0 && i < count; i++)
		append_listed(&hint, i, count, json_of(arena, values->as.list.items[i]));
	return llp_hint_text(&hint);
}
