/*
 * lang/call_out.h - names that are kept for state and for calls to other systems, which nothing provides yet.
 *
 * Using one is an error of the expression, not a surprise when a request comes.
 */
#ifndef LLP_LANG_CALL_OUT_H
#define LLP_LANG_CALL_OUT_H

#include "base/str.h"

/* What to say to whoever uses the name; NULL: it is not kept for anything. */
extern const char *llp_call_out_hint(Str name);

#endif
