/*
 * pg/cost.h - what the tokens of a call cost.
 */
#ifndef LLP_PG_COST_H
#define LLP_PG_COST_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/numeric.h"

typedef struct TokenUsage
{
	int64 prompt;	   /* all of the prompt, with the next two */
	int64 cached;	   /* of which read from the provider's cache */
	int64 cache_write; /* of which written to it */
	int64 completion;  /* all that the model wrote, with the next */
	int64 reasoning;   /* of which it kept to itself */
	bool batch;		   /* called through the provider's batch interface */
} TokenUsage;

/* Digits behind the point that a cost is rounded to: a token of the cheapest model has fewer. */
#define COST_DIGITS 12

/*
 * The cost by the rows of llm_policy.models that are valid at a time; exact, rounded once at the end, half
 * away from zero.  A model that is not known costs llm_policy.unknown_model_price.
 *
 * Raises 22023 for counts that cannot be, what models_find raises, and 42704 for a model that is not known
 * where that setting is empty and for a price that is needed and not known.
 */
extern Numeric cost_of(const char *model, const char *provider, const TokenUsage *usage, TimestampTz at);
/*
 * The same of plain tokens without an error: NULL, or why there is no cost, which names no value.  Raises
 * only where the catalogue cannot be read.
 */
extern const char *cost_or_problem(const char *model, const char *provider, int64 prompt, int64 completion,
								   TimestampTz at, Numeric *cost);

#endif
