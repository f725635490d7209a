/*
 * author/lint_expression.c - slips in expressions that a request schema, or nothing but the expression,
 * shows.
 *
 * Follows what a path of the request may be through fields, indexes and the variables of macros, and what is
 * known to be there through &&, ||, ?: and !.  Recursion is as deep as the tree, which the parser bounds.
 */
#include "author/lint_expression.h"

#include "author/guards.h"
#include "author/lint_values.h"
#include "base/suggest.h"
#include "lang/print.h"
#include "lang/types.h"
#include "policy/place.h"

/* The expression in hand. */
typedef struct Lint
{
	Arena *arena;
	const Source *source;
	const RequestSchema *schema; /* NULL: none */
	DiagnosticList *findings;
	const Guard *guards; /* what is known to be there */
	const Guard *told;	 /* what was said to be possibly absent: once is enough */
	int absorbing;		 /* within so many arguments of coalesce, which absorb absence */
} Lint;

#define WARN(lint, offset, hint, ...)                                                                        \
	llp_source_report((lint)->source, (lint)->findings, SEVERITY_WARNING, offset, hint, __VA_ARGS__)

static void look(void *context, const Expression *expr);

static Str
written(Lint *lint, const Expression *expr)
{
	StrBuf text;

	llp_buf_init(&text, lint->arena);
	llp_expr_print(&text, expr);
	return llp_excerpt(lint->arena, llp_buf_str(&text));
}

static Str
types_text(Lint *lint, unsigned types)
{
	StrBuf text;

	llp_buf_init(&text, lint->arena);
	llp_schema_types_write(&text, types);
	return llp_buf_str(&text);
}

static bool
is_text(const Expression *expr)
{
	return expr->kind == EXPR_CONSTANT && expr->as.constant.kind == KIND_STRING;
}

/* --- What the schema knows
 * ------------------------------------------------------------------------------------ */

static const RequestSchema *schema_of(const Lint *lint, const Expression *expr);

/* Of the variable of a macro. */
static const RequestSchema *
schema_of_local(const Lint *lint, const Identifier *identifier)
{
	const Comprehension *loop = identifier->binder->as.comprehension;
	const RequestSchema *range;

	if (llp_str_equal(identifier->name, loop->accumulator))
		return loop->range->kind == EXPR_LIST && loop->range->as.list.count == 0 ? schema_of(lint, loop->init)
																				 : NULL;
	range = schema_of(lint, loop->range);
	if (range == NULL || (loop->second.size > 0 && !llp_str_equal(identifier->name, loop->second)))
		return NULL;
	return range->items;
}

static const RequestSchema *
schema_of_identifier(const Lint *lint, const Identifier *identifier)
{
	if (identifier->denoted != NULL)
		return NULL;
	if (identifier->binder != NULL)
		return schema_of_local(lint, identifier);
	return llp_schema_member(lint->schema, identifier->name);
}

static const RequestSchema *
schema_of_call(const Lint *lint, const Call *call)
{
	const RequestSchema *container;

	if (call->function == FUNCTION_OR_VALUE && call->receiver != NULL)
		return schema_of(lint, call->receiver);
	if (call->function != FUNCTION_INDEX && call->function != FUNCTION_OPTIONAL_INDEX)
		return NULL;
	container = schema_of(lint, call->arguments[0]);
	if (container == NULL)
		return NULL;
	if (is_text(call->arguments[1]))
		return llp_schema_member(container, call->arguments[1]->as.constant.as.text);
	return (container->types & SCHEMA_ARRAY) != 0 ? container->items : NULL;
}

/* What is known of the value that is read of the request, or that an optional of it holds; NULL: nothing. */
static const RequestSchema *
schema_of(const Lint *lint, const Expression *expr)
{
	const RequestSchema *container;

	if (lint->schema == NULL)
		return NULL;
	switch (expr->kind)
	{
		case EXPR_IDENTIFIER:
			return schema_of_identifier(lint, &expr->as.identifier);
		case EXPR_SELECT:
			if (expr->as.select.test)
				return NULL;
			container = schema_of(lint, expr->as.select.operand);
			return container == NULL ? NULL : llp_schema_member(container, expr->as.select.field);
		case EXPR_CALL:
			return schema_of_call(lint, &expr->as.call);
		default:
			return NULL;
	}
}

