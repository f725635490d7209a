/*
 * base/suggest.h - what an author may have meant by a word that is not known.
 */
#ifndef LLP_BASE_SUGGEST_H
#define LLP_BASE_SUGGEST_H

#include "base/str.h"

typedef struct Nearest
{
	Str spelling;  /* what the author wrote */
	Str candidate; /* the nearest so far, empty when none is near enough */
	size_t distance;
} Nearest;

/* Makes `candidate` the nearest if it looks more like the spelling than all before it. */
extern void llp_nearest_consider(Nearest *nearest, Str candidate);
/* Appends "Did you mean "candidate"?", or nothing where there is no candidate. */
extern void llp_hint_question(StrBuf *hint, Str candidate);
/* Ends a hint and returns it as llp_diag_add takes it; NULL when the arena is exhausted. */
extern const char *llp_hint_text(StrBuf *hint);

#endif
