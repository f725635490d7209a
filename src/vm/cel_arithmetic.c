/*
 * vm/cel_arithmetic.c - the signs + - * / %.
 *
 * Integers never wrap around: an overflow is an error.  Doubles follow IEEE 754.  Numbers of different types
 * do not mix.  What + does to texts and lists, and + and - to times, is here because the signs are.
 */
#include "vm/cel_functions.h"
#include "vm/cel_time.h"

static CelValue
int_overflow(void)
{
	return llp_cel_error("integer overflow");
}

static CelValue
uint_overflow(void)
{
	return llp_cel_error("unsigned integer overflow");
}

static CelValue
concatenation(CelContext *context, CelValue a, CelValue b)
{
	CelText text;

	if (a.as.string.size == 0)
		return b;
	if (b.as.string.size == 0)
		return a;
	llp_cel_text_init(&text, context);
	llp_cel_text_reserve(&text, a.as.string.size + b.as.string.size);
	llp_cel_text_append(&text, a.as.string);
	llp_cel_text_append(&text, b.as.string);
	return a.kind == CEL_BYTES ? llp_cel_text_bytes(&text) : llp_cel_text_value(&text);
}

static CelValue
joined_lists(CelContext *context, CelValue a, CelValue b)
{
	CelItems items;

	if (a.count == 0)
		return b;
	if (b.count == 0)
		return a;
	llp_cel_items_init(&items, context);
	llp_cel_items_reserve(&items, a.count + b.count);
	llp_cel_items_append_all(&items, a);
	llp_cel_items_append_all(&items, b);
	return llp_cel_items_value(&items);
}

static CelValue
add_ints(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? int_overflow() : llp_cel_int(sum);
}

static CelValue
add_uints(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? uint_overflow() : llp_cel_uint(sum);
}

CelValue
llp_cel_add(CEL_ARGS)
{
	switch (args[0].kind)
	{
		case CEL_INT:
			return add_ints(args[0].as.integer, args[1].as.integer);
		case CEL_UINT:
			return add_uints(args[0].as.natural, args[1].as.natural);
		case CEL_DOUBLE:
			return llp_cel_double(args[0].as.real + args[1].as.real);
		case CEL_STRING:
		case CEL_BYTES:
			return concatenation(context, args[0], args[1]);
		case CEL_LIST:
			return joined_lists(context, args[0], args[1]);
		case CEL_TIMESTAMP:
			return llp_cel_timestamp_plus(args[0], args[1]);
		default:
			return args[1].kind == CEL_TIMESTAMP ? llp_cel_timestamp_plus(args[1], args[0])
												 : llp_cel_duration_plus(args[0], args[1]);
	}
}

CelValue
llp_cel_subtract(CEL_ARGS)
{
	int64_t difference;
	uint64_t natural;

	switch (args[0].kind)
	{
		case CEL_INT:
			return __builtin_sub_overflow(args[0].as.integer, args[1].as.integer, &difference)
					   ? int_overflow()
					   : llp_cel_int(difference);
		case CEL_UINT:
			return __builtin_sub_overflow(args[0].as.natural, args[1].as.natural, &natural)
					   ? uint_overflow()
					   : llp_cel_uint(natural);
		case CEL_DOUBLE:
			return llp_cel_double(args[0].as.real - args[1].as.real);
		case CEL_TIMESTAMP:
			return args[1].kind == CEL_TIMESTAMP ? llp_cel_timestamp_difference(args[0], args[1])
												 : llp_cel_timestamp_minus(args[0], args[1]);
		default:
			return llp_cel_duration_minus(args[0], args[1]);
	}
}

CelValue
llp_cel_multiply(CEL_ARGS)
{
	int64_t product;
	uint64_t natural;

	switch (args[0].kind)
	{
		case CEL_INT:
			return __builtin_mul_overflow(args[0].as.integer, args[1].as.integer, &product)
					   ? int_overflow()
					   : llp_cel_int(product);
		case CEL_UINT:
			return __builtin_mul_overflow(args[0].as.natural, args[1].as.natural, &natural)
					   ? uint_overflow()
					   : llp_cel_uint(natural);
		default:
			return llp_cel_double(args[0].as.real * args[1].as.real);
	}
}

static CelValue
divide_ints(int64_t a, int64_t b)
{
	if (b == 0)
		return llp_cel_error("divide by zero");
	if (a == INT64_MIN && b == -1)
		return int_overflow();
	return llp_cel_int(a / b);
}

CelValue
llp_cel_divide(CEL_ARGS)
{
	switch (args[0].kind)
	{
		case CEL_INT:
			return divide_ints(args[0].as.integer, args[1].as.integer);
		case CEL_UINT:
			if (args[1].as.natural == 0)
				return llp_cel_error("divide by zero");
			return llp_cel_uint(args[0].as.natural / args[1].as.natural);
		default:
			return llp_cel_double(args[0].as.real / args[1].as.real);
	}
}

/* The remainder has the dividend's sign.  Where the quotient overflows there is no remainder either. */
static CelValue
remainder_of_ints(int64_t a, int64_t b)
{
	if (b == 0)
		return llp_cel_error("modulus by zero");
	if (a == INT64_MIN && b == -1)
		return int_overflow();
	return llp_cel_int(a % b);
}

CelValue
llp_cel_modulo(CEL_ARGS)
{
	if (args[0].kind == CEL_INT)
		return remainder_of_ints(args[0].as.integer, args[1].as.integer);
	if (args[1].as.natural == 0)
		return llp_cel_error("modulus by zero");
	return llp_cel_uint(args[0].as.natural % args[1].as.natural);
}

CelValue
llp_cel_negate(CEL_ARGS)
{
	if (args[0].kind == CEL_DOUBLE)
		return llp_cel_double(-args[0].as.real);
	if (args[0].as.integer == INT64_MIN)
		return int_overflow();
	return llp_cel_int(-args[0].as.integer);
}
