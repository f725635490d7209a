/*
 * test/unit/test_host_calls.c - functions and data of the surroundings: when they are asked, for what, and
 * what becomes of the answers.
 */
#include "vm_support.h"

#include "author/policy_test.h"
#include "base/host_call.h"
#include "prog/compile.h"
#include "prog/disassemble.h"

#define POLICY(data, rules) "{metadata: {name: P, id: p}, data: {" data "}, rules: [" rules "]}\n"
#define WHEN(id, when, decision) "{id: " id ", when: '" when "', action: {decision: " decision "}}"

/* Surroundings that note what they are asked. */
typedef struct Surroundings
{
	Host host;
	StrBuf asked; /* "f add 1 2; d budget \"red\"; " */
	Status status;
} Surroundings;

static Status
answer_function(HostCall *call)
{
	if (llp_str_equal(call->name, STR("add")))
		call->value =
			(Value){.kind = VALUE_INT, .as.integer = call->args[0]->as.integer + call->args[1]->as.integer};
	else if (llp_str_equal(call->name, STR("zero")))
		call->value = (Value){.kind = VALUE_INT};
	else if (llp_str_equal(call->name, STR("noon")))
	{
		call->is_time = true;
		call->time = VM_NOW - 1;
	}
	else if (llp_str_equal(call->name, STR("huge")))
	{
		call->value = (Value){.kind = VALUE_NULL};
		call->size = SIZE_MAX / 2;
	}
	else
		call->problem = STR("no function is registered as this");
	return call->problem.size > 0 ? STATUS_INVALID : STATUS_OK;
}

static Status
answer_data(HostCall *call)
{
	if (llp_str_equal(call->name, STR("budget")) && llp_str_equal(call->args[0]->as.string, STR("red")))
		call->value = llp_tree_value(vm_json(call->arena, "{\"limit\": 5, \"left\": 1.5}"));
	else if (llp_str_equal(call->name, STR("members")))
		call->value = llp_tree_value(vm_json(call->arena, "[{\"name\": \"a\"}, {\"name\": \"b\"}]"));
	return STATUS_OK;
}

static Status
answer(void *context, HostCall *call)
{
	Surroundings *self = context;

	llp_buf_append(&self->asked, call->kind == HOST_CALL_DATA ? STR("d ") : STR("f "));
	llp_buf_append(&self->asked, call->name);
	for (uint32_t i = 0; i < call->count; i++)
	{
		llp_buf_append_char(&self->asked, ' ');
		llp_tree_write_json(&self->asked, call->args[i]);
	}
	llp_buf_append(&self->asked, STR("; "));
	if (self->status != STATUS_OK)
		return self->status;
	return call->kind == HOST_CALL_DATA ? answer_data(call) : answer_function(call);
}

static Arena *
begin(Surroundings *self)
{
	Arena *arena;

	*self = (Surroundings){.host = llp_libc_host};
	self->host.context = self;
	self->host.call = answer;
	arena = llp_arena_create(&self->host, 0);
	llp_buf_init(&self->asked, arena);
	return arena;
}

typedef struct CallCase
{
	const char *policies;
	const char *request;
	const char *expected;
	const char *asked;
} CallCase;

#define BUDGET "budget: {source: budget, args: [team]}"

