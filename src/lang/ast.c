/*
 * lang/ast.c - makes nodes of expressions and measures their height.
 */
#include "lang/ast.h"

#include "lang/functions.h"

static Expression *
new_node(Arena *arena, ExprKind kind, size_t offset)
{
	Expression *expr = llp_arena_new(arena, Expression);

	if (expr == NULL)
		return NULL;
	expr->kind = kind;
	expr->height = 1;
	expr->offset = (uint32_t) offset;
	return expr;
}

/* Takes `part` into account for the height of `expr`; NULL when one of them is. */
static Expression *
hold(Expression *expr, const Expression *part)
{
	if (expr == NULL || part == NULL)
		return NULL;
	if (part->height >= expr->height)
		expr->height = part->height < UINT16_MAX ? (uint16_t) (part->height + 1) : UINT16_MAX;
	return expr;
}

Expression *
llp_expr_constant(Arena *arena, size_t offset, Constant constant)
{
	Expression *expr = new_node(arena, EXPR_CONSTANT, offset);

	if (expr != NULL)
		expr->as.constant = constant;
	return expr;
}

Expression *
llp_expr_identifier(Arena *arena, size_t offset, Str name)
{
	Expression *expr = new_node(arena, EXPR_IDENTIFIER, offset);

	if (expr != NULL)
		expr->as.identifier.name = name;
	return expr;
}

Expression *
llp_expr_select(Arena *arena, size_t offset, Expression *operand, Str field)
{
	Expression *expr = hold(new_node(arena, EXPR_SELECT, offset), operand);

	if (expr != NULL)
		expr->as.select = (Select){.operand = operand, .field = field};
	return expr;
}

Expression *
llp_expr_presence(Arena *arena, size_t offset, Str name)
{
	Expression *expr = new_node(arena, EXPR_SELECT, offset);

	if (expr != NULL)
		expr->as.select = (Select){.field = name, .test = true};
	return expr;
}

Expression *
llp_expr_named_call(Arena *arena, size_t offset, Str name, Expression *receiver, Expression **arguments,
					uint32_t count)
{
	Expression *expr = new_node(arena, EXPR_CALL, offset);

	if (receiver != NULL)
		expr = hold(expr, receiver);
	for (uint32_t i = 0; i < count; i++)
		expr = hold(expr, arguments[i]);
	if (expr != NULL)
		expr->as.call = (Call){.name = name, .receiver = receiver, .arguments = arguments, .count = count};
	return expr;
}

Expression *
llp_expr_call(Arena *arena, size_t offset, Function function, Expression *receiver, Expression **arguments,
			  uint32_t count)
{
	Expression *expr =
		llp_expr_named_call(arena, offset, llp_functions[function].name, receiver, arguments, count);

	if (expr != NULL)
		expr->as.call.function = function;
	return expr;
}

Expression *
llp_expr_list(Arena *arena, size_t offset, ListItem *items, uint32_t count)
{
	Expression *expr = new_node(arena, EXPR_LIST, offset);

	for (uint32_t i = 0; i < count; i++)
		expr = hold(expr, items[i].value);
	if (expr != NULL)
	{
		expr->as.list.items = items;
		expr->as.list.count = count;
	}
	return expr;
}

Expression *
llp_expr_map(Arena *arena, size_t offset, MapEntry *entries, uint32_t count)
{
	Expression *expr = new_node(arena, EXPR_MAP, offset);

	for (uint32_t i = 0; i < count; i++)
		expr = hold(hold(expr, entries[i].key), entries[i].value);
	if (expr != NULL)
	{
		expr->as.map.entries = entries;
		expr->as.map.count = count;
	}
	return expr;
}

Expression *
llp_expr_comprehension(Arena *arena, size_t offset, const Comprehension *comprehension)
{
	const Expression *parts[] = {comprehension->range, comprehension->init, comprehension->condition,
								 comprehension->step, comprehension->result};
	Expression *expr = new_node(arena, EXPR_COMPREHENSION, offset);
	Comprehension *copy = llp_arena_new(arena, Comprehension);

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		expr = hold(expr, parts[i]);
	if (expr == NULL || copy == NULL)
		return NULL;
	*copy = *comprehension;
	expr->as.comprehension = copy;
	return expr;
}

bool
llp_expr_is_call(const Expression *expr, Function function)
{
	return expr->kind == EXPR_CALL && expr->as.call.function == function;
}

static void
visit_call(const Call *call, void (*visit)(void *context, const Expression *part), void *context)
{
	if (call->receiver != NULL)
		visit(context, call->receiver);
	for (uint32_t i = 0; i < call->count; i++)
		visit(context, call->arguments[i]);
}

static void
visit_comprehension(const Comprehension *comprehension, void (*visit)(void *context, const Expression *part),
					void *context)
{
	visit(context, comprehension->range);
	visit(context, comprehension->init);
	visit(context, comprehension->condition);
	visit(context, comprehension->step);
	visit(context, comprehension->result);
}

void
llp_expr_each_part(const Expression *expr, void (*visit)(void *context, const Expression *part),
				   void *context)
{
	switch (expr->kind)
	{
		case EXPR_CONSTANT:
		case EXPR_IDENTIFIER:
			break;
		case EXPR_SELECT:
			if (expr->as.select.operand != NULL)
				visit(context, expr->as.select.operand);
			break;
		case EXPR_CALL:
			visit_call(&expr->as.call, visit, context);
			break;
		case EXPR_LIST:
			for (uint32_t i = 0; i < expr->as.list.count; i++)
				visit(context, expr->as.list.items[i].value);
			break;
		case EXPR_MAP:
			for (uint32_t i = 0; i < expr->as.map.count; i++)
			{
				visit(context, expr->as.map.entries[i].key);
				visit(context, expr->as.map.entries[i].value);
			}
			break;
		case EXPR_COMPREHENSION:
			visit_comprehension(expr->as.comprehension, visit, context);
			break;
	}
}

Str
llp_registered_name(const Call *call)
{
	size_t prefix = LLP_REGISTERED.size + 1;

	return (Str){call->name.data + prefix, call->name.size - prefix};
}
