/*
 * llm/model.h - which encoding a model uses, and estimates for those whose tokenizer is not public.
 */
#ifndef LLP_LLM_MODEL_H
#define LLP_LLM_MODEL_H

#include "base/str.h"

typedef struct ModelTokens
{
	Str encoding;	 /* counts exactly; empty: none does */
	Str base;		 /* what to estimate by where `encoding` is empty or not installed; empty: no estimate */
	uint32_t likely; /* percent of the tokens by `base` */
	uint32_t low;
	uint32_t high;
	bool single_digits; /* `high` has the digits of the text in addition */
} ModelTokens;

/* By llm/models.def; every name has an answer. */
extern ModelTokens llp_model_tokens(Str model);

/*
 * Does a name mean the model that `pattern` names?  A pattern that ends in "*" is a prefix.  Without regard
 * to case, to a path before the name, and to qualifiers.
 */
extern bool llp_model_matches(Str model, Str pattern);

/* What was counted of a text. */
typedef struct TextMeasure
{
	size_t tokens;
	size_t bytes;
	size_t digits;	  /* 0 to 9; only kept up where an estimate asks for them */
	size_t overhead;  /* of the tokens, those that stand for no text and are not estimated */
	size_t uncertain; /* tokens there may be beyond those counted; they are in the high bound only */
	bool is_partial;  /* it has parts, as images, that are not counted, or only by a rule of thumb */
} TextMeasure;

typedef struct TokenCount
{
	size_t tokens;
	size_t low;
	size_t high;
} TokenCount;

/*
 * The bounds of an estimate, of what was counted by its base.  No more than the text has bytes, and one: a
 * token is a byte at least, but for one that some tokenizers put in front.
 */
extern TokenCount llp_estimate_tokens(const ModelTokens *model, const TextMeasure *measure);
/* Digits of a text. */
extern size_t llp_count_digits(Str text);

#endif
