/*
 * test/unit/test_lint.c - author/lint.h and author/request_schema.h: slips that a request schema shows, and
 * where.
 */
#include "policy_support.h"

#include "author/expression_check.h"
#include "author/lint.h"
#include "vm_support.h"

#define SCHEMA                                                                                                     \
	"{\"type\": \"object\", \"required\": [\"user\", \"llm\"], \"properties\": {"                                  \
	" \"user\": {\"type\": \"object\", \"required\": [\"id\", \"tier\"], \"properties\": {"                        \
	"   \"id\": {\"type\": \"string\"}, \"tier\": {\"enum\": [\"free\", \"gold\"], \"type\": \"string\"},"         \
	"   \"age\": {\"type\": \"integer\"}, \"staff\": {\"type\": \"boolean\"},"                                     \
	"   \"roles\": {\"type\": \"array\", \"items\": {\"type\": \"string\", \"enum\": [\"admin\", \"analyst\"]}},"  \
	"   \"address\": {\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\"}}}}},"                \
	" \"llm\": {\"type\": \"object\", \"properties\": {\"model\": {\"type\": \"string\"},"                         \
	"   \"maxTokens\": {\"type\": \"number\"}, \"tools\": {\"type\": \"array\", \"items\": {\"type\": \"object\"," \
	"     \"required\": [\"name\"], \"properties\": {\"name\": {\"type\": \"string\"},"                            \
	"     \"cost\": {\"type\": [\"number\", \"null\"]}}}}}, \"additionalProperties\": {\"type\": \"string\"}},"    \
	" \"metadata\": {\"type\": \"object\"}}}"

static const RequestSchema *
read_schema(Arena *arena, const char *text, DiagnosticList *findings)
{
	const RequestSchema *schema = NULL;

	llp_diag_init(findings, arena);
	(void) llp_read_request_schema(arena, vm_json(arena, text), findings, &schema);
	return schema;
}

static Str
listed(Arena *arena, const DiagnosticList *findings, bool hints)
{
	StrBuf out;

	llp_buf_init(&out, arena);
	for (const Diagnostic *finding = findings->first; finding != NULL; finding = finding->next)
	{
		llp_buf_append(&out, out.size > 0 ? STR("; ") : STR(""));
		if (hints)
			llp_buf_append(&out, finding->hint);
		else
			llp_buf_format(&out, "%d:%d %.*s", finding->line, finding->column, STR_ARG(finding->message));
		CHECK(finding->severity == SEVERITY_WARNING);
	}
	return llp_buf_str(&out);
}

typedef struct LintCase
{
	const char *rule; /* a condition, in line 4 from column 3 on */
	const char *findings;
} LintCase;

static void
check_cases(const LintCase *cases, size_t count, const char *schema_text, bool hints)
{
	for (size_t i = 0; i < count; i++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		DiagnosticList findings;
		const RequestSchema *schema = schema_text == NULL ? NULL : read_schema(arena, schema_text, &findings);
		StrBuf text;
		Reading reading;

		llp_buf_init(&text, arena);
		llp_buf_append(&text, STR("metadata: {name: p}\nrules:\n- action: {decision: deny}\n  "));
		llp_buf_append(&text, llp_str(cases[i].rule));
		llp_buf_append(&text, STR("\n\0"));
		reading = read_text(text.data);
		llp_diag_init(&findings, arena);
		if (reading.status != STATUS_OK)
			unit_fail(__FILE__, __LINE__, "%s: %.*s", cases[i].rule,
					  STR_ARG(reading.findings.first->message));
		else
			CHECK(llp_lint_policy(arena, reading.list.policies[0], schema, &findings) == STATUS_OK);
		if (!llp_str_equal(listed(arena, &findings, hints), llp_str(cases[i].findings)))
			unit_fail(__FILE__, __LINE__, "%s: %.*s, not %s", cases[i].rule,
					  STR_ARG(listed(arena, &findings, hints)), cases[i].findings);
		llp_arena_destroy(reading.arena);
		llp_arena_destroy(arena);
	}
}

#define CHECK_CASES(cases, schema, hints)                                                                    \
	check_cases(cases, sizeof(cases) / sizeof((cases)[0]), schema, hints)

#define UNKNOWN(name) "the request schema knows no \"" name "\" here"
#define ABSENT(path) "the request schema does not require \"" path "\", which is an error where it is absent"
#define UNLISTED "the request schema lists no such value"

