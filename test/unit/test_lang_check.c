/*
 * test/unit/test_lang_check.c - lang/check.h: types, names, overloads, messages.
 */
#include "unit.h"

#include "expression_support.h"
#include "lang/check.h"
#include "lang/functions.h"

/* Variables of the tests. */
static const CelType *
declared(void *context, Str name)
{
	static const struct
	{
		const char *name;
		const CelType *type;
	} variables[] = {
		{"i", &llp_type_INT},
		{"u", &llp_type_UINT},
		{"d", &llp_type_DOUBLE},
		{"s", &llp_type_STRING},
		{"b", &llp_type_BOOL},
		{"t", &llp_type_TIMESTAMP},
		{"any", &llp_type_DYN},
		{"l", &llp_type_LIST_INT},
		{"m", &llp_type_MAP_STRING_DYN},
		{"o", &llp_type_OPTIONAL_DYN},
		{"q.r", &llp_type_INT},
		{"q.r.s", &llp_type_STRING},
		{"room.i", &llp_type_STRING},
		{"room.inner.i", &llp_type_BOOL},
	};

	(void) context;
	for (size_t n = 0; n < sizeof(variables) / sizeof(variables[0]); n++)
		if (llp_str_equal(llp_str(variables[n].name), name))
			return variables[n].type;
	return NULL;
}

static Environment
environment(const char *container)
{
	return (Environment){.variable = declared, .container = llp_str(container)};
}

/* Parses and checks; NULL when one of them finds errors. */
static Expression *
check_text(Arena *arena, const char *text, const Environment *around, DiagnosticList *findings)
{
	Source source = {.text = llp_str(text)};
	Expression *expr = parse_text(arena, source.text, findings);

	if (expr == NULL || llp_expression_check(arena, &source, around, findings, expr) != STATUS_OK)
		return NULL;
	return expr;
}

