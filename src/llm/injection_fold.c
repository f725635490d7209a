/*
 * llm/injection_fold.c - characters as the matcher of injections compares them.
 */
#include "llm/injection_fold.h"

#include "base/character.h"
#include "base/utf8.h"

typedef struct Range
{
	uint32_t first;
	uint32_t last;
} Range;

/* Binary search; the ranges are in order. */
static bool
is_within(uint32_t code_point, const Range *ranges, size_t count)
{
	size_t low = 0;
	size_t high = count;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (code_point > ranges[middle].last)
			low = middle + 1;
		else if (code_point < ranges[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

#define IS_WITHIN(code_point, ranges) is_within((code_point), (ranges), sizeof(ranges) / sizeof((ranges)[0]))

/* Format characters, variation selectors, tags, and marks that combine with Latin letters. */
static const Range unseen[] = {{0xAD, 0xAD},	 {0x300, 0x36F},	 {0x61C, 0x61C},	 {0x115F, 0x1160},
							   {0x17B4, 0x17B5}, {0x180B, 0x180F},	 {0x200B, 0x200F},	 {0x202A, 0x202E},
							   {0x2060, 0x206F}, {0x3164, 0x3164},	 {0xFE00, 0xFE0F},	 {0xFEFF, 0xFEFF},
							   {0xFFA0, 0xFFA0}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};

static const Range ideographs[] = {{0x2E80, 0x2FDF}, {0x3041, 0x3096}, {0x309D, 0x30FF}, {0x3400, 0x4DBF},
								   {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0x20000, 0x3FFFF}};

static const Range separators[] = {{0x80, 0xA9},	 {0xAB, 0xB4},	   {0xB6, 0xB9},	 {0xBB, 0xBF},
								   {0xD7, 0xD7},	 {0xF7, 0xF7},	   {0x37E, 0x37E},	 {0x387, 0x387},
								   {0x55A, 0x55F},	 {0x5BE, 0x5BE},   {0x60C, 0x60D},	 {0x61B, 0x61B},
								   {0x61E, 0x61F},	 {0x66A, 0x66D},   {0x6D4, 0x6D4},	 {0x964, 0x965},
								   {0x2000, 0x206F}, {0x2190, 0x24B5}, {0x24EA, 0x2BFF}, {0x2E00, 0x2E7F},
								   {0x2FF0, 0x3040}, {0x3097, 0x309C}, {0x3200, 0x33FF}, {0xE000, 0xF8FF},
								   {0xFE10, 0xFE6F}, {0xFF00, 0xFFEF}, {0xFFF0, 0xFFFF}, {0x1F000, 0x1FAFF}};

/* Latin letters without their accents; '*' is no letter. */
static const char latin_1[] = "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo*ouuuuyty";
static const char latin_extended_a[] =
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrsssssssstttttt"
	"uuuuuuuuuuuuwwyyyzzzzzzs";

_Static_assert(sizeof(latin_1) == 0x40 + 1, "one letter for each of U+00C0 to U+00FF");
_Static_assert(sizeof(latin_extended_a) == 0x80 + 1, "one letter for each of U+0100 to U+017F");

uint32_t
llp_injection_code_point(Str text, size_t at, size_t *size)
{
	const unsigned char *bytes = (const unsigned char *) text.data + at;
	size_t left = text.size - at;
	uint32_t lead = bytes[0];

	*size = 1;
	if (lead < 0x80)
		return lead;
	if (left >= 2 && lead >= 0xC2 && lead <= 0xDF && llp_utf8_continues(bytes[1]))
	{
		*size = 2;
		return (lead & 0x1F) << 6 | (bytes[1] & 0x3Fu);
	}
	if (left >= 3 && lead >= 0xE0 && lead <= 0xEF && llp_utf8_continues(bytes[1]) &&
		llp_utf8_continues(bytes[2]))
	{
		*size = 3;
		return (lead & 0x0F) << 12 | (bytes[1] & 0x3Fu) << 6 | (bytes[2] & 0x3Fu);
	}
	if (left >= 4 && lead >= 0xF0 && lead <= 0xF4 && llp_utf8_continues(bytes[1]) &&
		llp_utf8_continues(bytes[2]) && llp_utf8_continues(bytes[3]))
	{
		*size = 4;
		return (lead & 0x07) << 18 | (bytes[1] & 0x3Fu) << 12 | (bytes[2] & 0x3Fu) << 6 | (bytes[3] & 0x3Fu);
	}
	return NO_CODE_POINT;
}

/* ASCII letters and digits that Unicode has once more, in other shapes; 0 for other characters. */
static uint32_t
plain_shape(uint32_t c)
{
	if (c >= 0xFF01 && c <= 0xFF5E) /* full width */
		return c - 0xFF01 + '!';
	if (c >= 0x24B6 && c <= 0x24E9) /* circled */
		return 'a' + (c - 0x24B6) % 26;
	if (c >= 0x1D400 && c <= 0x1D6A3) /* mathematical: A to Z and a to z, thirteen times */
		return 'a' + (c - 0x1D400) % 26;
	if (c >= 0x1D7CE && c <= 0x1D7FF)
		return '0' + (c - 0x1D7CE) % 10;
	if (c >= 0x1F130 && c <= 0x1F149) /* squared */
		return 'a' + (c - 0x1F130);
	if (c >= 0x1F150 && c <= 0x1F169) /* negative circled */
		return 'a' + (c - 0x1F150);
	if (c >= 0x1F170 && c <= 0x1F189) /* negative squared */
		return 'a' + (c - 0x1F170);
	return 0;
}

static Character
fold_ascii(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return (Character){CHARACTER_WORD, c + ('a' - 'A'), false};
	if ((c >= 'a' && c <= 'z') || is_digit((char) c))
		return (Character){CHARACTER_WORD, c, false};
	return (Character){CHARACTER_SEPARATOR, 0, false};
}

/* Vietnamese letters, U+1EA0 to U+1EF9. */
static uint32_t
fold_vietnamese(uint32_t c)
{
	if (c <= 0x1EB7)
		return 'a';
	if (c <= 0x1EC7)
		return 'e';
	if (c <= 0x1ECB)
		return 'i';
	if (c <= 0x1EE3)
		return 'o';
	return c <= 0x1EF1 ? 'u' : 'y';
}

static uint32_t
fold_letter(uint32_t c)
{
	if (c >= 0xC0 && c <= 0xFF)
		return (unsigned char) latin_1[c - 0xC0];
	if (c >= 0x100 && c <= 0x17F)
		return (unsigned char) latin_extended_a[c - 0x100];
	if (c >= 0x1EA0 && c <= 0x1EF9)
		return fold_vietnamese(c);
	if ((c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
		return c + 0x20;
	if (c == 0x401 || c == 0x451) /* io is written as ie */
		return 0x435;
	if (c >= 0x400 && c <= 0x40F)
		return c + 0x50;
	return c;
}

Character
llp_injection_fold(uint32_t code_point)
{
	uint32_t plain;

	if (code_point < 0x80)
		return fold_ascii(code_point);
	if (code_point >= 0x3B1 && code_point <= 0x4FF) /* Greek and Cyrillic: no other test is needed */
		return (Character){CHARACTER_WORD, fold_letter(code_point), false};
	if (IS_WITHIN(code_point, unseen))
		return (Character){CHARACTER_UNSEEN, 0, false};
	if (IS_WITHIN(code_point, ideographs))
		return (Character){CHARACTER_IDEOGRAPH, code_point, false};
	plain = plain_shape(code_point);
	if (plain != 0)
	{
		Character character = fold_ascii(plain);

		character.disguised = true;
		return character;
	}
	if (IS_WITHIN(code_point, separators))
		return (Character){CHARACTER_SEPARATOR, 0, false};
	return (Character){CHARACTER_WORD, fold_letter(code_point), false};
}

uint32_t
llp_injection_look_alike(uint32_t folded)
{
	static const struct
	{
		uint32_t letter;
		char latin;
	} pairs[] = {{0x3B1, 'a'}, {0x3B5, 'e'}, {0x3B9, 'i'}, {0x3BA, 'k'}, {0x3BD, 'v'}, {0x3BF, 'o'},
				 {0x3C1, 'p'}, {0x3C4, 't'}, {0x3C5, 'u'}, {0x3C7, 'x'}, {0x430, 'a'}, {0x432, 'b'},
				 {0x435, 'e'}, {0x43A, 'k'}, {0x43C, 'm'}, {0x43D, 'h'}, {0x43E, 'o'}, {0x440, 'p'},
				 {0x441, 'c'}, {0x442, 't'}, {0x443, 'y'}, {0x445, 'x'}, {0x455, 's'}, {0x456, 'i'},
				 {0x458, 'j'}, {0x4BB, 'h'}, {0x4CF, 'l'}};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (pairs[i].letter == folded)
			return (unsigned char) pairs[i].latin;
	return 0;
}

char
llp_injection_leet(char c)
{
	switch (c)
	{
		case '0':
			return 'o';
		case '1':
			return 'i';
		case '3':
			return 'e';
		case '4':
		case '@':
			return 'a';
		case '5':
		case '$':
			return 's';
		case '7':
			return 't';
		default:
			return 0;
	}
}
