/*
 * test/fuzz/fuzz_tokens.c - a byte that says what, then any bytes as a text or as damage of a vocabulary.
 *
 * Of a text: pieces follow each other to its end, tokens give it back, counting agrees, and both ways to
 * merge a piece make of it what the rule makes of it.  A vocabulary that is damaged, its checksum put right,
 * is refused or can be used.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/checksum.h"
#include "llm/bpe.h"
#include "llm/encoding.h"
#include "naive_tokens.h"

#define MAX_NAIVE_PIECE 120 /* bytes: the rule word by word is cubic */
#define MAX_TEXT 20000

/* ORDER: struct Vocabulary. */
#define CHECKSUM_AT 8
#define SUMMED_FROM 16
#define CHECKSUM_SEED 1

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* The choice-th encoding that is shipped, mapped at its first use. */
static const Encoding *
choose_encoding(size_t choice)
{
	static const char *const names[] = {"r50k_base",	 "p50k_base",	  "cl100k_base",   "o200k_base",
										"o200k_harmony", "claude_legacy", "mistral_tekken"};
	static Encoding encodings[sizeof(names) / sizeof(names[0])];
	Encoding *encoding = &encodings[choice % (sizeof(names) / sizeof(names[0]))];
	const char *problem;
	char path[128];

	if (encoding->vocabulary != NULL)
		return encoding;
	require(llp_encoding_named(llp_str(names[choice % (sizeof(names) / sizeof(names[0]))]), encoding),
			"an encoding is not listed");
	snprintf(path, sizeof(path), "build/encodings/%.*s", STR_ARG(encoding->file));
	encoding->vocabulary = llp_vocabulary_map(path, &problem);
	require(encoding->vocabulary != NULL, "no vocabulary: make encodings");
	return encoding;
}

static void
check_piece(Arena *arena, const Vocabulary *vocabulary, Str piece)
{
	uint32_t *expected = llp_arena_array(arena, piece.size, sizeof(uint32_t));
	uint32_t *ids = llp_arena_array(arena, piece.size, sizeof(uint32_t));
	const unsigned char *bytes = (const unsigned char *) piece.data;
	TokenSink sink = {0, ids, piece.size};
	size_t count;

	require(expected != NULL && ids != NULL, "no memory");
	count = naive_merge(vocabulary, piece, expected);
	require(llp_bpe_long(vocabulary, bytes, piece.size, &llp_libc_host, &sink) == STATUS_OK, "no answer");
	require(sink.count == count && memcmp(ids, expected, count * sizeof(*ids)) == 0,
			"queues merge otherwise");
	if (piece.size > LLP_SHORT_PIECE)
		return;
	sink.count = 0;
	llp_bpe_short(vocabulary, bytes, piece.size, &sink);
	require(sink.count == count && memcmp(ids, expected, count * sizeof(*ids)) == 0, "scans merge otherwise");
}

static void
check_pieces(Arena *arena, const Encoding *encoding, Str text)
{
	PieceEnd piece_end = llp_pretokens_function(encoding->pretokens);
	const unsigned char *at = (const unsigned char *) text.data;
	const unsigned char *end = at + text.size;

	while (at < end)
	{
		const unsigned char *stop = piece_end(at, end);

		require(stop > at && stop <= end, "a piece without an end");
		if (stop - at <= MAX_NAIVE_PIECE)
			check_piece(arena, encoding->vocabulary, (Str){(const char *) at, (size_t) (stop - at)});
		at = stop;
	}
	if (text.size > 0 && text.size <= MAX_NAIVE_PIECE)
		check_piece(arena, encoding->vocabulary, text);
}