UNIT_TEST(lint_finds_members_that_the_schema_does_not_know)
{
	static const LintCase cases[] = {
		{"when: user.id == 'x' && llm.model == 'y'", ""},
		{"when: usr.id == 'x'", "4:9 " UNKNOWN("usr")},
		{"when: user.idd == 'x'", "4:14 " UNKNOWN("idd")},
		{"when: has(user.idd) || 'x' == user['idd']", "4:18 " UNKNOWN("idd") "; 4:37 " UNKNOWN("idd")},
		{"when: user.?idd.orValue('') == ''", "4:15 " UNKNOWN("idd")},
		{"when: user.id.first == 'x'", "4:17 by the request schema \"first\" is looked for in string"},
		{"when: llm.anything.startsWith('x') && metadata.a.b == 1 || has(metadata)",
		 "4:41 " ABSENT("metadata")},
		{"when: llm.tools.exists(t, t.nam == 'x')", "4:31 " UNKNOWN("nam")},
		{"when: llm.tools[0].nam == 'x'", "4:22 " UNKNOWN("nam")},
		{"when: llm.tools.exists(i, t, i > 0 && t.nam == 'x')", "4:43 " UNKNOWN("nam")},
		{"when: cel.bind(u, user, u.idd == 'x')", "4:29 " UNKNOWN("idd")},
		{"when: '[1].exists(user, user > 0)'", ""},
		{"when: type(user.id) == string", ""},
		{"condition: {operator: eq, field: user.idd, value: x}", "4:36 " UNKNOWN("idd")},
		{"condition: {operator: eq, field: user.id.length, value: 3}", ""},
		{"condition: {operator: exists, field: user.id.x}",
		 "4:40 by the request schema \"x\" is looked for in string"},
		{"condition: {operator: or, conditions: [{operator: eq, field: 'llm.tools[0].nme', value: x}]}",
		 "4:64 " UNKNOWN("nme")},
		{"condition: {operator: eq, field: 'user.roles[0]', value: admin}", ""},
	};

	CHECK_CASES(cases, SCHEMA, false);
}

UNIT_TEST(lint_finds_paths_that_may_be_absent)
{
	static const LintCase cases[] = {
		{"when: user.age > 5", "4:14 " ABSENT("user.age")},
		{"when: user.age > 5 && user.age < 9", "4:14 " ABSENT("user.age")},
		{"when: has(user.age) && user.age > 5", ""},
		{"when: user.age > 5 && has(user.age)", ""},
		{"when: '!has(user.age) || user.age > 5'", ""},
		{"when: 'has(user.age) ? user.age > 5 : user.age < 3'", "4:46 " ABSENT("user.age")},
		{"when: '!has(user.age) ? false : user.age < 3'", ""},
		{"when: '!(has(user.age) && user.id != \"\") || user.age < 3'", ""},
		{"when: has(user.age) || user.age > 5", "4:31 " ABSENT("user.age")},
		{"when: '\"age\" in user && user.age > 5'", ""},
		{"when: '\"age\" in user && user[\"age\"] > 5'", ""},
		{"when: user['age'] > 5", "4:13 " ABSENT("user['age']")},
		{"when: user.?age.orValue(0) > 5 || user[?'age'].orValue(0) > 5", ""},
		{"when: user.?age.hasValue() && user.age > 5", ""},
		{"when: coalesce(user.age, 0) > 5", ""},
		{"when: coalesce(user.age, user.age) > 5", "4:33 " ABSENT("user.age")},
		{"when: user.?address.city.orValue('') == 'x'", ""},
		{"when: user.address.city == 'x'", "4:14 " ABSENT("user.address")},
		{"when: has(user.address.city)", "4:18 " ABSENT("user.address")},
		{"when: has(metadata.a) || metadata.?a.orValue(1) == 1", ""},
		{"when: has(metadata) && metadata.a == 1", ""},
		{"when: llm.tools.exists(t, t.cost > 1)", "4:31 " ABSENT("t.cost")},
		{"when: llm.tools.exists(t, has(t.cost) && t.cost > 1)", ""},
		{"when: llm.tools.filter(t, has(t.cost)).size() > 1", ""},
		{"condition: {operator: gt, field: user.age, value: 5}", ""},
	};

	CHECK_CASES(cases, SCHEMA, false);
}

