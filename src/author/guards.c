/*
 * author/guards.c - what has(a.b), 'b' in a, a.?b.hasValue() and their combinations say of what is there.
 */
#include "author/guards.h"

/* More than that are not remembered: each read compares with all of them. */
#define MAX_GUARDS 256

/* Appends the path that is read; false when it is none. */
static bool
write_path(StrBuf *out, const Expression *expr)
{
	const Call *call = &expr->as.call;

	if (expr->kind == EXPR_IDENTIFIER && expr->as.identifier.denoted == NULL)
	{
		llp_buf_append_char(out, expr->as.identifier.binder != NULL ? '@' : '.');
		llp_buf_append(out, expr->as.identifier.name);
		return true;
	}
	if (expr->kind == EXPR_SELECT)
	{
		if (expr->as.select.operand != NULL && !write_path(out, expr->as.select.operand))
			return false;
		llp_buf_append_char(out, '.');
		llp_buf_append(out, expr->as.select.field);
		return true;
	}
	if (expr->kind != EXPR_CALL ||
		(call->function != FUNCTION_INDEX && call->function != FUNCTION_OPTIONAL_INDEX) ||
		call->arguments[1]->kind != EXPR_CONSTANT || call->arguments[1]->as.constant.kind != KIND_STRING ||
		!write_path(out, call->arguments[0]))
		return false;
	llp_buf_append_char(out, '.');
	llp_buf_append(out, call->arguments[1]->as.constant.as.text);
	return true;
}

Str
llp_guard_path(Arena *arena, const Expression *expr)
{
	StrBuf path;

	llp_buf_init(&path, arena);
	return write_path(&path, expr) ? llp_buf_str(&path) : STR("");
}

bool
llp_guards_cover(const Guard *guards, Str path)
{
	for (; guards != NULL; guards = guards->next)
	{
		if (llp_str_starts_with(guards->path, path) &&
			(guards->path.size == path.size || guards->path.data[path.size] == '.'))
			return true;
	}
	return false;
}

void
llp_guards_add(Arena *arena, const Guard **guards, Str path)
{
	size_t count = *guards == NULL ? 0 : (*guards)->count;
	Guard *guard;

	if (path.size == 0 || count == MAX_GUARDS)
		return;
	guard = llp_arena_new(arena, Guard);
	if (guard == NULL)
		return;
	*guard = (Guard){.path = path, .count = count + 1, .next = *guards};
	*guards = guard;
}

/* 'b' in a, where that is true. */
static void
learn_membership(Arena *arena, const Guard **guards, const Call *call)
{
	const Expression *key = call->arguments[0];
	StrBuf path;

	llp_buf_init(&path, arena);
	if (key->kind != EXPR_CONSTANT || key->as.constant.kind != KIND_STRING ||
		!write_path(&path, call->arguments[1]))
		return;
	llp_buf_append_char(&path, '.');
	llp_buf_append(&path, key->as.constant.as.text);
	llp_guards_add(arena, guards, llp_buf_str(&path));
}

static void
learn_call(Arena *arena, const Guard **guards, const Call *call, bool truth)
{
	if (call->function == FUNCTION_NOT)
		llp_guards_learn(arena, guards, call->arguments[0], !truth);
	else if (call->function == (truth ? FUNCTION_AND : FUNCTION_OR))
	{
		for (uint32_t i = 0; i < call->count; i++)
			llp_guards_learn(arena, guards, call->arguments[i], truth);
	}
	else if (call->function == FUNCTION_IN && truth)
		learn_membership(arena, guards, call);
	else if (call->function == FUNCTION_HAS_VALUE && truth && call->receiver != NULL)
		llp_guards_add(arena, guards, llp_guard_path(arena, call->receiver));
}

void
llp_guards_learn(Arena *arena, const Guard **guards, const Expression *expr, bool truth)
{
	if (expr->kind == EXPR_SELECT && expr->as.select.test && truth)
		llp_guards_add(arena, guards, llp_guard_path(arena, expr));
	else if (expr->kind == EXPR_CALL)
		learn_call(arena, guards, &expr->as.call, truth);
}