/* The type of each expression, or "!" and the first message. */
UNIT_TEST(lang_types_are_inferred)
{
	static const char *const cases[][2] = {
		{"1 + 2", "int"},
		{"1 + any", "int"},
		{"any + any", "dyn"},
		{"[1, 2]", "list(int)"},
		{"[1, 'a']", "list(dyn)"},
		{"[1, any]", "list(dyn)"},
		{"[]", "list(dyn)"},
		{"{}", "map(dyn, dyn)"},
		{"[[], [[]], [[[]]], [[[[]]]]]", "list(list(list(list(list(dyn)))))"},
		{"[[[[[]]]], [], [[[]]]]", "list(list(list(list(list(dyn)))))"},
		{"[] + [1] + []", "list(int)"},
		{"([] + [1])[0]", "int"},
		{"([].map(x, x))[0].foo", "dyn"},
		{"[[1].map(x, x).map(y, [y])]", "list(list(list(int)))"},
		{"[optional.none(), optional.of(1)]", "list(optional_type(int))"},
		{"[optional.of(1), optional.none()]", "list(optional_type(int))"},
		{"[optional.of(1), optional.of(dyn(1))]", "list(optional_type(dyn))"},
		{"[optional.of(dyn(1)), optional.of(1)]", "list(optional_type(dyn))"},
		{"true ? optional.of(dyn(1)) : optional.of(1)", "optional_type(dyn)"},
		{"true ? optional.of(1) : optional.of(dyn(1))", "optional_type(dyn)"},
		{"true ? 1 : any", "dyn"},
		{"{'a': 1, 'b': 2}", "map(string, int)"},
		{"{'a': 1}.a", "int"},
		{"{'a': 1}.?a", "optional_type(int)"},
		{"{'a': {'b': 1}}.?a.b", "optional_type(int)"},
		{"has({'a': 1}.?a.b)", "!int has no field \"b\""},
		{"{'a': 1}['a']", "int"},
		{"{'a': 1}[?'a']", "optional_type(int)"},
		{"[1][?0].orValue(2)", "int"},
		{"o.a.b", "optional_type(dyn)"},
		{"[?optional.of(1), 2]", "list(int)"},
		{"{?'a': optional.of(1)}", "map(string, int)"},
		{"any.b.c", "dyn"},
		{"m.b.c[0]", "dyn"},
		{"l.map(x, string(x))", "list(string)"},
		{"l.filter(x, x > 0)", "list(int)"},
		{"l.all(x, x > 0) && m.exists(k, k.startsWith('a'))", "bool"},
		{"l.transformList(i, v, i * v)", "list(int)"},
		{"l.transformMap(i, v, string(v))", "map(int, string)"},
		{"l.transformMapEntry(i, v, {string(v): i})", "map(string, int)"},
		{"any.map(x, x)", "list(dyn)"},
		{"l.sortBy(x, -x)", "list(int)"},
		{"cel.bind(x, [1], x + x)", "list(int)"},
		{"optional.of(1).optMap(x, string(x))", "optional_type(string)"},
		{"optional.of(m).optFlatMap(x, x.?a)", "optional_type(dyn)"},
		{"math.greatest(1, 2, 3)", "int"},
		{"math.greatest(1, 2u)", "dyn"},
		{"math.least([1.0, 2.0])", "double"},
		{"math.greatest('a')", "!\"math.greatest\" does not take (string)"},
		{"1 == 1.0", "bool"},
		{"1 < 2u", "bool"},
		{"1 == 'a'", "!\"==\" does not take (int, string)"},
		{"1 == null", "!\"==\" does not take (int, null_type)"},
		{"any == null", "bool"},
		{"i in [1]", "bool"},
		{"i in ['a']", "!\"in\" does not take (int, list(string))"},
		{"1 + 1.0", "!\"+\" does not take (int, double)"},
		{"b && 1", "!\"&&\" takes bool, not int"},
		{"b || l.exists(x, x)", "!\"||\" takes bool, not int"},
		{"i ? 1 : 2", "!\"?:\" does not take (int, int, int)"},
		{"b ? 1 : 'a'", "!\"?:\" does not take (bool, int, string)"},
		{"s.startsWith(1)", "!\"startsWith\" does not take (string, int)"},
		{"startsWith(s, s)", "!\"startsWith\" does not take (string, string)"},
		{"s.size() + size(s)", "int"},
		{"s.contains('a') && l.contains(1)", "bool"},
		{"l.contains('a')", "!\"contains\" does not take (list(int), string)"},
		{"s.b", "!string has no field \"b\""},
		{"t.year + t.hour('UTC') + t.getHours()", "int"},
		{"t.yeer", "!google.protobuf.Timestamp has no field \"yeer\""},
		{"now() - t", "google.protobuf.Duration"},
		{"coalesce(any.a.b, 1, 'a')", "dyn"},
		{"m.has_permission('a') && any.has_role('b')", "bool"},
		{"parse_json(s).a", "dyn"},
		{"i.all(x, x)", "!all() goes through a list or a map, not int"},
		{"{1.5: 1}", "!a map has no keys of type double"},
		{"[?1]", "!\"?\" takes an optional, not int"},
		{"x", "!unknown variable \"x\""},
		{"strats(s)", "!unknown function \"strats\""},
		{"l.exists(x)", "!unknown function \"exists\""},
		{"l.all(x, has(x))", "!\"x\" is always there: a macro binds it"},
		{"type(1)", "type(int)"},
		{"type(1) == string", "bool"},
		{"[int, type, net.IP]", "list(type(dyn))"},
		{"type", "type(type(dyn))"},
		{"list", "type(list(dyn))"},
		{"q.r", "int"},
		{"q.r.s", "string"},
		{"q.r.t", "!int has no field \"t\""},
		{"(q.r).s", "string"},
		{"[{'r': 1}].map(q, q.r)", "list(int)"},
		{"[1].all(math, math.abs(1) > 0)", "!unknown function \"abs\""},
		{"[1].all(i, i > 0)", "bool"},
		{"['a'].all(i, i > 'b' && .i > 0)", "bool"},
		{"['a'].all(i, ['b'].all(i, i > 'b')) && i > 0", "bool"},
		{"[1, 2u, 'a', x, y]", "!unknown variable \"x\""},
	};

	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		Environment around = environment("");
		DiagnosticList findings;
		Expression *expr = check_text(arena, cases[n][0], &around, &findings);

		if (cases[n][1][0] == '!')
			CHECK_STR(findings.first != NULL ? findings.first->message : STR("no message"), cases[n][1] + 1);
		else if (expr == NULL)
			unit_fail(__FILE__, __LINE__, "\"%s\": %.*s", cases[n][0], STR_ARG(findings.first->message));
		else
			CHECK_STR(written_type(arena, expr->type), cases[n][1]);
		llp_arena_destroy(arena);
	}
}

