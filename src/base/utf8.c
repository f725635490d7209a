/*
 * base/utf8.c - UTF-8 by code point.
 */
#include "base/utf8.h"

/* The bounds of the second byte after `lead` (Unicode 15, table 3-7); the rest of a character is 80..BF. */
static bool
second_byte_fits(unsigned char lead, unsigned char second)
{
	switch (lead)
	{
		case 0xE0:
			return second >= 0xA0 && second <= 0xBF;
		case 0xED:
			return second >= 0x80 && second <= 0x9F;
		case 0xF0:
			return second >= 0x90 && second <= 0xBF;
		case 0xF4:
			return second >= 0x80 && second <= 0x8F;
		default:
			return llp_utf8_continues(second);
	}
}

/* Bytes of a character by its first one; 0 for a byte that starts none. */
static size_t
length_by_lead(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xC2 && lead <= 0xDF)
		return 2;
	if (lead >= 0xE0 && lead <= 0xEF)
		return 3;
	if (lead >= 0xF0 && lead <= 0xF4)
		return 4;
	return 0;
}

static bool
is_well_formed(const unsigned char *bytes, size_t length)
{
	if (!second_byte_fits(bytes[0], bytes[1]))
		return false;
	for (size_t i = 2; i < length; i++)
		if (!llp_utf8_continues(bytes[i]))
			return false;
	return true;
}

/* Are the next eight bytes ASCII without NUL?  Subtracting 1 from each sets the upper bit of a NUL. */
static bool
is_plain_word(const unsigned char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return ((word | (word - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080)) == 0;
}

size_t
llp_utf8_check(Str text)
{
	const unsigned char *bytes = (const unsigned char *) text.data;
	size_t offset = 0;

	while (offset < text.size)
	{
		size_t length;

		if (text.size - offset >= sizeof(uint64_t) && is_plain_word(bytes + offset))
		{
			offset += sizeof(uint64_t);
			continue;
		}
		length = length_by_lead(bytes[offset]);

		if (bytes[offset] == 0 || length == 0 || length > text.size - offset)
			return offset;
		if (length > 1 && !is_well_formed(bytes + offset, length))
			return offset;
		offset += length;
	}
	return text.size;
}

size_t
llp_utf8_length(Str text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.size; i++)
		count += !llp_utf8_continues(text.data[i]);
	return count;
}

Str
llp_utf8_at(Str text, size_t index)
{
	size_t start = 0;
	size_t end;

	for (; start < text.size; start++)
		if (!llp_utf8_continues(text.data[start]) && index-- == 0)
			break;
	if (start >= text.size)
		return STR("");
	end = start + 1;
	while (end < text.size && llp_utf8_continues(text.data[end]))
		end++;
	return (Str){text.data + start, end - start};
}

size_t
llp_utf8_encode(uint32_t code_point, char *out)
{
	if (code_point < 0x80)
	{
		out[0] = (char) code_point;
		return 1;
	}
	if (code_point < 0x800)
	{
		out[0] = (char) (0xC0 | code_point >> 6);
		out[1] = (char) (0x80 | (code_point & 0x3F));
		return 2;
	}
	if (code_point < 0x10000)
	{
		out[0] = (char) (0xE0 | code_point >> 12);
		out[1] = (char) (0x80 | (code_point >> 6 & 0x3F));
		out[2] = (char) (0x80 | (code_point & 0x3F));
		return 3;
	}
	out[0] = (char) (0xF0 | code_point >> 18);
	out[1] = (char) (0x80 | (code_point >> 12 & 0x3F));
	out[2] = (char) (0x80 | (code_point >> 6 & 0x3F));
	out[3] = (char) (0x80 | (code_point & 0x3F));
	return 4;
}
