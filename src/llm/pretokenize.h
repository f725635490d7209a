/*
 * llm/pretokenize.h - cuts a text into the pieces inside which tokens are made.
 *
 * Each way is what a regular expression of tiktoken matches, written by hand over fixed tables (Unicode 16),
 * so that it takes one pass, needs no memory, and means the same on every machine.
 */
#ifndef LLP_LLM_PRETOKENIZE_H
#define LLP_LLM_PRETOKENIZE_H

#include "base/str.h"

typedef enum Pretokens
{
#define PRETOKENS(symbol, name, function) PRETOKENS_##symbol,
#include "llm/pretokens.def"
	PRETOKENS_COUNT
} Pretokens;

/*
 * Finds the end of the piece that starts at `at` < `end`; the result is greater than `at`.  Text is UTF-8;
 * a byte that belongs to no well-formed character counts as a character that is no letter, digit or space.
 */
typedef const unsigned char *(*PieceEnd)(const unsigned char *at, const unsigned char *end);

extern PieceEnd llp_pretokens_function(Pretokens pretokens);
extern Str llp_pretokens_name(Pretokens pretokens);
/* PRETOKENS_COUNT when there is none of that name. */
extern Pretokens llp_pretokens_of(Str name);

#endif
