/*
 * test/unit/test_lang_parser.c - lang/parser.h and lang/print.h: trees, messages, limits.
 */
#include "unit.h"

#include <stdlib.h>

#include "expression_support.h"

/* What is parsed, and how it is printed: with the parentheses that it needs and no others. */
UNIT_TEST(lang_prints_what_it_parsed)
{
	static const char *const cases[][2] = {
		{"1+2*3", "1 + 2 * 3"},
		{"(1+2)*3", "(1 + 2) * 3"},
		{"1-(2-3)", "1 - (2 - 3)"},
		{"(1-2)-3", "1 - 2 - 3"},
		{"a<b==c", "a < b == c"},
		{"a<(b==c)", "a < (b == c)"},
		{"(a<b)==c", "a < b == c"},
		{"a||(b||c)", "a || b || c"},
		{"(a&&b)&&(c&&d)", "a && b && c && d"},
		{"(a||b)&&c", "(a || b) && c"},
		{"a||b&&c", "a || b && c"},
		{"a?b:c?d:e", "a ? b : c ? d : e"},
		{"(a?b:c)?d:e", "(a ? b : c) ? d : e"},
		{"a?(b?c:d):e", "a ? (b ? c : d) : e"},
		{"a||(b?c:d)", "a || (b ? c : d)"},
		{"!!a", "!!a"},
		{"--a", "--a"},
		{"-(-a)", "--a"},
		{"-1", "-1"},
		{"- 1", "-1"},
		{"-(1)", "-(1)"},
		{"-(1).f()", "-(1.f())"},
		{"-1.f()", "-1.f()"},
		{"--1", "--1"},
		{"-(1.5)", "-(1.5)"},
		{"-5u", "-5u"},
		{"a - -1", "a - -1"},
		{"a-1", "a - 1"},
		{"a --1", "a - -1"},
		{"-9223372036854775808", "-9223372036854775808"},
		{"-0x8000000000000000", "-9223372036854775808"},
		{"-0.0", "-0.0"},
		{"-0", "0"},
		{"1e3", "1000.0"},
		{"1e21", "1e+21"},
		{"1.5e-7", "1.5e-7"},
		{"0x10u", "16u"},
		{"007", "7"},
		{"!(a in b)", "!(a in b)"},
		{"(!a) in b", "(!a) in b"},
		{"!f(a) in b", "(!f(a)) in b"},
		{"a.b.c", "a.b.c"},
		{"a.`b`.`c-d`", "a.b.`c-d`"},
		{"a.`const`", "a.const"},
		{"a.`in`", "a.`in`"},
		{".a.b(c)", ".a.b(c)"},
		{".f(a)", ".f(a)"},
		{"a.?b[?c].d", "a.?b[?c].d"},
		{"(a+b).c", "(a + b).c"},
		{"(a+b)[c]", "(a + b)[c]"},
		{"(-a).b", "(-a).b"},
		{"[1,?a,]", "[1, ?a]"},
		{"{'a':1,?b:c,}", "{'a': 1, ?b: c}"},
		{"{}[a?b:c]", "{}[a ? b : c]"},
		{"f(a?b:c,d)", "f(a ? b : c, d)"},
		{"'it\\'s'", "\"it's\""},
		{"'\\'\"'", "'\\'\"'"},
		{"'\\n\\x00\\\\'", "'\\n\\x00\\\\'"},
		{"r'\\d'", "'\\\\d'"},
		{"b'\\xff\\u00e4'", NULL},
		{"b'\\xffa'", "b'\\xffa'"},
		{"'\xC3\xA4'", "'\xC3\xA4'"},
		{"a // comment\n+ b # another", "a + b"},
		{"has(a.b)", "has(a.b)"},
		{"has(a)", "has(a)"},
		{"`for` + `a-b`.c + `d`", "`for` + `a-b`.c + `d`"},
		{"has(`for`) || has(`a`) || has(`a`.`b`)", "has(`for`) || has(`a`) || has(`a`.b)"},
		{"has(a.b[0].`c-d`)", "has(a.b[0].`c-d`)"},
		{"!has(a.b)", "!has(a.b)"},
		{"x.all(v,v>0)", "x.all(v, v > 0)"},
		{"x.all(i,v,v>i)", "x.all(i, v, v > i)"},
		{"x.exists(v,v>0)", "x.exists(v, v > 0)"},
		{"x.any(v=>v>0)", "x.exists(v, v > 0)"},
		{"x.any(v => v.any(w => w))", "x.exists(v, v.exists(w, w))"},
		{"x.exists_one(v,v)", "x.exists_one(v, v)"},
		{"x.existsOne(v,v)", "x.existsOne(v, v)"},
		{"x.map(v,v+1).filter(v,v>1)", "x.map(v, v + 1).filter(v, v > 1)"},
		{"x.map(v,v>0,v)", "x.map(v, v > 0, v)"},
		{"x.transformList(i,v,v)", "x.transformList(i, v, v)"},
		{"x.transformMap(k,v,v>0,v)", "x.transformMap(k, v, v > 0, v)"},
		{"x.transformMapEntry(k,v,{v:k})", "x.transformMapEntry(k, v, {v: k})"},
		{"cel.bind(a,1,a+a)", "cel.bind(a, 1, a + a)"},
		{"x.optMap(v,v+1)", "x.optMap(v, v + 1)"},
		{"x.optFlatMap(v,v.?a)", "x.optFlatMap(v, v.?a)"},
		{"x.sortBy(v,v.a)", "x.sortBy(v, v.a)"},
		{"(a+b).map(v,v)", "(a + b).map(v, v)"},
		{"all(x, v)", "all(x, v)"}, /* no receiver: no macro */
		{"x.all(v)", "x.all(v)"},
		{"a.has(b.c)", "a.has(b.c)"},
		{"abs(x)", "math.abs(x)"},
		{".abs(x)", ".math.abs(x)"},
		{"a.abs(x)", "a.abs(x)"},
		{"a.starts_with('b')", "a.startsWith('b')"},
		{"a.in_x", "a.in_x"},
		{"a.as.for()", "a.as.for()"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		DiagnosticList findings;
		Expression *expr = parse_text(arena, llp_str(cases[i][0]), &findings);

		if ((expr != NULL) != (cases[i][1] != NULL))
			unit_fail(__FILE__, __LINE__, "\"%s\"", cases[i][0]);
		else if (expr != NULL)
		{
			CHECK_STR(print_text_of(arena, expr), cases[i][1]);
			if (!prints_back(arena, expr))
				unit_fail(__FILE__, __LINE__, "\"%s\" is another tree when printed and parsed", cases[i][0]);
		}
		llp_arena_destroy(arena);
	}
}

/* "column: message" of all findings, separated by "; ". */
static Str
written_findings(Arena *arena, const DiagnosticList *findings)
{
	StrBuf out;

	llp_buf_init(&out, arena);
	for (const Diagnostic *finding = findings->first; finding != NULL; finding = finding->next)
	{
		llp_buf_append(&out, finding == findings->first ? STR("") : STR("; "));
		llp_buf_format(&out, "%d: ", finding->column);
		llp_buf_append(&out, finding->message);
	}
	return llp_buf_str(&out);
}

UNIT_TEST(lang_reports_errors_together)
{
	static const char *const cases[][2] = {
		{"", "1: expected a value, found the end"},
		{"a b", "3: expected an operator, found b"},
		{"a +", "4: expected a value, found the end"},
		{")", "1: expected a value, found ')'"},
		{"a == ) && b == $ || c(1, , 2)",
		 "6: expected a value, found ')'; 16: unexpected character \"$\"; 26: expected a value, found ','"},
		{"f(a b, c $ d, e = 3",
		 "5: expected ')', found b; 10: unexpected character \"$\"; 17: unexpected character \"=\""},
		{"[1, {2: 3, 4}, (5 6)]", "13: expected ':', found '}'; 19: expected ')', found a number"},
		{"[((a]", "5: expected ')', found ']'"},
		{"a.(b) && c.1",
		 "3: expected the name of a field, found '('; 11: expected an operator, found a number"},
		{"a ? b", "6: expected ':', found the end"},
		{"a ? b ? c : d : e", "7: expected ':', found '?'"},
		{"f(1,)", "5: expected a value, found ')'"},
		{"[,]", "2: expected a value, found ','"},
		{"for + 1", "1: expected a value, found for"},
		{"a.in", "3: expected the name of a field, found 'in'"},
		{"in", "1: expected a value, found 'in'"},
		{"`a.b`", "1: a variable has no dots in its name"},
		{"`a`(b)", "4: expected an operator, found '('"},
		{".`a`", "2: expected a name, found a quoted name"},
		{"x.all(`a`, true)", "7: this argument has to be a name"},
		{"a.`b`(c)", "6: expected an operator, found '('"},
		{"a.?b(c)", "5: expected an operator, found '('"},
		{"9223372036854775808 + 1", "1: number out of range"},
		{"Message{a: 1}", "8: there are no messages to construct"},
		{"has(a['b']) || has(f(x))", "6: has() takes no index; 20: has() takes a field and nothing else"},
		{"has(a.?b)", "8: has() takes a field and nothing else"},
		{"has(a) == has(1)", "15: has() takes a field and nothing else"},
		{"x.all(1, true)", "7: this argument has to be a name"},
		{"x.all(a.b, true)", "9: this argument has to be a name"},
		{"x.all(.a, true)", "8: this argument has to be a name"},
		{"x.all(v, v, true)", "10: the two variables have the same name"},
		{"x.all(v => v)", "3: only any() takes an argument with \"=>\""},
		{"any(v => v)", "1: only any() takes an argument with \"=>\""},
		{"x.any(1, v => v)", "3: only any() takes an argument with \"=>\""},
		{"[v => v]", "4: expected ']', found '=>'"},
		{"{'a': 1 'b': 2}", "9: expected '}', found a string"},
		{"'a", "1: string without its closing quote"},
		{"!a in b", "1: \"!\" before a test with \"in\" negates the whole test"},
		{"!'a' in b && !c.d[0] in e", "1: \"!\" before a test with \"in\" negates the whole test; "
									  "14: \"!\" before a test with \"in\" negates the whole test"},
		{"a\xFF", "2: expression is not UTF-8"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		DiagnosticList findings;
		Expression *expr = parse_text(arena, llp_str(cases[i][0]), &findings);

		CHECK_STR(written_findings(arena, &findings), cases[i][1]);
		CHECK((expr == NULL) == (findings.errors > 0));
		llp_arena_destroy(arena);
	}
}

UNIT_TEST(lang_hints_say_how_it_is_written)
{
	static const char *const cases[][2] = {
		{"has(a['b'])", "The field is named after a dot: has(x.b)."},
		{"has(a['b-c'])", "The field is named after a dot: has(x.`b-c`)."},
		{"has(a['b\\n'])", "Whether a map has a key is asked with \"in\": 'b' in a."},
		{"a = b", "Equality is written ==."},
		{"'\\d'", "A backslash is written \\\\, or as it is in a raw string: r'\\d+'."},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		DiagnosticList findings;

		(void) parse_text(arena, llp_str(cases[i][0]), &findings);
		CHECK_STR(findings.first != NULL ? findings.first->hint : STR(""), cases[i][1]);
		llp_arena_destroy(arena);
	}
}

/* `!x in list` means !(x in list), and only where it stands so. */
UNIT_TEST(lang_negates_the_whole_membership)
{
	static const char *const cases[][2] = {
		{"!a in b", "!(a in b)"},
		{"!a.b['c'] in d == e", "!(a.b['c'] in d) == e"},
		{"(!a) in b", "(!a) in b"},
		{"!(a in b)", "!(a in b)"},
		{"!!a in b", "(!!a) in b"},
		{"!a == b in c", "!a == b in c"},
		{"(a) == b && !c in d", "a == b && !(c in d)"},
		{"!has(a.b) in c", "(!has(a.b)) in c"},
		{"!has(a) in c", "(!has(a)) in c"},
		{"!f(a).b in c", "(!f(a).b) in c"},
		{"!a.?b in c", "!(a.?b in c)"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		DiagnosticList findings;

		CHECK_STR(print_text_of(arena, parse_text(arena, llp_str(cases[i][0]), &findings)), cases[i][1]);
		llp_arena_destroy(arena);
	}
}

static Str
repeated(Arena *arena, const char *before, const char *piece, int count, const char *after)
{
	StrBuf out;

	llp_buf_init(&out, arena);
	llp_buf_append(&out, llp_str(before));
	for (int i = 0; i < count; i++)
		llp_buf_append(&out, llp_str(piece));
	llp_buf_append(&out, llp_str(after));
	return llp_buf_str(&out);
}

/* Every way to nest ends at the limit, without a cascade of messages; long chains of && do not nest. */
UNIT_TEST(lang_nesting_is_bounded)
{
	static const struct
	{
		const char *before;
		const char *piece;
		const char *after;
		int fits; /* so many are accepted */
		int fails;
	} cases[] = {
		{"", "(", "", 0, 20000},		{"", "[", "", 0, 20000},		  {"", "!", "a", 150, 20000},
		{"", "-", "a", 150, 20000},		{"a", ".b", "", 150, 20000},	  {"a", "[0]", "", 150, 10000},
		{"a", "+a", "", 150, 20000},	{"", "a?b:", "c", 150, 10000},	  {"", "f(", "", 0, 20000},
		{"", "{1:", "", 0, 20000},		{"a", ".map(v,v)", "", 50, 5000}, {"a", "&&a", "", 10000, 40000},
		{"a", "||a", "", 10000, 40000},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		DiagnosticList findings;
		Str fits = repeated(arena, cases[i].before, cases[i].piece, cases[i].fits, cases[i].after);
		Str fails = repeated(arena, cases[i].before, cases[i].piece, cases[i].fails, cases[i].after);
		Expression *expr = cases[i].fits > 0 ? parse_text(arena, fits, &findings) : NULL;

		if (cases[i].fits > 0 && (expr == NULL || !prints_back(arena, expr)))
			unit_fail(__FILE__, __LINE__, "%d times \"%s\"", cases[i].fits, cases[i].piece);
		CHECK(parse_text(arena, fails, &findings) == NULL);
		CHECK_INT(findings.errors, 1);
		llp_arena_destroy(arena);
	}
}

UNIT_TEST(lang_limits_are_parameters)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Source source = {.text = STR("((1 + 2))"), .path = STR("rules[0].when")};
	ParseOptions options = llp_default_parse_options;
	DiagnosticList findings;
	Expression *expr;

	llp_diag_init(&findings, arena);
	options.max_nesting = 2;
	CHECK_INT(llp_expression_parse(arena, &source, &options, &findings, &expr), STATUS_LIMIT);
	CHECK_STR(findings.first->message, "expression is nested deeper than 2 levels");
	CHECK_STR(findings.first->path, "rules[0].when");
	options.max_nesting = 3;
	CHECK_INT(llp_expression_parse(arena, &source, &options, &findings, &expr), STATUS_OK);
	options.max_size = 8;
	CHECK_INT(llp_expression_parse(arena, &source, &options, &findings, &expr), STATUS_LIMIT);
	CHECK_STR(findings.last->message, "expression has 9 bytes, more than 8");
	llp_arena_destroy(arena);
}

/* An owner of the text whose every byte stands in a line of its own, from line 10 on. */
static void
place_by_byte(void *context, size_t offset, int *line, int *column)
{
	*line = *(int *) context + (int) offset;
	*column = 1;
}

UNIT_TEST(lang_places_are_those_of_the_owner)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	int first = 10;
	Source source = {
		.text = STR("a + $"), .path = STR("variables.x"), .place = place_by_byte, .context = &first};
	DiagnosticList findings;
	Expression *expr;

	llp_diag_init(&findings, arena);
	CHECK_INT(llp_expression_parse(arena, &source, &llp_default_parse_options, &findings, &expr),
			  STATUS_INVALID);
	CHECK_INT(findings.first->line, 14);
	CHECK_STR(findings.first->path, "variables.x");
	llp_arena_destroy(arena);
}

UNIT_TEST(lang_macros_can_be_switched_off)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Source source = {.text = STR("a.all(1, has(x))")};
	ParseOptions options = llp_default_parse_options;
	DiagnosticList findings;
	Expression *expr = NULL;

	llp_diag_init(&findings, arena);
	options.without_macros = true;
	CHECK_INT(llp_expression_parse(arena, &source, &options, &findings, &expr), STATUS_OK);
	CHECK(expr->kind == EXPR_CALL && expr->macro == NULL);
	CHECK(expr->as.call.arguments[1]->kind == EXPR_CALL);
	llp_arena_destroy(arena);
}

