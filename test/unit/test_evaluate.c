/*
 * test/unit/test_evaluate.c - from policies and a request to a decision.
 *
 * A scenario is a stream of policies, a request and what the result must say (vm_check).  P(…) shortens a
 * policy to what a scenario is about; R(…) is a rule whose condition is on one field.
 */
#include "vm_support.h"

#include <stdlib.h>

#include "lang/ast.h"

#define P(id, rest) "{metadata: {name: " id ", id: " id "}, " rest "}\n"
#define IF(field) "condition: {operator: exists, field: " field "}"
#define R(id, field, decision) "{id: " id ", " IF(field) ", action: {decision: " decision "}}"
#define R_REASON(id, field, decision, text)                                                                  \
	"{id: " id ", " IF(field) ", action: {decision: " decision ", reason: " text "}}"
#define NEXT "---\n"

typedef struct Scenario
{
	const char *name;
	const char *policies;
	const char *request;
	const char *expected;
} Scenario;

static const Scenario scenarios[] = {
	{"no policy at all", "", "{}",
	 "{\"decision\": \"allow\", \"allowed\": true, \"reasonCode\": \"no_policy\", \"reason\": null, \"matchedPolicies\": [], "
	 "\"matchedRules\": [], \"matches\": null, \"decidedBy\": null, \"policySet\": \"\", \"errors\": null, "
	 "\"errorCount\": null, \"shadow\": null, \"trace\": null, \"decisionId\": null, \"requestId\": null, "
	 "\"now\": \"2026-06-01T12:00:00Z\", \"advice\": null, \"warnings\": null, \"modifications\": null}"},
	{"a policy in scope that matches nothing", P("p", "rules: [" R("r", "a", "deny") "]"), "{\"b\": 1}",
	 "{\"decision\": \"allow\", \"reasonCode\": \"no_match\", \"matchedPolicies\": []}"},
	{"a deny", P("p", "rules: [" R_REASON("r", "a", "deny", "no way") "]"), "{\"a\": null}",
	 "{\"decision\": \"deny\", \"allowed\": false, \"reason\": \"no way\", \"reasonCode\": \"rule\","
	 "\"decidedBy\": {\"namespace\": \"default\", \"policy\": \"p\", \"rule\": \"r\"},"
	 "\"matchedPolicies\": [\"p\"], \"matchedRules\": [\"p/r\"],"
	 "\"matches\": [{\"namespace\": \"default\", \"policy\": \"p\", \"rule\": \"r\", \"decision\": \"deny\", \"reason\": \"no way\"}]}"},
	{"a number as a pattern is its text form",
	 P("p", "rules: [{id: r, condition: {operator: matches, field: a, value: 5}, action: {decision: deny}}, "
			"{id: s, condition: {operator: matches, field: a, value: true}, action: {decision: warn}}]"),
	 "{\"a\": \"1534\"}", "{\"decision\": \"deny\", \"matchedRules\": [\"p/r\"]}"},
	{"a list as a pattern matches nothing",
	 P("p",
	   "rules: [{id: r, condition: {operator: matches, field: a, value: [5]}, action: {decision: deny}}]"),
	 "{\"a\": \"5\"}", "{\"decision\": \"allow\", \"reasonCode\": \"no_match\"}"},
	{"an allow needs no reason", P("p", "rules: [" R_REASON("r", "a", "allow", "fine") "]"), "{\"a\": 1}",
	 "{\"decision\": \"allow\", \"allowed\": true, \"reason\": null, \"reasonCode\": \"rule\","
	 "\"decidedBy\": {\"namespace\": \"default\", \"policy\": \"p\", \"rule\": \"r\"},"
	 "\"matches\": [{\"namespace\": \"default\", \"policy\": \"p\", \"rule\": \"r\", \"decision\": \"allow\", \"reason\": \"fine\"}]}"},
	{"the strongest verdict wins whatever the order",
	 P("p", "rules: [" R_REASON("r1", "a", "warn", "w") ", " R("r2", "a", "allow") ", " R_REASON(
				"r3", "a", "modify", "m") ", " R_REASON("r4", "a", "modify", "m2") "]"),
	 "{\"a\": 1}",
	 "{\"decision\": \"modify\", \"allowed\": true, \"reason\": \"m\", \"matchedRules\": [\"p/r1\", \"p/r2\", \"p/r3\", \"p/r4\"],"
	 "\"decidedBy\": {\"namespace\": \"default\", \"policy\": \"p\", \"rule\": \"r3\"}, \"warnings\": [\"w\"], "
	 "\"modifications\": null}"},
	{"warn beats allow and is allowed",
	 P("p", "rules: [" R("r1", "a", "allow") ", " R_REASON("r2", "a", "warn", "w") "]"), "{\"a\": 1}",
	 "{\"decision\": \"warn\", \"allowed\": true, \"reason\": \"w\", \"warnings\": [\"w\"]}"},
	{"a deny ends the walk",
	 P("p", "rules: [" R("r1", "a", "warn") ", " R("r2", "a", "deny") ", " R("r3", "a", "deny") "]")
		 NEXT P("q", "rules: [" R("r", "a", "deny") "]"),
	 "{\"a\": 1}",
	 "{\"decision\": \"deny\", \"matchedRules\": [\"p/r1\", \"p/r2\"], \"matchedPolicies\": [\"p\"], \"warnings\": null}"},
	{"policies walk by priority",
	 "{metadata: {name: a, priority: 1}, rules: [" R(
		 "r", "a", "warn") "]}\n" NEXT
						   "{metadata: {name: b, priority: 2}, rules: [" R(
							   "r", "a", "warn") "]}\n" NEXT
												 "{metadata: {name: c}, rules: [" R("r", "a", "warn") "]}\n",
	 "{\"a\": 1}", "{\"matchedPolicies\": [\"b\", \"a\", \"c\"]}"},
	{"rules walk by priority, ties in document order",
	 P("p", "rules: [" R("r1", "a", "warn") ", {id: r2, priority: 5, " IF(
				"a") ", action: {decision: warn}}, " R("r3", "a", "warn") "]"),
	 "{\"a\": 1}", "{\"matchedRules\": [\"p/r2\", \"p/r1\", \"p/r3\"]}"},
	{"disabled rules do not exist",
	 P("p", "rules: [{id: r, enabled: false, " IF("a") ", action: {decision: deny}}]"), "{\"a\": 1}",
	 "{\"decision\": \"allow\", \"reasonCode\": \"no_match\"}"},
	{"draft and deprecated policies are not in scope",
	 P("p", "status: draft, rules: [" R("r", "a", "deny") "]")
		 NEXT P("q", "status: deprecated, rules: [" R("r", "a", "deny") "]"),
	 "{\"a\": 1}", "{\"decision\": \"allow\", \"reasonCode\": \"no_policy\"}"},
	{"a shadow policy is recorded without influence",
	 P("p", "status: shadow, rules: [" R_REASON("r", "a", "deny", "would") ", " R("s", "a", "warn") "]")
		 NEXT P("q", "rules: [" R("r", "a", "warn") "]"),
	 "{\"a\": 1}",
	 "{\"decision\": \"warn\", \"matchedPolicies\": [\"q\"],"
	 "\"shadow\": [{\"namespace\": \"default\", \"policy\": \"p\", \"rule\": \"r\", \"decision\": \"deny\", \"reason\": \"would\"}]}"},
	{"a shadow policy after a deny is still walked, to its own end",
	 P("p", "rules: [" R("r", "a", "deny") "]")
		 NEXT P("q", "status: shadow, config: {defaultAction: deny}, rules: [" R("r", "a", "warn") "]"),
	 "{\"a\": 1}",
	 "{\"decision\": \"deny\", \"shadow\": [{\"namespace\": \"default\", \"policy\": \"q\", \"rule\": \"r\", \"decision\": \"warn\"},"
	 "{\"namespace\": \"default\", \"policy\": \"q\", \"decision\": \"deny\"}]}"},
	{"shadow policies alone are no policy", P("p", "status: shadow, rules: [" R("r", "a", "deny") "]"),
	 "{\"a\": 1}", "{\"decision\": \"allow\", \"reasonCode\": \"no_policy\"}"},
	/* validity */
	{"a policy that is not yet valid is out of scope",
	 P("p", "validFrom: '2026-06-01T12:00:01Z', rules: [" R("r", "a", "deny") "]"), "{\"a\": 1}",
	 "{\"decision\": \"allow\", \"reasonCode\": \"no_policy\"}"},
	{"validFrom is included", P("p", "validFrom: '2026-06-01T12:00:00Z', rules: [" R("r", "a", "deny") "]"),
	 "{\"a\": 1}", "{\"decision\": \"deny\"}"},
	{"validUntil is not", P("p", "validUntil: '2026-06-01T12:00:00Z', rules: [" R("r", "a", "deny") "]"),
	 "{\"a\": 1}", "{\"decision\": \"allow\", \"reasonCode\": \"no_policy\"}"},
	{"rules have validity too",
	 P("p",
	   "rules: [{id: r, validUntil: '2026-01-01', " IF(
		   "a") ", action: {decision: deny}}, {id: s, validFrom: '2026-01-01', " IF("a") ", action: {decision: warn}}]"),
	 "{\"a\": 1}", "{\"decision\": \"warn\", \"matchedRules\": [\"p/s\"]}"},
	/* appliesTo */
	{"appliesTo holds by equality of text forms",
	 P("p", "appliesTo: {env: prod, n: 5}, rules: [" R("r", "a", "deny") "]"),
	 "{\"a\": 1, \"env\": \"prod\", \"n\": \"5\"}", "{\"decision\": \"deny\"}"},
	{"appliesTo holds by membership",
	 P("p", "appliesTo: {env: [prod, test]}, rules: [" R("r", "a", "deny") "]"),
	 "{\"a\": 1, \"env\": \"test\"}", "{\"decision\": \"deny\"}"},
	{"another value is out of scope",
	 P("p", "appliesTo: {env: [prod, test]}, rules: [" R("r", "a", "deny") "]"),
	 "{\"a\": 1, \"env\": \"dev\"}", "{\"decision\": \"allow\", \"reasonCode\": \"no_policy\"}"},
	{"an absent path is out of scope", P("p", "appliesTo: {env: null}, rules: [" R("r", "a", "deny") "]"),
	 "{\"a\": 1}", "{\"decision\": \"allow\", \"reasonCode\": \"no_policy\"}"},
	{"one entry that fails is enough",
	 P("p", "appliesTo: {env: prod, tier: gold}, rules: [" R("r", "a", "deny") "]"),
	 "{\"a\": 1, \"env\": \"prod\"}", "{\"reasonCode\": \"no_policy\"}"},
	/* defaultAction */
	{"defaultAction denies at the policy's end",
	 P("p", "config: {defaultAction: deny, defaultReason: closed}, rules: [" R("r", "a", "warn") "]"),
	 "{\"a\": 1}",
	 "{\"decision\": \"deny\", \"reasonCode\": \"default\", \"reason\": \"closed\","
	 "\"decidedBy\": {\"namespace\": \"default\", \"policy\": \"p\"}, \"matchedPolicies\": [\"p\"], \"matchedRules\": [\"p/r\"],"
	 "\"matches\": [{\"namespace\": \"default\", \"policy\": \"p\", \"rule\": \"r\", \"decision\": \"warn\"},"
	 "{\"namespace\": \"default\", \"policy\": \"p\", \"decision\": \"deny\", \"reason\": \"closed\"}]}"},
	{"an allow of its own opens it",
	 P("p", "config: {defaultAction: deny}, rules: [" R("r", "a", "allow") "]"), "{\"a\": 1}",
	 "{\"decision\": \"allow\", \"reasonCode\": \"rule\"}"},
	{"an allow of another policy does not",
	 P("a", "rules: [" R("r", "a", "allow") "]")
		 NEXT P("p", "config: {defaultAction: deny}, rules: [" R("r", "b", "allow") "]"),
	 "{\"a\": 1}", "{\"decision\": \"deny\", \"reasonCode\": \"default\", \"matchedRules\": [\"a/r\"]}"},
	{"a default that denies ends the walk",
	 P("a", "config: {defaultAction: deny}, rules: [" R("r", "x", "allow") "]")
		 NEXT P("b", "rules: [" R("r", "a", "deny") "]"),
	 "{\"a\": 1}", "{\"decision\": \"deny\", \"reasonCode\": \"default\", \"matchedPolicies\": [\"a\"]}"},
	{"a policy out of scope has no default",
	 P("p", "appliesTo: {x: 1}, config: {defaultAction: deny}, rules: []"), "{\"a\": 1}",
	 "{\"decision\": \"allow\", \"reasonCode\": \"no_policy\"}"},
	/* exceptions */
	{"an exception keeps a deny from counting",
	 P("p", "rules: [" R("r", "a", "deny") ", " R("s", "a", "deny") "], exceptions: [{id: e0, " IF(
				"x") "}, {id: e, " IF("b") ", reason: on call}]"),
	 "{\"a\": 1, \"b\": 1}",
	 "{\"decision\": \"allow\", \"reasonCode\": \"exception\", \"reason\": \"on call\", \"decidedBy\": null, \"matchedRules\": [\"p/r\", \"p/s\"],"
	 "\"matches\": [{\"namespace\": \"default\", \"policy\": \"p\", \"rule\": \"r\", \"decision\": \"deny\", \"excepted\": \"e\"},"
	 "{\"namespace\": \"default\", \"policy\": \"p\", \"rule\": \"s\", \"decision\": \"deny\", \"excepted\": \"e\"}]}"},
	{"it is its own policy's denies only",
	 P("a", "rules: [" R("r", "a", "deny") "], exceptions: [{id: e, " IF("b") "}]")
		 NEXT P("b", "rules: [" R("r", "a", "deny") "]"),
	 "{\"a\": 1, \"b\": 1}",
	 "{\"decision\": \"deny\", \"reasonCode\": \"rule\", \"matchedRules\": [\"a/r\", \"b/r\"]}"},
	{"what else decided keeps its reason code",
	 P("a", "rules: [" R("r", "a", "deny") ", " R_REASON("s", "a", "warn",
														 "w") "], exceptions: [{id: e, " IF("b") "}]"),
	 "{\"a\": 1, \"b\": 1}", "{\"decision\": \"warn\", \"reasonCode\": \"rule\", \"reason\": \"w\"}"},
	{"a default is excepted like a rule",
	 P("p", "config: {defaultAction: deny}, rules: [], exceptions: [{id: e, " IF("b") "}]"), "{\"b\": 1}",
	 "{\"decision\": \"allow\", \"reasonCode\": \"exception\", \"matchedPolicies\": [\"p\"], \"matchedRules\": [],"
	 "\"matches\": [{\"namespace\": \"default\", \"policy\": \"p\", \"decision\": \"deny\", \"excepted\": \"e\"}]}"},
	{"an exception that ended or is disabled does not hold",
	 P("p", "rules: [" R("r", "a", "deny") "], exceptions: [{id: e, validUntil: '2026-01-01', " IF(
				"b") "}, {id: f, enabled: false, " IF("b") "}]"),
	 "{\"a\": 1, \"b\": 1}",
	 "{\"decision\": \"deny\", \"matches\": [{\"namespace\": \"default\", \"policy\": \"p\", \"rule\": \"r\", "
	 "\"decision\": \"deny\"}]}"},
	/* advice */
	{"advice alone is no verdict",
	 P("p", "rules: [{id: r, " IF("a") ", actions: [{type: log, level: info}]}]"), "{\"a\": 1}",
	 "{\"decision\": \"allow\", \"reasonCode\": \"no_match\", \"matchedRules\": [\"p/r\"],"
	 "\"matches\": [{\"namespace\": \"default\", \"policy\": \"p\", \"rule\": \"r\"}],"
	 "\"advice\": [{\"type\": \"log\", \"level\": \"info\", \"policy\": \"p\", \"rule\": \"r\"}]}"},
	{"on deny only the denying rule's advice comes along",
	 P("p", "rules: [{id: r, " IF("a") ", actions: [{type: log, level: info}]}, {id: s, " IF(
				"a") ", actions: [{type: deny, reason: x, code: C1}, {type: audit, severity: high}]}]"),
	 "{\"a\": 1}",
	 "{\"decision\": \"deny\", \"code\": \"C1\", \"advice\": [{\"type\": \"audit\", \"severity\": \"high\", \"policy\": "
	 "\"p\", \"rule\": \"s\"}]}"},
	{"advice of an excepted deny stays",
	 P("p",
	   "rules: [{id: s, " IF(
		   "a") ", actions: [{type: deny}, {type: audit, severity: high}]}], exceptions: [{id: e, " IF("a") "}]"),
	 "{\"a\": 1}",
	 "{\"decision\": \"allow\", \"advice\": [{\"type\": \"audit\", \"severity\": \"high\", \"policy\": \"p\", \"rule\": \"s\"}]}"},
	{"approval is a deny of its own code",
	 P("p",
	   "rules: [{id: r, " IF("a") ", actions: [{type: require_approval, approvers: [lead], timeout: 24h}]}]"),
	 "{\"a\": 1}",
	 "{\"decision\": \"deny\", \"allowed\": false, \"reasonCode\": \"approval\", \"approval\": {\"approvers\": [\"lead\"], \"timeout\": \"24h\"}}"},
	/* ids */
	{"requestId comes first", "", "{\"requestId\": \"a\", \"request\": {\"id\": \"b\"}}",
	 "{\"requestId\": \"a\"}"},
	{"then request.id, numbers as text", "", "{\"requestId\": {}, \"request\": {\"id\": 17}}",
	 "{\"requestId\": \"17\"}"},
	{"anything else is no id", "", "{\"requestId\": [1], \"request\": {\"id\": true}}",
	 "{\"requestId\": null}"},
	/* junctions */
	{"and of nothing is true, or of nothing false",
	 P("p",
	   "rules: [{id: r, condition: {operator: and, conditions: []}, action: {decision: warn}},"
	   " {id: s, condition: {operator: or, conditions: []}, action: {decision: warn}},"
	   " {id: t, condition: {operator: not, conditions: [{operator: or, conditions: []}]}, action: {decision: warn}}]"),
	 "{}", "{\"matchedRules\": [\"p/r\", \"p/t\"]}"},
};

