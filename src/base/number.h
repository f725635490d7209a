/*
 * base/number.h - numbers as the language knows them: text to value, value to text, exact comparison.
 */
#ifndef LLP_BASE_NUMBER_H
#define LLP_BASE_NUMBER_H

#include "base/request.h"

/* Is the whole text a number of JSON's grammar (RFC 8259 section 6)? */
extern bool llp_is_json_number(Str text);
/* Is the whole text a plain decimal, -?(0|[1-9]\d*)(\.\d+)? - what gt and lt take for a number in a string?
 */
extern bool llp_is_plain_decimal(Str text);
/*
 * The value of a JSON number of any length: VALUE_INT where integral and within int64 (1.0, 1e3, 10e-1 too),
 * else the nearest double, clamped to the largest finite one; -0 is the int 0.  The text must be a JSON
 * number.  `loss` says what the value does not show.
 */
extern Value llp_number_parse(Str text);
/* The same normalisation for a double (finite or not; NaN becomes 0). */
extern Value llp_number_from_double(double value);
/*
 * The double nearest to a decimal of any length: digits with or without a point among them and an exponent
 * after them.  False when it is beyond the largest finite one.
 */
extern bool llp_double_parse(Str text, double *result);
/* Exact comparison of two values of kind VALUE_INT or VALUE_DOUBLE in any mix: negative, zero or positive. */
extern int llp_number_compare(const Value *a, const Value *b);

#define LLP_NUMBER_TEXT_SIZE 40
/*
 * The text form of an int, a double or a bool as ECMAScript's Number::toString gives it (an int64 with all
 * its digits), in `out` of LLP_NUMBER_TEXT_SIZE bytes, NUL-terminated; returns the Str over it.
 */
extern Str llp_scalar_text(const Host *host, const Value *value, char *out);

#endif