/* As many errors as bytes cost no more than reading them, and are not all kept. */
UNIT_TEST(lang_many_errors_are_counted)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	DiagnosticList findings;

	CHECK(parse_text(arena, repeated(arena, "[", "$,", 30000, "]"), &findings) == NULL);
	CHECK_INT(findings.kept, LLP_MAX_DIAGNOSTICS);
	CHECK(findings.errors >= 30000);
	llp_arena_destroy(arena);
}

static bool
parse_and_print(Arena *arena, void *data)
{
	DiagnosticList findings;
	Expression *expr = parse_text(arena, llp_str(data), &findings);
	Str text = expr != NULL ? print_text_of(arena, expr) : STR("");

	if (llp_arena_exhausted(arena))
		return false;
	CHECK(expr == NULL || text.size > 0);
	return true;
}

UNIT_TEST(lang_parser_survives_exhausted_memory)
{
	static char text[] =
		"[1, ?a.b].map(v, v > 0, {v: f(v, '\\n')}).sortBy(x, x.y).optMap(y, has(y.z) && !y in [abs(1)])";
	static char wrong[] = "has(a['b-c']) && x.all(1, '\\q', f(,)) + $";

	unit_every_allocation_fails(parse_and_print, text);
	unit_every_allocation_fails(parse_and_print, wrong);
}
