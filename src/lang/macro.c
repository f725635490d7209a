/*
 * lang/macro.c - expands macros.
 *
 * The expansions are those of the CEL specification ("Macros") and, for what it does not have, of the
 * documentation of cel-go's extensions.  Every argument becomes part of an expansion once, so that expansions
 * are linear in what was written; where a value is needed twice it is bound to a name.
 */
#include "lang/macro.h"

#include "base/suggest.h"
#include "lang/word.h"

struct Macro
{
	Str name;
	Str qualifier; /* "cel" of cel.bind; empty: none */
	bool receiver;
	uint32_t count;		/* of arguments */
	uint32_t variables; /* how many of them, the first ones, are names */
	MacroId id;
	Expression *(*expand)(const MacroSite *site, uint32_t variables);
};

/* --- Parts of expansions --- */

static Expression *
name(const MacroSite *site, Str text)
{
	return llp_expr_identifier(site->arena, site->offset, text);
}

static Expression *
accumulator(const MacroSite *site)
{
	return name(site, LLP_ACCUMULATOR);
}

static Expression *
truth(const MacroSite *site, bool value)
{
	return llp_expr_constant(site->arena, site->offset, (Constant){.kind = KIND_BOOL, .as.boolean = value});
}

static Expression *
integer(const MacroSite *site, int64_t value)
{
	return llp_expr_constant(site->arena, site->offset, (Constant){.kind = KIND_INT, .as.integer = value});
}

static Expression *
empty_list(const MacroSite *site)
{
	return llp_expr_list(site->arena, site->offset, NULL, 0);
}

static Expression *
empty_map(const MacroSite *site)
{
	return llp_expr_map(site->arena, site->offset, NULL, 0);
}

static Expression *
list_of(const MacroSite *site, Expression *element)
{
	ListItem *items = llp_arena_new(site->arena, ListItem);

	if (items == NULL)
		return NULL;
	items->value = element;
	return llp_expr_list(site->arena, site->offset, items, 1);
}

/* A call with `count` of the arguments. */
static Expression *
call(const MacroSite *site, Function function, Expression *receiver, uint32_t count, Expression *first,
	 Expression *second, Expression *third)
{
	Expression **arguments = llp_arena_array(site->arena, 3, sizeof(Expression *));

	if (arguments == NULL)
		return NULL;
	arguments[0] = first;
	arguments[1] = second;
	arguments[2] = third;
	return llp_expr_call(site->arena, site->offset, function, receiver, arguments, count);
}

static Expression *
call1(const MacroSite *site, Function function, Expression *operand)
{
	return call(site, function, NULL, 1, operand, NULL, NULL);
}

static Expression *
call2(const MacroSite *site, Function function, Expression *left, Expression *right)
{
	return call(site, function, NULL, 2, left, right, NULL);
}

static Expression *
choose(const MacroSite *site, Expression *condition, Expression *yes, Expression *no)
{
	return call(site, FUNCTION_CONDITIONAL, NULL, 3, condition, yes, no);
}

/* A loop over the receiver that gathers in the accumulator. */
static Expression *
loop(const MacroSite *site, uint32_t variables, Expression *init, Expression *condition, Expression *step,
	 Expression *result)
{
	Comprehension comprehension = {
		.range = site->receiver,
		.variable = site->arguments[0]->as.identifier.name,
		.second = variables == 2 ? site->arguments[1]->as.identifier.name : STR(""),
		.accumulator = LLP_ACCUMULATOR,
		.init = init,
		.condition = condition,
		.step = step,
		.result = result,
	};

	return llp_expr_comprehension(site->arena, site->offset, &comprehension);
}

/* A loop that takes every element. */
static Expression *
gather(const MacroSite *site, uint32_t variables, Expression *init, Expression *step)
{
	return loop(site, variables, init, truth(site, true), step, accumulator(site));
}

/* `body` in which a variable has the value `init`: a loop over nothing with an accumulator of that name. */
static Expression *
bind(const MacroSite *site, Str variable, Expression *init, Expression *body)
{
	Comprehension comprehension = {
		.range = empty_list(site),
		.variable = STR("@unused"),
		.accumulator = variable,
		.init = init,
		.condition = truth(site, false),
		.step = name(site, variable),
		.result = body,
	};

	return llp_expr_comprehension(site->arena, site->offset, &comprehension);
}

