/*
 * test/unit/test_policy_test.c - embedded tests: what passes, what fails and how that is told.
 */
#include "vm_support.h"

#include "author/policy_test.h"

#define POLICY                                                                                               \
	"metadata: {name: p}\n"                                                                                  \
	"status: draft\n"                                                                                        \
	"rules:\n"                                                                                               \
	"- {id: d, validFrom: '2026-01-01', condition: {operator: exists, field: deny}, action: {decision: "     \
	"deny, reason: no}}\n"                                                                                   \
	"- {id: m, condition: {operator: exists, field: modify}, action: {decision: modify, modifications: "     \
	"{a.b: 1}}}\n"                                                                                           \
	"- {id: off, enabled: false, condition: {operator: exists, field: x}, action: {decision: deny}}\n"       \
	"tests:\n"

typedef struct TestRow
{
	const char *test; /* one embedded test, without its name */
	const char *problem;
} TestRow;

static const TestRow rows[] = {
	{"request: {deny: 1}, expect: {decision: deny}", ""},
	{"request: {deny: 1}, expect: {decision: deny, rule: d, reason: no, reasonCode: rule, errors: 0}", ""},
	{"request: {}, expect: {decision: allow, reasonCode: no_match, modifications: {}}", ""},
	{"request: {modify: 1}, expect: {decision: modify, modifications: {a.b: 1.0}}", ""},
	{"request: {deny: 1}, now: '2025-12-31T23:59:59Z', expect: {decision: allow}", ""},
	{"request: {}, expect: {decision: deny}", "decision is allow, not deny"},
	{"request: {deny: 1}, expect: {decision: allow, rule: m, reason: yes, reasonCode: default, errors: 2}",
	 "decision is deny, not allow; rule is d, not m; reason is \"no\", not \"yes\"; reasonCode is rule, not default; "
	 "errors are 0, not 2"},
	{"request: {}, expect: {decision: allow, rule: d, reason: x}",
	 "rule is none, not d; reason is absent, not \"x\""},
	{"request: {modify: 1}, expect: {decision: modify, modifications: {a.b: 2}}",
	 "modifications are {\"a.b\":1}, not {\"a.b\":2}"},
	{"request: {modify: 1}, expect: {decision: modify, modifications: {}}",
	 "modifications are {\"a.b\":1}, not {}"},
	{"request: {}, expect: {decision: allow, modifications: {a: 1}}", "modifications are {}, not {\"a\":1}"},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static PolicySet
policy_with_all_tests(Arena *arena)
{
	StrBuf text;

	llp_buf_init(&text, arena);
	llp_buf_append(&text, STR(POLICY));
	for (size_t i = 0; i < ROWS; i++)
	{
		llp_buf_format(&text, "- {name: t%zu, ", i);
		llp_buf_append(&text, llp_str(rows[i].test));
		llp_buf_append(&text, STR("}\n"));
	}
	llp_buf_append_char(&text, '\0');
	return vm_policies(arena, text.data);
}

UNIT_TEST(policy_tests_pass_and_fail_as_expected)
{
	Arena *arena = vm_arena();
	PolicySet set = policy_with_all_tests(arena);
	PolicyTestReport report;
	size_t failed = 0;

	CHECK_INT(llp_run_policy_tests(arena, set.policies[0], VM_NOW, NULL, &report), STATUS_OK);
	CHECK_INT(report.count, ROWS);
	for (size_t i = 0; i < report.count; i++)
	{
		CHECK_STR(report.results[i].problem, rows[i].problem);
		CHECK(report.results[i].passed == (rows[i].problem[0] == '\0'));
		CHECK(report.results[i].test == &set.policies[0]->tests[i]);
		CHECK(report.results[i].result != NULL);
		failed += report.results[i].passed ? 0 : 1;
	}
	CHECK_INT(report.failed, failed);
	CHECK_INT(report.uncovered_count, 0);
	llp_arena_destroy(arena);
}

UNIT_TEST(policy_tests_report_rules_that_none_of_them_matched)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(arena, POLICY "- {name: t, request: {deny: 1}, expect: {decision: deny}}\n");
	PolicyTestReport report;

	CHECK_INT(llp_run_policy_tests(arena, set.policies[0], VM_NOW, NULL, &report), STATUS_OK);
	CHECK_INT(report.failed, 0);
	CHECK_INT(report.uncovered_count, 1);
	CHECK_STR(report.uncovered[0], "m");
	llp_arena_destroy(arena);
}

UNIT_TEST(policy_tests_of_a_request_that_is_refused_fail)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(arena, POLICY "- {name: t, request: {deny: 1}, expect: {decision: deny}}\n");
	PolicyTestReport report;

	set.policies[0]->tests[0].request = vm_json(arena, "{\"data\": {}}");
	CHECK_INT(llp_run_policy_tests(arena, set.policies[0], VM_NOW, NULL, &report), STATUS_OK);
	CHECK_INT(report.failed, 1);
	CHECK_STR(report.results[0].problem, "the request has a key that is reserved");
	CHECK(report.results[0].result == NULL);
	CHECK_INT(report.uncovered_count, 2);
	llp_arena_destroy(arena);
}

static bool
run_all(Arena *arena, void *data)
{
	const PolicySet *set = data;
	PolicyTestReport report;
	Status status = llp_run_policy_tests(arena, set->policies[0], VM_NOW, NULL, &report);

	if (status != STATUS_OK)
		CHECK_INT(status, STATUS_NO_MEMORY);
	else
		CHECK_INT(report.count, ROWS);
	return status == STATUS_OK;
}

UNIT_TEST(policy_tests_survive_failing_allocations)
{
	Arena *texts = vm_arena();
	PolicySet set = policy_with_all_tests(texts);

	unit_every_allocation_fails(run_all, &set);
	llp_arena_destroy(texts);
}
