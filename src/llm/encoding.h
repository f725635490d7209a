/*
 * llm/encoding.h - texts into tokens and back.
 *
 * An Encoding is a vocabulary with a way to cut texts into pieces; it is cheap and owns nothing.  Counting
 * and tokenizing take text as it is: special tokens are looked for only by llp_tokenize, and only when it is
 * asked to.
 */
#ifndef LLP_LLM_ENCODING_H
#define LLP_LLM_ENCODING_H

#include "base/host.h"
#include "base/status.h"
#include "llm/pretokenize.h"
#include "llm/vocabulary.h"

typedef struct SpecialToken
{
	Str text;
	uint32_t id;
} SpecialToken;

typedef struct Encoding
{
	Str name;
	Pretokens pretokens;
	const Vocabulary *vocabulary; /* NULL: only known by name, as llp_encoding_named gives it */
	Str file;					  /* in the folder of vocabularies */
	const SpecialToken *special;  /* beside those of the built-in list that bear the encoding's name */
	size_t special_count;
} Encoding;

/* The index-th encoding of llm/encodings.def without its vocabulary; false behind the last. */
extern bool llp_encoding_listed(size_t index, Encoding *encoding);
/* The one of that name; false when there is none. */
extern bool llp_encoding_named(Str name, Encoding *encoding);
/* How the tokens of share/encodings/NAME.ranks.bin are numbered; false when NAME is not listed. */
extern bool llp_vocabulary_numbering(Str name, TokenNumbering *numbering);

/* llp_count_tokens counts to the end. */
#define LLP_NO_TOKEN_LIMIT SIZE_MAX

/*
 * Counts the tokens of a text.  Stops as soon as there are more than `limit`; *count is then more than limit
 * and no more than the text has.  STATUS_LIMIT when a piece is longer than LLP_MAX_PIECE and could not be
 * told to be beyond the limit.
 */
extern Status
llp_count_tokens(const Encoding *encoding, Str text, size_t limit, const Host *host, size_t *count);

typedef struct TokenList
{
	uint32_t *ids;
	size_t count;
} TokenList;

/* The tokens of a text, in an arena; `special`: where it spells a special token, that token. */
extern Status llp_tokenize(const Encoding *encoding, Str text, bool special, Arena *arena, TokenList *tokens);

/* The bytes of a token, also of a special one; empty for an id that there is not.  Of a special token of a
 * range, empty. */
extern Str llp_token_bytes(const Encoding *encoding, uint32_t id);

#endif