/* --- The macros --- */

static Expression *
report(const MacroSite *site, size_t offset, const char *hint, const char *message)
{
	llp_source_report(site->source, site->findings, SEVERITY_ERROR, offset, hint, "%s", message);
	return NULL;
}

/* How has() is written that was asked for an index: with the field, if the key can be one. */
static const char *
hint_field(const MacroSite *site, const Expression *key)
{
	Str field = key->kind == EXPR_CONSTANT && key->as.constant.kind == KIND_STRING ? key->as.constant.as.text
																				   : STR("");
	Str quote = llp_is_field_name(field) ? STR("") : STR("`");
	StrBuf hint;

	if (!llp_is_quotable_name(field))
		return "Whether a map has a key is asked with \"in\": 'b' in a.";
	llp_buf_init(&hint, site->arena);
	llp_buf_append(&hint, STR("The field is named after a dot: has(x."));
	llp_buf_append(&hint, quote);
	llp_buf_append(&hint, field);
	llp_buf_append(&hint, quote);
	llp_buf_append(&hint, STR(")."));
	return llp_hint_text(&hint);
}

/* has(a['b']) is a frequent slip. */
static Expression *
reject_has(const MacroSite *site)
{
	const Expression *argument = site->arguments[0];

	if (llp_expr_is_call(argument, FUNCTION_INDEX))
		return report(site, argument->offset, hint_field(site, argument->as.call.arguments[1]),
					  "has() takes no index");
	return report(site, argument->offset, "It takes a field or a variable: has(a.b), has(a).",
				  "has() takes a field and nothing else");
}

static Expression *
expand_has(const MacroSite *site, uint32_t variables)
{
	Expression *argument = site->arguments[0];

	(void) variables;
	if (argument->kind == EXPR_IDENTIFIER && !argument->as.identifier.absolute)
	{
		Expression *presence = llp_expr_presence(site->arena, argument->offset, argument->as.identifier.name);

		if (presence != NULL)
			presence->as.select.quoted = argument->as.identifier.quoted;
		return presence;
	}
	if (argument->kind != EXPR_SELECT || argument->as.select.optional || argument->as.select.test)
		return reject_has(site);
	argument->as.select.test = true;
	return argument;
}

static Expression *
expand_all(const MacroSite *site, uint32_t variables)
{
	return loop(site, variables, truth(site, true),
				call1(site, FUNCTION_NOT_STRICTLY_FALSE, accumulator(site)),
				call2(site, FUNCTION_AND, accumulator(site), site->arguments[variables]), accumulator(site));
}

static Expression *
expand_exists(const MacroSite *site, uint32_t variables)
{
	Expression *none_yet = call1(site, FUNCTION_NOT, accumulator(site));

	return loop(site, variables, truth(site, false), call1(site, FUNCTION_NOT_STRICTLY_FALSE, none_yet),
				call2(site, FUNCTION_OR, accumulator(site), site->arguments[variables]), accumulator(site));
}

/* Every element is tested, and an error of one is an error of all. */
static Expression *
expand_exists_one(const MacroSite *site, uint32_t variables)
{
	Expression *more = call2(site, FUNCTION_ADD, accumulator(site), integer(site, 1));

	return loop(site, variables, integer(site, 0), truth(site, true),
				choose(site, site->arguments[variables], more, accumulator(site)),
				call2(site, FUNCTION_EQUAL, accumulator(site), integer(site, 1)));
}

/* `step`, where there is a filter before the last argument only for what it lets through. */
static Expression *
filtered(const MacroSite *site, uint32_t variables, Expression *step)
{
	if (site->count == variables + 1)
		return step;
	return choose(site, site->arguments[variables], step, accumulator(site));
}

static Expression *
expand_map(const MacroSite *site, uint32_t variables)
{
	Expression *element = list_of(site, site->arguments[site->count - 1]);
	Expression *step = call2(site, FUNCTION_ADD, accumulator(site), element);

	return gather(site, variables, empty_list(site), filtered(site, variables, step));
}

