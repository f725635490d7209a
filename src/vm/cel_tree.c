/*
 * vm/cel_tree.c - values to trees.
 *
 * Each node is charged like what expressions make.
 */
#include "vm/cel_tree.h"

#include <math.h>

#include "vm/cel_functions.h"

/* Bytes that are looked through in the time of a step. */
#define SCANNED_PER_STEP 512

#define NUL_PROBLEM "a string with the character U+0000 has no JSON form"

typedef struct TreeWriter
{
	CelContext *context;
	Arena *arena;
	CelValue *problem;
} TreeWriter;

static TreeNode *write_value(TreeWriter *writer, CelValue value, int depth);
static TreeNode *write_request(TreeWriter *writer, const Value *value, int depth);

static TreeNode *
fail(TreeWriter *writer, CelValue problem)
{
	*writer->problem = problem;
	return NULL;
}

/* What a builder returned, if it could. */
static TreeNode *
made(TreeWriter *writer, TreeNode *node)
{
	return node != NULL ? node : fail(writer, llp_cel_stop(writer->context, STATUS_NO_MEMORY, NULL));
}

/* JSON could say it, but texts of SQL cannot hold it. */
static bool
has_nul(Str text)
{
	return text.size > 0 && memchr(text.data, '\0', text.size) != NULL;
}

static TreeNode *
write_string(TreeWriter *writer, Str text)
{
	if (!llp_cel_charge(writer->context, text.size / SCANNED_PER_STEP))
		return fail(writer, llp_cel_stopped);
	if (has_nul(text))
		return fail(writer, llp_cel_error(NUL_PROBLEM));
	return made(writer, llp_tree_string(writer->arena, text));
}

/* A node, and its place in the list or map around it, which grows by copies. */
#define NODE_MEMORY (2 * sizeof(TreeNode))

/* Room for one more node; false when the evaluation has to stop. */
static bool
charge_node(TreeWriter *writer, int depth)
{
	if (depth == 0)
		llp_cel_stop(writer->context, STATUS_LIMIT, "depth");
	if (llp_cel_charge(writer->context, 1) && llp_cel_charge_memory(writer->context, NODE_MEMORY))
		return true;
	fail(writer, llp_cel_stopped);
	return false;
}

static bool
append(TreeWriter *writer, TreeNode *list, TreeNode *item)
{
	if (item == NULL)
		return false;
	return llp_tree_append(writer->arena, list, item) || made(writer, NULL) != NULL;
}

static bool
add(TreeWriter *writer, TreeNode *map, Str key, TreeNode *value)
{
	if (value == NULL)
		return false;
	if (has_nul(key))
		return fail(writer, llp_cel_error(NUL_PROBLEM)) != NULL;
	if (llp_tree_get(map, key) != NULL)
		return fail(writer, llp_cel_error("two keys of a map have the same text")) != NULL;
	return llp_tree_add(writer->arena, map, key, value) || made(writer, NULL) != NULL;
}

/* --- Of requests, which trees hold as they are --- */

static TreeNode *
write_request_list(TreeWriter *writer, const Value *value, int depth)
{
	TreeNode *list = made(writer, llp_tree_list(writer->arena));

	for (size_t i = 0; list != NULL && i < value->as.container.count; i++)
	{
		Value item = llp_element(value, i);

		if (!append(writer, list, write_request(writer, &item, depth)))
			return NULL;
	}
	return list;
}

static TreeNode *
write_request_map(TreeWriter *writer, const Value *value, int depth)
{
	TreeNode *map = made(writer, llp_tree_map(writer->arena));

	for (size_t i = 0; map != NULL && i < value->as.container.count; i++)
	{
		Str key;
		Value member = llp_entry(value, i, &key);

		if (!add(writer, map, key, write_request(writer, &member, depth)))
			return NULL;
	}
	return map;
}