UNIT_TEST(lint_finds_comparisons_that_never_hold)
{
	static const LintCase cases[] = {
		{"when: user.id == 5",
		 "4:17 by the request schema this compares string with number, which is never true"},
		{"when: 5.5 != user.id",
		 "4:13 by the request schema this compares number with string, which is always true"},
		{"when: user.id < 5",
		 "4:17 by the request schema this compares string with number, which is an error"},
		{"when: llm.maxTokens > 5 && llm.maxTokens == 5u && llm.maxTokens < 5.5", ""},
		{"when: llm.tools.exists(t, has(t.cost) && t.cost == null)", ""},
		{"when: user.id == null",
		 "4:17 by the request schema this compares string with null, which is never true"},
		{"when: user.id == llm.model && user.id != llm.maxTokens",
		 "4:41 by the request schema this compares string with number, which is always true"},
		{"when: user.tier == 'gold'", ""},
		{"when: user.tier == 'glod'", "4:22 " UNLISTED},
		{"when: '\"glod\" != user.tier'", "4:10 " UNLISTED},
		{"when: user.?tier.orValue('none') == 'none'", ""},
		{"when: user.?tier.orValue('none') == 'glod'", "4:39 " UNLISTED},
		{"when: user.?tier.orValue(llm.model) == 'glod'", ""},
		{"when: user.tier in ['gold', 'glod']", "4:31 " UNLISTED},
		{"when: user.id in ['x', 5]", "4:26 by the request schema string is never equal to number"},
		{"when: has(user.roles) && 'admn' in user.roles", "4:28 " UNLISTED},
		{"when: has(user.roles) && user.roles.contains('admn')", "4:48 " UNLISTED},
		{"when: has(user.roles) && user.roles.exists(r, r == 'admn')", "4:54 " UNLISTED},
		{"when: has(user.roles) && 5 in user.roles",
		 "4:28 by the request schema the list holds string, never number"},
		{"when: user.id.contains('x')", ""},
		{"when: timestamp(user.id) < now()", ""},
		{"condition: {operator: eq, field: user.tier, value: gold}", ""},
		{"condition: {operator: eq, field: user.tier, value: glod}",
		 "4:54 the field has no such value by the request schema: eq is never true"},
		{"condition: {operator: ne, field: user.tier, value: glod}",
		 "4:54 the field has no such value by the request schema: ne is always true"},
		{"condition: {operator: gt, field: user.tier, value: h}",
		 "4:54 the field has no such value by the request schema: gt is never true"},
		{"condition: {operator: in, field: user.tier, value: [gold, glod]}",
		 "4:61 the field has no such value by the request schema"},
		{"condition: {operator: eq, field: user.age, value: '37'}", ""},
		{"condition: {operator: eq, field: user.age, value: old}",
		 "4:53 by the request schema the field is integer: eq is never true"},
		{"condition: {operator: eq, field: user.staff, value: 'yes'}",
		 "4:55 by the request schema the field is boolean: eq is never true"},
		{"condition: {operator: not_in, field: user.staff, value: ['true', 1]}",
		 "4:68 by the request schema the field is boolean: ne is always true"},
		{"condition: {operator: gt, field: user.roles, value: 1}",
		 "4:55 by the request schema the field is array: gt is never true"},
		{"condition: {operator: contains, field: user.age, value: 1}",
		 "4:59 by the request schema the field is integer: contains is never true"},
		{"condition: {operator: matches, field: user.roles, value: x}",
		 "4:60 by the request schema the field is array: matches is never true"},
		{"condition: {operator: contains, field: user.roles, value: admin}", ""},
	};

	CHECK_CASES(cases, SCHEMA, false);
}

UNIT_TEST(lint_gives_hints)
{
	static const LintCase cases[] = {
		{"when: user.idd == 'x'", "Did you mean \"id\"?"},
		{"when: user.quota == 'x'", "The request schema has: id, tier, age, staff, roles, address."},
		{"when: user.tier == 'glod'", "Did you mean \"gold\"?"},
		{"when: user.tier == 'platinum'", "The request schema has: \"free\", \"gold\"."},
		{"when: user.age > 5", "Ask first: has(user.age). Give another value: coalesce(user.age, …)."},
		{"when: user['age'] > 5", "Give another value: coalesce(user['age'], …)."},
		{"condition: {operator: in, field: user.tier, value: [gold, fre]}", "Did you mean \"free\"?"},
	};

	CHECK_CASES(cases, SCHEMA, true);
}

