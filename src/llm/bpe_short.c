/*
 * llm/bpe_short.c - the merging of short pieces: looks for the lowest pair again and again.
 */
#include "llm/bpe.h"

/* The parts of a piece, and for each the id that it and the next one together have. */
typedef struct ShortParts
{
	uint32_t pair[LLP_SHORT_PIECE];
	uint8_t start[LLP_SHORT_PIECE + 2]; /* one past the last part is the size, and so is the one after that */
	size_t count;
} ShortParts;

static inline uint32_t
pair_id(const Vocabulary *vocabulary, const unsigned char *piece, const ShortParts *parts, size_t i)
{
	if (i + 2 > parts->count)
		return LLP_NO_TOKEN;
	return llp_vocabulary_find(vocabulary, piece + parts->start[i],
							   (size_t) parts->start[i + 2] - parts->start[i]);
}

/* Makes parts i and i + 1 one. */
static inline void
merge(ShortParts *parts, size_t i)
{
	size_t moved = parts->count - i - 2;

	parts->count--;
	memmove(parts->start + i + 1, parts->start + i + 2, (moved + 1) * sizeof(parts->start[0]));
	memmove(parts->pair + i + 1, parts->pair + i + 2, moved * sizeof(parts->pair[0]));
}

static inline size_t
lowest(const ShortParts *parts)
{
	size_t best = 0;

	for (size_t i = 1; i + 1 < parts->count; i++)
		if (parts->pair[i] < parts->pair[best])
			best = i;
	return best;
}

void
llp_bpe_short(const Vocabulary *vocabulary, const unsigned char *piece, size_t size, TokenSink *sink)
{
	ShortParts parts = {.count = size};

	for (size_t i = 0; i < size; i++)
		parts.start[i] = (uint8_t) i;
	parts.start[size] = (uint8_t) size;
	for (size_t i = 0; i + 1 < size; i++)
		parts.pair[i] = llp_vocabulary_pair(vocabulary, piece + i);
	while (parts.count > 1)
	{
		size_t i = lowest(&parts);

		if (parts.pair[i] == LLP_NO_TOKEN)
			break;
		merge(&parts, i);
		parts.pair[i] = pair_id(vocabulary, piece, &parts, i);
		if (i > 0)
			parts.pair[i - 1] = pair_id(vocabulary, piece, &parts, i - 1);
	}
	if (sink->ids == NULL)
	{
		sink->count += parts.count;
		return;
	}
	for (size_t i = 0; i < parts.count; i++)
		llp_sink_token(sink, llp_vocabulary_find(vocabulary, piece + parts.start[i],
												 (size_t) parts.start[i + 1] - parts.start[i]));
}