static Expression *
expand_filter(const MacroSite *site, uint32_t variables)
{
	Expression *element = list_of(site, name(site, site->arguments[0]->as.identifier.name));
	Expression *step = call2(site, FUNCTION_ADD, accumulator(site), element);

	return gather(site, variables, empty_list(site),
				  choose(site, site->arguments[variables], step, accumulator(site)));
}

static Expression *
expand_transform_map(const MacroSite *site, uint32_t variables)
{
	Expression *key = name(site, site->arguments[0]->as.identifier.name);
	Expression *step =
		call(site, FUNCTION_MAP_INSERT, NULL, 3, accumulator(site), key, site->arguments[site->count - 1]);

	return gather(site, variables, empty_map(site), filtered(site, variables, step));
}

static Expression *
expand_transform_map_entry(const MacroSite *site, uint32_t variables)
{
	Expression *step = call2(site, FUNCTION_MAP_INSERT, accumulator(site), site->arguments[site->count - 1]);

	return gather(site, variables, empty_map(site), filtered(site, variables, step));
}

static Expression *
expand_bind(const MacroSite *site, uint32_t variables)
{
	(void) variables;
	return bind(site, site->arguments[0]->as.identifier.name, site->arguments[1], site->arguments[2]);
}

#define TARGET STR("@target")

/* What to do with the value of the receiver, an optional, which is computed once. */
static Expression *
with_value(const MacroSite *site, Expression *some)
{
	Expression *has_value = call(site, FUNCTION_HAS_VALUE, name(site, TARGET), 0, NULL, NULL, NULL);
	Expression *none = call(site, FUNCTION_OPTIONAL_NONE, NULL, 0, NULL, NULL, NULL);

	return bind(site, TARGET, site->receiver, choose(site, has_value, some, none));
}

/* The second argument, in which the first one is the value of the target. */
static Expression *
applied(const MacroSite *site)
{
	Expression *value = call(site, FUNCTION_VALUE, name(site, TARGET), 0, NULL, NULL, NULL);

	return bind(site, site->arguments[0]->as.identifier.name, value, site->arguments[1]);
}

static Expression *
expand_opt_map(const MacroSite *site, uint32_t variables)
{
	(void) variables;
	return with_value(site, call1(site, FUNCTION_OPTIONAL_OF, applied(site)));
}

static Expression *
expand_opt_flat_map(const MacroSite *site, uint32_t variables)
{
	(void) variables;
	return with_value(site, applied(site));
}

static Expression *
expand_sort_by(const MacroSite *site, uint32_t variables)
{
	MacroSite keys = *site;

	keys.receiver = name(site, TARGET);
	if (keys.receiver == NULL)
		return NULL;
	return bind(
		site, TARGET, site->receiver,
		call(site, FUNCTION_SORT_BY, name(site, TARGET), 1, expand_map(&keys, variables), NULL, NULL));
}

#define NAMED(text)                                                                                          \
	{                                                                                                        \
		text, sizeof(text) - 1                                                                               \
	}
#define GLOBAL(text, count, variables, id, expand)                                                           \
	{                                                                                                        \
		NAMED(text), NAMED(""), false, count, variables, MACRO_##id, expand                                  \
	}
#define RECEIVER(text, count, variables, id, expand)                                                         \
	{                                                                                                        \
		NAMED(text), NAMED(""), true, count, variables, MACRO_##id, expand                                   \
	}