/* What needs no schema. */
UNIT_TEST(lint_finds_slips_of_spelling)
{
	static const LintCase cases[] = {
		{"when: user.anything == 5", ""},
		{"when: \"user.name.matches('\\\\\\\\bab')\"", ""},
		{"when: \"user.name.matches('\\\\bab')\"", "4:28 \"\\b\" is a backspace in this pattern"},
		{"when: \"user.name.matches(r'\\\\bab')\"", ""},
		{"when: now().weekday() == 1", ""},
		{"when: now().getDayOfWeek() == 1 || now().weekday() == 1",
		 "4:15 the policy counts weekdays in two ways"},
	};

	CHECK_CASES(cases, NULL, false);
}

/* Without "required" nothing is said of absence, and without "properties" nothing of members. */
UNIT_TEST(lint_knows_only_what_the_schema_says)
{
	static const LintCase cases[] = {
		{"when: user.age > 5 && other.x", ""},
		{"when: user.id == 5",
		 "4:17 by the request schema this compares string with number, which is never true"},
		{"when: user.idd == 5", ""},
		{"condition: {operator: eq, field: user.idd.x, value: 1}", ""},
	};

	CHECK_CASES(
		cases,
		"{\"properties\": {\"user\": {\"properties\": {\"id\": {\"type\": \"string\"}, \"age\": true},"
		" \"additionalProperties\": true}}, \"additionalProperties\": true}",
		false);
	check_cases(cases + 2, 2, "{}", false);
}

UNIT_TEST(request_schemas_are_read_with_their_errors)
{
	static const char *const cases[][2] = {
		{"{}", ""},
		{"true", ""},
		{"[]", "error : a schema is an object"},
		{"{\"type\": \"text\"}", "error type: there is no such type"},
		{"{\"type\": [\"string\", 5]}", "error type[1]: there is no such type"},
		{"{\"type\": []}", "error type: a value has at least one type"},
		{"{\"properties\": []}", "error properties: properties is an object"},
		{"{\"properties\": {\"a\": 5}}", "error properties.a: a schema is an object"},
		{"{\"required\": true}", "error required: required is a list of names"},
		{"{\"required\": [1]}", "error required[0]: required is a list of names"},
		{"{\"enum\": 1}", "error enum: enum is a list"},
		{"{\"title\": \"x\", \"pattern\": \"x\", \"items\": {\"minimum\": 1}}",
		 "note pattern: keyword \"pattern\" is ignored; note items.minimum: keyword \"minimum\" is ignored"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		DiagnosticList findings;
		StrBuf out;

		(void) read_schema(arena, cases[i][0], &findings);
		llp_buf_init(&out, arena);
		for (const Diagnostic *finding = findings.first; finding != NULL; finding = finding->next)
			llp_buf_format(&out, "%s%s %.*s: %.*s", out.size > 0 ? "; " : "",
						   llp_severity_name(finding->severity), STR_ARG(finding->path),
						   STR_ARG(finding->message));
		CHECK_STR(llp_buf_str(&out), cases[i][1]);
		llp_arena_destroy(arena);
	}
}

#define DOUBTFUL                                                                                             \
	"metadata: {name: p}\n"                                                                                  \
	"appliesTo: {user.tier: silver}\n"                                                                       \
	"rules:\n"                                                                                               \
	"- {action: {decision: deny}, when: has(user.roles) && user.age > 5 && user.id == 5 && usr.x}\n"         \
	"- {action: {decision: deny}, condition: {operator: in, field: user.tear, value: [a]}}\n"                \
	"- {action: {decision: deny}, when: timestamp('never') < now() && user.id.matches('(')}\n"

static bool
lint_once(Arena *arena, void *data)
{
	const RequestSchema *schema;
	DiagnosticList findings;
	PolicyList list;
	ExpressionCheck check = {.arena = arena, .findings = &findings};

	llp_diag_init(&findings, arena);
	if (llp_read_policies(arena, llp_str(DOUBTFUL), STR(""), &list, &findings) == STATUS_NO_MEMORY ||
		llp_read_request_schema(arena, data, &findings, &schema) == STATUS_NO_MEMORY ||
		llp_check_expressions(&check, list.policies[0]) == STATUS_NO_MEMORY ||
		llp_lint_policy(arena, list.policies[0], schema, &findings) == STATUS_NO_MEMORY)
		return false;
	CHECK_INT(findings.errors, 2);
	CHECK_INT(findings.warnings, 5);
	return true;
}

UNIT_TEST(lint_survives_every_failed_allocation)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);

	unit_every_allocation_fails(lint_once, vm_json(arena, SCHEMA));
	llp_arena_destroy(arena);
}
