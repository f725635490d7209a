/*
 * test/unit/test_policy_expression.c - expressions of documents: what is refused, where it stands, and what
 * the normalised copy says.
 */
#include "policy_support.h"

#include "doc/scalar_place.h"

/* The text of all findings, "line:column message; …". */
static Str
findings_of(Reading *reading)
{
	StrBuf text;

	llp_buf_init(&text, reading->arena);
	for (const Diagnostic *d = reading->findings.first; d != NULL; d = d->next)
		llp_buf_format(&text, "%s%d:%d %.*s", text.size > 0 ? "; " : "", d->line, d->column,
					   STR_ARG(d->message));
	return llp_buf_str(&text);
}

#define BEGIN "metadata: {name: P}\nrules:\n- action: {decision: deny}\n"

typedef struct PlaceCase
{
	const char *rule; /* from line 4 on */
	const char *findings;
} PlaceCase;

/* The name that nothing is called by stands where the finding says. */
static const PlaceCase place_cases[] = {
	{"  when: a.b == 1 && foo(2)\n", "4:21 unknown function \"foo\""},
	{"  when: foo(1)\n", "4:9 unknown function \"foo\""},
	{"  when: usage.tokens.today > budget.remaining\n",
	 "4:9 nothing provides \"usage.tokens\" yet; 4:30 nothing provides \"budget.remaining\" yet"},
	{"  when: has(history) || has(shield.x) || `usage`.x == 1\n", "4:29 nothing provides \"shield.x\" yet"},
	{"  when: 'a == ''x'' && foo(2)'\n", "4:24 unknown function \"foo\""},
	{"  when: \"a == \\\"x\\\" && foo(2)\"\n", "4:24 unknown function \"foo\""},
	{"  when: \"a == '\\u00e9\\ud83d\\ude00' && foo(2)\"\n", "4:39 unknown function \"foo\""},
	{"  when: \"a == 'é😀' && foo(2)\"\n", "4:23 unknown function \"foo\""},
	{"  when: |\n    a == 1 &&\n\n      foo(2)\n", "7:7 unknown function \"foo\""},
	{"  when: |2-\n      a == 1 &&\n    foo(2)\n", "6:5 unknown function \"foo\""},
	{"  when: >-\n    a == 1 &&\n    b == 'x  y' && foo(2) &&\n    bar(3)\n",
	 "6:20 unknown function \"foo\"; 7:5 unknown function \"bar\""},
	{"  when: a == 1 &&\n    foo(2)\n", "5:5 unknown function \"foo\""},
	{"  when: 'a == 1 &&\n    foo(2)'\n", "5:5 unknown function \"foo\""},
	{"  when: \"a == 1 && \\\n    foo(2)\"\n", "5:5 unknown function \"foo\""},
	{"  when: &x 'a && foo(2)'\n", "4:18 unknown function \"foo\""},
	{"  when: a ==\n", "4:13 expected a value, found the end"},
	{"  conditions: {match: \"a && foo(2)\"}\n", "4:29 unknown function \"foo\""},
	{"  when: 1 + 1\n", "4:11 a condition has to be a bool"},
	{"  when: a && 'x' + 1 == 2\n", "4:18 \"+\" does not take (string, int)"},
	{"  when: data.budget > 1\n", "4:9 unknown data \"budget\""},
	{"  when: has(data) || data == 1\n", "4:13 \"data\" is no value; 4:22 \"data\" is no value"},
	{"  when: a && usage.today > 1\n", "4:14 nothing provides \"usage.today\" yet"},
	{"  when: a && rate_limit.count('x') > 1\n", "4:25 nothing provides \"rate_limit.count\" yet"},
	{"  when: budget.remaining > 1 || budget.limit > 1\n", "4:9 nothing provides \"budget.remaining\" yet"},
	{"  when: 'usage > 1 || response.usage.total > 2'\n", ""},
	{"  when: '[{\"x\": 1}].all(usage, usage.x > 0) && [\"a\"].exists(shield, shield.startsWith(\"a\"))'\n",
	 ""},
	{"  when: custom.f(1) && custom.g()\n", ""},
	{"  when: a in [variables.x]\n", "4:15 unknown variable \"x\""},
	{"  when: '[1].all(data, data > 0)'\n", ""},
};

UNIT_TEST(policy_findings_about_expressions_stand_where_the_author_wrote_them)
{
	for (size_t i = 0; i < sizeof(place_cases) / sizeof(place_cases[0]); i++)
	{
		char text[512];
		Reading reading;

		snprintf(text, sizeof(text), BEGIN "%s", place_cases[i].rule);
		reading = read_text(text);
		if (!llp_str_equal(findings_of(&reading), llp_str(place_cases[i].findings)))
			unit_fail(__FILE__, __LINE__, "%s: %.*s", place_cases[i].rule, STR_ARG(findings_of(&reading)));
		llp_arena_destroy(reading.arena);
	}
}

/* Every byte of a string that is written without line breaks has the place that its text has. */
UNIT_TEST(places_of_a_scalar_follow_its_text)
{
	static const struct
	{
		const char *text;
		const char *value;
		int column; /* of the scalar */
		const char *columns;
	} cases[] = {
		{"abc", "abc", 1, "1 2 3 4 "},
		{"x: 'a''b'", "a'b", 4, "5 6 8 9 "},
		{"x: \"a\\tb\\x41\\\\\"", "a\tbA\\", 4, "5 6 8 9 13 15 "},
		{"\xEF\xBB\xBFx: ab", "ab", 4, "4 5 6 "},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Str value = llp_str(cases[i].value);
		char columns[64] = "";

		for (size_t offset = 0; offset <= value.size; offset++)
		{
			int line = 1;
			int column = cases[i].column;
			size_t size = strlen(columns);

			llp_scalar_place(llp_str(cases[i].text), value, offset, &line, &column);
			snprintf(columns + size, sizeof(columns) - size, "%d ", column);
			CHECK_INT(line, 1);
		}
		CHECK_STR(llp_str(columns), cases[i].columns);
	}
}

UNIT_TEST(the_normalised_copy_prints_expressions)
{
	Reading reading = read_text(BEGIN "  conditions: {match: 'x.any(v => v>1)   &&  (a.contains(\"b\"))'}\n"
									  "exceptions:\n- when: |\n    a ==\n      1u // one\n");
	StrBuf json;

	CHECK_INT(reading.status, STATUS_OK);
	llp_buf_init(&json, reading.arena);
	llp_tree_write_json(&json, reading.list.policies[0]->normalised);
	CHECK(llp_str_find(llp_buf_str(&json), STR("\"when\":\"x.exists(v, v > 1) && a.contains('b')\"")) >= 0);
	CHECK(llp_str_find(llp_buf_str(&json), STR("\"when\":\"a == 1u\"")) >= 0);
	CHECK(llp_str_find(llp_buf_str(&json), STR("\"conditions\"")) < 0);
	llp_arena_destroy(reading.arena);
}

static bool
read_in(Arena *arena, void *text)
{
	DiagnosticList findings;
	PolicyList list;

	llp_diag_init(&findings, arena);
	return llp_read_policies(arena, llp_str(text), STR(""), &list, &findings) != STATUS_NO_MEMORY;
}

UNIT_TEST(policy_expressions_without_memory_say_so)
{
	static char sound[] = BEGIN "  when: a.b == 1 && [1, 2].exists(x, x == c)\n";
	static char wrong[] = BEGIN "  when: a.b == 1 && foo(2)\n";

	unit_every_allocation_fails(read_in, sound);
	unit_every_allocation_fails(read_in, wrong);
}
