/*
 * vm/value.c - making values and looking at them.
 *
 * Allocates nothing and charges nothing; whoever builds something larger does (vm/cel_context.h).
 */
#include "vm/value.h"

#include <math.h>

#include "vm/cel_map.h"

const CelValue llp_cel_null = {.kind = CEL_NULL};
const CelValue llp_cel_none = {.kind = CEL_OPTIONAL};
const CelValue llp_cel_stopped = {.kind = CEL_STOPPED};

CelValue
llp_cel_bool(bool value)
{
	return (CelValue){.kind = CEL_BOOL, .as.boolean = value};
}

CelValue
llp_cel_int(int64_t value)
{
	return (CelValue){.kind = CEL_INT, .as.integer = value};
}

CelValue
llp_cel_uint(uint64_t value)
{
	return (CelValue){.kind = CEL_UINT, .as.natural = value};
}

CelValue
llp_cel_double(double value)
{
	return (CelValue){.kind = CEL_DOUBLE, .as.real = value};
}

CelValue
llp_cel_string(Str value)
{
	return (CelValue){.kind = CEL_STRING, .as.string = value};
}

CelValue
llp_cel_bytes(Str value)
{
	return (CelValue){.kind = CEL_BYTES, .as.string = value};
}

CelValue
llp_cel_type(CelKind kind)
{
	return (CelValue){.kind = CEL_TYPE, .as.type = kind};
}

CelValue
llp_cel_duration(int64_t nanoseconds)
{
	return (CelValue){.kind = CEL_DURATION, .as.integer = nanoseconds};
}

CelValue
llp_cel_timestamp(int64_t seconds, int32_t nanoseconds)
{
	return (CelValue){.kind = CEL_TIMESTAMP, .as.time = {seconds, nanoseconds}};
}

static CelValue
error_of(CelErrorCode code, Str message)
{
	return (CelValue){.kind = CEL_ERROR, .count = (uint64_t) code, .as.string = message};
}

CelValue
llp_cel_error(const char *message)
{
	return error_of(CEL_ERROR_OTHER, llp_str(message));
}

CelValue
llp_cel_no_overload(void)
{
	return error_of(CEL_ERROR_NO_OVERLOAD, STR("no such overload"));
}

CelValue
llp_cel_no_such_key(void)
{
	return error_of(CEL_ERROR_ABSENT, STR("no such key"));
}

CelValue
llp_cel_list(const CelValue *items, size_t count)
{
	CelValue list = {.kind = CEL_LIST};

	if (count > CEL_COUNT_MAX)
		return llp_cel_error("list too long");
	list.count = count;
	list.as.container.items = items;
	return list;
}

CelValue
llp_cel_map(CelMap *map)
{
	CelValue value = {.kind = CEL_MAP};

	if (map->count > CEL_COUNT_MAX)
		return llp_cel_error("map too large");
	value.count = map->count;
	value.as.container.map = map;
	return value;
}

static CelValue
container_of(const Value *value)
{
	CelValue result = {.kind = value->kind == VALUE_LIST ? CEL_LIST : CEL_MAP};

	if (value->as.container.count > CEL_COUNT_MAX || value->as.container.offset > CEL_COUNT_MAX)
		return llp_cel_error("value too large");
	result.count = value->as.container.count;
	result.offset = value->as.container.offset;
	result.as.container.ops = value->as.container.ops;
	result.as.container.handle = value->as.container.handle;
	return result;
}

Value
llp_cel_container(CelValue container)
{
	Value value = {.kind = container.kind == CEL_LIST ? VALUE_LIST : VALUE_MAP};

	value.as.container.ops = container.as.container.ops;
	value.as.container.handle = container.as.container.handle;
	value.as.container.count = (uint32_t) container.count;
	value.as.container.offset = (uint32_t) container.offset;
	return value;
}

static CelValue
number_of(const Value *value)
{
	if (value->as.loss == LOSS_OF_INTEGER)
		return llp_cel_error("number of the request that neither an int nor a double holds exactly");
	if (value->kind == VALUE_DOUBLE)
		return llp_cel_double(value->as.real);
	if (value->as.loss == LOSS_OF_FRACTION)
		return llp_cel_double((double) value->as.integer);
	return llp_cel_int(value->as.integer);
}

CelValue
llp_cel_of_value(const Value *value)
{
	switch (value->kind)
	{
		case VALUE_NULL:
			return llp_cel_null;
		case VALUE_BOOL:
			return llp_cel_bool(value->as.boolean);
		case VALUE_INT:
		case VALUE_DOUBLE:
			return number_of(value);
		case VALUE_STRING:
			return llp_cel_string(value->as.string);
		case VALUE_LIST:
		case VALUE_MAP:
			return container_of(value);
		default:
			return llp_cel_no_such_key();
	}
}

bool
llp_cel_failed(CelValue value)
{
	return value.kind == CEL_ERROR || value.kind == CEL_STOPPED;
}

bool
llp_cel_is_number(CelValue value)
{
	return value.kind == CEL_INT || value.kind == CEL_UINT || value.kind == CEL_DOUBLE;
}

Str
llp_cel_kind_name(CelKind kind)
{
	static const char *const names[] = {
#define KIND(symbol, name) name,
#include "base/types.def"
		"stopped",
	};

	return llp_str(names[kind]);
}

CelValue
llp_cel_element(CelValue list, size_t index)
{
	Value container;
	Value element;

	if (list.as.container.ops == NULL)
		return list.as.container.items[index];
	container = llp_cel_container(list);
	element = llp_element(&container, index);
	return llp_cel_of_value(&element);
}

CelEntry
llp_cel_entry(CelValue map, size_t index)
{
	Value container;
	Value value;
	Str key;

	if (map.as.container.ops == NULL)
		return map.as.container.map->entries[index];
	container = llp_cel_container(map);
	value = llp_entry(&container, index, &key);
	return (CelEntry){llp_cel_string(key), llp_cel_of_value(&value)};
}

bool
llp_cel_find_name(CelValue map, Str name, CelValue *value)
{
	Value container;
	Value member;

	if (map.as.container.ops == NULL)
		return llp_cel_map_find(map, llp_cel_string(name), value);
	container = llp_cel_container(map);
	member = llp_member(&container, name);
	if (member.kind == VALUE_MISSING)
		return false;
	*value = llp_cel_of_value(&member);
	return true;
}

bool
llp_cel_find(CelValue map, CelValue key, CelValue *value)
{
	if (map.as.container.ops == NULL)
		return llp_cel_map_find(map, key, value);
	return key.kind == CEL_STRING && llp_cel_find_name(map, key.as.string, value);
}

/* 2^63 and 2^64: the first doubles above the ranges of int64 and uint64. */
#define INT64_BOUND 9223372036854775808.0
#define UINT64_BOUND 18446744073709551616.0

bool
llp_cel_as_integer(CelValue number, CelValue *integer)
{
	double real = number.as.real;

	if (number.kind == CEL_UINT && number.as.natural <= INT64_MAX)
		*integer = llp_cel_int((int64_t) number.as.natural);
	else if (number.kind == CEL_INT || number.kind == CEL_UINT)
		*integer = number;
	else if (number.kind != CEL_DOUBLE || !(real >= -INT64_BOUND && real < UINT64_BOUND) ||
			 real != trunc(real))
		return false;
	else if (real < INT64_BOUND)
		*integer = llp_cel_int((int64_t) real);
	else
		*integer = llp_cel_uint((uint64_t) real);
	return true;
}
