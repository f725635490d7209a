/*
 * vm/cel_select.c - parts of values.
 */
#include "vm/cel_select.h"

#include "vm/cel_call.h"

static CelValue
element_at(CelValue list, CelValue index)
{
	CelValue integer;

	if (!llp_cel_is_number(index))
		return llp_cel_no_overload();
	if (!llp_cel_as_integer(index, &integer))
		return llp_cel_error("index is not an integer");
	if (integer.kind != CEL_INT || integer.as.integer < 0 || integer.as.integer >= (int64_t) list.count)
	{
		CelValue error = llp_cel_error("index out of bounds");

		error.count = CEL_ERROR_ABSENT;
		return error;
	}
	return llp_cel_element(list, (size_t) integer.as.integer);
}

CelValue
llp_cel_part(CelValue container, CelValue key)
{
	CelValue value;

	if (container.kind == CEL_LIST)
		return element_at(container, key);
	if (container.kind != CEL_MAP)
		return llp_cel_no_overload();
	return llp_cel_find(container, key, &value) ? value : llp_cel_no_such_key();
}

CelValue
llp_cel_optional_part(CelContext *context, CelValue part)
{
	CelValue optional = {.kind = CEL_OPTIONAL};
	CelValue *held;

	if (part.kind == CEL_ERROR && part.count == CEL_ERROR_ABSENT)
		return llp_cel_none;
	if (llp_cel_failed(part))
		return part;
	held = llp_cel_alloc(context, 1, sizeof(CelValue));
	if (held == NULL)
		return llp_cel_stopped;
	*held = part;
	optional.as.optional = held;
	return optional;
}

/* The member of a map; absence is the error no such key, another kind of value that of no overload. */
static CelValue
member_of(CelValue map, Str name)
{
	CelValue value;

	if (map.kind != CEL_MAP)
		return llp_cel_no_overload();
	return llp_cel_find_name(map, name, &value) ? value : llp_cel_no_such_key();
}

CelValue
llp_cel_select(CelContext *context, CelValue value, Str name)
{
	if (llp_cel_failed(value))
		return value;
	if (value.kind == CEL_OPTIONAL)
		return llp_cel_optional_select(context, value, name);
	if (value.kind == CEL_TIMESTAMP)
		return llp_cel_call_member(context, value, name);
	return member_of(value, name);
}

CelValue
llp_cel_optional_select(CelContext *context, CelValue value, Str name)
{
	if (llp_cel_failed(value))
		return value;
	if (value.kind != CEL_OPTIONAL)
		return llp_cel_optional_part(context, member_of(value, name));
	if (value.as.optional == NULL)
		return value;
	return llp_cel_optional_part(context, member_of(*value.as.optional, name));
}

CelValue
llp_cel_has(CelValue value, Str name)
{
	CelValue ignored;

	if (llp_cel_failed(value))
		return value;
	if (value.kind == CEL_OPTIONAL && value.as.optional == NULL)
		return llp_cel_bool(false);
	if (value.kind == CEL_OPTIONAL)
		value = *value.as.optional;
	if (value.kind != CEL_MAP)
		return llp_cel_no_overload();
	return llp_cel_bool(llp_cel_find_name(value, name, &ignored));
}
