/*
 * policy/expected.h - names that somebody may expect to mean something, though nothing provides them yet.
 */
#ifndef LLP_POLICY_EXPECTED_H
#define LLP_POLICY_EXPECTED_H

#include "base/str.h"

/* What to do about a name of policy/expected.def, "a.b"; NULL: it is none of them. */
extern const char *llp_expected_hint(Str name);

#endif