static const CallCase cases[] = {
	{POLICY("", WHEN("r", "custom.add(n, 2) == 5", "deny")), "{\"n\": 3}", "{\"decision\": \"deny\"}",
	 "f add 3 2; "},
	/* Once an evaluation, whoever asks; other arguments are another question. */
	{POLICY("", WHEN("r", "custom.add(1, 2) + custom.add(n, 2) == 6",
					 "warn") ", " WHEN("s", "custom.add(1, 2) == 3 && custom.add(2, 1) == 3", "warn")),
	 "{\"n\": 1}", "{\"matchedRules\": [\"p/r\", \"p/s\"]}", "f add 1 2; f add 2 1; "},
	/* Only who is needed, and never with an argument that failed. */
	{POLICY("", WHEN("r", "n == 1 || custom.add(1, 2) == 3", "warn")), "{\"n\": 1}",
	 "{\"matchedRules\": [\"p/r\"]}", ""},
	{POLICY("", WHEN("r", "custom.add(n, 1) == 1", "warn")), "{}",
	 "{\"errors\": [{\"policy\": \"p\", \"rule\": \"r\", \"message\": \"no such key: n\"}]}", ""},
	{POLICY("", WHEN("r", "custom.nope() == 1", "deny")), "{}",
	 "{\"reasonCode\": \"error\", \"errors\": [{\"policy\": \"p\", \"rule\": \"r\", \"message\": \"no function is "
	 "registered as this\"}]}",
	 "f nope; "},
	{POLICY("",
			WHEN("r", "custom.noon() == timestamp(\"2026-06-01T11:59:59.999999Z\") && custom.noon() < now()",
				 "deny")),
	 "{}", "{\"decision\": \"deny\"}", "f noon; "},
	{POLICY("", WHEN("r", "custom.zero(timestamp(\"2026-01-02T00:00:00Z\"), [1u, b\"x\", null, 1.5]) == 0",
					 "warn")),
	 "{}", "{\"matchedRules\": [\"p/r\"]}", "f zero \"2026-01-02T00:00:00Z\" [1,\"eA==\",null,1.5]; "},
	{POLICY("", WHEN("r", "custom.huge() == null", "deny")), "{}", "{\"reasonCode\": \"limit\"}", "f huge; "},
	/* Who names an own variable so, means it. */
	{POLICY("", WHEN("r", "[\"abc\"].exists(custom, custom.startsWith(\"a\"))", "warn")), "{}",
	 "{\"matchedRules\": [\"p/r\"]}", ""},

	{POLICY(BUDGET, WHEN("r", "data.budget.limit < n && data.budget.left == 1.5", "deny")),
	 "{\"team\": \"red\", \"n\": 6}", "{\"decision\": \"deny\"}", "d budget \"red\"; "},
	/* Nobody reads it. */
	{POLICY(BUDGET, WHEN("r", "n == 6", "deny")), "{\"team\": \"red\", \"n\": 6}", "{\"decision\": \"deny\"}",
	 ""},
	/* No row is absence. */
	{POLICY(BUDGET, WHEN("r", "!has(data.budget) && !has(data.budget.limit)", "warn") ", " WHEN(
						"s", "data.?budget == optional.none() && data.?budget.limit.orValue(7) == 7",
						"warn") ", " WHEN("t", "coalesce(data.budget.limit, 8) == 8", "warn")),
	 "{\"team\": \"blue\"}", "{\"matchedRules\": [\"p/r\", \"p/s\", \"p/t\"]}", "d budget \"blue\"; "},
	{POLICY(BUDGET, WHEN("r", "data.budget.limit < 1", "deny")), "{\"team\": \"blue\"}",
	 "{\"errors\": [{\"policy\": \"p\", \"rule\": \"r\", \"message\": \"data source \\\"budget\\\" has no row\"}]}",
	 "d budget \"blue\"; "},
	{POLICY(BUDGET, WHEN("r",
						 "has(data.budget) && has(data.budget.limit) && !has(data.budget.nope) && "
						 "data.?budget.limit.value() == 5",
						 "warn")),
	 "{\"team\": \"red\"}", "{\"matchedRules\": [\"p/r\"]}", "d budget \"red\"; "},
	{POLICY("m: {source: members}",
			WHEN("r", "data.m.exists(x, x.name == \"b\") && data.m.size() == 2", "warn")),
	 "{}", "{\"matchedRules\": [\"p/r\"]}", "d members; "},
	/* Arguments may be what other data say; policies that ask the same share the answer. */
	{"{metadata: {name: P, id: p}, variables: {t: '\"r\" + team'}, data: {" BUDGET
	 ", again: {source: budget, args: ['data.budget.limit > 3 ? \"red\" : \"x\"']}, own: {source: budget, args: "
	 "[variables.t]}}, rules: [" WHEN("r", "data.again.limit == 5", "warn") ", " WHEN(
		 "s", "!has(data.own)",
		 "warn") "]}\n"
				 "---\n{metadata: {name: Q, id: q}, data: {b: {source: budget, args: ['\"r\" + \"ed\"']}}, rules: [" WHEN(
					 "r", "data.b.left > 1.0", "warn") "]}\n",
	 "{\"team\": \"red\"}", "{\"matchedRules\": [\"p/r\", \"p/s\", \"q/r\"]}",
	 "d budget \"red\"; d budget \"rred\"; "},
	{"{metadata: {name: P, id: p}, data: {" BUDGET
	 "}, rules: [" WHEN("r", "n > 0", "deny") "], exceptions: [{id: e, when: 'data.budget.limit > n'}]}\n",
	 "{\"n\": 1, \"team\": \"red\"}", "{\"decision\": \"allow\", \"reasonCode\": \"exception\"}",
	 "d budget \"red\"; "},
};

UNIT_TEST(the_surroundings_are_asked_once_and_only_for_what_is_needed)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Surroundings around;
		Arena *arena = begin(&around);
		PolicySet set = vm_policies(arena, cases[i].policies);

		vm_check(arena, cases[i].policies,
				 vm_decide(arena, &set, cases[i].request, (EvaluationOptions){0}).result, cases[i].expected);
		if (!llp_str_equal(llp_buf_str(&around.asked), llp_str(cases[i].asked)))
			unit_fail(__FILE__, __LINE__, "%s: asked %.*s", cases[i].policies,
					  STR_ARG(llp_buf_str(&around.asked)));
		llp_arena_destroy(arena);
	}
}

UNIT_TEST(surroundings_that_have_nothing_registered_make_rules_err)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(arena, POLICY(BUDGET, WHEN("r", "data.budget.limit > 1", "deny")));

	vm_check(
		arena, "nothing registered",
		vm_decide(arena, &set, "{\"team\": \"red\"}", (EvaluationOptions){0}).result,
		"{\"reasonCode\": \"error\", \"errors\": [{\"policy\": \"p\", \"rule\": \"r\", \"message\": \"nothing is "
		"registered as \\\"budget\\\" here\"}]}");
	llp_arena_destroy(arena);
}

