/*
 * pg/models.h - which rows of llm_policy.models a model's name stands for.
 */
#ifndef LLP_PG_MODELS_H
#define LLP_PG_MODELS_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "nodes/pg_list.h"

/* ORDER: the columns of llm_policy.models in sql/models.sql. */
typedef enum ModelColumn
{
	MODELS_MODEL,
	MODELS_PROVIDER,
	MODELS_ORIGIN,
	MODELS_PROMPT_ABOVE,
	MODELS_VALID_FROM,
	MODELS_VALID_UNTIL,
	MODELS_PREFERRED,
	MODELS_CONTEXT_WINDOW,
	MODELS_MAX_INPUT,
	MODELS_MAX_OUTPUT,
	MODELS_INPUT_PRICE,
	MODELS_OUTPUT_PRICE,
	MODELS_CACHED_INPUT_PRICE,
	MODELS_CACHE_WRITE_PRICE,
	MODELS_REASONING_PRICE,
	MODELS_BATCH_DISCOUNT
} ModelColumn;

/* A row, by ModelColumn and further columns that nobody here reads. */
typedef struct ModelRow
{
	Datum *values;
	bool *nulls;
} ModelRow;

/*
 * The rows (ModelRow *) of one provider's model that are valid at a time, those of users where there are any,
 * else the shipped ones; one for each price tier, in no order; NIL for a model that is not known.
 *
 * With a provider the model is one of that provider, whose name and a "/" may stand before it.  With NULL,
 * "provider/model" is tried first, then the model of any provider: the only one that has it, or the one whose
 * rows are preferred, users' before shipped ones.  Raises 42P09 where that leaves several.
 *
 * Reads under GetActiveSnapshot(), in the current memory context.
 */
extern List *models_find(const char *model, const char *provider, TimestampTz at);
/* The same without an error: NIL, with the providers, where there are several. */
extern List *models_find_or_list(const char *model, const char *provider, TimestampTz at, List **providers);

/* Of these rows the one for a prompt of so many tokens; NULL when there is none. */
extern const ModelRow *models_tier(const List *rows, int64 prompt_tokens);

/* Raises 42704 for a name that models_find knows nothing of, with the most similar one as a hint. */
_Noreturn extern void models_raise_unknown(const char *model, const char *provider);

#endif