/* --- Members
 * -------------------------------------------------------------------------------------------------- */

static void
warn_of_absence(Lint *lint, const Expression *expr, size_t offset)
{
	Str path = llp_guard_path(lint->arena, expr);
	Str shown = written(lint, expr);
	StrBuf hint;

	if (path.size == 0 || llp_guards_cover(lint->guards, path) || llp_guards_cover(lint->told, path))
		return;
	llp_guards_add(lint->arena, &lint->told, path);
	llp_buf_init(&hint, lint->arena);
	if (expr->kind != EXPR_CALL)
	{
		llp_buf_append(&hint, STR("Ask first: has("));
		llp_buf_append(&hint, shown);
		llp_buf_append(&hint, STR("). "));
	}
	llp_buf_append(&hint, STR("Give another value: coalesce("));
	llp_buf_append(&hint, shown);
	llp_buf_append(&hint, STR(", …)."));
	WARN(lint, offset, llp_hint_text(&hint),
		 "the request schema does not require \"%.*s\", which is an error where it is absent",
		 STR_ARG(shown));
}

/* A member of what `container` says: is there one, and is it always there?  `asked`: absence is no error. */
static void
check_member(Lint *lint, const Expression *expr, const RequestSchema *container, Str name, bool asked)
{
	const SchemaProperty *property = llp_schema_property(container, name);
	Str shown = llp_excerpt(lint->arena, name);

	if ((container->types & SCHEMA_OBJECT) == 0)
		WARN(lint, expr->offset, NULL, "by the request schema \"%.*s\" is looked for in %.*s", STR_ARG(shown),
			 STR_ARG(types_text(lint, container->types)));
	else if (property == NULL && container->closed)
		WARN(lint, expr->offset, llp_hint_member(lint->arena, container, name),
			 "the request schema knows no \"%.*s\" here", STR_ARG(shown));
	else if (property != NULL && property->optional && !asked && lint->absorbing == 0)
		warn_of_absence(lint, expr, expr->offset);
}

/* Is absence below it no error, because it is an optional? */
static bool
is_optional(const Expression *expr)
{
	return expr->type != NULL && expr->type->kind == KIND_OPTIONAL;
}

/* A field of `operand`, the request's own member where that is NULL. */
static void
check_field(Lint *lint, const Expression *expr, const Expression *operand, Str name, bool asked)
{
	const RequestSchema *container = operand == NULL ? lint->schema : schema_of(lint, operand);

	if (container != NULL)
		check_member(lint, expr, container, name, asked || (operand != NULL && is_optional(operand)));
}

/* x of has(x.y) and x.?y: where it is a key of the request, it may be absent as well. */
static void
look_at_asked(Lint *lint, const Expression *operand)
{
	bool is_key = operand->kind == EXPR_IDENTIFIER && operand->as.identifier.binder == NULL;

	lint->absorbing += is_key;
	look(lint, operand);
	lint->absorbing -= is_key;
}

static void
look_at_select(Lint *lint, const Expression *expr)
{
	const Select *select = &expr->as.select;
	bool asked = select->test || select->optional;

	if (select->operand != NULL && asked)
		look_at_asked(lint, select->operand);
	else if (select->operand != NULL)
		look(lint, select->operand);
	if (lint->schema != NULL)
		check_field(lint, expr, select->operand, select->field, asked);
}

static void
look_at_identifier(Lint *lint, const Expression *expr)
{
	const Identifier *identifier = &expr->as.identifier;
	bool is_key = identifier->binder == NULL && identifier->denoted == NULL &&
				  !llp_str_equal(identifier->name, STR("variables")) &&
				  !llp_str_equal(identifier->name, STR("data"));

	if (lint->schema != NULL && is_key)
		check_field(lint, expr, NULL, identifier->name, false);
}

/* --- Comparisons
 * ---------------------------------------------------------------------------------------------- */

