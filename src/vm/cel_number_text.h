/*
 * vm/cel_number_text.h - numbers as texts.
 */
#ifndef LLP_VM_CEL_NUMBER_TEXT_H
#define LLP_VM_CEL_NUMBER_TEXT_H

#include "vm/cel_context.h"

#define CEL_NUMBER_TEXT_SIZE 64
/*
 * The text of an int, a uint or a double: the shortest that reads back, as ECMAScript's Number::toString
 * writes it, but "-0" for that; NaN, Infinity, -Infinity.  `out` has CEL_NUMBER_TEXT_SIZE bytes.
 */
extern Str llp_cel_number_text(CelContext *context, CelValue number, char *out);

#endif
