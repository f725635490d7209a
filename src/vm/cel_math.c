/*
 * vm/cel_math.c - the library math.
 */
#include <math.h>

#include "vm/cel_functions.h"
#include "vm/compare.h"

/* The element of a list or argument that is furthest in a direction; the first of equal ones. */
static CelValue
extreme(CelContext *context, CelValue list, CelOrder wanted)
{
	CelValue best = llp_cel_null;

	if (list.count == 0)
		return llp_cel_error("math.greatest and math.least need at least one number");
	for (size_t i = 0; i < list.count; i++)
	{
		CelValue value = llp_cel_element(list, i);

		if (llp_cel_failed(value))
			return value;
		if (!llp_cel_is_number(value))
			return llp_cel_no_overload();
		if (!llp_cel_charge(context, 1))
			return llp_cel_stopped;
		if (i == 0 || llp_cel_order(value, best) == wanted)
			best = value;
	}
	return best;
}

/* One list, or numbers. */
static CelValue
numbers_of(const CelValue *args, int count)
{
	return args[0].kind == CEL_LIST ? args[0] : llp_cel_list(args, (size_t) count);
}

CelValue
llp_cel_greatest(CEL_ARGS)
{
	return extreme(context, numbers_of(args, count), CEL_GREATER);
}

CelValue
llp_cel_least(CEL_ARGS)
{
	return extreme(context, numbers_of(args, count), CEL_LESS);
}

/* A function of one double. */
#define OF_DOUBLE(function, result)                                                                          \
	CelValue function(CEL_ARGS)                                                                              \
	{                                                                                                        \
		double x = args[0].as.real;                                                                          \
                                                                                                             \
		return result;                                                                                       \
	}

OF_DOUBLE(llp_cel_ceil, llp_cel_double(ceil(x)))
OF_DOUBLE(llp_cel_floor, llp_cel_double(floor(x)))
OF_DOUBLE(llp_cel_round, llp_cel_double(round(x)))
OF_DOUBLE(llp_cel_trunc, llp_cel_double(trunc(x)))
OF_DOUBLE(llp_cel_is_nan, llp_cel_bool(isnan(x)))
OF_DOUBLE(llp_cel_is_inf, llp_cel_bool(isinf(x)))
OF_DOUBLE(llp_cel_is_finite, llp_cel_bool(isfinite(x)))

CelValue
llp_cel_abs(CEL_ARGS)
{
	if (args[0].kind == CEL_UINT)
		return args[0];
	if (args[0].kind == CEL_DOUBLE)
		return llp_cel_double(fabs(args[0].as.real));
	if (args[0].as.integer == INT64_MIN)
		return llp_cel_error("integer overflow");
	return args[0].as.integer < 0 ? llp_cel_int(-args[0].as.integer) : args[0];
}

CelValue
llp_cel_sign(CEL_ARGS)
{
	if (args[0].kind == CEL_UINT)
		return llp_cel_uint(args[0].as.natural > 0);
	if (args[0].kind == CEL_INT)
		return llp_cel_int((args[0].as.integer > 0) - (args[0].as.integer < 0));
	if (isnan(args[0].as.real))
		return args[0];
	return llp_cel_double((args[0].as.real > 0) - (args[0].as.real < 0));
}

CelValue
llp_cel_sqrt(CEL_ARGS)
{
	CelValue real = llp_cel_to_double(context, args, count);

	return llp_cel_double(sqrt(real.as.real));
}

/* The bits of an int or a uint as one of the two. */
static CelValue
with_bits(CelValue model, uint64_t bits)
{
	return model.kind == CEL_UINT ? llp_cel_uint(bits) : llp_cel_int((int64_t) bits);
}

/* A function of the bits of two numbers of one kind. */
#define OF_BITS(function, result)                                                                            \
	CelValue function(CEL_ARGS)                                                                              \
	{                                                                                                        \
		uint64_t a = args[0].as.natural;                                                                     \
		uint64_t b __attribute__((unused)) = args[count - 1].as.natural;                                     \
                                                                                                             \
		return with_bits(args[0], result);                                                                   \
	}

OF_BITS(llp_cel_bit_and, a &b)
OF_BITS(llp_cel_bit_or, a | b)
OF_BITS(llp_cel_bit_xor, a ^ b)
OF_BITS(llp_cel_bit_not, ~a)

/* Zeros come in from either side; beyond the width nothing is left. */
CelValue
llp_cel_bit_shift_left(CEL_ARGS)
{
	int64_t offset = args[1].as.integer;

	if (offset < 0)
		return llp_cel_error("math.bitShiftLeft() negative offset");
	return with_bits(args[0], offset > 63 ? 0 : args[0].as.natural << offset);
}

CelValue
llp_cel_bit_shift_right(CEL_ARGS)
{
	int64_t offset = args[1].as.integer;

	if (offset < 0)
		return llp_cel_error("math.bitShiftRight() negative offset");
	return with_bits(args[0], offset > 63 ? 0 : args[0].as.natural >> offset);
}