/* The types of a value as the checker has them. */
static unsigned
types_of_kind(TypeKind kind)
{
	switch (kind)
	{
		case KIND_NULL:
			return SCHEMA_NULL;
		case KIND_BOOL:
			return SCHEMA_BOOLEAN;
		case KIND_INT:
		case KIND_UINT:
		case KIND_DOUBLE:
		case KIND_NUMBER:
			return SCHEMA_INTEGER | SCHEMA_NUMBER;
		case KIND_STRING:
			return SCHEMA_STRING;
		case KIND_LIST:
			return SCHEMA_ARRAY;
		case KIND_MAP:
			return SCHEMA_OBJECT;
		case KIND_DYN:
		case KIND_ERROR:
		case KIND_VARIABLE:
		case KIND_OPTIONAL:
			return SCHEMA_ANY | SCHEMA_OTHER;
		default:
			return SCHEMA_OTHER;
	}
}

/* Numbers are equal across their types: an integer may equal a double. */
static unsigned
with_numbers(unsigned types)
{
	return (types & (SCHEMA_INTEGER | SCHEMA_NUMBER)) != 0 ? types | SCHEMA_INTEGER | SCHEMA_NUMBER : types;
}

static unsigned
types_of(const Lint *lint, const Expression *expr)
{
	const RequestSchema *schema = is_optional(expr) ? NULL : schema_of(lint, expr);

	if (schema != NULL && !llp_expr_is_call(expr, FUNCTION_OR_VALUE))
		return with_numbers(schema->types);
	return with_numbers(types_of_kind(expr->type->kind));
}

/* The constant as a value of JSON; VALUE_MISSING for what is none. */
static Value
constant_value(const Expression *expr)
{
	const Constant *constant = &expr->as.constant;

	if (expr->kind != EXPR_CONSTANT)
		return llp_missing;
	switch (constant->kind)
	{
		case KIND_NULL:
			return (Value){.kind = VALUE_NULL};
		case KIND_BOOL:
			return (Value){.kind = VALUE_BOOL, .as.boolean = constant->as.boolean};
		case KIND_INT:
			return (Value){.kind = VALUE_INT, .as.integer = constant->as.integer};
		case KIND_DOUBLE:
			return (Value){.kind = VALUE_DOUBLE, .as.real = constant->as.real};
		case KIND_STRING:
			return (Value){.kind = VALUE_STRING, .as.string = constant->as.text};
		default:
			return llp_missing;
	}
}

static bool
is_listed(const TreeNode *values, const Value *value)
{
	for (uint32_t i = 0; i < values->as.list.count; i++)
	{
		Value listed = llp_tree_value(values->as.list.items[i]);

		if (llp_value_equal(&listed, value))
			return true;
	}
	return false;
}

/* The value that the path has where it is absent: x.?y.orValue("z"). */
static Value
value_otherwise(const Expression *path)
{
	if (llp_expr_is_call(path, FUNCTION_OR_VALUE) && path->as.call.count == 1)
		return constant_value(path->as.call.arguments[0]);
	return llp_missing;
}

/* May a value of which the schema knows that much be the constant?  Warns at the constant if not. */
static void
check_value(Lint *lint, const Expression *path, const RequestSchema *schema, const Expression *constant)
{
	Value value = constant_value(constant);
	Value otherwise = path == NULL ? llp_missing : value_otherwise(path);
	Str text = value.kind == VALUE_STRING ? value.as.string : STR("");

	if (schema == NULL || schema->values == NULL || value.kind == VALUE_MISSING ||
		is_listed(schema->values, &value) || llp_value_equal(&otherwise, &value))
		return;
	if (path != NULL && llp_expr_is_call(path, FUNCTION_OR_VALUE) && otherwise.kind == VALUE_MISSING)
		return;
	WARN(lint, constant->offset, llp_hint_value(lint->arena, schema->values, text),
		 "the request schema lists no such value");
}

static void
warn_of_clash(Lint *lint, const Expression *expr, unsigned left, unsigned right)
{
	const char *outcome = expr->as.call.function == FUNCTION_EQUAL		 ? "is never true"
						  : expr->as.call.function == FUNCTION_NOT_EQUAL ? "is always true"
																		 : "is an error";

	WARN(lint, expr->offset, NULL, "by the request schema this compares %.*s with %.*s, which %s",
		 STR_ARG(types_text(lint, left)), STR_ARG(types_text(lint, right)), outcome);
}

