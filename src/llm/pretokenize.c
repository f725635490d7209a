/*
 * llm/pretokenize.c - tiktoken's pre-tokenization, each regular expression as a function.
 *
 * The expressions (openai/tiktoken, tiktoken_ext/openai_public.py; tekken: mistral-common) are quoted above
 * their functions.  They are leftmost-first: an alternative that matches hides those after it.
 */
#include "llm/pretokenize.h"

#include "base/utf8.h"

/* ORDER: FLAGS, OTHER and NEWLINE in generate_unicode. */
#define LETTER 1   /* \p{L} */
#define UPPER 2	   /* [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}] */
#define LOWER 4	   /* [\p{Ll}\p{Lm}\p{Lo}\p{M}] */
#define NUMBER 8   /* \p{N} */
#define SPACE 16   /* \s */
#define OTHER 32   /* [^\s\p{L}\p{N}] */
#define NEWLINE 64 /* [\r\n] */

#define BLOCK 64 /* ORDER: generate_unicode's */

static const uint16_t unicode_blocks[] = {
#define UNICODE_BLOCKS
#include "llm/unicode_table.def"
#undef UNICODE_BLOCKS
};

/* The first two blocks are ASCII. */
static const uint8_t unicode_flags[] = {
#define UNICODE_FLAGS
#include "llm/unicode_table.def"
#undef UNICODE_FLAGS
};

typedef struct Character
{
	unsigned flags;
	unsigned size; /* bytes; 0 at the end of the text, with no flags */
} Character;

static inline Character
character_of(uint32_t code, unsigned size)
{
	return (Character){unicode_flags[unicode_blocks[code / BLOCK] * BLOCK + code % BLOCK], size};
}

static Character
wide_character(const unsigned char *at, const unsigned char *end)
{
	size_t left = (size_t) (end - at);
	uint32_t code;

	if (at[0] >= 0xC2 && at[0] < 0xE0 && left >= 2 && llp_utf8_continues(at[1]))
		return character_of((uint32_t) (at[0] & 0x1F) << 6 | (at[1] & 0x3F), 2);
	if (at[0] >= 0xE0 && at[0] < 0xF0 && left >= 3 && llp_utf8_continues(at[1]) && llp_utf8_continues(at[2]))
	{
		code = (uint32_t) (at[0] & 0x0F) << 12 | (uint32_t) (at[1] & 0x3F) << 6 | (at[2] & 0x3F);
		if (code >= 0x800 && (code < 0xD800 || code > 0xDFFF))
			return character_of(code, 3);
	}
	if (at[0] >= 0xF0 && at[0] < 0xF5 && left >= 4 && llp_utf8_continues(at[1]) &&
		llp_utf8_continues(at[2]) && llp_utf8_continues(at[3]))
	{
		code = (uint32_t) (at[0] & 0x07) << 18 | (uint32_t) (at[1] & 0x3F) << 12 |
			   (uint32_t) (at[2] & 0x3F) << 6 | (at[3] & 0x3F);
		if (code >= 0x10000 && code <= 0x10FFFF)
			return character_of(code, 4);
	}
	return (Character){OTHER, 1};
}

static inline Character
character_at(const unsigned char *at, const unsigned char *end)
{
	if (at == end)
		return (Character){0, 0};
	if (*at < 0x80)
		return (Character){unicode_flags[*at], 1};
	return wide_character(at, end);
}

/* Past all characters that have one of the flags. */
static inline const unsigned char *
skip(const unsigned char *at, const unsigned char *end, unsigned flags)
{
	Character c = character_at(at, end);

	while ((c.flags & flags) != 0)
	{
		at += c.size;
		c = character_at(at, end);
	}
	return at;
}

static inline const unsigned char *
skip_newlines(const unsigned char *at, const unsigned char *end, bool slashes)
{
	while (at < end && (*at == '\n' || *at == '\r' || (slashes && *at == '/')))
		at++;
	return at;
}

static inline unsigned char
lower(unsigned char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (unsigned char) (byte | 0x20) : byte;
}

/* 's|'t|'re|'ve|'m|'ll|'d in lower case: past it, or `at` where there is none. */
static inline const unsigned char *
plain_contraction(const unsigned char *at, const unsigned char *end)
{
	if (end - at < 2 || at[0] != '\'')
		return at;
	if (at[1] == 's' || at[1] == 't' || at[1] == 'm' || at[1] == 'd')
		return at + 2;
	if (end - at >= 3 &&
		((at[1] == 'r' && at[2] == 'e') || (at[1] == 'v' && at[2] == 'e') || (at[1] == 'l' && at[2] == 'l')))
		return at + 3;
	return at;
}