UNIT_TEST(evaluate_decides_as_the_language_says)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
	{
		const Scenario *scenario = &scenarios[i];
		Arena *arena = vm_arena();
		PolicySet set = vm_policies(arena, scenario->policies);
		Decision decision = vm_decide(arena, &set, scenario->request, (EvaluationOptions){0});

		vm_check(arena, scenario->name, decision.result, scenario->expected);
		llp_arena_destroy(arena);
	}
}

UNIT_TEST(evaluate_default_decision_deny)
{
	Arena *arena = vm_arena();
	EvaluationOptions options = {.default_decision = VERDICT_DENY};
	PolicySet set =
		vm_policies(arena, P("p", "rules: [" R("r", "a", "deny") ", " R(
									  "s", "c", "allow") "], exceptions: [{id: e, " IF("b") "}]"));
	PolicySet none = {.count = 0};

	vm_check(arena, "no policy", vm_decide(arena, &none, "{}", options).result,
			 "{\"decision\": \"deny\", \"allowed\": false, \"reasonCode\": \"no_policy\"}");
	vm_check(arena, "no match", vm_decide(arena, &set, "{}", options).result,
			 "{\"decision\": \"deny\", \"reasonCode\": \"no_match\"}");
	vm_check(arena, "an exception opens nothing that is closed by default",
			 vm_decide(arena, &set, "{\"a\": 1, \"b\": 1}", options).result,
			 "{\"decision\": \"deny\", \"reasonCode\": \"no_match\"}");
	vm_check(arena, "an allow does", vm_decide(arena, &set, "{\"c\": 1}", options).result,
			 "{\"decision\": \"allow\", \"reasonCode\": \"rule\"}");
	llp_arena_destroy(arena);
}

