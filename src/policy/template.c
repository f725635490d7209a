/*
 * policy/template.c - tells templates from literal text.
 *
 * The expressions of templates are read, so that their errors are found where they stand.  Templates as such
 * are refused until decisions can compute them; their text is left as it is.
 */
#include "policy/template.h"

#include "doc/scalar_place.h"
#include "lang/token.h"
#include "policy/expression.h"

/* Offset of the next "{{" from `from` on, or the size of the text. */
static size_t
next_braces(Str text, size_t from)
{
	ptrdiff_t at = llp_str_find((Str){text.data + from, text.size - from}, STR("{{"));

	return at < 0 ? text.size : from + (size_t) at;
}

static bool
is_escape(Str text, size_t at)
{
	return llp_str_starts_with((Str){text.data + at, text.size - at}, STR("{{{{"));
}

bool
llp_has_template(Str text)
{
	if (text.size == 0)
		return false;
	for (size_t at = next_braces(text, 0); at < text.size; at = next_braces(text, at + 4))
	{
		if (!is_escape(text, at))
			return true;
	}
	return false;
}

/*
 * The offset of the "}}" behind the expression that begins at `begin`, or the size of the text: a brace in a
 * string, in a comment or of a map is none of them.  What is wrong with a token is said when it is parsed.
 */
static size_t
expression_end(Reader *reader, Str text, size_t begin)
{
	Source source = {.text = {text.data + begin, text.size - begin}};
	DiagnosticList unread;
	size_t open = 0;
	Lexer lexer;

	llp_diag_init(&unread, reader->arena);
	llp_lexer_init(&lexer, &source, reader->arena, &unread);
	for (;;)
	{
		Token token = llp_lexer_next(&lexer);
		size_t at = begin + token.offset;

		if (token.kind == TOKEN_END)
			return text.size;
		if (token.kind == TOKEN_OPEN_BRACE)
			open++;
		else if (token.kind == TOKEN_CLOSE_BRACE && open > 0)
			open--;
		else if (token.kind == TOKEN_CLOSE_BRACE && at + 1 < text.size && text.data[at + 1] == '}')
			return at;
	}
}

static void
report_unended(Reader *reader, const TreeNode *node, const Place *place, size_t at)
{
	int line = node->line;
	int column = node->column;

	if (reader->findings->kept < LLP_MAX_DIAGNOSTICS)
		llp_scalar_place(reader->text, node->as.string, at, &line, &column);
	llp_diag_add(reader->findings, SEVERITY_ERROR, line, column, llp_place_path(reader->arena, place),
				 "A template ends with }}; a literal {{ is written {{{{.", "the template does not end");
}

/* Reads the template that begins at `at`, and returns where it ends. */
static size_t
read_template(Reader *reader, const TreeNode *node, const Place *place, size_t at)
{
	Str text = node->as.string;
	size_t begin = at + 2;
	size_t end = expression_end(reader, text, begin);
	const Expression *expression;

	if (end == text.size)
	{
		report_unended(reader, node, place, at);
		return end;
	}
	(void) llp_read_expression(reader, node, (Str){text.data + begin, end - begin}, place, &expression);
	return end + 2;
}

static void
check_string(Reader *reader, const TreeNode *node, const Place *place)
{
	Str text = node->as.string;
	size_t errors = reader->findings->errors;
	size_t at = next_braces(text, 0);

	while (at < text.size)
		at = next_braces(text, is_escape(text, at) ? at + 4 : read_template(reader, node, place, at));
	if (reader->findings->errors == errors)
		REPORT_ERROR(reader, node, place, "Write the text without {{ }}; a literal {{ is written {{{{.",
					 "templates are not available yet");
}

void
llp_check_templates(Reader *reader, const TreeNode *node, const Place *place)
{
	if (node->kind == VALUE_STRING && llp_has_template(node->as.string))
		check_string(reader, node, place);
	else if (node->kind == VALUE_LIST)
	{
		for (uint32_t i = 0; i < node->as.list.count; i++)
		{
			Place element = llp_place_element(place, i);

			llp_check_templates(reader, node->as.list.items[i], &element);
		}
	}
	else if (node->kind == VALUE_MAP)
	{
		for (uint32_t i = 0; i < node->as.map.count; i++)
		{
			Place member = llp_place_member(place, node->as.map.members[i].key);

			llp_check_templates(reader, node->as.map.members[i].value, &member);
		}
	}
}

Str
llp_literal_text(Arena *arena, Str text)
{
	StrBuf literal;
	size_t done = 0;
	size_t at;

	if (text.size == 0 || next_braces(text, 0) == text.size || llp_has_template(text))
		return text;
	llp_buf_init(&literal, arena);
	while ((at = next_braces(text, done)) < text.size)
	{
		llp_buf_append(&literal, (Str){text.data + done, at - done + 2});
		done = at + 4;
	}
	llp_buf_append(&literal, (Str){text.data + done, text.size - done});
	return literal.failed ? (Str){NULL, 0} : llp_buf_str(&literal);
}

static TreeNode *
placed_like(TreeNode *copy, const TreeNode *original)
{
	if (copy != NULL)
	{
		copy->line = original->line;
		copy->column = original->column;
	}
	return copy;
}

static TreeNode *
literal_string(Arena *arena, TreeNode *node)
{
	Str text = llp_literal_text(arena, node->as.string);

	if (text.data == node->as.string.data)
		return node;
	return text.data == NULL ? NULL : placed_like(llp_tree_string(arena, text), node);
}

/* A new list of the first `count` items, for when the next one turns out to change. */
static TreeNode *
copy_items(Arena *arena, const TreeNode *list, uint32_t count)
{
	TreeNode *copy = placed_like(llp_tree_list(arena), list);

	for (uint32_t i = 0; i < count; i++)
	{
		if (!llp_tree_append(arena, copy, list->as.list.items[i]))
			return NULL;
	}
	return copy;
}

static TreeNode *
literal_list(Arena *arena, TreeNode *node)
{
	TreeNode *copy = node;

	for (uint32_t i = 0; i < node->as.list.count; i++)
	{
		TreeNode *item = llp_literal_value(arena, node->as.list.items[i]);

		if (copy == node && item != node->as.list.items[i])
			copy = copy_items(arena, node, i);
		if (copy != node && !llp_tree_append(arena, copy, item))
			return NULL;
	}
	return copy;
}

/* A new map of the same members. */
static TreeNode *
copy_members(Arena *arena, const TreeNode *map)
{
	TreeNode *copy = placed_like(llp_tree_map(arena), map);

	for (uint32_t i = 0; i < map->as.map.count; i++)
	{
		if (!llp_tree_set(arena, copy, map->as.map.members[i].key, map->as.map.members[i].value))
			return NULL;
	}
	return copy;
}

static TreeNode *
literal_map(Arena *arena, TreeNode *node)
{
	TreeNode *copy = node;

	for (uint32_t i = 0; i < node->as.map.count; i++)
	{
		const TreeMember *member = &node->as.map.members[i];
		TreeNode *value = llp_literal_value(arena, member->value);

		if (value == member->value)
			continue;
		if (copy == node)
			copy = copy_members(arena, node);
		if (!llp_tree_set(arena, copy, member->key, value))
			return NULL;
	}
	return copy;
}

TreeNode *
llp_literal_value(Arena *arena, TreeNode *node)
{
	if (node == NULL)
		return NULL;
	switch (node->kind)
	{
		case VALUE_STRING:
			return literal_string(arena, node);
		case VALUE_LIST:
			return literal_list(arena, node);
		case VALUE_MAP:
			return literal_map(arena, node);
		default:
			return node;
	}
}
