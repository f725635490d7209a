/*
 * policy/template.c - tells templates from literal text.
 *
 * Strings with templates stay in the model as they are written; what is between their braces is kept beside
 * them, by their nodes.  All other strings become what they mean.
 */
#include "policy/template.h"

#include <stdlib.h>

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
expression_end(Arena *arena, Str text, size_t begin)
{
	Source source = {.text = {text.data + begin, text.size - begin}};
	DiagnosticList unread;
	size_t open = 0;
	Lexer lexer;

	llp_diag_init(&unread, arena);
	llp_lexer_init(&lexer, &source, arena, &unread);
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

bool
llp_is_template(Arena *arena, Str text)
{
	return llp_str_starts_with(text, STR("{{")) && !is_escape(text, 0) &&
		   expression_end(arena, text, 2) + 2 == text.size;
}

/* --- Reading -------------------------------------------------------------------------------------------- */

/* A template in the making. */
typedef struct Pieces
{
	Reader *reader;
	const TreeNode *node;
	const Place *place;
	TemplatePiece *pieces; /* with room for all */
	size_t count;
} Pieces;

static void
report_unended(const Pieces *self, size_t at)
{
	Reader *reader = self->reader;
	int line = self->node->line;
	int column = self->node->column;

	if (reader->findings->kept < LLP_MAX_DIAGNOSTICS)
		llp_scalar_place(reader->text, self->node->as.string, at, &line, &column);
	llp_diag_add(reader->findings, SEVERITY_ERROR, line, column, llp_place_path(reader->arena, self->place),
				 "A template ends with }}; a literal {{ is written {{{{.", "the template does not end");
}

static void
add_text(Pieces *self, size_t begin, size_t end)
{
	if (begin < end)
		self->pieces[self->count++] =
			(TemplatePiece){.text = {self->node->as.string.data + begin, end - begin}};
}

/* Reads the expression behind the braces at `at`, and returns where its template ends. */
static size_t
read_piece(Pieces *self, size_t at)
{
	Str text = self->node->as.string;
	size_t begin = at + 2;
	size_t end = expression_end(self->reader->arena, text, begin);
	TemplatePiece piece = {.expression = NULL};

	if (end == text.size)
	{
		report_unended(self, at);
		return end;
	}
	if (llp_read_expression(self->reader, self->node, (Str){text.data + begin, end - begin}, self->place,
							&piece.expression))
		self->pieces[self->count++] = piece;
	return end + 2;
}

/* Each pair of braces begins at most one expression and ends one text. */
static size_t
most_pieces(Str text)
{
	size_t count = 1;

	for (size_t at = next_braces(text, 0); at < text.size; at = next_braces(text, at + 2))
		count += 2;
	return count;
}

static void
read_template(Reader *reader, const TreeNode *node, const Place *place, Action *action)
{
	Str text = node->as.string;
	Pieces self = {.reader = reader, .node = node, .place = place};
	size_t done = 0;
	size_t at;

	self.pieces = llp_arena_array(reader->arena, most_pieces(text), sizeof(TemplatePiece));
	if (self.pieces == NULL)
		return;
	while ((at = next_braces(text, done)) < text.size)
	{
		bool escape = is_escape(text, at);

		add_text(&self, done, escape ? at + 2 : at);
		done = escape ? at + 4 : read_piece(&self, at);
	}
	add_text(&self, done, text.size);
	action->templates[action->template_count++] = (Template){node, self.pieces, self.count};
}

static bool
is_templated(const TreeNode *node)
{
	return node->kind == VALUE_STRING && llp_has_template(node->as.string);
}

/* As deep as the document, like what follows. */
static size_t
count_templates(const TreeNode *node)
{
	size_t count = is_templated(node) ? 1 : 0;

	for (uint32_t i = 0; node->kind == VALUE_LIST && i < node->as.list.count; i++)
		count += count_templates(node->as.list.items[i]);
	for (uint32_t i = 0; node->kind == VALUE_MAP && i < node->as.map.count; i++)
		count += count_templates(node->as.map.members[i].value);
	return count;
}

static void
read_below(Reader *reader, const TreeNode *node, const Place *place, Action *action)
{
	if (is_templated(node))
		read_template(reader, node, place, action);
	for (uint32_t i = 0; node->kind == VALUE_LIST && i < node->as.list.count; i++)
	{
		Place element = llp_place_element(place, i);

		read_below(reader, node->as.list.items[i], &element, action);
	}
	for (uint32_t i = 0; node->kind == VALUE_MAP && i < node->as.map.count; i++)
	{
		Place member = llp_place_member(place, node->as.map.members[i].key);

		read_below(reader, node->as.map.members[i].value, &member, action);
	}
}

static int
compare_templates(const void *left, const void *right)
{
	uintptr_t a = (uintptr_t) ((const Template *) left)->node;
	uintptr_t b = (uintptr_t) ((const Template *) right)->node;

	return (a > b) - (a < b);
}

void
llp_read_templates(Reader *reader, const TreeNode *node, const Place *place, Action *action)
{
	size_t count = count_templates(node);

	if (count == 0)
		return;
	action->templates = llp_arena_array(reader->arena, count, sizeof(Template));
	if (action->templates == NULL)
		return;
	read_below(reader, node, place, action);
	qsort(action->templates, action->template_count, sizeof(Template), compare_templates);
}

/* --- Literal text --------------------------------------------------------------------------------------- */

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