UNIT_TEST(evaluate_decision_id_is_the_last_correlation_id)
{
	Arena *arena = vm_arena();
	EvaluationOptions options = {.decision_id = STR("d-1"), .policy_set = STR("hash")};
	PolicySet none = {.count = 0};

	vm_check(arena, "none of its own", vm_decide(arena, &none, "{}", options).result,
			 "{\"decisionId\": \"d-1\", \"requestId\": \"d-1\", \"policySet\": \"hash\"}");
	vm_check(arena, "its own", vm_decide(arena, &none, "{\"requestId\": \"r\"}", options).result,
			 "{\"decisionId\": \"d-1\", \"requestId\": \"r\"}");
	llp_arena_destroy(arena);
}

UNIT_TEST(evaluate_refuses_what_is_no_request)
{
	static const char *const requests[] = {"[]",	"null",			 "5",
										   "\"x\"", "{\"data\": 1}", "{\"a\": 1, \"variables\": null}"};
	Arena *arena = vm_arena();
	PolicySet none = {.count = 0};

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
	{
		Value request = llp_tree_value(vm_json(arena, requests[i]));
		EvaluationOptions options = {.default_decision = VERDICT_ALLOW};
		DiagnosticList findings;
		Decision decision;

		llp_diag_init(&findings, arena);
		CHECK_INT(llp_evaluate(arena, vm_program(arena, &none), &request, &options, &decision, &findings),
				  STATUS_INVALID);
		CHECK_INT(findings.errors, 1);
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(evaluate_shows_the_revision_it_has)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(arena, P("p", "rules: [" R("r", "a", "deny") "]"));

	set.policies[0]->revision = 7;
	vm_check(
		arena, "revision", vm_decide(arena, &set, "{\"a\": 1}", (EvaluationOptions){0}).result,
		"{\"decidedBy\": {\"namespace\": \"default\", \"policy\": \"p\", \"revision\": 7, \"rule\": \"r\"}}");
	llp_arena_destroy(arena);
}

/* An expression that reads a variable that no request has. */
static Expression absent_variable = {
	.kind = EXPR_IDENTIFIER,
	.height = 1,
	.as.identifier.name = {"no_such_variable", sizeof("no_such_variable") - 1}};

/* Makes the conditions of a rule, or of an exception when `rule` is below 0, an expression, which errs. */
static void
make_err(Policy *policy, int rule)
{
	Condition *condition = rule < 0 ? &policy->exceptions[0].condition : &policy->rules[rule].condition;

	*condition = (Condition){.kind = CONDITION_EXPRESSION, .as.expression = &absent_variable};
}

UNIT_TEST(evaluate_fallback_stands_in_for_a_rule_that_errs)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(arena, P("p", "rules: [" R("w", "a", "warn") ", " R("r", "a", "deny") "]"));
	Decision decision;

	make_err(set.policies[0], 1);
	decision = vm_decide(arena, &set, "{\"a\": 1}", (EvaluationOptions){0});
	vm_check(
		arena, "fallback deny", decision.result,
		"{\"decision\": \"deny\", \"reasonCode\": \"error\", \"matchedRules\": [\"p/w\", \"p/r\"], \"errorCount\": 1,"
		"\"decidedBy\": {\"namespace\": \"default\", \"policy\": \"p\", \"rule\": \"r\"},"
		"\"errors\": [{\"policy\": \"p\", \"rule\": \"r\", \"message\": \"no such key: no_such_variable\"}]}");
	CHECK(!decision.fell_open);
	CHECK_INT(decision.error_count, 1);
	CHECK_INT(decision.reason_code, REASON_ERROR);

	set.policies[0]->fallback = VERDICT_ALLOW;
	set.policies[0]->fallback_reason = STR("engine trouble");
	decision = vm_decide(arena, &set, "{}", (EvaluationOptions){0});
	vm_check(
		arena, "fallback allow", decision.result,
		"{\"decision\": \"allow\", \"reasonCode\": \"error\", \"reason\": \"engine trouble\", \"errorCount\": 1}");
	CHECK(decision.fell_open);
	llp_arena_destroy(arena);
}