static void
check_text(Arena *arena, const Encoding *encoding, Str text)
{
	TokenList tokens;
	TokenList special;
	StrBuf back;
	size_t count = 0;
	size_t some = 0;

	require(llp_tokenize(encoding, text, false, arena, &tokens) == STATUS_OK, "no tokens");
	require(llp_tokenize(encoding, text, true, arena, &special) == STATUS_OK, "no special tokens");
	llp_buf_init(&back, arena);
	for (size_t i = 0; i < tokens.count; i++)
		llp_buf_append(&back, llp_vocabulary_bytes(encoding->vocabulary, tokens.ids[i]));
	require(llp_str_equal(llp_buf_str(&back), text), "tokens are another text");
	require(llp_count_tokens(encoding, text, LLP_NO_TOKEN_LIMIT, &llp_libc_host, &count) == STATUS_OK &&
				count == tokens.count,
			"counting finds another number");
	require(llp_count_tokens(encoding, text, count / 2, &llp_libc_host, &some) == STATUS_OK &&
				some <= count && (count == 0 || some > count / 2),
			"stopped counting is wrong");
}

/* All bytes, and a few tokens of more, one of them long. */
static Str
small_vocabulary(Arena *arena)
{
	static const char *const words[] = {"ab",	"abc",			 "bc",		"  ", "   ", "the",
										" the", "international", "national"};
	const char *problem;
	StrBuf ranks;
	Str block = STR("");

	llp_buf_init(&ranks, arena);
	for (int byte = 0; byte < 256; byte++)
	{
		llp_buf_append_char(&ranks, 1);
		llp_buf_append_char(&ranks, (char) byte);
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		llp_buf_append_char(&ranks, (char) strlen(words[i]));
		llp_buf_append(&ranks, llp_str(words[i]));
	}
	require(llp_vocabulary_build(arena, llp_buf_str(&ranks), (TokenNumbering){0, 0}, &block, &problem) ==
				STATUS_OK,
			"no vocabulary");
	return block;
}

/* Patches of five bytes: a place in 24 bits counted from the end or the start, and two bytes for it. */
static void
check_damaged(Arena *arena, Str patches)
{
	static const char text[] =
		"abc the  international abcabcabc nationalnationalnationalnationalnationalnational";
	Str block = small_vocabulary(arena);
	size_t size = block.size;
	char *copy = malloc(size);
	const char *problem;
	uint64_t checksum;
	Encoding encoding = {.name = STR("damaged"), .pretokens = PRETOKENS_O200K};

	require(copy != NULL, "no memory");
	memcpy(copy, block.data, size);
	for (size_t i = 0; i + 5 <= patches.size; i += 5)
	{
		const unsigned char *patch = (const unsigned char *) patches.data + i;
		size_t at = (patch[0] | (size_t) patch[1] << 8 | (size_t) patch[2] << 16) % (size - 1);

		memcpy(copy + at, patch + 3, 2);
	}
	checksum = llp_checksum(CHECKSUM_SEED, copy + SUMMED_FROM, size - SUMMED_FROM);
	memcpy(copy + CHECKSUM_AT, &checksum, sizeof(checksum));
	encoding.vocabulary = llp_vocabulary_open(copy, size, &problem);
	if (encoding.vocabulary != NULL)
	{
		TokenList tokens;

		for (uint32_t id = 0; id < llp_vocabulary_end(encoding.vocabulary); id++)
			(void) llp_vocabulary_bytes(encoding.vocabulary, id);
		(void) llp_tokenize(&encoding, llp_str(text), false, arena, &tokens);
	}
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena *arena;

	if (size == 0 || size > MAX_TEXT)
		return 0;
	arena = llp_arena_create(&llp_libc_host, 0);
	require(arena != NULL, "no arena");
	if (data[0] >= 0xF0)
		check_damaged(arena, (Str){(const char *) data + 1, size - 1});
	else
	{
		const Encoding *encoding = choose_encoding(data[0]);

		check_text(arena, encoding, (Str){(const char *) data + 1, size - 1});
		check_pieces(arena, encoding, (Str){(const char *) data + 1, size - 1});
	}
	llp_arena_destroy(arena);
	return 0;
}
