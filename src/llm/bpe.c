/*
 * llm/bpe.c - a whole piece by its hash, else by one of the ways to merge.
 */
#include "llm/bpe.h"

Status
llp_bpe_piece(const Vocabulary *vocabulary, const unsigned char *piece, size_t size, const Host *host,
			  TokenSink *sink)
{
	uint32_t id = llp_vocabulary_find(vocabulary, piece, size);

	if (id != LLP_NO_TOKEN)
	{
		llp_sink_token(sink, id);
		return STATUS_OK;
	}
	if (size > LLP_SHORT_PIECE)
		return llp_bpe_long(vocabulary, piece, size, host, sink);
	llp_bpe_short(vocabulary, piece, size, sink);
	return STATUS_OK;
}