UNIT_TEST(evaluate_rules_that_could_not_say_no_do_not_match_when_they_err)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(arena, P("p", "rules: [" R("r", "a", "allow") ", " R("s", "a", "warn") "]"));
	Decision decision;

	make_err(set.policies[0], 0);
	make_err(set.policies[0], 1);
	decision = vm_decide(arena, &set, "{\"a\": 1}", (EvaluationOptions){0});
	vm_check(
		arena, "allow and warn", decision.result,
		"{\"decision\": \"allow\", \"reasonCode\": \"no_match\", \"matchedRules\": [], \"errorCount\": 2,"
		"\"errors\": [{\"policy\": \"p\", \"rule\": \"r\", \"message\": \"no such key: no_such_variable\"}]}");
	CHECK(!decision.fell_open);
	llp_arena_destroy(arena);
}

UNIT_TEST(evaluate_an_erring_allow_does_not_open_a_closed_policy)
{
	Arena *arena = vm_arena();
	PolicySet set =
		vm_policies(arena, P("p", "config: {defaultAction: deny}, fallback: {action: allow}, rules: [" R(
									  "r", "a", "allow") ", " R("s", "a", "deny") "]"));

	make_err(set.policies[0], 0);
	make_err(set.policies[0], 1);
	vm_check(arena, "closed", vm_decide(arena, &set, "{\"a\": 1}", (EvaluationOptions){0}).result,
			 "{\"decision\": \"deny\", \"reasonCode\": \"default\", \"errorCount\": 2}");
	llp_arena_destroy(arena);
}

