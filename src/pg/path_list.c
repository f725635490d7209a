/*
 * pg/path_list.c - a setting's list of request paths, separated by commas.
 *
 * Only cuts the list; what a path is belongs to base/field_path.h.
 */
#include "postgres.h"

#include "pg/path_list.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Where the path that starts at `offset` ends: at the next comma outside of quotes. */
static size_t
find_end(Str text, size_t offset)
{
	char quote = '\0';

	for (; offset < text.size; offset++)
	{
		char c = text.data[offset];

		if (quote != '\0')
			quote = c == quote ? '\0' : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == ',')
			break;
	}
	return offset;
}

static Str
trim(Str text)
{
	while (text.size > 0 && is_blank(text.data[0]))
	{
		text.data++;
		text.size--;
	}
	while (text.size > 0 && is_blank(text.data[text.size - 1]))
		text.size--;
	return text;
}

static size_t
count_paths(Str text)
{
	size_t count = 1;

	for (size_t end = find_end(text, 0); end < text.size; end = find_end(text, end + 1))
		count++;
	return count;
}

bool
path_list_parse(Arena *arena, Str text, PathList *list, const char **problem, Str *culprit)
{
	size_t start = 0;

	list->count = 0;
	list->paths = NULL;
	text = trim(text);
	if (text.size == 0)
		return true;
	list->paths = llp_arena_array(arena, count_paths(text), sizeof(FieldPath));
	*problem = "out of memory";
	*culprit = text;
	if (list->paths == NULL)
		return false;
	for (;;)
	{
		size_t end = find_end(text, start);
		size_t offset;

		*culprit = trim((Str){text.data + start, end - start});
		if (llp_path_parse(arena, *culprit, &list->paths[list->count], problem, &offset) != STATUS_OK)
			return false;
		list->count++;
		if (end == text.size)
			return true;
		start = end + 1;
	}
}