UNIT_TEST(tests_of_policies_say_what_data_are)
{
	static const char policy[] =
		"{metadata: {name: P, id: p}, data: {" BUDGET ", m: {source: members}}, rules: [" WHEN(
			"r", "data.budget.limit < 3 && data.m.size() == 2 && custom.add(1, 2) == 3",
			"deny") "], tests: [\n"
					"{name: given, request: {}, data: {budget: {limit: 2}, m: [1, 2]}, expect: {decision: deny, errors: 0}},\n"
					"{name: high, request: {team: red}, data: {budget: {limit: 9}}, expect: {decision: allow, errors: 0}},\n"
					"{name: 'null', request: {team: red}, data: {budget: null}, expect: {decision: deny, errors: 1}},\n"
					"{name: none, request: {team: red}, expect: {decision: deny, errors: 1}}]}\n";
	Surroundings around;
	Arena *arena = begin(&around);
	PolicySet set = vm_policies(arena, policy);
	PolicyTestReport report;

	CHECK_INT(llp_run_policy_tests(arena, set.policies[0], VM_NOW, NULL, &report), STATUS_OK);
	for (size_t i = 0; i < report.count; i++)
		if (!report.results[i].passed)
			unit_fail(__FILE__, __LINE__, "test %zu: %.*s", i, STR_ARG(report.results[i].problem));
	CHECK_INT(report.count, 4);
	/* Each test is an evaluation of its own. */
	CHECK_STR(llp_buf_str(&around.asked), "f add 1 2; f add 1 2; f add 1 2; ");
	llp_arena_destroy(arena);
}

UNIT_TEST(surroundings_without_memory_end_the_evaluation)
{
	Surroundings around;
	Arena *arena = begin(&around);
	PolicySet set = vm_policies(arena, POLICY(BUDGET, WHEN("r", "has(data.budget)", "deny")));
	Program *program = vm_program(arena, &set);
	Value request = llp_tree_value(vm_json(arena, "{\"team\": \"red\"}"));
	EvaluationOptions options = {.now = VM_NOW, .default_decision = VERDICT_ALLOW};
	DiagnosticList findings;
	Decision decision;

	llp_diag_init(&findings, arena);
	around.status = STATUS_NO_MEMORY;
	CHECK_INT(llp_evaluate(arena, program, &request, &options, &decision, &findings), STATUS_NO_MEMORY);
	llp_arena_destroy(arena);
}

UNIT_TEST(answers_that_are_too_large_are_a_limit)
{
	Surroundings around;
	Arena *arena = begin(&around);
	PolicySet set = vm_policies(arena, POLICY(BUDGET, WHEN("r", "has(data.budget)", "deny")));

	around.status = STATUS_LIMIT;
	vm_check(arena, "limit", vm_decide(arena, &set, "{\"team\": \"red\"}", (EvaluationOptions){0}).result,
			 "{\"reasonCode\": \"limit\"}");
	llp_arena_destroy(arena);
}

UNIT_TEST(policies_know_what_has_to_be_registered)
{
	Arena *arena = vm_arena();
	PolicySet set =
		vm_policies(arena, POLICY(BUDGET ", two: {source: budget, args: [a, b]}, three: {source: budget, "
										 "args: [c]}",
								  WHEN("r", "custom.f(1) && custom.f(2) && custom.f()", "deny")));
	StrBuf text;

	llp_buf_init(&text, arena);
	for (const PolicyReference *reference = set.policies[0]->references; reference != NULL;
		 reference = reference->next)
		llp_buf_format(&text, "%s %.*s/%u at %d:%d %.*s; ", reference->is_data ? "d" : "f",
					   STR_ARG(reference->name), (unsigned) reference->count, reference->line,
					   reference->column, STR_ARG(reference->path));
	CHECK_STR(llp_buf_str(&text),
			  "d budget/1 at 1:54 data.budget.source; d budget/2 at 1:91 data.two.source; "
			  "f f/1 at 1:181 rules[0].when; f f/0 at 1:211 rules[0].when; ");
	llp_arena_destroy(arena);
}

UNIT_TEST(what_is_asked_is_shown)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(
		arena, POLICY(BUDGET, WHEN("r", "has(data.budget.x) && custom.f(1, data.budget)", "deny")));
	Program *program = vm_program(arena, &set);
	Disassembly table;
	StrBuf text;

	CHECK_INT(llp_image_disassemble(arena, program->image, STR(""), STR(""), &table), STATUS_OK);
	llp_buf_init(&text, arena);
	for (uint32_t i = 0; i < table.count; i++)
	{
		llp_buf_append(&text, table.rows[i].text);
		llp_buf_append_char(&text, '\n');
	}
	CHECK(llp_str_find(llp_buf_str(&text), STR("budget(team)")) >= 0);
	CHECK(llp_str_find(llp_buf_str(&text), STR("rows ask \"budget\"")) >= 0);
	CHECK(llp_str_find(llp_buf_str(&text), STR("ask \"f\"")) >= 0);
	CHECK(llp_str_find(llp_buf_str(&text), STR("present")) >= 0);
	llp_arena_destroy(arena);
}
