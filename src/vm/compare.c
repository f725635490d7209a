/*
 * vm/compare.c - equality and order.
 *
 * Each element looked at is a step.  Comparing never allocates.
 */
#include "vm/compare.h"

#include <math.h>

/* 2^63 and 2^64. */
#define INT64_BOUND 9223372036854775808.0
#define UINT64_BOUND 18446744073709551616.0

static CelOrder
sign_order(int order)
{
	return order < 0 ? CEL_LESS : order > 0 ? CEL_GREATER : CEL_SAME;
}

static CelOrder
opposite(CelOrder order)
{
	return order == CEL_LESS ? CEL_GREATER : order == CEL_GREATER ? CEL_LESS : order;
}

static CelOrder
order_doubles(double a, double b)
{
	if (isnan(a) || isnan(b))
		return CEL_UNORDERED;
	return sign_order((a > b) - (a < b));
}

static CelOrder
order_int_uint(int64_t a, uint64_t b)
{
	if (a < 0)
		return CEL_LESS;
	return sign_order(((uint64_t) a > b) - ((uint64_t) a < b));
}

static CelOrder
order_int_double(int64_t a, double b)
{
	int64_t whole;

	if (isnan(b))
		return CEL_UNORDERED;
	if (b == INT64_BOUND)
		return a == INT64_MAX ? CEL_SAME : CEL_LESS;
	if (b > INT64_BOUND)
		return CEL_LESS;
	if (b < -INT64_BOUND)
		return CEL_GREATER;
	whole = (int64_t) b;
	if (a != whole)
		return a < whole ? CEL_LESS : CEL_GREATER;
	return order_doubles((double) whole, b);
}

static CelOrder
order_uint_double(uint64_t a, double b)
{
	uint64_t whole;

	if (isnan(b))
		return CEL_UNORDERED;
	if (b == UINT64_BOUND)
		return a == UINT64_MAX ? CEL_SAME : CEL_LESS;
	if (b > UINT64_BOUND)
		return CEL_LESS;
	if (b < 0)
		return CEL_GREATER;
	whole = (uint64_t) b;
	if (a != whole)
		return a < whole ? CEL_LESS : CEL_GREATER;
	return order_doubles((double) whole, b);
}

static CelOrder
order_same_numbers(CelValue a, CelValue b)
{
	if (a.kind == CEL_INT)
		return sign_order((a.as.integer > b.as.integer) - (a.as.integer < b.as.integer));
	if (a.kind == CEL_UINT)
		return sign_order((a.as.natural > b.as.natural) - (a.as.natural < b.as.natural));
	return order_doubles(a.as.real, b.as.real);
}

static CelOrder
order_numbers(CelValue a, CelValue b)
{
	if (a.kind == b.kind)
		return order_same_numbers(a, b);
	if (a.kind == CEL_INT)
		return b.kind == CEL_UINT ? order_int_uint(a.as.integer, b.as.natural)
								  : order_int_double(a.as.integer, b.as.real);
	if (a.kind == CEL_UINT && b.kind == CEL_DOUBLE)
		return order_uint_double(a.as.natural, b.as.real);
	return opposite(order_numbers(b, a));
}

static CelOrder
order_times(CelValue a, CelValue b)
{
	if (a.as.time.seconds != b.as.time.seconds)
		return a.as.time.seconds < b.as.time.seconds ? CEL_LESS : CEL_GREATER;
	return sign_order((a.as.time.nanoseconds > b.as.time.nanoseconds) -
					  (a.as.time.nanoseconds < b.as.time.nanoseconds));
}

CelOrder
llp_cel_order(CelValue a, CelValue b)
{
	if (llp_cel_is_number(a) && llp_cel_is_number(b))
		return order_numbers(a, b);
	if (a.kind != b.kind)
		return CEL_INCOMPARABLE;
	switch (a.kind)
	{
		case CEL_BOOL:
			return sign_order((int) a.as.boolean - (int) b.as.boolean);
		case CEL_STRING:
		case CEL_BYTES:
			return sign_order(llp_str_compare(a.as.string, b.as.string));
		case CEL_TIMESTAMP:
			return order_times(a, b);
		case CEL_DURATION:
			return sign_order((a.as.integer > b.as.integer) - (a.as.integer < b.as.integer));
		default:
			return CEL_INCOMPARABLE;
	}
}