UNIT_TEST(lang_check_gives_hints)
{
	static const char *const cases[][2] = {
		{"s.startWith('a')", "Did you mean \"startsWith\"?"},
		{"l.exsits(x, i > 0) || i", "Did you mean \"exists\"?"},
		{"l.exists(1)", "It is a macro and takes other arguments."},
		{"s.startsWith(1)", "It takes string.startsWith(string)."},
		{"1 % 1.0", "It takes (int, int), (uint, uint)."},
		{"b ? 1 : 'a'", "It takes (bool, A, A)."},
		{"contains(s, s)", "It takes string.contains(string), list(A).contains(A)."},
		{"t.hour(1, 2)", "It takes google.protobuf.Timestamp.hour, google.protobuf.Timestamp.hour(string)."},
		{"math.greatest()", "It takes math.greatest(number, ...), math.greatest(list(number))."},
		{"{1.5: 1}", "Keys are strings, ints, uints or bools."},
		{"abs(s)", "It takes math.abs(int), math.abs(uint), math.abs(double)."},
	};

	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		Environment around = environment("");
		DiagnosticList findings;

		CHECK(check_text(arena, cases[n][0], &around, &findings) == NULL);
		CHECK_STR(findings.first->hint, cases[n][1]);
		llp_arena_destroy(arena);
	}
}

/* One mistake is one message, and each has its own place. */
UNIT_TEST(lang_check_reports_all_errors)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Environment around = environment("");
	DiagnosticList findings;

	CHECK(check_text(arena, "(x + 1) * 2 > 3 && s.foo() &&\n  1 == 's' && [y].all(v, v.w > 1)", &around,
					 &findings) == NULL);
	CHECK_INT(findings.errors, 4);
	CHECK_INT(findings.first->column, 2);
	CHECK_STR(findings.first->next->message, "unknown function \"foo\"");
	CHECK_INT(findings.first->next->next->line, 2);
	CHECK_INT(findings.first->next->next->column, 5);
	CHECK_INT(findings.last->column, 16);
	llp_arena_destroy(arena);
}

UNIT_TEST(lang_names_are_looked_up_in_the_container)
{
	static const struct
	{
		const char *container;
		const char *text;
		const char *name; /* that it is resolved to */
		const char *type;
	} cases[] = {
		{"", "i", "i", "int"},
		{"room", "i", "room.i", "string"},
		{"room", ".i", "i", "int"},
		{"room.inner", "i", "room.inner.i", "bool"},
		{"room.other", "i", "room.i", "string"},
		{"room.inner", "inner.i", "room.inner.i", "bool"},
		{"room", "inner.i", "room.inner.i", "bool"},
		{"room", "u", "u", "uint"},
		{"other.place", "q.r.s", "q.r.s", "string"},
		{"net", "IP", "net.IP", "type(net.IP)"},
		{"google.protobuf", "Timestamp", "google.protobuf.Timestamp", "type(google.protobuf.Timestamp)"},
	};

	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		Environment around = environment(cases[n].container);
		DiagnosticList findings;
		Expression *expr = check_text(arena, cases[n].text, &around, &findings);

		CHECK(expr != NULL && expr->kind == EXPR_IDENTIFIER);
		if (expr != NULL)
		{
			CHECK_STR(expr->as.identifier.name, cases[n].name);
			CHECK_STR(written_type(arena, expr->type), cases[n].type);
		}
		llp_arena_destroy(arena);
	}
}

