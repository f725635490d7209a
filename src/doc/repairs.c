/*
 * doc/repairs.c - finds and repairs what JSON allows inside a quoted string and libyaml does not.
 */
#include "doc/repairs.h"

#include "base/character.h"

#define PAIR_SIZE 12 /* \uD83D\uDE00 */

/* The value of \uXXXX at the offset, when there is one between `low` and `high`; else -1. */
static int32_t
read_escape(Str text, size_t offset, int32_t low, int32_t high)
{
	int32_t value = 0;

	if (text.size - offset < PAIR_SIZE / 2 || text.data[offset] != '\\' || text.data[offset + 1] != 'u')
		return -1;
	for (size_t i = offset + 2; i < offset + PAIR_SIZE / 2; i++)
	{
		int digit = hex_value(text.data[i]);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value >= low && value <= high ? value : -1;
}

/* Is there a surrogate pair at the offset, which is that of a backslash no other one stands before? */
static bool
read_pair(Str text, size_t offset, Place *place)
{
	int32_t high = read_escape(text, offset, 0xD800, 0xDBFF);
	int32_t low;

	if (high < 0)
		return false;
	low = read_escape(text, offset + PAIR_SIZE / 2, 0xDC00, 0xDFFF);
	if (low < 0)
		return false;
	place->code_point = 0x10000 + ((uint32_t) (high - 0xD800) << 10) + (uint32_t) (low - 0xDC00);
	place->size = PAIR_SIZE;
	place->is_pair = true;
	return true;
}

/* Is there a character at the offset that stands for itself in JSON only? */
static bool
read_character(Str text, size_t offset, Place *place)
{
	const unsigned char *bytes = (const unsigned char *) text.data + offset;
	size_t left = text.size - offset;

	place->is_pair = false;
	if (bytes[0] == 0x7F)
	{
		place->code_point = 0x7F;
		place->size = 1;
		return true;
	}
	if (left >= 2 && bytes[0] == 0xC2 && bytes[1] < 0xA0)
	{
		place->code_point = bytes[1];
		place->size = 2;
		return true;
	}
	if (left < 3)
		return false;
	place->size = 3;
	place->code_point =
		(uint32_t) (bytes[0] & 0x0F) << 12 | (uint32_t) (bytes[1] & 0x3F) << 6 | (uint32_t) (bytes[2] & 0x3F);
	if (bytes[0] == 0xE2)
		return place->code_point == 0x2028 || place->code_point == 0x2029;
	return bytes[0] == 0xEF && place->code_point >= 0xFFFE;
}

/* Where the backslashes that start at the offset end. */
static size_t
skip_backslashes(Str text, size_t offset)
{
	while (offset < text.size && text.data[offset] == '\\')
		offset++;
	return offset;
}

/* The first place from `offset` on. */
static bool
find_place(Str text, size_t offset, Place *place)
{
	while (offset < text.size)
	{
		size_t end = skip_backslashes(text, offset);
		bool found;

		if ((end - offset) % 2 == 1)
			found = read_pair(text, place->offset = end - 1, place);
		else if (end == offset)
			found = read_character(text, place->offset = offset, place);
		else
			found = false;
		if (found)
			return true;
		offset = end == offset ? offset + 1 : end;
	}
	return false;
}

bool
llp_repairs_find(Arena *arena, Str text, Repairs *repairs)
{
	Place place = {0};
	size_t count = 0;

	*repairs = (Repairs){0};
	for (size_t offset = 0; find_place(text, offset, &place); offset = place.offset + place.size)
		count++;
	if (count == 0)
		return true;
	repairs->places = llp_arena_array(arena, count, sizeof(Place));
	if (repairs->places == NULL)
		return false;
	for (size_t offset = 0; find_place(text, offset, &place); offset = place.offset + place.size)
	{
		place.applied = true;
		repairs->places[repairs->count++] = place;
	}
	return true;
}

Str
llp_repairs_apply(Arena *arena, Str text, const Repairs *repairs)
{
	StrBuf repaired;
	size_t copied = 0;

	if (repairs->count == 0)
		return text;
	llp_buf_init(&repaired, arena);
	for (size_t i = 0; i < repairs->count; i++)
	{
		const Place *place = &repairs->places[i];

		if (!place->applied)
			continue;
		llp_buf_append(&repaired, (Str){text.data + copied, place->offset - copied});
		llp_buf_format(&repaired, "\\U%08X", (unsigned) place->code_point);
		copied = place->offset + place->size;
	}
	llp_buf_append(&repaired, (Str){text.data + copied, text.size - copied});
	return repaired.failed ? (Str){NULL, 0} : llp_buf_str(&repaired);
}

Place *
llp_repairs_next_within(Repairs *repairs, size_t start, size_t end)
{
	while (repairs->checked < repairs->count && repairs->places[repairs->checked].offset < start)
		repairs->checked++;
	if (repairs->checked == repairs->count || repairs->places[repairs->checked].offset >= end)
		return NULL;
	return &repairs->places[repairs->checked++];
}
