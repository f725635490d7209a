/*
 * lang/check.c - the checker.
 *
 * Walks the tree once to infer types (lang/infer.h) and once more to write down what they turned out to be.
 * Its recursion is bounded by the height of the tree, which the parser bounds.  After an error the type of a
 * node is KIND_ERROR, which fits everywhere, so that one mistake is one message.
 */
#include "lang/check.h"

#include "base/suggest.h"
#include "lang/functions.h"
#include "lang/infer.h"
#include "lang/macro.h"
#include "lang/names.h"
#include "lang/overload.h"

/* A variable of a comprehension, or its accumulator. */
typedef struct Scope
{
	const struct Scope *outer;
	Str name;
	const CelType *type;
	const Expression *binder;
} Scope;

typedef struct Checker
{
	Arena *arena;
	const Source *source;
	const Environment *environment;
	DiagnosticList *findings;
	Inference inference;
	const Scope *scope;
} Checker;

static const CelType *check(Checker *checker, Expression *expr);

/* --- Messages --- */

static const CelType *
error_type(void)
{
	return &llp_type_ERROR;
}

/* A type as messages write it. */
static Str
written(Checker *checker, const CelType *type)
{
	StrBuf out;

	llp_buf_init(&out, checker->arena);
	llp_type_write(&out, type);
	return llp_buf_str(&out);
}

#define REPORT(checker, offset, hint, ...)                                                                   \
	llp_source_report((checker)->source, (checker)->findings, SEVERITY_ERROR, offset, hint, __VA_ARGS__)

/* --- Names --- */

static const Scope *
find_local(const Checker *checker, Str name)
{
	for (const Scope *scope = checker->scope; scope != NULL; scope = scope->outer)
	{
		if (scope->name.size == name.size && llp_str_equal(scope->name, name))
			return scope;
	}
	return NULL;
}

static const CelType *
find_variable(const Checker *checker, Str name)
{
	const Environment *environment = checker->environment;

	return environment->variable != NULL ? environment->variable(environment->context, name) : NULL;
}

/*
 * Makes an identifier of `expr` if the name is that of a variable or a type, the most qualified meaning
 * first; returns its type, or NULL when there is none.
 */
static const CelType *
resolve(Checker *checker, Expression *expr, Str name, bool absolute)
{
	QualifiedName candidate;

	for (int i = 0; llp_name_candidate(checker->environment->container, name, absolute, i, &candidate); i++)
	{
		Str full = {candidate.data, candidate.size};
		const CelType *type = find_variable(checker, full);
		const CelType *denoted = type == NULL ? llp_type_of_name(full) : NULL;

		if (type == NULL && denoted == NULL)
			continue;
		expr->kind = EXPR_IDENTIFIER;
		expr->as.identifier = (Identifier){
			.name = llp_str_copy(checker->arena, full), .absolute = absolute, .denoted = denoted};
		return denoted != NULL ? llp_infer_type(&checker->inference, KIND_TYPE, denoted, NULL) : type;
	}
	return NULL;
}

static const CelType *
check_identifier(Checker *checker, Expression *expr)
{
	Identifier *identifier = &expr->as.identifier;
	const Scope *local =
		identifier->absolute || identifier->quoted ? NULL : find_local(checker, identifier->name);
	const CelType *type;

	if (local != NULL)
	{
		identifier->binder = local->binder;
		return local->type;
	}
	type = identifier->quoted ? find_variable(checker, identifier->name)
							  : resolve(checker, expr, identifier->name, identifier->absolute);
	if (type != NULL)
		return type;
	if (checker->environment->open || checker->environment->untyped)
		return &llp_type_DYN;
	REPORT(checker, expr->offset, NULL, "unknown variable \"%.*s\"", STR_ARG(identifier->name));
	return error_type();
}

/* The name of a declared variable, or a type, that is written as fields of a name?  NULL: it is none. */
static const CelType *
check_qualified(Checker *checker, Expression *expr)
{
	QualifiedName name;

	if (!llp_qualified_name(expr, &name) || (!name.absolute && find_local(checker, name.root) != NULL))
		return NULL;
	return resolve(checker, expr, (Str){name.data, name.size}, name.absolute);
}

/* --- Fields --- */