UNIT_TEST(lang_identifiers_know_their_binder)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Environment around = environment("");
	DiagnosticList findings;
	Expression *expr = check_text(arena, "l.exists(x, x == i && type(x) == int)", &around, &findings);
	const Expression *body = expr->as.comprehension->step->as.call.arguments[1];
	const Expression *equal = body->as.call.arguments[0];
	const Expression *types = body->as.call.arguments[1];

	CHECK(equal->as.call.arguments[0]->as.identifier.binder == expr);
	CHECK(equal->as.call.arguments[1]->as.identifier.binder == NULL);
	CHECK(expr->as.comprehension->result->as.identifier.binder == expr);
	CHECK(types->as.call.arguments[1]->as.identifier.denoted == &llp_type_INT);
	llp_arena_destroy(arena);
}

/* Which overloads a call may be, as the numbers of the first and how many. */
UNIT_TEST(lang_calls_know_their_overloads)
{
	static const struct
	{
		const char *text;
		Overload only; /* FN_NONE: there are several */
		uint32_t candidates;
	} cases[] = {
		{"1 + 2", FN_ADD_INT, 1},
		{"s + s", FN_ADD_STRING, 1 << 3},
		{"any + any", FN_NONE, (1 << 9) - 1},
		{"any + 1", FN_ADD_INT, 1},
		{"t - any", FN_NONE, 1 << 3 | 1 << 4},
		{"l[0]", FN_INDEX_LIST, 1},
		{"m['a']", FN_INDEX_MAP, 1 << 1},
		{"math.abs(d)", FN_MATH_ABS_DOUBLE, 1 << 2},
		{"abs(d)", FN_MATH_ABS_DOUBLE, 1 << 2},
		{"s.contains(any)", FN_STRING_CONTAINS, 1},
		{"any.contains('a')", FN_NONE, 3},
		{"any.indexOf('a', 1)", FN_STRING_INDEX_OF_FROM, 1 << 1},
		{"b && b && b", FN_AND, 1},
	};

	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		Environment around = environment("");
		DiagnosticList findings;
		Expression *expr = check_text(arena, cases[n].text, &around, &findings);
		const Call *call = &expr->as.call;

		CHECK_INT(call->candidates, cases[n].candidates);
		if (cases[n].only != FN_NONE)
			CHECK((call->candidates >> (cases[n].only - llp_functions[call->function].first)) == 1);
		llp_arena_destroy(arena);
	}
}

/* In an open environment every name is a variable, in an untyped one nothing is an error. */
UNIT_TEST(lang_environments_may_be_open_or_untyped)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Environment open = {.open = true};
	Environment untyped = {.variable = declared, .untyped = true};
	DiagnosticList findings;
	Expression *expr;

	expr = check_text(arena, "tool.name == 'a' && has(user) && x.y.z > 1", &open, &findings);
	CHECK(expr != NULL && expr->type == &llp_type_BOOL);
	CHECK(check_text(arena, "tool + f(1)", &open, &findings) == NULL);
	CHECK(check_text(arena, "size(tool) == 'a'", &open, &findings) == NULL);
	expr = check_text(arena, "f(x) + 1.0 + 1 == 'a' || q.r.s.foo(math.abs('a')) && {1.5: 1}[?1][?2]",
					  &untyped, &findings);
	CHECK(expr != NULL && expr->type == &llp_type_DYN);
	llp_arena_destroy(arena);
}

