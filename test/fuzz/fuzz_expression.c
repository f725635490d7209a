/*
 * test/fuzz/fuzz_expression.c - hostile bytes into the front end of expressions.
 *
 * Beyond not crashing: status and findings agree; what is parsed is the same tree when it was printed and
 * parsed again, before and after the checker; what is checked has types without variables, calls with
 * overloads that exist, and is as high as it says.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "expression_support.h"
#include "lang/check.h"
#include "lang/functions.h"

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition, const char *what, Str text)
{
	if (condition)
		return;
	fprintf(stderr, "%s\n<<%.*s>>\n", what, STR_ARG(text));
	abort();
}

static void
check_findings(Status status, const DiagnosticList *findings, Str text)
{
	for (const Diagnostic *finding = findings->first; finding != NULL; finding = finding->next)
	{
		require(finding->line >= 1 && finding->column >= 1, "a finding without a place", text);
		require(finding->message.size > 0, "a finding without a message", text);
	}
	require((status == STATUS_OK) == (findings->errors == 0), "status and findings disagree", text);
}

/* --- What the checker says --- */

static bool
is_closed(const CelType *type)
{
	if (type == NULL || type->kind == KIND_VARIABLE || type->kind == KIND_NUMBER || type->kind == KIND_ERROR)
		return false;
	for (int i = 0; i < llp_kind_parameters(type->kind); i++)
		if (!is_closed(type->parameters[i]))
			return false;
	return true;
}

static void check_node(const Expression *expr, unsigned above, Str text);

static void
check_call(const Expression *expr, Str text)
{
	const Call *call = &expr->as.call;

	require(call->function != FUNCTION_NONE, "a call of nothing", text);
	require(call->candidates != 0 && call->candidates >> llp_function_overloads(call->function) == 0,
			"a call without overloads", text);
	if (call->receiver != NULL)
		check_node(call->receiver, expr->height, text);
	for (uint32_t i = 0; i < call->count; i++)
		check_node(call->arguments[i], expr->height, text);
}

static void
check_comprehension(const Expression *expr, Str text)
{
	const Comprehension *comprehension = expr->as.comprehension;

	check_node(comprehension->range, expr->height, text);
	check_node(comprehension->init, expr->height, text);
	check_node(comprehension->condition, expr->height, text);
	check_node(comprehension->step, expr->height, text);
	check_node(comprehension->result, expr->height, text);
}

/* A node below one of the height `above`. */
static void
check_node(const Expression *expr, unsigned above, Str text)
{
	require(expr->height < above, "a node as high as the one above", text);
	require(is_closed(expr->type), "a node without a type", text);
	require(expr->offset <= text.size, "a node outside of the text", text);
	if (expr->kind == EXPR_CALL)
		check_call(expr, text);
	else if (expr->kind == EXPR_COMPREHENSION)
		check_comprehension(expr, text);
	else if (expr->kind == EXPR_SELECT && expr->as.select.operand != NULL)
		check_node(expr->as.select.operand, expr->height, text);
	for (uint32_t i = 0; expr->kind == EXPR_LIST && i < expr->as.list.count; i++)
		check_node(expr->as.list.items[i].value, expr->height, text);
	for (uint32_t i = 0; expr->kind == EXPR_MAP && i < expr->as.map.count; i++)
	{
		check_node(expr->as.map.entries[i].key, expr->height, text);
		check_node(expr->as.map.entries[i].value, expr->height, text);
	}
}

/* A few typed variables; all other names are open. */
static const CelType *
variable(void *context, Str name)
{
	(void) context;
	if (llp_str_equal(name, STR("i")))
		return &llp_type_INT;
	if (llp_str_equal(name, STR("s")) || llp_str_equal(name, STR("a.b")))
		return &llp_type_STRING;
	if (llp_str_equal(name, STR("l")))
		return &llp_type_LIST_INT;
	if (llp_str_equal(name, STR("m")))
		return &llp_type_MAP_STRING_DYN;
	return NULL;
}

/* Printing may make a text longer than the limit; such a one is not read again. */
static Expression *
parse_printed(Arena *arena, const Expression *expr, Str text)
{
	Str printed = print_text_of(arena, expr);
	DiagnosticList findings;
	Expression *again;

	if (printed.size > LLP_EXPRESSION_MAX_SIZE)
		return NULL;
	again = parse_text(arena, printed, &findings);
	require(again != NULL, "what was printed does not parse", text);
	require(findings.warnings == 0, "what was printed has warnings", text);
	return again;
}

static void
check_tree(Arena *arena, const Source *source, const Environment *environment, Expression *expr, Str text)
{
	DiagnosticList findings;
	Status status;

	llp_diag_init(&findings, arena);
	status = llp_expression_check(arena, source, environment, &findings, expr);
	check_findings(status, &findings, text);
	if (status == STATUS_OK && !environment->untyped)
		check_node(expr, LLP_EXPRESSION_MAX_NESTING + 1, text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const Environment typed = {.variable = variable, .container = {"a.x", 3}, .open = true};
	static const Environment untyped = {.untyped = true};
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Str text = {(const char *) data, size};
	Source source = {.text = text};
	DiagnosticList findings;
	Expression *expr;
	Expression *again;
	Status status;

	llp_diag_init(&findings, arena);
	status = llp_expression_parse(arena, &source, &llp_default_parse_options, &findings, &expr);
	check_findings(status, &findings, text);
	if (status == STATUS_OK)
	{
		again = parse_printed(arena, expr, text);
		require(again == NULL || same_tree(expr, again), "another tree when printed and parsed", text);
		check_tree(arena, &source, &typed, expr, text);
		(void) parse_printed(arena, expr, text);
		if (again != NULL)
			check_tree(arena, &source, &untyped, again, text);
	}
	llp_arena_destroy(arena);
	return 0;
}
