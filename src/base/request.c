/*
 * base/request.c - reading values without knowing who holds them.
 */
#include "base/request.h"

#include "base/number.h"

const Value llp_missing = {.kind = VALUE_MISSING};

Value
llp_member(const Value *map, Str key)
{
	if (map->kind != VALUE_MAP)
		return llp_missing;
	return map->as.container.ops->member(map, key);
}

Value
llp_element(const Value *list, size_t index)
{
	if (list->kind != VALUE_LIST || index >= list->as.container.count)
		return llp_missing;
	return list->as.container.ops->element(list, index);
}

Value
llp_entry(const Value *map, size_t index, Str *key)
{
	if (map->kind != VALUE_MAP || index >= map->as.container.count)
	{
		*key = STR("");
		return llp_missing;
	}
	return map->as.container.ops->entry(map, index, key);
}

Str
llp_key(const Value *map, size_t index)
{
	if (map->kind != VALUE_MAP || index >= map->as.container.count)
		return STR("");
	return map->as.container.ops->key(map, index);
}

const char *
llp_kind_name(ValueKind kind)
{
	static const char *const names[] = {"nothing", "null",	 "boolean", "number",
										"number",  "string", "list",	"map"};

	return names[kind];
}

static bool
is_number(const Value *value)
{
	return value->kind == VALUE_INT || value->kind == VALUE_DOUBLE;
}

static bool
lists_equal(const Value *a, const Value *b)
{
	if (a->as.container.count != b->as.container.count)
		return false;
	for (size_t i = 0; i < a->as.container.count; i++)
	{
		Value left = llp_element(a, i);
		Value right = llp_element(b, i);

		if (!llp_value_equal(&left, &right))
			return false;
	}
	return true;
}

static bool
maps_equal(const Value *a, const Value *b)
{
	if (a->as.container.count != b->as.container.count)
		return false;
	for (size_t i = 0; i < a->as.container.count; i++)
	{
		Str key;
		Value left = llp_entry(a, i, &key);
		Value right = llp_member(b, key);

		if (right.kind == VALUE_MISSING || !llp_value_equal(&left, &right))
			return false;
	}
	return true;
}

bool
llp_value_equal(const Value *a, const Value *b)
{
	if (is_number(a) && is_number(b))
		return llp_number_compare(a, b) == 0;
	if (a->kind != b->kind)
		return false;
	switch (a->kind)
	{
		case VALUE_BOOL:
			return a->as.boolean == b->as.boolean;
		case VALUE_STRING:
			return llp_str_equal(a->as.string, b->as.string);
		case VALUE_LIST:
			return lists_equal(a, b);
		case VALUE_MAP:
			return maps_equal(a, b);
		default:
			return true; /* nothing, or null, on both sides */
	}
}