UNIT_TEST(evaluate_an_erring_exception_does_not_hold)
{
	Arena *arena = vm_arena();
	PolicySet set =
		vm_policies(arena, P("p", "rules: [" R("r", "a", "deny") "], exceptions: [{id: e, " IF("a") "}]"));

	make_err(set.policies[0], -1);
	vm_check(
		arena, "exception", vm_decide(arena, &set, "{\"a\": 1}", (EvaluationOptions){0}).result,
		"{\"decision\": \"deny\", \"reasonCode\": \"rule\", \"errorCount\": 1,"
		"\"errors\": [{\"policy\": \"p\", \"exception\": \"e\", \"message\": \"no such key: no_such_variable\"}]}");
	llp_arena_destroy(arena);
}

UNIT_TEST(evaluate_a_fallback_deny_is_excepted_like_any_deny)
{
	Arena *arena = vm_arena();
	PolicySet set =
		vm_policies(arena, P("p", "rules: [" R("r", "a", "deny") "], exceptions: [{id: e, " IF("a") "}]"));

	make_err(set.policies[0], 0);
	vm_check(arena, "excepted", vm_decide(arena, &set, "{\"a\": 1}", (EvaluationOptions){0}).result,
			 "{\"decision\": \"allow\", \"reasonCode\": \"exception\", \"errorCount\": 1}");
	llp_arena_destroy(arena);
}

