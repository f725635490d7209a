/*
 * vm/cel_text.c - what a template inserts for values.
 */
#include "vm/cel_text.h"

#include "base/number.h"
#include "vm/cel_tree.h"

/* Bytes of a character of a string of JSON, at most: \u0000. */
#define ESCAPED 6

static bool
is_escaped(char byte)
{
	return (unsigned char) byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7F;
}

/* Bytes that the text needs in JSON, at most, with quotes and what stands behind it. */
static uint64_t
text_size(Str text)
{
	uint64_t size = text.size + sizeof("\"\",:");

	for (size_t i = 0; i < text.size; i++)
		if (is_escaped(text.data[i]))
			size += ESCAPED - 1;
	return size;
}

static bool charge_tree(CelContext *context, const TreeNode *node);

static bool
charge_text(CelContext *context, Str text)
{
	return llp_cel_charge_bytes(context, text.size) && llp_cel_charge_memory(context, text_size(text));
}

static bool
charge_children(CelContext *context, const TreeNode *node)
{
	for (uint32_t i = 0; node->kind == VALUE_LIST && i < node->as.list.count; i++)
		if (!charge_tree(context, node->as.list.items[i]))
			return false;
	for (uint32_t i = 0; node->kind == VALUE_MAP && i < node->as.map.count; i++)
		if (!charge_text(context, node->as.map.members[i].key) ||
			!charge_tree(context, node->as.map.members[i].value))
			return false;
	return true;
}

/* Pays for the JSON of a tree; its depth is bounded by whoever made it. */
static bool
charge_tree(CelContext *context, const TreeNode *node)
{
	if (node->kind == VALUE_STRING)
		return charge_text(context, node->as.string);
	return llp_cel_charge(context, 1) && llp_cel_charge_memory(context, LLP_NUMBER_TEXT_SIZE) &&
		   charge_children(context, node);
}

/* The value as JSON, a string. */
static CelValue
json_text(CelContext *context, CelValue value)
{
	CelValue problem;
	const TreeNode *node = llp_cel_tree(context, value, &problem);
	StrBuf json;

	if (node == NULL)
		return problem;
	if (node->kind == VALUE_STRING)
		return llp_cel_string(node->as.string);
	if (!charge_tree(context, node))
		return llp_cel_stopped;
	llp_buf_init(&json, context->arena);
	llp_tree_write_json(&json, node);
	return json.failed ? llp_cel_stop(context, STATUS_NO_MEMORY, NULL) : llp_cel_string(llp_buf_str(&json));
}

CelValue
llp_cel_text_of(CelContext *context, CelValue list)
{
	CelText text;

	if (list.kind != CEL_LIST)
		return list;
	llp_cel_text_init(&text, context);
	for (size_t i = 0; i < list.count; i++)
	{
		CelValue item = llp_cel_element(list, i);

		if (item.kind != CEL_STRING)
			item = json_text(context, item);
		if (llp_cel_failed(item))
			return item;
		if (!llp_cel_charge(context, 1))
			return llp_cel_stopped;
		llp_cel_text_append(&text, item.as.string);
	}
	return llp_cel_text_value(&text);
}
