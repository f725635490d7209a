/*
 * doc/scalars.c - what a scalar of a document is.
 */
#include "doc/scalars.h"

#include "base/number.h"

static TreeNode *
read_number(Arena *arena, Str text)
{
	Value number = llp_number_parse(text);

	return llp_tree_number(arena, &number);
}

static TreeNode *
read_string(Arena *arena, Str text)
{
	Str copy = llp_str_copy(arena, text);

	return copy.data == NULL ? NULL : llp_tree_string(arena, copy);
}

TreeNode *
llp_read_scalar(Arena *arena, Str text, bool plain)
{
	if (!plain)
		return read_string(arena, text);
	if (text.size == 0 || llp_str_equal(text, STR("null")) || llp_str_equal(text, STR("~")))
		return llp_tree_null(arena);
	if (llp_str_equal(text, STR("true")))
		return llp_tree_bool(arena, true);
	if (llp_str_equal(text, STR("false")))
		return llp_tree_bool(arena, false);
	if (llp_is_json_number(text))
		return read_number(arena, text);
	return read_string(arena, text);
}