/* The type of a field of a value that is no optional. */
static const CelType *
field_type(Checker *checker, Expression *expr, const CelType *type)
{
	Select *select = &expr->as.select;
	Overload member = select->test ? FN_NONE : llp_overload_of_member(select->field);

	switch (type->kind)
	{
		case KIND_MAP:
			return type->parameters[1];
		case KIND_DYN:
		case KIND_ERROR:
		case KIND_VARIABLE:
			select->member = member;
			return &llp_type_DYN;
		case KIND_TIMESTAMP:
			if (member != FN_NONE)
			{
				select->member = member;
				return llp_overloads[member].result;
			}
			break;
		default:
			break;
	}
	REPORT(checker, expr->offset, NULL, "%.*s has no field \"%.*s\"", STR_ARG(written(checker, type)),
		   STR_ARG(select->field));
	return error_type();
}

static const CelType *
optional_of(Checker *checker, const CelType *type)
{
	type = llp_infer_known(type);
	if (type->kind == KIND_OPTIONAL || type->kind == KIND_ERROR)
		return type;
	return llp_infer_type(&checker->inference, KIND_OPTIONAL, type, NULL);
}

/* has(name): a variable of the environment, which may lack it. */
static const CelType *
check_presence(Checker *checker, const Expression *expr)
{
	Str name = expr->as.select.field;

	if (find_local(checker, name) == NULL || expr->as.select.quoted)
		return &llp_type_BOOL;
	REPORT(checker, expr->offset, NULL, "\"%.*s\" is always there: a macro binds it", STR_ARG(name));
	return error_type();
}

static const CelType *
check_select(Checker *checker, Expression *expr)
{
	Select *select = &expr->as.select;
	const CelType *qualified = check_qualified(checker, expr);
	const CelType *operand;
	const CelType *type;
	bool optional;

	if (qualified != NULL)
		return qualified;
	if (select->operand == NULL)
		return check_presence(checker, expr);
	operand = llp_infer_known(check(checker, select->operand));
	optional = operand->kind == KIND_OPTIONAL || select->optional;
	if (operand->kind == KIND_OPTIONAL)
		operand = llp_infer_known(operand->parameters[0]);
	type = checker->environment->untyped ? &llp_type_DYN : field_type(checker, expr, operand);
	if (checker->environment->untyped)
		select->member = select->test ? FN_NONE : llp_overload_of_member(select->field);
	if (select->test)
		return &llp_type_BOOL;
	return optional ? optional_of(checker, type) : type;
}

/* --- Calls --- */

static const CelType *
report_overloads(Checker *checker, const Expression *expr)
{
	const Call *call = &expr->as.call;
	REPORT(checker, expr->offset, llp_overloads_hint(checker->arena, call->function),
		   "\"%.*s\" does not take %.*s", STR_ARG(llp_overloads_name(checker->arena, call)),
		   STR_ARG(llp_overloads_operands(checker->arena, call)));
	return error_type();
}

/* Compares with all that an author can call. */
static void
consider_names(Nearest *nearest)
{
	Str name;

	for (int function = FUNCTION_NONE + 1; function < FUNCTION_END; function++)
	{
		name = llp_functions[function].name;
		if (!llp_is_operator((Function) function) && name.data[0] != '@')
			llp_nearest_consider(nearest, name);
	}
	for (size_t i = 0; (name = llp_macro_name(i)).size > 0; i++)
		llp_nearest_consider(nearest, name);
}

/* A function that somebody may expect, and that nothing provides; false: it is just unknown. */
static bool
report_expected(Checker *checker, const Expression *expr)
{
	const Call *call = &expr->as.call;
	Str full = call->name;
	QualifiedName name;
	const char *hint;

	if (checker->environment->expected == NULL)
		return false;
	if (call->receiver != NULL)
	{
		if (!llp_qualified_name(call->receiver, &name) || find_local(checker, name.root) != NULL ||
			!llp_qualified_name_append(&name, call->name))
			return false;
		full = (Str){name.data, name.size};
	}
	hint = checker->environment->expected(full);
	if (hint != NULL)
		REPORT(checker, expr->offset, hint, "nothing provides \"%.*s\" yet", STR_ARG(full));
	return hint != NULL;
}