/* == and its kin. */
static void
check_comparison(Lint *lint, const Expression *expr)
{
	const Expression *left = expr->as.call.arguments[0];
	const Expression *right = expr->as.call.arguments[1];
	unsigned left_types = types_of(lint, left);
	unsigned right_types = types_of(lint, right);
	bool equality = expr->as.call.function == FUNCTION_EQUAL || expr->as.call.function == FUNCTION_NOT_EQUAL;

	if ((left_types & right_types) == 0 && left_types != SCHEMA_OTHER && right_types != SCHEMA_OTHER)
		warn_of_clash(lint, expr, left_types, right_types);
	else if (equality)
	{
		check_value(lint, left, schema_of(lint, left), right);
		check_value(lint, right, schema_of(lint, right), left);
	}
}

/* Each element that is written out. */
static void
check_elements(Lint *lint, const Expression *path, const Expression *list)
{
	const RequestSchema *schema = schema_of(lint, path);
	unsigned types = types_of(lint, path);

	for (uint32_t i = 0; i < list->as.list.count; i++)
	{
		const Expression *element = list->as.list.items[i].value;
		unsigned element_types = types_of(lint, element);

		if ((types & element_types) == 0 && types != SCHEMA_OTHER && element_types != SCHEMA_OTHER)
			WARN(lint, element->offset, NULL, "by the request schema %.*s is never equal to %.*s",
				 STR_ARG(types_text(lint, types)), STR_ARG(types_text(lint, element_types)));
		else
			check_value(lint, path, schema, element);
	}
}

/* `element in list` and list.contains(element). */
static void
check_membership(Lint *lint, const Expression *element, const Expression *list)
{
	const RequestSchema *schema;

	if (list->kind == EXPR_LIST)
	{
		check_elements(lint, element, list);
		return;
	}
	schema = schema_of(lint, list);
	if (schema == NULL || (schema->types & (SCHEMA_STRING | SCHEMA_OBJECT)) != 0 || schema->items == NULL)
		return;
	if ((with_numbers(schema->items->types) & types_of(lint, element)) == 0)
		WARN(lint, element->offset, NULL, "by the request schema the list holds %.*s, never %.*s",
			 STR_ARG(types_text(lint, schema->items->types)),
			 STR_ARG(types_text(lint, types_of(lint, element))));
	else
		check_value(lint, NULL, schema->items, element);
}

/* --- Calls
 * ---------------------------------------------------------------------------------------------------- */

/* '\b' is a backspace unless the string is raw. */
static void
check_pattern(Lint *lint, const Expression *pattern)
{
	Str text = pattern->as.constant.as.text;

	if (is_text(pattern) && text.size > 0 && memchr(text.data, '\b', text.size) != NULL)
		WARN(lint, pattern->offset, "The end of a word is written r'\\b', in a raw string.",
			 "\"\\b\" is a backspace in this pattern");
}

static void
check_call(Lint *lint, const Expression *expr)
{
	const Call *call = &expr->as.call;

	switch (call->function)
	{
		case FUNCTION_EQUAL:
		case FUNCTION_NOT_EQUAL:
		case FUNCTION_LESS:
		case FUNCTION_LESS_EQUAL:
		case FUNCTION_GREATER:
		case FUNCTION_GREATER_EQUAL:
			if (lint->schema != NULL)
				check_comparison(lint, expr);
			break;
		case FUNCTION_IN:
			if (lint->schema != NULL)
				check_membership(lint, call->arguments[0], call->arguments[1]);
			break;
		case FUNCTION_CONTAINS:
			if (lint->schema != NULL && call->receiver != NULL && call->count == 1)
				check_membership(lint, call->arguments[0], call->receiver);
			break;
		case FUNCTION_MATCHES:
			check_pattern(lint, call->arguments[call->count - 1]);
			break;
		case FUNCTION_INDEX:
		case FUNCTION_OPTIONAL_INDEX:
			if (lint->schema != NULL && is_text(call->arguments[1]))
				check_field(lint, expr, call->arguments[0], call->arguments[1]->as.constant.as.text,
							call->function == FUNCTION_OPTIONAL_INDEX);
			break;
		default:
			break;
	}
}

