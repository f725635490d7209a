/*
 * vm/operators.h - the leaves of operator trees, exactly as language.md section 3 defines them.
 *
 * Total over request data: no operator fails on a value or allocates from an arena.
 */
#ifndef LLP_VM_OPERATORS_H
#define LLP_VM_OPERATORS_H

#include "base/request.h"
#include "base/status.h"
#include "base/terms.h"
#include "match/regex.h"

/*
 * *holds: does `field` stand in relation `op` to `constant`?  `field` may be VALUE_MISSING; `constant` is the
 * document's value; `regex` is its compiled pattern for matches, otherwise unused.  `op` is not and, or, not.
 * STATUS_OK, or STATUS_NO_MEMORY when the regex library has none.
 */
extern Status llp_operator_holds(const Host *host, Operator op, const Value *field, const Value *constant,
								 const Regex *regex, bool *holds);
/*
 * Has the value a text form?  It lies in `buffer` (LLP_NUMBER_TEXT_SIZE bytes) unless it is a string's own.
 */
extern bool llp_text_form(const Host *host, const Value *value, char *buffer, Str *text);
/* The relation eq alone. */
extern bool llp_operator_eq(const Host *host, const Value *a, const Value *b);

#endif