/* However many variables are one, what they stand for is one step away. */
UNIT_TEST(lang_variables_stand_for_the_oldest)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	const CelType *variables[50];
	Inference inference;

	llp_infer_init(&inference, arena);
	for (int i = 0; i < 50; i++)
		variables[i] = llp_infer_variable(&inference);
	for (int i = 1; i < 50; i++)
		CHECK(i % 2 == 0 ? llp_infer_assign(&inference, variables[i], variables[i - 1])
						 : llp_infer_assign(&inference, variables[i - 1], variables[i]));
	for (int i = 1; i < 50; i++)
		CHECK(*variables[i]->known == variables[0]);
	CHECK(llp_infer_assign(&inference, &llp_type_INT, variables[30]));
	CHECK(llp_infer_known(variables[0]) == &llp_type_INT);
	CHECK(!llp_infer_assign(&inference, &llp_type_STRING, variables[49]));
	llp_infer_forget(&inference, 0);
	CHECK(llp_infer_known(variables[1]) == variables[1]);
	llp_arena_destroy(arena);
}

/* Binds name0 to name<levels>, each a map from what the one before is to the same: 2^levels types written
 * out. */
static void
write_doubling(StrBuf *text, char name, int levels)
{
	llp_buf_format(text, "cel.bind(%c0, {}, ", name);
	for (int i = 1; i <= levels; i++)
		llp_buf_format(text, "cel.bind(%c%d, {}, cel.bind(x, [%c%d[%c%d], %c%d], ", name, i, name, i, name,
					   i - 1, name, i - 1);
}

/* Few characters can describe types of exponential size; comparing two of them ends at a limit. */
UNIT_TEST(lang_types_are_bounded)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Environment around = environment("");
	DiagnosticList findings;
	Source source;
	StrBuf text;
	Expression *expr;

	llp_buf_init(&text, arena);
	write_doubling(&text, 'a', 40);
	write_doubling(&text, 'b', 40);
	llp_buf_append(&text, STR("a40 == b40"));
	for (int i = 0; i < 2 * (1 + 2 * 40); i++)
		llp_buf_append_char(&text, ')');
	source = (Source){.text = llp_buf_str(&text)};
	expr = parse_text(arena, source.text, &findings);
	CHECK(expr != NULL);
	CHECK_INT(llp_expression_check(arena, &source, &around, &findings, expr), STATUS_LIMIT);
	CHECK_STR(findings.last->message, "the types of the expression are too large");
	llp_arena_destroy(arena);
}

UNIT_TEST(lang_functions_are_listed_consistently)
{
	for (int function = FUNCTION_NONE + 1; function < FUNCTION_END; function++)
	{
		const FunctionInfo *info = &llp_functions[function];
		int count = llp_function_overloads((Function) function);

		CHECK(count >= 1 && count <= 32);
		CHECK_INT(llp_function_of_name(info->name), function);
		for (int i = 0; i < count; i++)
			CHECK(llp_overloads[info->first + i].count >= 0 && llp_overloads[info->first + i].result != NULL);
	}
	CHECK_INT(llp_functions[FUNCTION_END].first, FN_END);
	CHECK_INT(llp_functions[FUNCTION_STARTS_WITH].first, FN_STRING_STARTS_WITH);
	CHECK_STR(llp_function_spelling(STR("ends_with")), "endsWith");
	CHECK_STR(llp_function_spelling(STR("endsWith")), "endsWith");
}

static bool
check_whole(Arena *arena, void *data)
{
	Environment around = environment("room");
	DiagnosticList findings;
	Expression *expr = check_text(arena, data, &around, &findings);

	if (llp_arena_exhausted(arena))
		return false;
	CHECK(expr != NULL || findings.errors > 0);
	return true;
}

UNIT_TEST(lang_checker_survives_exhausted_memory)
{
	static char text[] =
		"[[], [[1]]].map(x, x + []).transformMap(k, v, {string(k): [v, ?q.r > 1 ? m.?a : o]})";
	static char wrong[] = "foo(1) + s.startsWith(1) + y";

	unit_every_allocation_fails(check_whole, text);
	unit_every_allocation_fails(check_whole, wrong);
}