static const CelType *
report_function(Checker *checker, const Expression *expr)
{
	Nearest nearest = {.spelling = expr->as.call.name};
	StrBuf hint;

	if (report_expected(checker, expr))
		return error_type();

	/* Of a finding too many nobody sees the hint. */
	if (checker->findings->kept < LLP_MAX_DIAGNOSTICS)
		consider_names(&nearest);
	llp_buf_init(&hint, checker->arena);
	if (llp_str_equal(nearest.candidate, nearest.spelling))
		llp_buf_append(&hint, STR("It is a macro and takes other arguments."));
	else
		llp_hint_question(&hint, nearest.candidate);
	if (hint.size == 0)
		llp_buf_append(&hint, STR("The functions are listed in the chapter on expressions."));
	REPORT(checker, expr->offset, llp_hint_text(&hint), "unknown function \"%.*s\"",
		   STR_ARG(expr->as.call.name));
	return error_type();
}

/* `&&` and `||`, which take any number of truths. */
static const CelType *
check_logic(Checker *checker, Expression *expr)
{
	Call *call = &expr->as.call;

	call->candidates = 1;
	if (checker->environment->untyped)
		return &llp_type_DYN;
	for (uint32_t i = 0; i < call->count; i++)
	{
		const Expression *operand = call->arguments[i];

		if (!llp_infer_assign(&checker->inference, operand->type, &llp_type_BOOL))
			REPORT(checker, operand->offset, NULL, "\"%.*s\" takes bool, not %.*s",
				   STR_ARG(llp_overloads_name(checker->arena, call)),
				   STR_ARG(written(checker, operand->type)));
	}
	return &llp_type_BOOL;
}

/* math.abs(x) is a call of a function with that name, not of a function of a variable. */
static void
join_function_name(Checker *checker, Call *call)
{
	QualifiedName name;
	Function function;

	if (call->receiver == NULL || !llp_qualified_name(call->receiver, &name) ||
		(!name.absolute && find_local(checker, name.root) != NULL) ||
		!llp_qualified_name_append(&name, call->name))
		return;
	function = llp_function_of_name((Str){name.data, name.size});
	if (function == FUNCTION_NONE)
		return;
	call->function = function;
	call->name = llp_functions[function].name;
	call->absolute = name.absolute;
	call->receiver = NULL;
}

/* custom.f(x); what it takes and gives is known where it is registered. */
static bool
join_registered_name(Checker *checker, Call *call)
{
	const Expression *receiver = call->receiver;
	StrBuf name;

	if (call->registered)
		return true;
	if (!checker->environment->registry || receiver == NULL || receiver->kind != EXPR_IDENTIFIER ||
		!llp_str_equal(receiver->as.identifier.name, LLP_REGISTERED) ||
		find_local(checker, LLP_REGISTERED) != NULL)
		return false;
	llp_buf_init(&name, checker->arena);
	llp_buf_append(&name, LLP_REGISTERED);
	llp_buf_append_char(&name, '.');
	llp_buf_append(&name, call->name);
	call->name = llp_buf_str(&name);
	call->absolute = receiver->as.identifier.absolute;
	call->receiver = NULL;
	call->registered = true;
	return true;
}

static const CelType *
check_registered(Checker *checker, const Call *call)
{
	for (uint32_t i = 0; i < call->count; i++)
		(void) check(checker, call->arguments[i]);
	return &llp_type_DYN;
}

static const CelType *
check_call(Checker *checker, Expression *expr)
{
	Call *call = &expr->as.call;
	const CelType *unknown = &llp_type_DYN;
	const CelType *type;

	if (join_registered_name(checker, call))
		return check_registered(checker, call);
	if (call->function == FUNCTION_NONE)
		join_function_name(checker, call);
	if (call->function == FUNCTION_NONE)
		call->function = llp_function_of_name(call->name);
	if (call->function == FUNCTION_NONE && !checker->environment->untyped)
		unknown = report_function(checker, expr);
	if (call->receiver != NULL)
		(void) check(checker, call->receiver);
	for (uint32_t i = 0; i < call->count; i++)
		(void) check(checker, call->arguments[i]);
	call->candidates = 0;
	if (call->function == FUNCTION_NONE)
		return unknown;
	if (call->function == FUNCTION_AND || call->function == FUNCTION_OR)
		return check_logic(checker, expr);
	if (checker->environment->untyped)
	{
		llp_overloads_find_untyped(call);
		return &llp_type_DYN;
	}
	type = llp_overloads_find(&checker->inference, call);
	return type != NULL ? type : report_overloads(checker, expr);
}

/* --- Lists and maps --- */

