/*
 * llm/bpe.h - byte pair encoding of one piece of text.
 *
 * The rule (tiktoken): a piece that is a token is that token.  Any other starts as its bytes, and as long as
 * two neighbours together are a token, those with the lowest id become one, the leftmost of equals first.
 */
#ifndef LLP_LLM_BPE_H
#define LLP_LLM_BPE_H

#include "base/host.h"
#include "llm/vocabulary.h"

/* Where tokens go: counted, and kept where there is room for them. */
typedef struct TokenSink
{
	size_t count;
	uint32_t *ids;	 /* NULL: count only */
	size_t capacity; /* of ids; whoever keeps ids makes room for as many as the text has bytes */
} TokenSink;

static inline void
llp_sink_token(TokenSink *sink, uint32_t id)
{
	if (sink->ids != NULL && sink->count < sink->capacity)
		sink->ids[sink->count] = id;
	sink->count++;
}

/*
 * Pieces up to so many bytes are merged by looking through them again and again, in memory on the stack;
 * longer ones with queues, in time n log n and 20 to 60 bytes of the host's memory a byte.
 */
#define LLP_SHORT_PIECE 64
/* Longer ones are STATUS_LIMIT: a text of so many letters without a break is an attack. */
#define LLP_MAX_PIECE (4 << 20)

/* Appends the tokens of a piece that is not empty. */
extern Status llp_bpe_piece(const Vocabulary *vocabulary, const unsigned char *piece, size_t size,
							const Host *host, TokenSink *sink);

/* The two methods behind it, for pieces that are no token; tests compare them. */
extern void
llp_bpe_short(const Vocabulary *vocabulary, const unsigned char *piece, size_t size, TokenSink *sink);
extern Status llp_bpe_long(const Vocabulary *vocabulary, const unsigned char *piece, size_t size,
						   const Host *host, TokenSink *sink);

#endif
