/*
 * policy/suggest.h - hints for words and keys that are not known.
 */
#ifndef LLP_POLICY_SUGGEST_H
#define LLP_POLICY_SUGGEST_H

#include "policy/keys.h"

/* All hints are in the arena, NUL-terminated, and NULL when it is exhausted. */

/* "Did you mean "rules"?", or which keys there are. */
extern const char *llp_suggest_key(Arena *arena, Key object, Str spelling);
/* The same for the words of a type. */
extern const char *llp_suggest_word(Arena *arena, KeyType type, Str spelling);

/* Ends a hint and returns it as llp_diag_add takes it. */
extern const char *llp_hint_text(StrBuf *hint);

#endif