/* What is in an optional element; an element that is none is an error. */
static const CelType *
unwrapped(Checker *checker, const Expression *expr)
{
	const CelType *type = llp_infer_known(expr->type);

	if (type->kind == KIND_OPTIONAL)
		return type->parameters[0];
	if (type->kind != KIND_DYN && type->kind != KIND_ERROR && !checker->environment->untyped)
		REPORT(checker, expr->offset, "An element after \"?\" is left out if it has no value: [?a.?b].",
			   "\"?\" takes an optional, not %.*s", STR_ARG(written(checker, type)));
	return &llp_type_DYN;
}

/* The type of elements of which those so far have type `common`; NULL: there were none. */
static const CelType *
joined(Checker *checker, const CelType *common, const CelType *type)
{
	return common == NULL ? type : llp_infer_join(&checker->inference, common, type);
}

static const CelType *
element_or_variable(Checker *checker, const CelType *common)
{
	return common != NULL ? common : llp_infer_variable(&checker->inference);
}

static const CelType *
check_list(Checker *checker, Expression *expr)
{
	const CelType *common = NULL;

	for (uint32_t i = 0; i < expr->as.list.count; i++)
	{
		const ListItem *item = &expr->as.list.items[i];
		const CelType *type = check(checker, item->value);

		common = joined(checker, common, item->optional ? unwrapped(checker, item->value) : type);
	}
	return llp_infer_type(&checker->inference, KIND_LIST, element_or_variable(checker, common), NULL);
}

/* Keys are bool, int, uint or string; of those that are not known nothing is learnt. */
static const CelType *
check_key(Checker *checker, Expression *key)
{
	const CelType *type = llp_infer_known(check(checker, key));

	switch (type->kind)
	{
		case KIND_BOOL:
		case KIND_INT:
		case KIND_UINT:
		case KIND_STRING:
		case KIND_ERROR:
			return type;
		case KIND_DYN:
		case KIND_VARIABLE:
			return &llp_type_DYN;
		default:
			break;
	}
	REPORT(checker, key->offset, "Keys are strings, ints, uints or bools.", "a map has no keys of type %.*s",
		   STR_ARG(written(checker, type)));
	return error_type();
}

static const CelType *
check_map(Checker *checker, Expression *expr)
{
	const CelType *key = NULL;
	const CelType *value = NULL;

	for (uint32_t i = 0; i < expr->as.map.count; i++)
	{
		const MapEntry *entry = &expr->as.map.entries[i];
		const CelType *type;

		key = joined(checker, key,
					 checker->environment->untyped ? check(checker, entry->key)
												   : check_key(checker, entry->key));
		type = check(checker, entry->value);
		value = joined(checker, value, entry->optional ? unwrapped(checker, entry->value) : type);
	}
	key = element_or_variable(checker, key);
	return llp_infer_type(&checker->inference, KIND_MAP, key, element_or_variable(checker, value));
}

/* --- Comprehensions --- */

/* The types of the variables of a comprehension. */
typedef struct Elements
{
	const CelType *first;
	const CelType *second;
} Elements;

static Elements
elements_of(Checker *checker, const Expression *expr)
{
	const Comprehension *comprehension = expr->as.comprehension;
	const CelType *range = llp_infer_known(comprehension->range->type);
	bool two = comprehension->second.size > 0;

	if (range->kind == KIND_LIST)
		return two ? (Elements){&llp_type_INT, range->parameters[0]} : (Elements){range->parameters[0], NULL};
	if (range->kind == KIND_MAP)
		return (Elements){range->parameters[0], range->parameters[1]};
	if (range->kind != KIND_DYN && range->kind != KIND_ERROR && range->kind != KIND_VARIABLE &&
		!checker->environment->untyped)
		REPORT(checker, expr->offset, NULL, "%.*s() goes through a list or a map, not %.*s",
			   STR_ARG(expr->macro != NULL ? expr->macro->name : STR("map")),
			   STR_ARG(written(checker, range)));
	return (Elements){&llp_type_DYN, &llp_type_DYN};
}

/* The steps of a comprehension, with its variables in scope. */
static const CelType *
check_steps(Checker *checker, Expression *expr)
{
	Comprehension *comprehension = expr->as.comprehension;
	Elements elements = elements_of(checker, expr);
	const Scope *outer = checker->scope;
	Scope first = {outer, comprehension->variable, elements.first, expr};
	Scope second = {&first, comprehension->second, elements.second, expr};
	const CelType *step;

	checker->scope = comprehension->second.size > 0 ? &second : &first;
	(void) check(checker, comprehension->condition);
	step = check(checker, comprehension->step);
	checker->scope = outer;
	return step;
}