static const Macro macros[] = {
	GLOBAL("has", 1, 0, HAS, expand_has),
	RECEIVER("all", 2, 1, ALL, expand_all),
	RECEIVER("all", 3, 2, ALL, expand_all),
	RECEIVER("exists", 2, 1, EXISTS, expand_exists),
	RECEIVER("exists", 3, 2, EXISTS, expand_exists),
	RECEIVER("any", 2, 1, EXISTS, expand_exists),
	RECEIVER("exists_one", 2, 1, EXISTS_ONE, expand_exists_one),
	RECEIVER("exists_one", 3, 2, EXISTS_ONE, expand_exists_one),
	RECEIVER("existsOne", 2, 1, EXISTS_ONE, expand_exists_one),
	RECEIVER("existsOne", 3, 2, EXISTS_ONE, expand_exists_one),
	RECEIVER("map", 2, 1, MAP, expand_map),
	RECEIVER("map", 3, 1, MAP, expand_map),
	RECEIVER("filter", 2, 1, FILTER, expand_filter),
	RECEIVER("transformList", 3, 2, TRANSFORM_LIST, expand_map),
	RECEIVER("transformList", 4, 2, TRANSFORM_LIST, expand_map),
	RECEIVER("transformMap", 3, 2, TRANSFORM_MAP, expand_transform_map),
	RECEIVER("transformMap", 4, 2, TRANSFORM_MAP, expand_transform_map),
	RECEIVER("transformMapEntry", 3, 2, TRANSFORM_MAP_ENTRY, expand_transform_map_entry),
	RECEIVER("transformMapEntry", 4, 2, TRANSFORM_MAP_ENTRY, expand_transform_map_entry),
	{NAMED("bind"), NAMED("cel"), true, 3, 1, MACRO_BIND, expand_bind},
	RECEIVER("optMap", 2, 1, OPT_MAP, expand_opt_map),
	RECEIVER("optFlatMap", 2, 1, OPT_FLAT_MAP, expand_opt_flat_map),
	RECEIVER("sortBy", 2, 1, SORT_BY, expand_sort_by),
};

static bool
is_qualifier(const Expression *receiver, Str qualifier)
{
	return receiver->kind == EXPR_IDENTIFIER && !receiver->as.identifier.absolute &&
		   !receiver->as.identifier.quoted && llp_str_equal(receiver->as.identifier.name, qualifier);
}

static bool
is_called(const Macro *macro, const MacroSite *site)
{
	if (macro->count != site->count || macro->receiver != (site->receiver != NULL))
		return false;
	if (!llp_str_equal(macro->name, site->name))
		return false;
	return macro->qualifier.size == 0 || is_qualifier(site->receiver, macro->qualifier);
}

const Macro *
llp_macro_find(const MacroSite *site)
{
	for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++)
	{
		if (is_called(&macros[i], site))
			return &macros[i];
	}
	return NULL;
}

Str
llp_macro_name(size_t index)
{
	return index < sizeof(macros) / sizeof(macros[0]) ? macros[index].name : STR("");
}

/* The arguments that name variables must be names, and different ones. */
static bool
check_variables(const Macro *macro, const MacroSite *site)
{
	for (uint32_t i = 0; i < macro->variables; i++)
	{
		const Expression *variable = site->arguments[i];

		if (variable->kind != EXPR_IDENTIFIER || variable->as.identifier.absolute ||
			variable->as.identifier.quoted)
		{
			(void) report(site, variable->offset,
						  "It names the variable that stands for each value: x.all(v, v > 0).",
						  "this argument has to be a name");
			return false;
		}
	}
	if (macro->variables == 2 &&
		llp_str_equal(site->arguments[0]->as.identifier.name, site->arguments[1]->as.identifier.name))
	{
		(void) report(site, site->arguments[1]->offset, NULL, "the two variables have the same name");
		return false;
	}
	return true;
}

/* The call as it was written, with the spelling that is printed. */
static const MacroCall *
keep_call(const Macro *macro, const MacroSite *site)
{
	MacroCall *written = llp_arena_new(site->arena, MacroCall);

	if (written == NULL)
		return NULL;
	written->id = macro->id;
	written->name = llp_str_equal(site->name, STR("any")) ? STR("exists") : macro->name;
	written->receiver = site->receiver;
	written->arguments = site->arguments;
	written->count = site->count;
	return written;
}

Expression *
llp_macro_expand(const Macro *macro, const MacroSite *site)
{
	Expression *expansion;

	if (!check_variables(macro, site))
		return NULL;
	expansion = macro->expand(site, macro->variables);
	if (expansion == NULL || macro->id == MACRO_HAS)
		return expansion;
	expansion->macro = keep_call(macro, site);
	return expansion->macro != NULL ? expansion : NULL;
}
