/*
 * policy/suggest.h - hints for words and keys that are not known.
 */
#ifndef LLP_POLICY_SUGGEST_H
#define LLP_POLICY_SUGGEST_H

#include "base/suggest.h"
#include "policy/keys.h"

/* All hints are in the arena, NUL-terminated, and NULL when it is exhausted. */

/* "Did you mean "rules"?", or which keys there are. */
extern const char *llp_suggest_key(Arena *arena, Key object, Str spelling);
/* The same for the words of a type. */
extern const char *llp_suggest_word(Arena *arena, KeyType type, Str spelling);

#endif
