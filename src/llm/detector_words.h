/*
 * llm/detector_words.h - the words and fixed prefixes of llm/detector_types.def, and where a text has them.
 *
 * A machine on which Hyperscan does not run searches plainly, with the same result.
 */
#ifndef LLP_LLM_DETECTOR_WORDS_H
#define LLP_LLM_DETECTOR_WORDS_H

#include "llm/detector.h"
#include "llm/pattern.h"

/* What a literal is for; one may be for several things. */
typedef enum WordRole
{
	WORD_CONTEXT = 1,
	WORD_KEYWORD = 2,
	WORD_TERM = 4,
	WORD_PREFIX = 8,
	WORD_PRIVATE_KEY = 16
} WordRole;

#define LLP_MAX_WORDS 1024
/* Bytes of a text that are searched at a time. */
#define LLP_WORDS_WINDOW ((size_t) 8192)

typedef struct Word
{
	Str text; /* in lower case, but for a prefix */
	uint8_t roles;
	TypeSet context_of;
	DetectorType type; /* of a keyword, a term */
	uint16_t pattern;  /* of a prefix */
} Word;

/* An occurrence. */
typedef struct WordHit
{
	size_t start;
	size_t end;
	uint16_t word;
} WordHit;

typedef struct WordTable WordTable;

/* NULL when exhausted. */
extern WordTable *llp_words_begin(Arena *arena);
/* Words separated by |.  False when exhausted or too many. */
extern bool llp_words_add(WordTable *table, const char *words, WordRole role, DetectorType type);
extern bool llp_words_add_prefix(WordTable *table, Str prefix, WordRole role, uint16_t pattern);
extern Status llp_words_end(WordTable *table);
extern const Word *llp_word(const WordTable *table, uint16_t number);
/*
 * The occurrences in text[start, end), at most LLP_WORDS_WINDOW bytes, in the order of their ends.  A context
 * word and a term have no letter or digit beside them, a keyword none behind it, a prefix none before it.
 * `hits` belongs to the table and lasts until the next search.
 */
extern Status
llp_words_find(WordTable *table, Str text, size_t start, size_t end, const WordHit **hits, size_t *count);

#endif