/* To go into a list, map or optional takes so many times what an atom takes. */
#define CONTAINER_STEPS 4

static CelValue equal_within(CelContext *context, CelValue a, CelValue b, int depth);

/* Is it settled that they differ, or that nobody can say? */
static bool
settles(CelValue equal)
{
	return llp_cel_failed(equal) || !equal.as.boolean;
}

static CelValue
lists_equal(CelContext *context, CelValue a, CelValue b, int depth)
{
	if (a.count != b.count)
		return llp_cel_bool(false);
	for (size_t i = 0; i < a.count; i++)
	{
		CelValue equal = equal_within(context, llp_cel_element(a, i), llp_cel_element(b, i), depth);

		if (settles(equal))
			return equal;
	}
	return llp_cel_bool(true);
}

static CelValue
maps_equal(CelContext *context, CelValue a, CelValue b, int depth)
{
	if (a.count != b.count)
		return llp_cel_bool(false);
	for (size_t i = 0; i < a.count; i++)
	{
		CelEntry entry = llp_cel_entry(a, i);
		CelValue other;
		CelValue equal;

		if (!llp_cel_find(b, entry.key, &other))
			return llp_cel_bool(false);
		equal = equal_within(context, entry.value, other, depth);
		if (settles(equal))
			return equal;
	}
	return llp_cel_bool(true);
}

static CelValue
optionals_equal(CelContext *context, CelValue a, CelValue b, int depth)
{
	if (a.as.optional == NULL || b.as.optional == NULL)
		return llp_cel_bool(a.as.optional == b.as.optional);
	return equal_within(context, *a.as.optional, *b.as.optional, depth);
}

/* For kinds whose values hold all there is to compare. */
static bool
atoms_equal(CelValue a, CelValue b)
{
	switch (a.kind)
	{
		case CEL_NULL:
			return true;
		case CEL_TYPE:
			return a.as.type == b.as.type;
		case CEL_IP:
			return memcmp(a.as.address, b.as.address, CEL_ADDRESS_SIZE) == 0;
		case CEL_CIDR:
			return a.count == b.count && memcmp(a.as.address, b.as.address, CEL_ADDRESS_SIZE) == 0;
		case CEL_STRING:
		case CEL_BYTES:
			return llp_str_equal(a.as.string, b.as.string);
		default:
			return llp_cel_order(a, b) == CEL_SAME;
	}
}

static bool
is_container(CelValue value)
{
	return value.kind == CEL_LIST || value.kind == CEL_MAP || value.kind == CEL_OPTIONAL;
}

static CelValue
equal_within(CelContext *context, CelValue a, CelValue b, int depth)
{
	if (llp_cel_failed(a))
		return a;
	if (llp_cel_failed(b))
		return b;
	if (a.kind != b.kind)
		return llp_cel_bool(llp_cel_order(a, b) == CEL_SAME);
	if (depth == 0)
		return llp_cel_stop(context, STATUS_LIMIT, "depth");
	if (!llp_cel_charge(context, is_container(a) ? CONTAINER_STEPS : 1))
		return llp_cel_stopped;
	switch (a.kind)
	{
		case CEL_LIST:
			return lists_equal(context, a, b, depth - 1);
		case CEL_MAP:
			return maps_equal(context, a, b, depth - 1);
		case CEL_OPTIONAL:
			return optionals_equal(context, a, b, depth - 1);
		case CEL_STRING:
		case CEL_BYTES:
			if (a.as.string.size == b.as.string.size && !llp_cel_charge_bytes(context, a.as.string.size))
				return llp_cel_stopped;
			return llp_cel_bool(atoms_equal(a, b));
		default:
			return llp_cel_bool(atoms_equal(a, b));
	}
}

CelValue
llp_cel_equal(CelContext *context, CelValue a, CelValue b)
{
	return equal_within(context, a, b, CEL_MAX_DEPTH);
}