UNIT_TEST(evaluate_lists_the_first_error_of_sixteen_policies_and_counts_all)
{
	Arena *arena = vm_arena();
	PolicySet set;
	StrBuf text;
	Decision decision;

	llp_buf_init(&text, arena);
	for (int i = 0; i < 20; i++)
		llp_buf_format(
			&text,
			"---\n{metadata: {name: p%02d}, rules: [" R("r", "a", "warn") ", " R("s", "a", "warn") "]}\n", i);
	llp_buf_append_char(&text, '\0');
	set = vm_policies(arena, text.data);
	for (size_t i = 0; i < set.count; i++)
	{
		make_err(set.policies[i], 0);
		make_err(set.policies[i], 1);
	}
	decision = vm_decide(arena, &set, "{}", (EvaluationOptions){0});
	CHECK_INT(llp_tree_get(decision.result, STR("errorCount"))->as.integer, 40);
	CHECK_INT(llp_tree_get(decision.result, STR("errors"))->as.list.count, 16);
	llp_arena_destroy(arena);
}

UNIT_TEST(evaluate_trace_shows_what_was_read)
{
	Arena *arena = vm_arena();
	EvaluationOptions options = {.trace = true};
	PolicySet set = vm_policies(
		arena,
		P("p",
		  "rules: [{id: r, condition: {operator: and, conditions: [{operator: eq, field: a, value: 1}, {operator: "
		  "not, conditions: [{operator: exists, field: b}]}]}, action: {decision: warn}},"
		  "{id: s, condition: {operator: or, conditions: [{operator: gt, field: n, value: 2}, {operator: eq, field: a, "
		  "value: 1}]}, action: {decision: deny}}], exceptions: [{id: e, " IF("b") "}]"));

	vm_check(
		arena, "trace", vm_decide(arena, &set, "{\"a\": \"1\", \"n\": [3]}", options).result,
		"{\"trace\": ["
		"{\"policy\": \"p\", \"namespace\": \"default\", \"rule\": \"r\", \"matched\": true, \"condition\":"
		" {\"operator\": \"and\", \"conditions\": [{\"operator\": \"eq\", \"field\": \"a\", \"value\": \"1\", \"result\": true},"
		" {\"operator\": \"not\", \"conditions\": [{\"operator\": \"exists\", \"field\": \"b\", \"result\": false}], \"result\": true}],"
		" \"result\": true}},"
		"{\"policy\": \"p\", \"namespace\": \"default\", \"rule\": \"s\", \"matched\": true, \"condition\":"
		" {\"operator\": \"or\", \"conditions\": [{\"operator\": \"gt\", \"field\": \"n\", \"value\": [3], \"result\": false},"
		" {\"operator\": \"eq\", \"field\": \"a\", \"value\": \"1\", \"result\": true}], \"result\": true}},"
		"{\"policy\": \"p\", \"namespace\": \"default\", \"exception\": \"e\", \"matched\": false, \"condition\":"
		" {\"operator\": \"exists\", \"field\": \"b\", \"result\": false}},"
		"{\"skipped\": 0}]}");
	llp_arena_destroy(arena);
}