/* The same in any case, where the long s (U+017F) is an s too. */
static inline const unsigned char *
contraction(const unsigned char *at, const unsigned char *end)
{
	unsigned char first;
	unsigned char second;

	if (end - at < 2 || at[0] != '\'')
		return at;
	first = lower(at[1]);
	if (first == 's' || first == 't' || first == 'm' || first == 'd')
		return at + 2;
	if (end - at < 3)
		return at;
	if (at[1] == 0xC5 && at[2] == 0xBF)
		return at + 3;
	second = lower(at[2]);
	if ((first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l'))
		return at + 3;
	return at;
}

/*
 * \s*[\r\n]+ (where `newlines`), then \s+(?!\S), then \s+, at a space: up to the last newline of the run;
 * else all of it at the end of the text; else all but its last character, which goes with what follows;
 * else that one.
 */
static inline const unsigned char *
spaces(const unsigned char *at, const unsigned char *end, bool newlines)
{
	const unsigned char *last = at;
	const unsigned char *newline = NULL;
	const unsigned char *next = at;
	Character c = character_at(at, end);

	while ((c.flags & SPACE) != 0)
	{
		last = next;
		next += c.size;
		if ((c.flags & NEWLINE) != 0)
			newline = next;
		c = character_at(next, end);
	}
	if (newlines && newline != NULL)
		return newline;
	return next == end || last == at ? next : last;
}

/* \p{N}{1,limit} at a number */
static inline const unsigned char *
numbers(const unsigned char *at, const unsigned char *end, int limit)
{
	Character c = character_at(at, end);

	for (; limit > 0 && (c.flags & NUMBER) != 0; limit--)
	{
		at += c.size;
		c = character_at(at, end);
	}
	return at;
}

/* 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ */
static const unsigned char *
r50k_piece(const unsigned char *at, const unsigned char *end)
{
	const unsigned char *start = *at == ' ' ? at + 1 : at;
	const unsigned char *contracted = plain_contraction(at, end);
	Character c = character_at(start, end);

	if (contracted > at)
		return contracted;
	if ((c.flags & LETTER) != 0)
		return skip(start, end, LETTER);
	if ((c.flags & NUMBER) != 0)
		return skip(start, end, NUMBER);
	if ((c.flags & OTHER) != 0)
		return skip(start, end, OTHER);
	return spaces(at, end, false);
}

/* What cl100k and o200k have after their words: numbers, signs with newlines, and spaces. */
static inline const unsigned char *
rest_piece(const unsigned char *at, const unsigned char *end, int digits, bool slashes)
{
	const unsigned char *start = *at == ' ' ? at + 1 : at;

	if ((character_at(at, end).flags & NUMBER) != 0)
		return numbers(at, end, digits);
	if ((character_at(start, end).flags & OTHER) != 0)
		return skip_newlines(skip(start, end, OTHER), end, slashes);
	return spaces(at, end, true);
}

/*
 * (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+
 * |\s+(?!\S)|\s+
 */
static const unsigned char *
cl100k_piece(const unsigned char *at, const unsigned char *end)
{
	Character c = character_at(at, end);
	const unsigned char *contracted = contraction(at, end);

	if ((c.flags & LETTER) != 0)
		return skip(at + c.size, end, LETTER);
	if (contracted > at)
		return contracted;
	if ((c.flags & (NUMBER | NEWLINE)) == 0)
	{
		const unsigned char *start = at + c.size;
		const unsigned char *stop = skip(start, end, LETTER);

		if (stop > start)
			return stop;
	}
	return rest_piece(at, end, 3, false);
}

/*
 * [UPPER]*[LOWER]+ at `at`, or NULL; then *upper is the end of [UPPER]+.
 *
 * The run of UPPER gives characters back until one of them is LOWER too; none after it is, so that the match
 * ends behind it.
 */
static inline const unsigned char *
word(const unsigned char *at, const unsigned char *end, const unsigned char **upper)
{
	const unsigned char *lower_end = NULL;
	Character c = character_at(at, end);

	while ((c.flags & UPPER) != 0)
	{
		at += c.size;
		if ((c.flags & LOWER) != 0)
			lower_end = at;
		c = character_at(at, end);
	}
	*upper = at;
	return (c.flags & LOWER) != 0 ? skip(at + c.size, end, LOWER) : lower_end;
}

/*
 * [^\r\n\p{L}\p{N}]?[UPPER]*[LOWER]+ | [^\r\n\p{L}\p{N}]?[UPPER]+[LOWER]*: past it, or `at` where there is
 * none.  Either tries with the character before the word first; a mark may be that character or part of the
 * word.
 */
static inline const unsigned char *
prefixed_word(const unsigned char *at, const unsigned char *end)
{
	Character c = character_at(at, end);
	bool prefix = (c.flags & (LETTER | NUMBER | NEWLINE)) == 0;
	const unsigned char *start = at + c.size;
	const unsigned char *upper_after_prefix = start;
	const unsigned char *upper = at;
	const unsigned char *stop = NULL;

	if (prefix)
		stop = word(start, end, &upper_after_prefix);
	if (stop == NULL && (c.flags & (UPPER | LOWER)) != 0)
		stop = word(at, end, &upper);
	if (stop != NULL)
		return stop;
	return upper_after_prefix > start ? upper_after_prefix : upper;
}

/* The two words, each with C = (?i:'s|'t|'re|'ve|'m|'ll|'d)? after it, |\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*
 * |\s*[\r\n]+|\s+(?!\S)|\s+ */
static const unsigned char *
o200k_piece(const unsigned char *at, const unsigned char *end)
{
	const unsigned char *stop = prefixed_word(at, end);

	return stop > at ? contraction(stop, end) : rest_piece(at, end, 3, true);
}

/* As o200k without contractions, and numbers digit by digit. */
static const unsigned char *
tekken_piece(const unsigned char *at, const unsigned char *end)
{
	const unsigned char *stop = prefixed_word(at, end);

	return stop > at ? stop : rest_piece(at, end, 1, true);
}

static const struct
{
	Str name;
	PieceEnd function;
} ways[] = {
#define PRETOKENS(symbol, name, function) {{name, sizeof(name) - 1}, function},
#include "llm/pretokens.def"
};

PieceEnd
llp_pretokens_function(Pretokens pretokens)
{
	return ways[pretokens].function;
}

Str
llp_pretokens_name(Pretokens pretokens)
{
	return ways[pretokens].name;
}

Pretokens
llp_pretokens_of(Str name)
{
	int i = 0;

	while (i < PRETOKENS_COUNT && !llp_str_equal(ways[i].name, name))
		i++;
	return (Pretokens) i;
}
