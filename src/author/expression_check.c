/*
 * author/expression_check.c - runs what is constant in expressions, and compiles them, to see whether that
 * works.
 *
 * What conversions and patterns accept is the vm's and RE2's business: nothing is known of it here.
 */
#include "author/expression_check.h"

#include "match/regex.h"
#include "policy/place.h"
#include "prog/expression.h"
#include "vm/cel_call.h"

/* Patterns of a text, at most; more than any policy needs, and RE2 may take long for each. */
#define MAX_PATTERNS_SIZE ((size_t) 32 * 1024 * 1024)
/* One conversion of a text of the longest expression takes less. */
#define CONVERSION_STEPS 100000
#define CONVERSION_MEMORY ((uint64_t) 1024 * 1024)

/* The expression in hand. */
typedef struct Work
{
	ExpressionCheck *check;
	const Source *source;
	Arena *scratch; /* ends with the policy */
	Status status;	/* other than STATUS_OK when the look has to end */
} Work;

#define REPORT(work, offset, hint, ...)                                                                      \
	llp_source_report((work)->source, (work)->check->findings, SEVERITY_ERROR, offset, hint, __VA_ARGS__)

static bool
is_text(const Expression *expr)
{
	return expr->kind == EXPR_CONSTANT && expr->as.constant.kind == KIND_STRING;
}

/* --- Patterns --- */

static void
check_pattern(Work *work, const Expression *pattern)
{
	ExpressionCheck *check = work->check;
	Regex *regex = NULL;
	Str problem = {NULL, 0};
	Status status;
	Str shown;

	if (check->regex_size > MAX_PATTERNS_SIZE)
	{
		REPORT(work, pattern->offset, "Apply the policies in several texts, or use simpler patterns.",
			   "the patterns of this text need more than %zu MiB", MAX_PATTERNS_SIZE / (1024 * 1024));
		work->status = STATUS_LIMIT;
		return;
	}
	status = llp_regex_compile(work->scratch, pattern->as.constant.as.text, &regex, &problem);
	check->regex_size += status == STATUS_OK ? llp_regex_size(regex) : LLP_REGEX_PROGRAM_MEMORY / 8;
	shown = llp_excerpt(check->arena, problem);
	if (status == STATUS_INVALID)
		REPORT(work, pattern->offset, "The syntax is RE2's.", "invalid regex: %.*s", STR_ARG(shown));
	else if (status == STATUS_LIMIT)
	{
		check->regex_size += LLP_REGEX_PROGRAM_MEMORY;
		REPORT(work, pattern->offset, "Use a simpler pattern, with smaller repetitions.",
			   "regex is too large: %.*s", STR_ARG(shown));
	}
	else if (status != STATUS_OK)
		work->status = status;
}

/* --- Conversions --- */

static bool
is_conversion(Function function)
{
	static const Function conversions[] = {FUNCTION_BOOL,	FUNCTION_INT,		FUNCTION_UINT,
										   FUNCTION_DOUBLE, FUNCTION_TIMESTAMP, FUNCTION_DURATION,
										   FUNCTION_IP,		FUNCTION_CIDR};

	for (size_t i = 0; i < sizeof(conversions) / sizeof(conversions[0]); i++)
		if (conversions[i] == function)
			return true;
	return false;
}

static void
check_conversion(Work *work, const Call *call)
{
	CelMeter meter = {.steps = CONVERSION_STEPS, .memory = CONVERSION_MEMORY};
	CelValue text = llp_cel_string(call->arguments[0]->as.constant.as.text);
	CelContext context;
	CelValue value;

	llp_cel_context_init(&context, work->scratch, meter, llp_cel_timestamp(0, 0));
	value = llp_cel_call(&context, call->function, &text, 1);
	if (value.kind == CEL_ERROR)
		REPORT(work, call->arguments[0]->offset, NULL, "%.*s() of this text is always an error: %.*s",
			   STR_ARG(call->name), STR_ARG(value.as.string));
	else if (value.kind == CEL_STOPPED && context.status != STATUS_LIMIT)
		work->status = context.status;
}

static void
check_part(void *context, const Expression *expr)
{
	Work *work = context;
	const Call *call = &expr->as.call;

	if (work->status != STATUS_OK)
		return;
	llp_expr_each_part(expr, check_part, context);
	if (work->status != STATUS_OK || expr->kind != EXPR_CALL || call->count == 0 ||
		!is_text(call->arguments[call->count - 1]))
		return;
	if (call->function == FUNCTION_MATCHES)
		check_pattern(work, call->arguments[call->count - 1]);
	else if (is_conversion(call->function) && call->count == 1 && call->receiver == NULL)
		check_conversion(work, call);
}

/* --- Compiling --- */

static void
check_size(Work *work, const Expression *expr)
{
	const Fragment *fragment;
	Status status = llp_compile_single_expression(work->scratch, expr, &fragment);

	if (status == STATUS_LIMIT)
		REPORT(work, 0, "Compute parts of it in variables of the policy.",
			   "the expression is too complex to compile");
	else
		work->status = status;
}

/* ------------------------------------------------------------------------------------------------------------
 */

static Status
check_all(ExpressionCheck *check, const Policy *policy, Arena *scratch)
{
	for (const PolicyExpression *each = policy->expressions; each != NULL; each = each->next)
	{
		Work work = {.check = check, .source = each->source, .scratch = scratch};

		check_part(&work, each->expression);
		if (work.status == STATUS_OK)
			check_size(&work, each->expression);
		if (work.status != STATUS_OK)
			return work.status;
	}
	return llp_arena_exhausted(scratch) ? STATUS_NO_MEMORY : STATUS_OK;
}

Status
llp_check_expressions(ExpressionCheck *check, const Policy *policy)
{
	size_t errors = check->findings->errors;
	Arena *scratch;
	Status status;

	if (policy->expressions == NULL)
		return STATUS_OK;
	scratch = llp_arena_create(llp_arena_host(check->arena), 0);
	if (scratch == NULL)
		return STATUS_NO_MEMORY;
	status = check_all(check, policy, scratch);
	llp_arena_destroy(scratch);
	if (status != STATUS_OK)
		return status;
	return check->findings->errors == errors ? STATUS_OK : STATUS_INVALID;
}
