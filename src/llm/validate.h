/*
 * llm/validate.h - does a text whose form fits a type satisfy the rules of those who issue it?
 *
 * A validator is pure: it looks at one candidate and knows neither its surroundings nor scores.
 */
#ifndef LLP_LLM_VALIDATE_H
#define LLP_LLM_VALIDATE_H

#include "base/str.h"

/* Letters and digits of a candidate that are kept; longer ones have only their text. */
#define LLP_CANDIDATE_SIZE 64

typedef struct Candidate
{
	Str text; /* as it stands there */
	/* Its ASCII letters, as capitals, and its digits; NUL-terminated, cut at the end of the array. */
	char id[LLP_CANDIDATE_SIZE + 1];
	uint32_t size; /* of id */
} Candidate;

typedef bool (*Validator)(const Candidate *candidate);

#define VALIDATOR(name, description) extern bool llp_valid_##name(const Candidate *candidate);
#include "llm/validators.def"

/* Is what is assigned to a name of secrets no placeholder, path, call or plain word? */
extern bool llp_secret_value_is_real(Str value);

#endif
