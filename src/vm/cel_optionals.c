/*
 * vm/cel_optionals.c - values that may be there.
 *
 * or and orValue are lazy, which the interpreter sees to; indexing and selection are in cel_select.c.
 */
#include "vm/cel_functions.h"
#include "vm/cel_select.h"

/* 0001-01-01T00:00:00Z, where time starts. */
#define FIRST_SECOND INT64_C(-62135596800)

CelValue
llp_cel_optional_none(CEL_ARGS)
{
	return llp_cel_none;
}

CelValue
llp_cel_optional_of(CEL_ARGS)
{
	return llp_cel_optional_part(context, args[0]);
}

/* Is it what a value of its type is before it is set? */
static bool
is_zero(CelValue value)
{
	switch (value.kind)
	{
		case CEL_NULL:
			return true;
		case CEL_BOOL:
			return !value.as.boolean;
		case CEL_INT:
		case CEL_UINT:
		case CEL_DURATION:
			return value.as.natural == 0;
		case CEL_DOUBLE:
			return value.as.real == 0;
		case CEL_STRING:
		case CEL_BYTES:
			return value.as.string.size == 0;
		case CEL_LIST:
		case CEL_MAP:
			return value.count == 0;
		case CEL_OPTIONAL:
			return value.as.optional == NULL;
		case CEL_TIMESTAMP:
			return value.as.time.seconds == FIRST_SECOND && value.as.time.nanoseconds == 0;
		default:
			return false;
	}
}

CelValue
llp_cel_optional_of_non_zero(CEL_ARGS)
{
	return is_zero(args[0]) ? llp_cel_none : llp_cel_optional_of(context, args, count);
}

CelValue
llp_cel_has_value(CEL_ARGS)
{
	return llp_cel_bool(args[0].as.optional != NULL);
}

CelValue
llp_cel_value(CEL_ARGS)
{
	return args[0].as.optional == NULL ? llp_cel_error("optional.none() dereference") : *args[0].as.optional;
}

/* The values that are there, of a list of optionals. */
CelValue
llp_cel_unwrap(CEL_ARGS)
{
	CelItems items;

	llp_cel_items_init(&items, context);
	for (size_t i = 0; i < args[0].count; i++)
	{
		CelValue element = llp_cel_element(args[0], i);

		if (llp_cel_failed(element))
			return element;
		if (element.kind != CEL_OPTIONAL)
			return llp_cel_no_overload();
		if (element.as.optional != NULL)
			llp_cel_items_append(&items, *element.as.optional);
		else if (!llp_cel_charge(context, 1))
			return llp_cel_stopped;
	}
	return llp_cel_items_value(&items);
}
