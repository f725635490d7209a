/*
 * test/unit/test_variables.c - named expressions of a policy: what they mean, and when they are computed.
 *
 * What is wrong with them is in test_policy_findings.c.
 */
#include "vm_support.h"

#include "prog/compile.h"
#include "prog/disassemble.h"

#define POLICY(variables, rules)                                                                             \
	"{metadata: {name: P, id: p}, variables: {" variables "}, rules: [" rules "]}\n"
#define WHEN(id, when, decision) "{id: " id ", when: '" when "', action: {decision: " decision "}}"

typedef struct VariableCase
{
	const char *policies;
	const char *request;
	const char *expected;
} VariableCase;

UNIT_TEST(variables_are_what_their_expressions_are)
{
	static const VariableCase cases[] = {
		{POLICY("limit: 'user.tier == \"gold\" ? 100 : 10', over: 'llm.n > variables.limit'",
				WHEN("r", "variables.over && variables.limit == 10", "deny")),
		 "{\"llm\": {\"n\": 11}, \"user\": {\"tier\": \"free\"}}", "{\"matchedRules\": [\"p/r\"]}"},
		{POLICY("limit: 'user.tier == \"gold\" ? 100 : 10', over: 'llm.n > variables.limit'",
				WHEN("r", "variables.over && variables.limit == 10", "deny")),
		 "{\"llm\": {\"n\": 11}, \"user\": {\"tier\": \"gold\"}}", "{\"matchedRules\": []}"},
		/* What they are made of may be looked into. */
		{POLICY("m: '{\"a\": {\"b\": [1, request.n]}}'",
				WHEN("r", "variables.m.a.b[1] == 5 && has(variables.m.a) && !has(variables.m.x)", "warn")),
		 "{\"request\": {\"n\": 5}}", "{\"matchedRules\": [\"p/r\"]}"},
		{POLICY("a: '1'", WHEN("r", "has(variables.a) && variables.?a == optional.of(1)", "warn")), "{}",
		 "{\"matchedRules\": [\"p/r\"]}"},
		/* The variable of a comprehension shadows them all. */
		{POLICY("a: '1'", WHEN("r", "[{\"a\": 2}].exists(variables, variables.a == 2)", "warn")), "{}",
		 "{\"matchedRules\": [\"p/r\"]}"},
		{POLICY("a: '2'", WHEN("r", "[1, 2].exists(x, x == variables.a)", "warn")), "{}",
		 "{\"matchedRules\": [\"p/r\"]}"},
		/* The index knows the request alone. */
		{POLICY("x: 'y'", WHEN("r", "variables.x == 1 && x == 2",
							   "warn") ", " WHEN("s", "x == 2 && variables.x in [1]", "warn")),
		 "{\"x\": 2, \"y\": 1}", "{\"matchedRules\": [\"p/r\", \"p/s\"]}"},
		/* Each policy has its own. */
		{POLICY("a: '1'", WHEN("r", "variables.a == 1",
							   "warn")) "---\n"
										"{metadata: {name: Q, id: q}, variables: {a: '2'}, rules: [" WHEN(
											"r", "variables.a == 2", "warn") "]}\n",
		 "{}", "{\"matchedRules\": [\"p/r\", \"q/r\"]}"},
		/* Exceptions may read them too. */
		{"{metadata: {name: P, id: p}, variables: {a: 'x == 1'}, rules: [" WHEN(
			 "r", "x > 0", "deny") "], exceptions: [{id: e, when: variables.a}]}\n",
		 "{\"x\": 1}", "{\"decision\": \"allow\", \"reasonCode\": \"exception\"}"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = vm_arena();
		PolicySet set = vm_policies(arena, cases[i].policies);

		vm_check(arena, cases[i].policies,
				 vm_decide(arena, &set, cases[i].request, (EvaluationOptions){0}).result, cases[i].expected);
		llp_arena_destroy(arena);
	}
}

UNIT_TEST(errors_of_variables_are_those_of_whoever_reads_them)
{
	static const VariableCase cases[] = {
		/* Nobody reads it. */
		{POLICY("a: 'none'", WHEN("r", "x == 1", "deny")), "{\"x\": 1}",
		 "{\"matchedRules\": [\"p/r\"], \"errorCount\": null}"},
		{POLICY("a: 'none'", WHEN("r", "x == 2 && variables.a", "deny")), "{\"x\": 1}",
		 "{\"decision\": \"allow\", \"errorCount\": null}"},
		{POLICY("a: 'none'", WHEN("r", "x == 1 && variables.a", "deny")), "{\"x\": 1}",
		 "{\"decision\": \"deny\", \"reasonCode\": \"error\", \"errorCount\": 1, "
		 "\"errors\": [{\"policy\": \"p\", \"rule\": \"r\", \"message\": \"no such key: none\"}]}"},
		/* Absorbed like any other; and each reader has it. */
		{POLICY("a: 'none'", WHEN("r", "variables.a || x == 1", "warn") ", " WHEN(
								 "s", "variables.a", "warn") ", " WHEN("t", "variables.a == 1", "warn")),
		 "{\"x\": 1}", "{\"matchedRules\": [\"p/r\"], \"errorCount\": 2}"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = vm_arena();
		PolicySet set = vm_policies(arena, cases[i].policies);

		vm_check(arena, cases[i].policies,
				 vm_decide(arena, &set, cases[i].request, (EvaluationOptions){0}).result, cases[i].expected);
		llp_arena_destroy(arena);
	}
}

/* Computing it takes some 65 000 steps: an evaluation could afford fifteen of them, and a rule one. */
UNIT_TEST(variables_are_computed_once)
{
	Arena *arena = vm_arena();
	StrBuf text;
	PolicySet set;
	Decision decision;

	llp_buf_init(&text, arena);
	llp_buf_append(
		&text,
		STR("{metadata: {name: P, id: p}, variables: {n: "
			"'lists.range(1000).map(x, x + 1).map(x, x + 1).map(x, lists.range(20)).size()'}, rules: ["));
	for (int i = 0; i < 60; i++)
		llp_buf_format(&text,
					   "{id: r%d, when: 'variables.n + variables.n == 2000', action: {decision: warn}},", i);
	llp_buf_append(&text, STR("{id: last, when: 'variables.n == 1000', action: {decision: deny}}]}"));
	llp_buf_append_char(&text, '\0');
	set = vm_policies(arena, text.data);
	decision = vm_decide(arena, &set, "{}", (EvaluationOptions){0});
	CHECK_INT(decision.error_count, 0);
	CHECK_INT(decision.verdict, VERDICT_DENY);
	llp_arena_destroy(arena);
}

/* A variable that was too expensive for one rule may not be for another. */
UNIT_TEST(variables_are_computed_within_the_limits_of_a_rule)
{
	static const char policies[] =
		POLICY("n: 'lists.range(1000).all(x, lists.range(10).all(y, y < 10))'",
			   WHEN("a", "lists.range(1000).all(x, lists.range(10).all(y, y < 10)) && variables.n",
					"warn") ", " WHEN("b", "variables.n", "warn"));
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(arena, policies);

	vm_check(arena, "limits", vm_decide(arena, &set, "{}", (EvaluationOptions){0}).result,
			 "{\"matchedRules\": [\"p/b\"], \"errors\": [{\"policy\": \"p\", \"rule\": \"a\", "
			 "\"message\": \"the expression needs more steps than max_rule_steps allows\"}]}");
	llp_arena_destroy(arena);
}

UNIT_TEST(variables_are_disassembled)
{
	static const char policies[] =
		POLICY("a: 'variables.b + 1', b: '2'", WHEN("r", "variables.?a.hasValue()", "warn"));
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(arena, policies);
	const Fragment *fragment;
	Disassembly table;
	StrBuf out;

	llp_buf_init(&out, arena);
	CHECK(llp_compile_policy(arena, set.policies[0], NULL, &fragment) == STATUS_OK);
	CHECK(llp_fragment_disassemble(arena, fragment, &table) == STATUS_OK);
	for (uint32_t i = 0; i < table.count; i++)
		if (!llp_str_equal(table.rows[i].part, STR("total")))
			llp_buf_format(&out, "%.*s %.*s: %.*s\n", STR_ARG(table.rows[i].part),
						   STR_ARG(table.rows[i].place), STR_ARG(table.rows[i].text));
	CHECK_STR(llp_buf_str(&out), "policy active: priority 0, a rule that errs is deny\n"
								 "applies : always\n"
								 "variable a: when it is read:\n"
								 "code 0: expression \"variables.b + 1\"\n"
								 "code 1: variable b\n"
								 "code 2: constant 1\n"
								 "code 3: call _+_ of 2\n"
								 "code 4: result\n"
								 "variable b: when it is read:\n"
								 "code 5: expression \"2\"\n"
								 "code 6: constant 2\n"
								 "code 7: result\n"
								 "rule r: warn\n"
								 "code 8: expression \"variables.?a.hasValue()\"\n"
								 "code 9: variable a\n"
								 "code 10: call optional.of of 1\n"
								 "code 11: call hasValue of 1\n"
								 "code 12: result\n");
	llp_arena_destroy(arena);
}
