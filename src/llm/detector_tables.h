/*
 * llm/detector_tables.h - llm/detector_types.def as the detector uses it.
 *
 * Patterns that begin with a letter or a digit are found by the lengths of the first two groups of letters
 * and digits: most groups of a text are of lengths that no pattern begins with.
 */
#ifndef LLP_LLM_DETECTOR_TABLES_H
#define LLP_LLM_DETECTOR_TABLES_H

#include "llm/detector_words.h"

#define LLP_MAX_PATTERNS 192
#define LLP_MAX_TOKENS 128
/* Longest first group, and longest of two: longer ones are taken for this long. */
#define LLP_FIRST_GROUP 64
#define LLP_GROUP 16

typedef struct PatternSet
{
	uint64_t word[LLP_MAX_PATTERNS / 64];
} PatternSet;

/* What the first group consists of. */
typedef enum GroupKind
{
	GROUP_DIGITS,
	GROUP_DIGIT_FIRST,	/* a digit, and letters among the rest */
	GROUP_LETTER_FIRST, /* a letter, and digits among the rest */
	GROUP_LETTERS,
	GROUP_KINDS
} GroupKind;

/* A pattern, and what decides most often that it is none, in one line of the processor's cache. */
typedef struct PatternEntry
{
	uint64_t first[2]; /* characters that its first group begins with, as in PatternStep */
	const Pattern *pattern;
	Validator validator;
	DetectorType type;
	float score;
	float with_context;
	char lead; /* ( or + that it begins with, before its first group; or 0 */
	bool plain;
} PatternEntry;

typedef struct FinderScore
{
	float score;
	float with_context;
} FinderScore;

typedef struct DetectorTables
{
	PatternEntry patterns[LLP_MAX_PATTERNS];
	uint16_t pattern_count;
	PatternEntry tokens[LLP_MAX_TOKENS];
	uint16_t token_count;
	Pattern forms[LLP_MAX_PATTERNS + LLP_MAX_TOKENS];
	uint16_t form_count;
	PatternSet alone[GROUP_KINDS][LLP_FIRST_GROUP + 1];			  /* by the length of the first group */
	PatternSet joined[GROUP_KINDS][LLP_GROUP + 1][LLP_GROUP + 1]; /* by those of the first and the second */
	PatternSet with_lead[2];									  /* ( and + */
	PatternSet of_type[DETECTOR_TYPES];
	FinderScore finders[DETECTOR_TYPES];
	WordTable *words;
} DetectorTables;

/* Takes the arena's memory.  STATUS_NO_MEMORY; STATUS_INVALID would be a mistake in the list. */
extern Status llp_detector_tables_make(Arena *arena, DetectorTables *tables);

#endif
