/*
 * vm/cel_operators.c - relations, membership, indexing, sizes.
 *
 * Arithmetic is in cel_arithmetic.c; &&, || and ?: belong to the interpreter, which decides what is computed.
 */
#include "base/utf8.h"
#include "vm/cel_functions.h"
#include "vm/cel_select.h"
#include "vm/compare.h"

CelValue
llp_cel_not(CEL_ARGS)
{
	return llp_cel_bool(!args[0].as.boolean);
}

CelValue
llp_cel_equals(CEL_ARGS)
{
	return llp_cel_equal(context, args[0], args[1]);
}

CelValue
llp_cel_not_equals(CEL_ARGS)
{
	CelValue equal = llp_cel_equals(context, args, count);

	return llp_cel_failed(equal) ? equal : llp_cel_bool(!equal.as.boolean);
}

/* The order of the two arguments; false when the evaluation has to stop. */
static bool
order_of(CelContext *context, const CelValue *args, CelOrder *order)
{
	if (args[0].kind == CEL_STRING || args[0].kind == CEL_BYTES)
	{
		size_t size =
			args[0].as.string.size < args[1].as.string.size ? args[0].as.string.size : args[1].as.string.size;

		if (!llp_cel_charge_bytes(context, size))
			return false;
	}
	*order = llp_cel_order(args[0], args[1]);
	return true;
}

CelValue
llp_cel_less(CEL_ARGS)
{
	CelOrder order;

	return order_of(context, args, &order) ? llp_cel_bool(order == CEL_LESS) : llp_cel_stopped;
}

CelValue
llp_cel_less_equal(CEL_ARGS)
{
	CelOrder order;

	return order_of(context, args, &order) ? llp_cel_bool(order == CEL_LESS || order == CEL_SAME)
										   : llp_cel_stopped;
}

CelValue
llp_cel_greater(CEL_ARGS)
{
	CelOrder order;

	return order_of(context, args, &order) ? llp_cel_bool(order == CEL_GREATER) : llp_cel_stopped;
}

CelValue
llp_cel_greater_equal(CEL_ARGS)
{
	CelOrder order;

	return order_of(context, args, &order) ? llp_cel_bool(order == CEL_GREATER || order == CEL_SAME)
										   : llp_cel_stopped;
}

/* An element that cannot be read hides nothing: the value may still be found behind it. */
static CelValue
is_in_list(CelContext *context, CelValue value, CelValue list)
{
	CelValue result = llp_cel_bool(false);

	for (size_t i = 0; i < list.count; i++)
	{
		CelValue equal;

		if (!llp_cel_charge(context, 1))
			return llp_cel_stopped;
		equal = llp_cel_equal(context, llp_cel_element(list, i), value);
		if (equal.kind == CEL_STOPPED || (equal.kind == CEL_BOOL && equal.as.boolean))
			return equal;
		if (equal.kind == CEL_ERROR && result.kind != CEL_ERROR)
			result = equal;
	}
	return result;
}

CelValue
llp_cel_in(CEL_ARGS)
{
	CelValue ignored;

	if (args[1].kind == CEL_LIST)
		return is_in_list(context, args[0], args[1]);
	return llp_cel_bool(llp_cel_find(args[1], args[0], &ignored));
}

/* Is the second text somewhere in the first?  Of a list, is the second argument an element? */
CelValue
llp_cel_contains(CEL_ARGS)
{
	if (args[0].kind == CEL_LIST)
		return is_in_list(context, args[1], args[0]);
	if (!llp_cel_charge_bytes(context, args[0].as.string.size))
		return llp_cel_stopped;
	return llp_cel_bool(llp_str_find(args[0].as.string, args[1].as.string) >= 0);
}

CelValue
llp_cel_index(CEL_ARGS)
{
	if (args[0].kind == CEL_OPTIONAL)
		return llp_cel_optional_index(context, args, count);
	return llp_cel_part(args[0], args[1]);
}

CelValue
llp_cel_optional_index(CEL_ARGS)
{
	CelValue container = args[0];

	if (container.kind == CEL_OPTIONAL && container.as.optional == NULL)
		return llp_cel_none;
	if (container.kind == CEL_OPTIONAL)
		container = *container.as.optional;
	return llp_cel_optional_part(context, llp_cel_part(container, args[1]));
}

CelValue
llp_cel_size(CEL_ARGS)
{
	switch (args[0].kind)
	{
		case CEL_STRING:
			if (!llp_cel_charge_bytes(context, args[0].as.string.size))
				return llp_cel_stopped;
			return llp_cel_int((int64_t) llp_utf8_length(args[0].as.string));
		case CEL_BYTES:
			return llp_cel_int((int64_t) args[0].as.string.size);
		default:
			return llp_cel_int((int64_t) args[0].count);
	}
}
