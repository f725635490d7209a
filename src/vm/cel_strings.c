/*
 * vm/cel_strings.c - functions of one text: searching, characters, parts.
 *
 * Offsets count code points.  Each function reads its text at most a fixed number of times.
 */
#include "base/utf8.h"
#include "vm/cel_functions.h"

CelValue
llp_cel_starts_with(CEL_ARGS)
{
	if (!llp_cel_charge_bytes(context, args[1].as.string.size))
		return llp_cel_stopped;
	return llp_cel_bool(llp_str_starts_with(args[0].as.string, args[1].as.string));
}

CelValue
llp_cel_ends_with(CEL_ARGS)
{
	Str text = args[0].as.string;
	Str suffix = args[1].as.string;

	if (!llp_cel_charge_bytes(context, suffix.size))
		return llp_cel_stopped;
	if (suffix.size > text.size)
		return llp_cel_bool(false);
	text = (Str){text.data + (text.size - suffix.size), suffix.size};
	return llp_cel_bool(llp_str_equal(text, suffix));
}

static CelValue
index_out_of_range(CelContext *context, int64_t index)
{
	return llp_cel_error_format(context, "index out of range: %lld", (long long) index);
}

/* The byte where the index-th character starts, text.size for the end; false beyond that. */
static bool
byte_of_index(Str text, int64_t index, size_t *offset)
{
	size_t at = 0;

	if (index < 0 || (uint64_t) index > text.size)
		return false;
	for (; index > 0 && at < text.size; index--)
		do
			at++;
		while (at < text.size && llp_utf8_continues(text.data[at]));
	*offset = at;
	return index == 0;
}

CelValue
llp_cel_char_at(CEL_ARGS)
{
	Str text = args[0].as.string;
	int64_t index = args[1].as.integer;
	size_t start;

	if (!llp_cel_charge_bytes(context, text.size))
		return llp_cel_stopped;
	if (!byte_of_index(text, index, &start))
		return index_out_of_range(context, index);
	return llp_cel_string(llp_utf8_at((Str){text.data + start, text.size - start}, 0));
}

CelValue
llp_cel_index_of(CEL_ARGS)
{
	Str text = args[0].as.string;
	int64_t index = count == 3 ? args[2].as.integer : 0;
	size_t start;
	ptrdiff_t found;

	if (!llp_cel_charge_bytes(context, text.size))
		return llp_cel_stopped;
	if (!byte_of_index(text, index, &start))
		return index_out_of_range(context, index);
	text = (Str){text.data + start, text.size - start};
	found = llp_str_find(text, args[1].as.string);
	if (found < 0)
		return llp_cel_int(-1);
	return llp_cel_int(index + (int64_t) llp_utf8_length((Str){text.data, (size_t) found}));
}

/* The bytes from the last to the first; data is NULL when the evaluation stopped. */
static Str
backwards(CelContext *context, Str text)
{
	char *reversed = llp_cel_alloc(context, text.size, 1);

	for (size_t i = 0; reversed != NULL && i < text.size; i++)
		reversed[i] = text.data[text.size - 1 - i];
	return (Str){reversed, text.size};
}

/*
 * The last place of a piece is the first one when both are read backwards, and that takes linear time;
 * looking for one place after the other does not.
 */
static CelValue
find_last(CelContext *context, Str text, Str piece)
{
	Str reversed_text = backwards(context, text);
	Str reversed_piece = backwards(context, piece);
	ptrdiff_t found;
	size_t start;

	if (reversed_text.data == NULL || reversed_piece.data == NULL)
		return llp_cel_stopped;
	found = llp_str_find(reversed_text, reversed_piece);
	if (found < 0)
		return llp_cel_int(-1);
	start = text.size - (size_t) found - piece.size;
	return llp_cel_int((int64_t) llp_utf8_length((Str){text.data, start}));
}

CelValue
llp_cel_last_index_of(CEL_ARGS)
{
	Str text = args[0].as.string;
	Str piece = args[1].as.string;
	size_t start = text.size;

	if (!llp_cel_charge_bytes(context, text.size))
		return llp_cel_stopped;
	if (count == 3 && !byte_of_index(text, args[2].as.integer, &start))
		return index_out_of_range(context, args[2].as.integer);
	if (piece.size > text.size)
		return llp_cel_int(-1);
	/* A piece that starts there may reach beyond. */
	if (start < text.size - piece.size)
		text.size = start + piece.size;
	return find_last(context, text, piece);
}

CelValue
llp_cel_substring(CEL_ARGS)
{
	Str text = args[0].as.string;
	int64_t start = args[1].as.integer;
	size_t from;
	size_t to = text.size;

	if (!llp_cel_charge_bytes(context, text.size))
		return llp_cel_stopped;
	if (!byte_of_index(text, start, &from))
		return index_out_of_range(context, start);
	if (count == 3 && !byte_of_index(text, args[2].as.integer, &to))
		return index_out_of_range(context, args[2].as.integer);
	if (to < from)
		return llp_cel_error_format(context, "invalid substring range. start: %lld, end: %lld",
									(long long) start, (long long) args[2].as.integer);
	return llp_cel_string((Str){text.data + from, to - from});
}