UNIT_TEST(evaluate_trace_stays_small)
{
	Arena *arena = vm_arena();
	EvaluationOptions options = {.trace = true};
	StrBuf policies;
	StrBuf request;
	PolicySet set;
	Decision decision;
	Str text;

	llp_buf_init(&policies, arena);
	llp_buf_append(&policies, STR("metadata: {name: p}\nrules:\n"));
	for (int i = 0; i < 300; i++)
		llp_buf_format(
			&policies,
			"- {id: r%d, condition: {operator: contains, field: a, value: x}, action: {decision: warn}}\n",
			i);
	llp_buf_append_char(&policies, '\0');
	set = vm_policies(arena, policies.data);
	llp_buf_init(&request, arena);
	llp_buf_append(&request, STR("{\"a\": ["));
	for (int i = 0; i < 5000; i++)
		llp_buf_format(&request, "%s[[[[[\"\xc3\xa9%0500d\"]]]]]", i == 0 ? "" : ", ", i);
	llp_buf_append(&request, STR("]}"));
	llp_buf_append_char(&request, '\0');
	decision = vm_decide(arena, &set, request.data, options);
	text = vm_json_text(arena, llp_tree_get(decision.result, STR("trace")));
	CHECK(text.size < 1024 * 1024);
	CHECK(llp_str_find(text, STR("\"truncated\":true")) > 0);
	CHECK(llp_str_find(text, STR("\"rule\":\"r299\"")) > 0);
	llp_arena_destroy(arena);
}

