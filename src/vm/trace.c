/*
 * vm/trace.c - writes a trace, and keeps it small.
 */
#include "vm/trace.h"

#include "base/utf8.h"

void
llp_trace_init(Trace *trace, Arena *arena)
{
	*trace = (Trace){.arena = arena, .list = llp_tree_list(arena)};
}

/* Takes one node from the budget. */
static bool
may_write(Trace *trace)
{
	if (trace->nodes >= LLP_TRACE_NODES)
	{
		trace->truncated = true;
		return false;
	}
	trace->nodes++;
	return true;
}

TreeNode *
llp_trace_candidate(Trace *trace, Str policy, Str ns, bool is_shadow, Str kind, Str id)
{
	TreeNode *candidate;

	if (trace == NULL)
		return NULL;
	candidate = llp_tree_map(trace->arena);
	llp_tree_set(trace->arena, candidate, STR("policy"), llp_tree_string(trace->arena, policy));
	llp_tree_set(trace->arena, candidate, STR("namespace"), llp_tree_string(trace->arena, ns));
	llp_tree_set(trace->arena, candidate, kind, llp_tree_string(trace->arena, id));
	if (is_shadow)
		llp_tree_set(trace->arena, candidate, STR("shadow"), llp_tree_bool(trace->arena, true));
	return llp_tree_append(trace->arena, trace->list, candidate) ? candidate : NULL;
}

/* true, false, or null for an error. */
static TreeNode *
truth_node(Arena *arena, Truth truth)
{
	return truth == TRUTH_ERROR ? llp_tree_null(arena) : llp_tree_bool(arena, truth == TRUTH_TRUE);
}

void
llp_trace_matched(Trace *trace, TreeNode *candidate, Truth truth)
{
	if (trace != NULL && candidate != NULL)
		llp_tree_set(trace->arena, candidate, STR("matched"), truth_node(trace->arena, truth));
}

/* A candidate has one condition, a condition of and, or, not a list of them. */
static bool
attach(Arena *arena, TreeNode *parent, TreeNode *node)
{
	TreeNode *children;

	if (llp_tree_get(parent, STR("operator")) == NULL)
		return llp_tree_set(arena, parent, STR("condition"), node);
	children = llp_tree_get(parent, STR("conditions"));
	if (children == NULL)
	{
		children = llp_tree_list(arena);
		if (!llp_tree_set(arena, parent, STR("conditions"), children))
			return false;
	}
	return llp_tree_append(arena, children, node);
}

TreeNode *
llp_trace_condition(Trace *trace, TreeNode *parent, Operator op)
{
	TreeNode *node;

	if (trace == NULL || parent == NULL || !may_write(trace))
		return NULL;
	node = llp_tree_map(trace->arena);
	llp_tree_set(trace->arena, node, STR("operator"), llp_tree_string(trace->arena, llp_operator_name(op)));
	return attach(trace->arena, parent, node) ? node : NULL;
}

/* At most LLP_TRACE_STRING code points, with an ellipsis for the rest. */
static Str
cut_string(Arena *arena, Str text)
{
	size_t end = 0;
	StrBuf cut;

	for (size_t shown = 0; shown < LLP_TRACE_STRING && end < text.size; shown++)
		end += llp_utf8_at((Str){text.data + end, text.size - end}, 0).size;
	if (end == text.size)
		return text;
	llp_buf_init(&cut, arena);
	llp_buf_append(&cut, (Str){text.data, end});
	llp_buf_append(&cut, STR("…"));
	return llp_buf_str(&cut);
}

static TreeNode *show_value(Trace *trace, const Value *value, int depth);

static TreeNode *
show_list(Trace *trace, const Value *value, int depth)
{
	TreeNode *list = llp_tree_list(trace->arena);

	for (size_t i = 0; depth > 0 && i < value->as.container.count && i < LLP_TRACE_ITEMS; i++)
	{
		Value item = llp_element(value, i);

		if (!llp_tree_append(trace->arena, list, show_value(trace, &item, depth - 1)))
			break;
	}
	return list;
}