/* A copy of a text, to be changed in place; data is NULL when the evaluation stopped. */
static char *
copy_of(CelContext *context, Str text)
{
	char *copy = llp_cel_alloc(context, text.size + 1, 1);

	if (copy != NULL && text.size > 0)
		memcpy(copy, text.data, text.size);
	return copy;
}

/* Moves the letters between two bounds by a distance: lower to upper case, or back. */
static CelValue
with_case(CelContext *context, Str text, char first, char last, int distance)
{
	char *copy = copy_of(context, text);

	if (copy == NULL)
		return llp_cel_stopped;
	for (size_t i = 0; i < text.size; i++)
		if (copy[i] >= first && copy[i] <= last)
			copy[i] = (char) (copy[i] + distance);
	return llp_cel_string((Str){copy, text.size});
}

CelValue
llp_cel_lower_ascii(CEL_ARGS)
{
	return with_case(context, args[0].as.string, 'A', 'Z', 'a' - 'A');
}

CelValue
llp_cel_upper_ascii(CEL_ARGS)
{
	return with_case(context, args[0].as.string, 'a', 'z', 'A' - 'a');
}

/* Of a well-formed character of at most three bytes; others give 0. */
static unsigned
code_point_of(Str character)
{
	const unsigned char *bytes = (const unsigned char *) character.data;

	if (character.size == 1)
		return bytes[0];
	if (character.size == 2)
		return (bytes[0] & 0x1FU) << 6 | (bytes[1] & 0x3FU);
	if (character.size == 3)
		return (bytes[0] & 0x0FU) << 12 | (bytes[1] & 0x3FU) << 6 | (bytes[2] & 0x3FU);
	return 0;
}

/* Unicode's property White_Space. */
static bool
is_blank(Str character)
{
	unsigned c = code_point_of(character);

	return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
		   (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
		   c == 0x3000;
}

static Str
last_character(Str text)
{
	size_t start = text.size;

	while (start > 0 && llp_utf8_continues(text.data[--start]))
		;
	return (Str){text.data + start, text.size - start};
}

/* Each blank is a step; the rest is not looked at. */
CelValue
llp_cel_trim(CEL_ARGS)
{
	Str text = args[0].as.string;
	Str character;

	while (text.size > 0 && (character = llp_utf8_at(text, 0), is_blank(character)))
	{
		if (!llp_cel_charge(context, 1))
			return llp_cel_stopped;
		text = (Str){text.data + character.size, text.size - character.size};
	}
	while (text.size > 0 && (character = last_character(text), is_blank(character)))
	{
		if (!llp_cel_charge(context, 1))
			return llp_cel_stopped;
		text.size -= character.size;
	}
	return llp_cel_string(text);
}

/* The letter of an escape, or 0. */
static char
escape_letter(char c)
{
	static const char escaped[] = "\a\b\f\n\r\t\v\\\"";
	static const char letters[] = "abfnrtv\\\"";
	const char *found = c == '\0' ? NULL : strchr(escaped, c);

	return found == NULL ? 0 : letters[found - escaped];
}

CelValue
llp_cel_quote(CEL_ARGS)
{
	Str text = args[0].as.string;
	size_t written = 0;
	CelText quoted;

	llp_cel_text_init(&quoted, context);
	llp_cel_text_reserve(&quoted, text.size + 2);
	llp_cel_text_append(&quoted, STR("\""));
	for (size_t i = 0; i < text.size; i++)
	{
		char escape[2] = {'\\', escape_letter(text.data[i])};

		if (escape[1] == 0)
			continue;
		llp_cel_text_append(&quoted, (Str){text.data + written, i - written});
		llp_cel_text_append(&quoted, (Str){escape, 2});
		written = i + 1;
	}
	if (written < text.size)
		llp_cel_text_append(&quoted, (Str){text.data + written, text.size - written});
	llp_cel_text_append(&quoted, STR("\""));
	return llp_cel_text_value(&quoted);
}

CelValue
llp_cel_reverse(CEL_ARGS)
{
	Str text = args[0].as.string;
	char *reversed;
	size_t end = 0;

	if (args[0].kind == CEL_LIST)
		return llp_cel_list_reverse(context, args, count);
	reversed = copy_of(context, text);
	if (reversed == NULL)
		return llp_cel_stopped;
	for (size_t left = text.size; left > 0;)
	{
		Str character = last_character((Str){text.data, left});

		memcpy(reversed + end, character.data, character.size);
		end += character.size;
		left -= character.size;
	}
	return llp_cel_string((Str){reversed, text.size});
}
