/*
 * pg/tokens.h - the tokens of texts and conversations for a model, with errors as the server reports them.
 */
#ifndef LLP_PG_TOKENS_H
#define LLP_PG_TOKENS_H

#include "postgres.h"

#include "utils/array.h"
#include "utils/jsonb.h"

#include "llm/messages.h"

typedef struct TokenAnswer
{
	TokenCount count;
	bool is_exact;
	Str encoding; /* what was counted by; in the current memory context or static */
} TokenAnswer;

/* Counts to the end, or stops where there are more than `limit` (LLP_NO_TOKEN_LIMIT: none). */
extern TokenAnswer tokens_of_text(Str content, Str model, size_t limit);
/* Counts to the end; NULL, or why there is no count, which names no value. */
extern const char *tokens_or_problem(Str content, Str model, TokenAnswer *counted);
/* Raises 22023 for what is no list of objects. */
extern TokenAnswer tokens_of_messages(Jsonb *messages, Str model, size_t limit);
/* The tokens by an encoding as an int[]; `special`: where the text spells a special token, that. */
extern ArrayType *tokens_as_array(Str content, Str encoding, bool special);

#endif
