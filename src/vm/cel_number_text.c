/*
 * vm/cel_number_text.c - numbers as texts.
 */
#include "vm/cel_number_text.h"

#include <math.h>
#include <stdio.h>

#include "base/number.h"

static Str
double_text(CelContext *context, double value, char *out)
{
	Value real = {.kind = VALUE_DOUBLE, .as.real = value};

	_Static_assert(CEL_NUMBER_TEXT_SIZE >= LLP_NUMBER_TEXT_SIZE, "no room for a number");
	if (isnan(value))
		return STR("NaN");
	if (isinf(value))
		return value < 0 ? STR("-Infinity") : STR("Infinity");
	if (value == 0)
		return signbit(value) ? STR("-0") : STR("0");
	return llp_scalar_text(llp_arena_host(context->arena), &real, out);
}

Str
llp_cel_number_text(CelContext *context, CelValue number, char *out)
{
	int size;

	if (number.kind == CEL_DOUBLE)
		return double_text(context, number.as.real, out);
	if (number.kind == CEL_INT)
		size = snprintf(out, CEL_NUMBER_TEXT_SIZE, "%lld", (long long) number.as.integer);
	else
		size = snprintf(out, CEL_NUMBER_TEXT_SIZE, "%llu", (unsigned long long) number.as.natural);
	return (Str){out, (size_t) size};
}