UNIT_TEST(evaluate_trace_cuts_strings_by_code_point)
{
	Arena *arena = vm_arena();
	EvaluationOptions options = {.trace = true};
	PolicySet set = vm_policies(arena, P("p", "rules: [" R("r", "a", "warn") "]"));
	StrBuf request;
	Decision decision;
	const TreeNode *leaf;
	Str value;

	llp_buf_init(&request, arena);
	llp_buf_append(&request, STR("{\"a\": \""));
	for (int i = 0; i < 300; i++)
		llp_buf_append(&request, STR("\xc3\xa9"));
	llp_buf_append(&request, STR("\"}"));
	llp_buf_append_char(&request, '\0');
	decision = vm_decide(arena, &set, request.data, options);
	leaf = llp_tree_get(llp_tree_get(decision.result, STR("trace"))->as.list.items[0], STR("condition"));
	value = llp_tree_get(leaf, STR("value"))->as.string;
	CHECK_INT(value.size, 200 * 2 + 3);
	llp_arena_destroy(arena);
}

/* A host that is asked to stop at its n-th poll. */
typedef struct Impatience
{
	int polls;
	int stop_at;
} Impatience;

static bool
impatient_poll(void *context)
{
	Impatience *self = context;

	return ++self->polls >= self->stop_at;
}

UNIT_TEST(evaluate_stops_when_the_host_asks)
{
	for (int stop_at = 1; stop_at < 8; stop_at++)
	{
		Impatience self = {.stop_at = stop_at};
		Host host = llp_libc_host;
		Arena *texts = vm_arena();
		PolicySet set =
			vm_policies(texts, P("p", "rules: [" R("r", "a", "warn") ", " R(
										  "s", "a", "deny") "], exceptions: [{id: e, " IF("b") "}]"));
		Value request = llp_tree_value(vm_json(texts, "{\"a\": 1}"));
		EvaluationOptions options = {.default_decision = VERDICT_ALLOW};
		DiagnosticList findings;
		Decision decision;
		Program *program;
		Arena *arena;
		Status status;

		program = vm_program(texts, &set);
		host.context = &self;
		host.poll = impatient_poll;
		arena = llp_arena_create(&host, 0);
		llp_diag_init(&findings, arena);
		status = llp_evaluate(arena, program, &request, &options, &decision, &findings);
		CHECK_INT(status, self.polls >= stop_at ? STATUS_CANCELLED : STATUS_OK);
		CHECK(stop_at > 3 || status == STATUS_CANCELLED);
		llp_arena_destroy(arena);
		llp_arena_destroy(texts);
	}
}

/* What an evaluation under failing allocations works on; read once, with memory to spare. */
typedef struct FailingCase
{
	Program *program;
	Value request;
} FailingCase;

static bool
evaluate_all(Arena *arena, void *data)
{
	const FailingCase *self = data;
	EvaluationOptions options = {
		.default_decision = VERDICT_ALLOW, .trace = true, .return_request = true, .now = VM_NOW};
	DiagnosticList findings;
	Decision decision;
	Status status;

	llp_diag_init(&findings, arena);
	status = llp_evaluate(arena, self->program, &self->request, &options, &decision, &findings);
	if (status != STATUS_OK)
	{
		CHECK_INT(status, STATUS_NO_MEMORY);
		return false;
	}
	CHECK_INT(decision.verdict, VERDICT_MODIFY);
	CHECK(llp_tree_get(decision.result, STR("modifiedRequest")) != NULL);
	CHECK(llp_tree_get(decision.result, STR("trace")) != NULL);
	return true;
}

UNIT_TEST(evaluate_survives_failing_allocations)
{
	Arena *texts = vm_arena();
	PolicySet set = vm_policies(
		texts,
		P("p",
		  "rules: [" R("e", "a", "warn") ", {id: r, " IF(
			  "a") ", actions: [{type: modify, set: {b.c.d: [1, {x: 2}]}, remove: ['l[0]'], append: {l: 9, m: 1}, cap: {n: 5}}, {type: log, level: "
				   "info}]}, " R("d", "a", "deny") "], exceptions: [{id: x, " IF("a") "}]"));
	FailingCase self;

	make_err(set.policies[0], 0);
	self.program = vm_program(texts, &set);
	self.request = llp_tree_value(vm_json(texts, "{\"a\": 1, \"l\": [1, 2], \"n\": 9, \"requestId\": 5}"));
	unit_every_allocation_fails(evaluate_all, &self);
	llp_arena_destroy(texts);
}