static TreeNode *
show_map(Trace *trace, const Value *value, int depth)
{
	TreeNode *map = llp_tree_map(trace->arena);

	for (size_t i = 0; depth > 0 && i < value->as.container.count && i < LLP_TRACE_ITEMS; i++)
	{
		Str key;
		Value member = llp_entry(value, i, &key);

		if (!llp_tree_set(trace->arena, map, cut_string(trace->arena, key),
						  show_value(trace, &member, depth - 1)))
			break;
	}
	return map;
}

static bool
is_cut(const Value *value, int depth)
{
	bool is_container = value->kind == VALUE_LIST || value->kind == VALUE_MAP;

	return is_container && value->as.container.count > (depth > 0 ? LLP_TRACE_ITEMS : 0);
}

/* A bounded copy; NULL when the budget ends. */
static TreeNode *
show_value(Trace *trace, const Value *value, int depth)
{
	if (!may_write(trace))
		return NULL;
	if (is_cut(value, depth))
		trace->truncated = true;
	switch (value->kind)
	{
		case VALUE_STRING:
			return llp_tree_string(trace->arena, cut_string(trace->arena, value->as.string));
		case VALUE_LIST:
			return show_list(trace, value, depth);
		case VALUE_MAP:
			return show_map(trace, value, depth);
		default:
			return llp_tree_copy(trace->arena, value, 0);
	}
}

void
llp_trace_read(Trace *trace, TreeNode *condition, Str field, const Value *value)
{
	if (trace == NULL || condition == NULL)
		return;
	llp_tree_set(trace->arena, condition, STR("field"), llp_tree_string(trace->arena, field));
	if (value->kind != VALUE_MISSING)
		llp_tree_set(trace->arena, condition, STR("value"), show_value(trace, value, LLP_TRACE_DEPTH));
}

TreeNode *
llp_trace_expression(Trace *trace, TreeNode *parent, Str text)
{
	TreeNode *node;

	if (trace == NULL || parent == NULL || !may_write(trace))
		return NULL;
	node = llp_tree_map(trace->arena);
	llp_tree_set(trace->arena, node, STR("expression"),
				 llp_tree_string(trace->arena, cut_string(trace->arena, text)));
	return attach(trace->arena, parent, node) ? node : NULL;
}

static bool
has_read(const TreeNode *reads, Str field)
{
	for (uint32_t i = 0; i < reads->as.list.count; i++)
		if (llp_str_equal(llp_tree_get(reads->as.list.items[i], STR("field"))->as.string, field))
			return true;
	return false;
}

void
llp_trace_expression_read(Trace *trace, TreeNode *node, Str field, const Value *value)
{
	TreeNode *reads;
	TreeNode *entry;

	if (trace == NULL || node == NULL)
		return;
	reads = llp_tree_get(node, STR("reads"));
	if ((reads != NULL && has_read(reads, field)) || !may_write(trace))
		return;
	if (reads == NULL)
	{
		reads = llp_tree_list(trace->arena);
		llp_tree_set(trace->arena, node, STR("reads"), reads);
	}
	entry = llp_tree_map(trace->arena);
	llp_trace_read(trace, entry, field, value);
	llp_tree_append(trace->arena, reads, entry);
}

void
llp_trace_result(Trace *trace, TreeNode *condition, Truth truth)
{
	if (trace != NULL && condition != NULL)
		llp_tree_set(trace->arena, condition, STR("result"), truth_node(trace->arena, truth));
}

TreeNode *
llp_trace_finish(Trace *trace, uint32_t skipped)
{
	TreeNode *end = llp_tree_map(trace->arena);

	llp_tree_set(trace->arena, end, STR("skipped"), llp_tree_int(trace->arena, skipped));
	if (trace->truncated)
		llp_tree_set(trace->arena, end, STR("truncated"), llp_tree_bool(trace->arena, true));
	llp_tree_append(trace->arena, trace->list, end);
	return trace->list;
}