/* The operands of && with what follows where all are true, those of || where all are false. */
static void
look_at_junction(Lint *lint, const Call *call)
{
	const Guard *outer = lint->guards;

	for (uint32_t i = 0; i < call->count; i++)
		llp_guards_learn(lint->arena, &lint->guards, call->arguments[i], call->function == FUNCTION_AND);
	for (uint32_t i = 0; i < call->count; i++)
		look(lint, call->arguments[i]);
	lint->guards = outer;
}

static void
look_at_choice(Lint *lint, const Call *call)
{
	const Guard *outer = lint->guards;

	look(lint, call->arguments[0]);
	for (uint32_t i = 1; i < call->count; i++)
	{
		llp_guards_learn(lint->arena, &lint->guards, call->arguments[0], i == 1);
		look(lint, call->arguments[i]);
		lint->guards = outer;
	}
}

/* All arguments but the last may be absent. */
static void
look_at_coalesce(Lint *lint, const Call *call)
{
	for (uint32_t i = 0; i < call->count; i++)
	{
		bool last = i + 1 == call->count;

		lint->absorbing += !last;
		look(lint, call->arguments[i]);
		lint->absorbing -= !last;
	}
}

static void
look_at_call(Lint *lint, const Expression *expr)
{
	switch (expr->as.call.function)
	{
		case FUNCTION_AND:
		case FUNCTION_OR:
			look_at_junction(lint, &expr->as.call);
			break;
		case FUNCTION_CONDITIONAL:
			look_at_choice(lint, &expr->as.call);
			break;
		case FUNCTION_COALESCE:
			look_at_coalesce(lint, &expr->as.call);
			break;
		case FUNCTION_OPTIONAL_INDEX:
			look_at_asked(lint, expr->as.call.arguments[0]);
			look(lint, expr->as.call.arguments[1]);
			check_call(lint, expr);
			break;
		default:
			llp_expr_each_part(expr, look, lint);
			check_call(lint, expr);
			break;
	}
}

static void
look(void *context, const Expression *expr)
{
	Lint *lint = context;

	switch (expr->kind)
	{
		case EXPR_IDENTIFIER:
			look_at_identifier(lint, expr);
			break;
		case EXPR_SELECT:
			look_at_select(lint, expr);
			break;
		case EXPR_CALL:
			look_at_call(lint, expr);
			break;
		default:
			llp_expr_each_part(expr, look, lint);
			break;
	}
}

void
llp_lint_expression(Arena *arena, const PolicyExpression *expression, const RequestSchema *schema,
					DiagnosticList *findings)
{
	Lint lint = {.arena = arena, .source = expression->source, .schema = schema, .findings = findings};

	look(&lint, expression->expression);
}

/* --- Weekdays
 * ------------------------------------------------------------------------------------------------- */

typedef struct WeekdaySearch
{
	Function function;
	const Expression *found; /* the first call of it */
} WeekdaySearch;

static void
find_weekday(void *context, const Expression *expr)
{
	WeekdaySearch *search = context;

	llp_expr_each_part(expr, find_weekday, context);
	if (search->found == NULL && llp_expr_is_call(expr, search->function))
		search->found = expr;
}

/* The first call of the function in the policy, and where it is; NULL: there is none. */
static const Expression *
find_call(const Policy *policy, Function function, const Source **source)
{
	WeekdaySearch search = {.function = function};

	for (const PolicyExpression *each = policy->expressions; each != NULL && search.found == NULL;
		 each = each->next)
	{
		*source = each->source;
		find_weekday(&search, each->expression);
	}
	return search.found;
}

void
llp_lint_weekdays(const Policy *policy, DiagnosticList *findings)
{
	const Source *source;
	const Expression *call;

	if (find_call(policy, FUNCTION_WEEKDAY, &source) == NULL)
		return;
	call = find_call(policy, FUNCTION_GET_DAY_OF_WEEK, &source);
	if (call != NULL)
		llp_source_report(
			source, findings, SEVERITY_WARNING, call->offset,
			"Monday is 0 for weekday() and 1 for getDayOfWeek(), Sunday 6 and 0. Use one of them.",
			"the policy counts weekdays in two ways");
}
