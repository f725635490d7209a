/*
 * lang/escape.c - replaces escapes.  None is shorter than what it stands for.
 */
#include "lang/escape.h"

#include "base/character.h"
#include "base/utf8.h"

typedef struct Unescaper
{
	bool bytes;
	Str content;
	size_t offset; /* in the content, of the next byte */
	char *out;
	size_t size;
} Unescaper;

/* `\` and a letter or sign that stands for one character. */
static bool
simple_escape(char letter, char *character)
{
	static const char letters[] = "abfnrtv\\?\"'`";
	static const char characters[] = "\a\b\f\n\r\t\v\\?\"'`";

	for (size_t i = 0; i < sizeof(letters) - 1; i++)
	{
		if (letters[i] == letter)
		{
			*character = characters[i];
			return true;
		}
	}
	return false;
}

static void
put_byte(Unescaper *unescaper, unsigned byte)
{
	unescaper->out[unescaper->size++] = (char) byte;
}

/* An escape is never shorter than the UTF-8 of its character. */
static void
put_character(Unescaper *unescaper, uint32_t c)
{
	unescaper->size += llp_utf8_encode(c, unescaper->out + unescaper->size);
}

/* Reads exactly `count` digits of the base at `offset`. */
static bool
read_code(const Unescaper *unescaper, size_t offset, size_t count, unsigned base, uint32_t *code)
{
	*code = 0;
	if (unescaper->content.size - offset < count)
		return false;
	for (size_t i = offset; i < offset + count; i++)
	{
		int digit = hex_value(unescaper->content.data[i]);

		if (digit < 0 || (unsigned) digit >= base)
			return false;
		*code = *code * base + (unsigned) digit;
	}
	return true;
}

static bool
is_surrogate(uint32_t code)
{
	return code >= 0xD800 && code <= 0xDFFF;
}

/* Completes a surrogate pair with the escape after the first half, which ends at `end`. */
static bool
read_second_half(const Unescaper *unescaper, size_t *end, uint32_t *code)
{
	const char *data = unescaper->content.data + *end;
	uint32_t low;

	if (*code > 0xDBFF || unescaper->content.size - *end < 6 || data[0] != '\\' || data[1] != 'u')
		return false;
	if (!read_code(unescaper, *end + 2, 4, 16, &low) || low < 0xDC00 || low > 0xDFFF)
		return false;
	*code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
	*end += 6;
	return true;
}

/* `\u` and `\U`: a character of a string. */
static const char *
unescape_unicode(Unescaper *unescaper, size_t digits)
{
	size_t end = unescaper->offset + 2 + digits;
	uint32_t code;

	if (unescaper->bytes)
		return "bytes have no \\u escape";
	if (!read_code(unescaper, unescaper->offset + 2, digits, 16, &code))
		return digits == 4 ? "\\u takes four hexadecimal digits" : "\\U takes eight hexadecimal digits";
	if (is_surrogate(code) && (digits != 4 || !read_second_half(unescaper, &end, &code)))
		return "half of a surrogate pair is no character";
	if (code > 0x10FFFF)
		return "no such character";
	put_character(unescaper, code);
	unescaper->offset = end;
	return NULL;
}

/* `\x` and three octal digits: a character of a string, a byte of bytes. */
static const char *
unescape_code(Unescaper *unescaper, size_t prefix, size_t digits, unsigned base)
{
	uint32_t code;

	if (!read_code(unescaper, unescaper->offset + prefix, digits, base, &code) || code > 0xFF)
		return base == 16 ? "\\x takes two hexadecimal digits" : "an octal escape goes from \\000 to \\377";
	if (unescaper->bytes)
		put_byte(unescaper, code);
	else
		put_character(unescaper, code);
	unescaper->offset += prefix + digits;
	return NULL;
}

/* Reads one escape; returns what is wrong with it, or NULL. */
static const char *
unescape_one(Unescaper *unescaper)
{
	char letter = unescaper->content.data[unescaper->offset + 1];
	char character;

	if (simple_escape(letter, &character))
	{
		put_byte(unescaper, (unsigned char) character);
		unescaper->offset += 2;
		return NULL;
	}
	if (letter == 'x' || letter == 'X')
		return unescape_code(unescaper, 2, 2, 16);
	if (letter == 'u')
		return unescape_unicode(unescaper, 4);
	if (letter == 'U')
		return unescape_unicode(unescaper, 8);
	if (letter >= '0' && letter <= '7')
		return unescape_code(unescaper, 1, 3, 8);
	return "unknown escape";
}

const char *
llp_unescape(Arena *arena, Str content, bool bytes, Str *result, size_t *offset)
{
	Unescaper unescaper = {bytes, content, 0, llp_arena_alloc(arena, content.size), 0};
	const char *problem = NULL;

	while (unescaper.out != NULL && problem == NULL && unescaper.offset < content.size)
	{
		if (content.data[unescaper.offset] == '\\')
			problem = unescape_one(&unescaper);
		else
			put_byte(&unescaper, (unsigned char) content.data[unescaper.offset++]);
	}
	*result = (Str){unescaper.out, unescaper.size};
	*offset = unescaper.offset;
	return problem;
}