static TreeNode *
write_request(TreeWriter *writer, const Value *value, int depth)
{
	if (!charge_node(writer, depth))
		return NULL;
	switch (value->kind)
	{
		case VALUE_BOOL:
			return made(writer, llp_tree_bool(writer->arena, value->as.boolean));
		case VALUE_INT:
		case VALUE_DOUBLE:
			return made(writer, llp_tree_number(writer->arena, value));
		case VALUE_STRING:
			return made(writer, llp_tree_string(writer->arena, value->as.string));
		case VALUE_LIST:
			return write_request_list(writer, value, depth - 1);
		case VALUE_MAP:
			return write_request_map(writer, value, depth - 1);
		default:
			return made(writer, llp_tree_null(writer->arena));
	}
}

/* --- Of expressions --- */

static TreeNode *
write_list(TreeWriter *writer, CelValue value, int depth)
{
	TreeNode *list = made(writer, llp_tree_list(writer->arena));

	for (size_t i = 0; list != NULL && i < value.count; i++)
		if (!append(writer, list, write_value(writer, llp_cel_element(value, i), depth)))
			return NULL;
	return list;
}

static TreeNode *
write_map(TreeWriter *writer, CelValue value, int depth)
{
	TreeNode *map = made(writer, llp_tree_map(writer->arena));

	for (size_t i = 0; map != NULL && i < value.count; i++)
	{
		CelEntry entry = llp_cel_entry(value, i);
		CelValue key = llp_cel_to_string(writer->context, &entry.key, 1);

		if (llp_cel_failed(key))
			return fail(writer, key);
		if (!add(writer, map, key.as.string, write_value(writer, entry.value, depth)))
			return NULL;
	}
	return map;
}

/* A text that a function makes of the value. */
static TreeNode *
write_text(TreeWriter *writer, CelFunction *function, CelValue value)
{
	CelValue text = function(writer->context, &value, 1);

	return llp_cel_failed(text) ? fail(writer, text) : write_string(writer, text.as.string);
}

static TreeNode *
write_double(TreeWriter *writer, double value)
{
	if (!isfinite(value))
		return fail(writer, llp_cel_error("a double that is not finite has no JSON form"));
	return made(writer, llp_tree_double(writer->arena, value));
}

static TreeNode *
write_uint(TreeWriter *writer, uint64_t value)
{
	if (value > INT64_MAX)
		return fail(writer, llp_cel_error("a uint beyond the range of int has no JSON form"));
	return made(writer, llp_tree_int(writer->arena, (int64_t) value));
}

static TreeNode *
write_container(TreeWriter *writer, CelValue value, int depth)
{
	Value read;

	if (value.as.container.ops == NULL)
		return value.kind == CEL_LIST ? write_list(writer, value, depth) : write_map(writer, value, depth);
	read = llp_cel_container(value);
	return value.kind == CEL_LIST ? write_request_list(writer, &read, depth)
								  : write_request_map(writer, &read, depth);
}

static TreeNode *
write_value(TreeWriter *writer, CelValue value, int depth)
{
	if (llp_cel_failed(value))
		return fail(writer, value);
	if (!charge_node(writer, depth))
		return NULL;
	switch (value.kind)
	{
		case CEL_BOOL:
			return made(writer, llp_tree_bool(writer->arena, value.as.boolean));
		case CEL_INT:
			return made(writer, llp_tree_int(writer->arena, value.as.integer));
		case CEL_UINT:
			return write_uint(writer, value.as.natural);
		case CEL_DOUBLE:
			return write_double(writer, value.as.real);
		case CEL_LIST:
		case CEL_MAP:
			return write_container(writer, value, depth - 1);
		case CEL_BYTES:
			return write_text(writer, llp_cel_base64_encode, value);
		case CEL_TYPE:
			return made(writer, llp_tree_string(writer->arena, llp_cel_kind_name(value.as.type)));
		case CEL_OPTIONAL:
			return write_value(writer, value.as.optional == NULL ? llp_cel_null : *value.as.optional,
							   depth - 1);
		case CEL_NULL:
			return made(writer, llp_tree_null(writer->arena));
		default:
			return write_text(writer, llp_cel_to_string, value);
	}
}

TreeNode *
llp_cel_tree(CelContext *context, CelValue value, CelValue *problem)
{
	TreeWriter writer = {context, context->arena, problem};

	return write_value(&writer, value, CEL_MAX_DEPTH);
}
