/*
 * llm/finders.h - what takes more than an expression to find.
 *
 * Each function looks at a place of a text, where a sign or a word suggests that something is there, and says
 * from where to where it is.  The time of a look is bounded; texts are any bytes.
 */
#ifndef LLP_LLM_FINDERS_H
#define LLP_LLM_FINDERS_H

#include "base/str.h"

typedef struct Span
{
	size_t start; /* bytes */
	size_t end;
} Span;

/* Around the @ at `at`. */
extern bool llp_find_email(Str text, size_t at, Span *span);
/* Around the : of :// at `at`: a URL with a password that is no placeholder. */
extern bool llp_find_url_with_password(Str text, size_t at, Span *span, bool *database);
/* Behind the + at `at`: country code and as many digits as numbers of the country have. */
extern bool llp_find_phone(Str text, size_t at, Span *span);
/* From `at`, the first letter of a country. */
extern bool llp_find_iban(Str text, size_t at, Span *span);
/* From `at`, a digit. */
extern bool llp_find_ipv4(Str text, size_t at, Span *span);
/*
 * Around the : at `at`.  *run_end is where the next look can begin whatever the result.  An address without
 * any digit may as well be names of a program: *sure is false then.
 */
extern bool llp_find_ipv6(Str text, size_t at, Span *span, size_t *run_end, bool *sure);
/* From `at`, five dashes and BEGIN: to the end of the key, or of what looks like it. */
extern bool llp_find_private_key(Str text, size_t at, Span *span);
/* Behind a word that ends at `at`. */
extern bool llp_find_bic(Str text, size_t at, Span *span);
/* What is assigned to a name that ends at `at`; `direct`: it may also follow a space. */
extern bool llp_find_assigned_secret(Str text, size_t at, bool direct, Span *span);

#endif
