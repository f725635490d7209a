/*
 * llm/injection_decode.c - text in base64 (RFC 4648, both alphabets), hexadecimal, and escapes.
 *
 * Owns what looks like a code and what comes out of it; who decodes when, and how deep, is the scan's
 * business.
 */
#include "base/character.h"
#include "base/utf8.h"
#include "llm/injection_fold.h"
#include "llm/injection_scan.h"

/* Characters that a code needs: shorter ones hide nothing that matters, and words look like them. */
#define MIN_SEGMENT 16
/* Bytes at the beginning that have to be text before the rest is decoded. */
#define PROBE_SIZE 12

/* The value of a digit of base64, or -1. */
static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* The end of a run of base64, which may be broken into lines. */
static size_t
base64_end(Str text, size_t at)
{
	for (;;)
	{
		size_t next = at;

		while (at < text.size && base64_value(text.data[at]) >= 0)
			at++;
		next = at;
		if (next < text.size && text.data[next] == '\r')
			next++;
		if (next >= text.size || text.data[next] != '\n' || next + 1 >= text.size ||
			base64_value(text.data[next + 1]) < 0)
			return at;
		at = next + 1;
	}
}

size_t
llp_injection_segment_start(Str text, size_t at, size_t floor)
{
	while (at > floor && base64_value(text.data[at - 1]) >= 0)
		at--;
	return at;
}

/* Letters of one case are a word; a code has both, or digits. */
static bool
looks_coded(Str text, size_t start, size_t end)
{
	bool lower = false;
	bool upper = false;
	bool digit = false;

	for (size_t i = start + 1; i < end; i++)
	{
		char c = text.data[i];

		lower = lower || (c >= 'a' && c <= 'z');
		upper = upper || (c >= 'A' && c <= 'Z');
		digit = digit || is_digit(c);
		if (digit || (lower && upper))
			return true;
	}
	return false;
}

bool
llp_injection_segment_at(Str text, size_t start, Segment *segment)
{
	size_t hex = start;
	size_t end;

	while (hex < text.size && hex_value(text.data[hex]) >= 0)
		hex++;
	if (hex - start >= MIN_SEGMENT && (hex - start) % 2 == 0 &&
		(hex == text.size || base64_value(text.data[hex]) < 0))
	{
		*segment = (Segment){start, hex, INJECTION_FROM_HEX};
		return true;
	}
	if (!looks_coded(text, start, start + MIN_SEGMENT < text.size ? start + MIN_SEGMENT : text.size))
		return false;
	end = base64_end(text, start);
	while (end < text.size && text.data[end] == '=')
		end++;
	*segment = (Segment){start, end, INJECTION_FROM_BASE64};
	return end - start >= MIN_SEGMENT;
}

/* Is it text: UTF-8 without control characters? */
static bool
is_text(Str text, bool cut)
{
	for (size_t at = 0, size; at < text.size; at += size)
	{
		uint32_t c = llp_injection_code_point(text, at, &size);

		if (c == NO_CODE_POINT && !(cut && text.size - at < 4))
			return false;
		if ((c < ' ' && !is_space((char) c)) || c == 0x7F)
			return false;
	}
	return true;
}

static bool
decode_base64(Str text, char *out, size_t *size)
{
	uint32_t bits = 0;
	int count = 0;
	bool probed = false;

	*size = 0;
	for (size_t i = 0; i < text.size; i++)
	{
		int value = base64_value(text.data[i]);

		if (value < 0) /* the end of a line, or padding */
			continue;
		bits = bits << 6 | (uint32_t) value;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		out[(*size)++] = (char) (bits >> count & 0xFF);
		if (*size != PROBE_SIZE || probed)
			continue;
		probed = true;
		if (!is_text((Str){out, *size}, true))
			return false;
	}
	return true;
}

static bool
decode_hex(Str text, char *out, size_t *size)
{
	*size = 0;
	for (size_t i = 0; i + 1 < text.size; i += 2)
	{
		out[(*size)++] = (char) (hex_value(text.data[i]) << 4 | hex_value(text.data[i + 1]));
		if (*size == PROBE_SIZE && !is_text((Str){out, *size}, true))
			return false;
	}
	return true;
}

/* Reads up to `most` digits of a base; how many there were. */
static size_t
read_digits(Str text, size_t at, size_t most, uint32_t base, uint32_t *value)
{
	size_t count = 0;

	*value = 0;
	while (count < most && at + count < text.size)
	{
		int digit = hex_value(text.data[at + count]);

		if (digit < 0 || (uint32_t) digit >= base)
			break;
		*value = *value * base + (uint32_t) digit;
		count++;
	}
	return count;
}

static char
char_at(Str text, size_t at)
{
	return at < text.size ? text.data[at] : '\0';
}

/* An escape's size and value; `is_byte`: the value is a byte of UTF-8, not a code point. */
static size_t
read_escape(Str text, size_t at, uint32_t *value, bool *is_byte)
{
	char next = char_at(text, at + 1);
	size_t digits;

	*is_byte = text.data[at] != '&' && next != 'u';
	if (text.data[at] == '%')
		return read_digits(text, at + 1, 2, 16, value) == 2 ? 3 : 0;
	if (text.data[at] == '\\' && (next == 'x' || next == 'u'))
	{
		size_t wanted = next == 'x' ? 2 : 4;

		return read_digits(text, at + 2, wanted, 16, value) == wanted ? 2 + wanted : 0;
	}
	if (text.data[at] != '&' || next != '#')
		return 0;
	if (char_at(text, at + 2) == 'x' || char_at(text, at + 2) == 'X')
	{
		digits = read_digits(text, at + 3, 6, 16, value);
		return digits > 0 && char_at(text, at + 3 + digits) == ';' ? 4 + digits : 0;
	}
	digits = read_digits(text, at + 2, 7, 10, value);
	return digits > 0 && char_at(text, at + 2 + digits) == ';' ? 3 + digits : 0;
}

size_t
llp_injection_escape_at(Str text, size_t at)
{
	uint32_t value;
	bool is_byte;

	return read_escape(text, at, &value, &is_byte);
}

/* No escape is shorter than what it stands for. */
static void
decode_escapes(Str text, char *out, size_t *size)
{
	*size = 0;
	for (size_t at = 0; at < text.size;)
	{
		uint32_t value;
		bool is_byte;
		size_t escape = read_escape(text, at, &value, &is_byte);

		if (escape == 0 || value > 0x10FFFF)
			out[(*size)++] = text.data[at++];
		else if (is_byte)
		{
			out[(*size)++] = (char) value;
			at += escape;
		}
		else
		{
			*size += llp_utf8_encode(value, out + *size);
			at += escape;
		}
	}
}

bool
llp_injection_decode(Str text, const Segment *segment, char *out, size_t *size)
{
	Str code = {text.data + segment->start, segment->end - segment->start};

	if (segment->code == INJECTION_FROM_ESCAPES)
	{
		decode_escapes(code, out, size);
		return true;
	}
	if (segment->code == INJECTION_FROM_HEX && !decode_hex(code, out, size))
		return false;
	if (segment->code == INJECTION_FROM_BASE64 && !decode_base64(code, out, size))
		return false;
	return is_text((Str){out, *size}, true);
}