static const CelType *
check_comprehension(Checker *checker, Expression *expr)
{
	Comprehension *comprehension = expr->as.comprehension;
	const Scope *outer = checker->scope;
	Scope accumulator = {outer, comprehension->accumulator, NULL, expr};
	const CelType *step;
	const CelType *result;

	(void) check(checker, comprehension->range);
	accumulator.type = check(checker, comprehension->init);
	checker->scope = &accumulator;
	step = check_steps(checker, expr);
	if (!llp_infer_assign(&checker->inference, step, accumulator.type))
		accumulator.type = &llp_type_DYN;
	result = check(checker, comprehension->result);
	checker->scope = outer;
	return result;
}

/* --- The tree --- */

static const CelType *
constant_type(const Constant *constant)
{
	switch (constant->kind)
	{
		case KIND_NULL:
			return &llp_type_NULL;
		case KIND_BOOL:
			return &llp_type_BOOL;
		case KIND_INT:
			return &llp_type_INT;
		case KIND_UINT:
			return &llp_type_UINT;
		case KIND_DOUBLE:
			return &llp_type_DOUBLE;
		case KIND_STRING:
			return &llp_type_STRING;
		default:
			return &llp_type_BYTES;
	}
}

static const CelType *
type_of(Checker *checker, Expression *expr)
{
	switch (expr->kind)
	{
		case EXPR_CONSTANT:
			return constant_type(&expr->as.constant);
		case EXPR_IDENTIFIER:
			return check_identifier(checker, expr);
		case EXPR_SELECT:
			return check_select(checker, expr);
		case EXPR_CALL:
			return check_call(checker, expr);
		case EXPR_LIST:
			return check_list(checker, expr);
		case EXPR_MAP:
			return check_map(checker, expr);
		case EXPR_COMPREHENSION:
			return check_comprehension(checker, expr);
	}
	return error_type();
}

/* Infers the type of an expression, and of all in it. */
static const CelType *
check(Checker *checker, Expression *expr)
{
	expr->type = type_of(checker, expr);
	return expr->type;
}

/* Writes down the types without variables. */
static void
close_types(Inference *inference, Expression *expr)
{
	if (expr == NULL)
		return;
	expr->type = llp_infer_close(inference, expr->type);
	switch (expr->kind)
	{
		case EXPR_CONSTANT:
		case EXPR_IDENTIFIER:
			break;
		case EXPR_SELECT:
			close_types(inference, expr->as.select.operand);
			break;
		case EXPR_CALL:
			close_types(inference, expr->as.call.receiver);
			for (uint32_t i = 0; i < expr->as.call.count; i++)
				close_types(inference, expr->as.call.arguments[i]);
			break;
		case EXPR_LIST:
			for (uint32_t i = 0; i < expr->as.list.count; i++)
				close_types(inference, expr->as.list.items[i].value);
			break;
		case EXPR_MAP:
			for (uint32_t i = 0; i < expr->as.map.count; i++)
			{
				close_types(inference, expr->as.map.entries[i].key);
				close_types(inference, expr->as.map.entries[i].value);
			}
			break;
		case EXPR_COMPREHENSION:
			close_types(inference, expr->as.comprehension->range);
			close_types(inference, expr->as.comprehension->init);
			close_types(inference, expr->as.comprehension->condition);
			close_types(inference, expr->as.comprehension->step);
			close_types(inference, expr->as.comprehension->result);
			break;
	}
}

Status
llp_expression_check(Arena *arena, const Source *source, const Environment *environment,
					 DiagnosticList *findings, Expression *expr)
{
	Checker checker = {.arena = arena, .source = source, .environment = environment, .findings = findings};
	size_t errors = findings->errors;

	llp_infer_init(&checker.inference, arena);
	(void) check(&checker, expr);
	close_types(&checker.inference, expr);
	if (llp_arena_exhausted(arena))
		return STATUS_NO_MEMORY;
	if (checker.inference.steps == 0)
	{
		REPORT(&checker, expr->offset, "Split the expression; dyn(x) hides the type of x.",
			   "the types of the expression are too large");
		return STATUS_LIMIT;
	}
	return findings->errors == errors ? STATUS_OK : STATUS_INVALID;
}
