/*
 * policy/place.c - writes places and excerpts as findings name them.
 */
#include "policy/place.h"

#include "base/utf8.h"

#define EXCERPT_SIZE 80 /* bytes of an author's text that a message repeats */

Place
llp_place_member(const Place *parent, Str key)
{
	return (Place){parent, key, 0};
}

Place
llp_place_element(const Place *parent, size_t index)
{
	return (Place){parent, {NULL, 0}, index};
}

Str
llp_excerpt(Arena *arena, Str text)
{
	size_t size = EXCERPT_SIZE;
	StrBuf buf;

	if (text.size <= EXCERPT_SIZE)
		return text;
	/* Not in the middle of a character. */
	while (llp_utf8_continues(text.data[size]))
		size--;
	llp_buf_init(&buf, arena);
	llp_buf_append(&buf, (Str){text.data, size});
	llp_buf_append(&buf, STR("…"));
	return llp_buf_str(&buf);
}

/* Can the key stand in a path without quotes? */
static bool
is_plain_key(Str key)
{
	for (size_t i = 0; i < key.size; i++)
	{
		char c = key.data[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
		bool inner = (c >= '0' && c <= '9') || c == '-';

		if (!letter && !(inner && i > 0))
			return false;
	}
	return key.size > 0;
}

static void
write_place(StrBuf *buf, const Place *place)
{
	Str key;

	if (place->parent == NULL)
		return;
	write_place(buf, place->parent);
	key = llp_excerpt(buf->arena, place->key);
	if (place->key.data == NULL)
		llp_buf_format(buf, "[%zu]", place->index);
	else if (is_plain_key(place->key))
	{
		if (buf->size > 0)
			llp_buf_append_char(buf, '.');
		llp_buf_append(buf, key);
	}
	else
	{
		llp_buf_append(buf, STR("[\""));
		llp_buf_append(buf, key);
		llp_buf_append(buf, STR("\"]"));
	}
}

Str
llp_place_path(Arena *arena, const Place *place)
{
	StrBuf buf;

	llp_buf_init(&buf, arena);
	write_place(&buf, place);
	return llp_buf_str(&buf);
}
