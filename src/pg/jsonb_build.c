/*
 * pg/jsonb_build.c - a tree of the core as jsonb.
 *
 * Numbers keep their value exactly: one that a request had is written as it was, another double as the
 * shortest decimal that reads back as it.
 */
#include "postgres.h"

#include "common/shortest_dec.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "pg/jsonb_tree.h"

static void push_node(JsonbParseState **state, JsonbIteratorToken token, const TreeNode *node);

static Numeric
numeric_of_double(double value)
{
	char text[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(value, text);
	return DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text),
											   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

/* The numeric that a copied number was in a request (pg/numeric_value.c); the jsonb will copy it. */
static Numeric
exact_numeric(const TreeNode *node)
{
	return (Numeric) unconstify(void *, node->as.exact);
}

/* jbvString over bytes that the jsonb will copy. */
static JsonbValue
string_of(Str text)
{
	JsonbValue value = {.type = jbvString};

	if (text.size > PG_INT32_MAX)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("string too long for jsonb")));
	value.val.string.val = text.size > 0 ? unconstify(char *, text.data) : "";
	value.val.string.len = (int) text.size;
	return value;
}

static JsonbValue
scalar_of(const TreeNode *node)
{
	JsonbValue value = {.type = jbvNull};

	switch (node->kind)
	{
		case VALUE_NULL:
			break;
		case VALUE_BOOL:
			value.type = jbvBool;
			value.val.boolean = node->as.boolean;
			break;
		case VALUE_INT:
			value.type = jbvNumeric;
			value.val.numeric = node->as.exact ? exact_numeric(node) : int64_to_numeric(node->as.integer);
			break;
		case VALUE_DOUBLE:
			value.type = jbvNumeric;
			value.val.numeric = node->as.exact ? exact_numeric(node) : numeric_of_double(node->as.real);
			break;
		case VALUE_STRING:
			return string_of(node->as.string);
		default:
			elog(ERROR, "a %s is no scalar", llp_kind_name(node->kind));
	}
	return value;
}

static JsonbValue *
push_list(JsonbParseState **state, const TreeNode *list)
{
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (uint32 i = 0; i < list->as.list.count; i++)
		push_node(state, WJB_ELEM, list->as.list.items[i]);
	return pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

static JsonbValue *
push_map(JsonbParseState **state, const TreeNode *map)
{
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	for (uint32 i = 0; i < map->as.map.count; i++)
	{
		JsonbValue key = string_of(map->as.map.members[i].key);

		pushJsonbValue(state, WJB_KEY, &key);
		push_node(state, WJB_VALUE, map->as.map.members[i].value);
	}
	return pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

static JsonbValue *
push_container(JsonbParseState **state, const TreeNode *node)
{
	check_stack_depth();
	return node->kind == VALUE_LIST ? push_list(state, node) : push_map(state, node);
}

static bool
is_container(const TreeNode *node)
{
	return node->kind == VALUE_LIST || node->kind == VALUE_MAP;
}

static void
push_node(JsonbParseState **state, JsonbIteratorToken token, const TreeNode *node)
{
	JsonbValue scalar;

	if (is_container(node))
	{
		push_container(state, node);
		return;
	}
	scalar = scalar_of(node);
	pushJsonbValue(state, token, &scalar);
}

Jsonb *
jsonb_from_tree(const TreeNode *node)
{
	JsonbParseState *state = NULL;
	JsonbValue scalar;

	if (is_container(node))
		return JsonbValueToJsonb(push_container(&state, node));
	scalar = scalar_of(node);
	return JsonbValueToJsonb(&scalar);
}
