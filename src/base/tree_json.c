/*
 * base/tree_json.c - writes a tree as compact JSON.
 */
#include "base/tree.h"

#include "base/number.h"

/* The letter of a two-character escape, or 0. */
static char
short_escape(char c)
{
	switch (c)
	{
		case '"':
		case '\\':
			return c;
		case '\b':
			return 'b';
		case '\f':
			return 'f';
		case '\n':
			return 'n';
		case '\r':
			return 'r';
		case '\t':
			return 't';
		default:
			return 0;
	}
}

static void
write_escape(StrBuf *out, char c)
{
	char letter = short_escape(c);

	if (letter == 0)
	{
		llp_buf_format(out, "\\u%04x", (unsigned) (unsigned char) c);
		return;
	}
	llp_buf_append_char(out, '\\');
	llp_buf_append_char(out, letter);
}

static void
write_string(StrBuf *out, Str string)
{
	size_t written = 0;

	llp_buf_append_char(out, '"');
	for (size_t i = 0; i < string.size; i++)
	{
		char c = string.data[i];

		if ((unsigned char) c >= 0x20 && c != '"' && c != '\\')
			continue;
		llp_buf_append(out, (Str){string.data + written, i - written});
		write_escape(out, c);
		written = i + 1;
	}
	if (written < string.size)
		llp_buf_append(out, (Str){string.data + written, string.size - written});
	llp_buf_append_char(out, '"');
}

static void
write_list(StrBuf *out, const TreeNode *list)
{
	llp_buf_append_char(out, '[');
	for (uint32_t i = 0; i < list->as.list.count; i++)
	{
		if (i > 0)
			llp_buf_append_char(out, ',');
		llp_tree_write_json(out, list->as.list.items[i]);
	}
	llp_buf_append_char(out, ']');
}

static void
write_map(StrBuf *out, const TreeNode *map)
{
	llp_buf_append_char(out, '{');
	for (uint32_t i = 0; i < map->as.map.count; i++)
	{
		if (i > 0)
			llp_buf_append_char(out, ',');
		write_string(out, map->as.map.members[i].key);
		llp_buf_append_char(out, ':');
		llp_tree_write_json(out, map->as.map.members[i].value);
	}
	llp_buf_append_char(out, '}');
}

static void
write_scalar(StrBuf *out, const TreeNode *node)
{
	char text[LLP_NUMBER_TEXT_SIZE];
	Value value = llp_tree_value(node);

	llp_buf_append(out, llp_scalar_text(llp_arena_host(out->arena), &value, text));
}

void
llp_tree_write_json(StrBuf *out, const TreeNode *node)
{
	switch (node->kind)
	{
		case VALUE_STRING:
			write_string(out, node->as.string);
			break;
		case VALUE_LIST:
			write_list(out, node);
			break;
		case VALUE_MAP:
			write_map(out, node);
			break;
		case VALUE_BOOL:
		case VALUE_INT:
		case VALUE_DOUBLE:
			write_scalar(out, node);
			break;
		default:
			llp_buf_append(out, STR("null"));
			break;
	}
}
