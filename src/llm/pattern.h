/*
 * llm/pattern.h - the expressions of llm/detector_types.def: compiled, and matched at a place.
 *
 * A pattern is a sequence of steps, each a set of ASCII characters and how many of them.  A step takes what
 * it can and never gives back, so that a match takes one look at each character.
 */
#ifndef LLP_LLM_PATTERN_H
#define LLP_LLM_PATTERN_H

#include "base/str.h"
#include "llm/validate.h"

#define LLP_PATTERN_STEPS 40
#define LLP_PATTERN_MANY UINT16_MAX

/* What a byte is: a digit, a letter, an underscore, or none of these. */
typedef enum ByteClass
{
	BYTE_OTHER,
	BYTE_DIGIT,
	BYTE_LETTER,
	BYTE_UNDERSCORE
} ByteClass;

extern const uint8_t llp_byte_classes[256];

static inline ByteClass
byte_class(char c)
{
	return (ByteClass) llp_byte_classes[(unsigned char) c];
}

typedef struct PatternStep
{
	uint64_t set[2]; /* a bit for each character of ASCII */
	uint16_t min;
	uint16_t max; /* LLP_PATTERN_MANY: no bound */
} PatternStep;

typedef struct Pattern
{
	PatternStep steps[LLP_PATTERN_STEPS];
	uint8_t count;
	uint8_t separators; /* steps that take signs only */
	bool same;			/* all separators are equal, and either all are there or none */
	/* Are digits only a match wherever the first is one that the pattern begins with and their number is
	 * right? */
	bool plain;
} Pattern;

static inline bool
pattern_step_has(const PatternStep *step, char c)
{
	unsigned char byte = (unsigned char) c;

	return byte < 128 && (step->set[byte / 64] >> byte % 64 & 1) != 0;
}

/* Does the step take letters or digits, and signs? */
extern bool llp_pattern_step_takes_names(const PatternStep *step);
extern bool llp_pattern_step_takes_signs(const PatternStep *step);

/* False for an expression that is none, or has too many steps. */
extern bool llp_pattern_compile(const char *expression, bool ignore_case, bool same, Pattern *pattern);
/* Writes the characters that every match begins with, as they stand there; returns how many there are. */
extern size_t llp_pattern_prefix(const Pattern *pattern, char *prefix, size_t size);
/*
 * Fills in the candidate when there is a match that begins at `start` and ends before a character that is no
 * letter, digit or underscore.  What precedes `start` is the caller's business.
 */
extern bool llp_pattern_match(const Pattern *pattern, Str text, size_t start, Candidate *candidate);

/* A candidate of digits only, which a plain pattern takes without another look. */
extern void llp_candidate_of_digits(Str digits, Candidate *candidate);

#endif
