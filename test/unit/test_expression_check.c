/*
 * test/unit/test_expression_check.c - author/expression_check.h: what can never work is found, and at its
 * place.
 */
#include "policy_support.h"

#include "author/expression_check.h"

static Str
findings_of(const Reading *reading)
{
	ExpressionCheck check;
	DiagnosticList findings;
	StrBuf out;

	llp_diag_init(&findings, reading->arena);
	check = (ExpressionCheck){.arena = reading->arena, .findings = &findings};
	llp_buf_init(&out, reading->arena);
	for (size_t i = 0; i < reading->list.count; i++)
	{
		Status status = llp_check_expressions(&check, reading->list.policies[i]);

		CHECK((status == STATUS_INVALID) == (findings.errors > 0));
	}
	for (const Diagnostic *finding = findings.first; finding != NULL; finding = finding->next)
		llp_buf_format(&out, "%s%d:%d %.*s %.*s", out.size > 0 ? "; " : "", finding->line, finding->column,
					   STR_ARG(finding->path), STR_ARG(finding->message));
	return llp_buf_str(&out);
}

UNIT_TEST(expression_check_finds_constants_that_never_work)
{
	static const char *const cases[][2] = {
		{"when: a.matches(r'^(x|y)$') && timestamp('2026-01-01T00:00:00Z') < now()", ""},
		{"when: a.b.matches(a.pattern) && timestamp(a.time) < now()", ""},
		{"when: a.matches('(x')", "4:19 rules[0].when invalid regex: missing ): (x"},
		{"when: matches(a, '[')", "4:20 rules[0].when invalid regex: missing ]: ["},
		{"when: b.exists(x, x.matches('*'))",
		 "4:31 rules[0].when invalid regex: no argument for repetition operator: *"},
		{"when: timestamp('tomorrow') < now()",
		 "4:19 rules[0].when timestamp() of this text is always an error: text is not a timestamp of RFC 3339 in range"},
		{"when: now() - a.t > duration('1 day')",
		 "4:32 rules[0].when duration() of this text is always an error: text is not a duration in range"},
		{"when: cidr('10.0.0.0/40').containsIP(ip('nowhere'))",
		 "4:14 rules[0].when cidr() of this text is always an error: text is not a CIDR; "
		 "4:43 rules[0].when ip() of this text is always an error: text is not an IP address"},
		{"when: int('12') + int('x') > 1",
		 "4:25 rules[0].when int() of this text is always an error: text is not an int"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		StrBuf text;
		Reading reading;

		llp_buf_init(&text, arena);
		llp_buf_format(&text, "metadata: {name: p}\nrules:\n- action: {decision: deny}\n  %s\n", cases[i][0]);
		llp_buf_append_char(&text, '\0');
		reading = read_text(text.data);
		CHECK(reading.status == STATUS_OK);
		CHECK_STR(findings_of(&reading), cases[i][1]);
		llp_arena_destroy(reading.arena);
		llp_arena_destroy(arena);
	}
}

/* Arguments lie on the stack until all of them are there. */
UNIT_TEST(expression_check_finds_what_cannot_be_compiled)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	StrBuf text;
	Reading reading;

	llp_buf_init(&text, arena);
	llp_buf_append(&text, STR("metadata: {name: p}\nvariables:\n  fine: a\n  large: 'math.greatest(a"));
	for (int i = 0; i < 600; i++)
		llp_buf_append(&text, STR(", a"));
	llp_buf_append(&text, STR(")'\nrules: []\n"));
	llp_buf_append_char(&text, '\0');
	reading = read_text(text.data);
	CHECK(reading.status == STATUS_OK);
	CHECK_STR(findings_of(&reading), "4:11 variables.large the expression is too complex to compile");
	llp_arena_destroy(reading.arena);
	llp_arena_destroy(arena);
}
