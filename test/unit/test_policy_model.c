/*
 * test/unit/test_policy_model.c - what the model of a correct document is.
 */
#include "policy_support.h"

#include "policy/keys.h"

/* Every key that a correct document can have today, some in their snake_case spelling. */
static const char whole_document[] =
	"metadata:\n"
	"  id: whole-1\n"
	"  name: The whole language\n"
	"  version: 1.5\n"
	"  namespace: acme.prod\n"
	"  priority: 7\n"
	"  description: Every key\n"
	"  owner: platform\n"
	"  tags: [a, b]\n"
	"  createdBy: someone\n"
	"  created_by: kept as written\n"
	"  ticket: {nr: 5}\n"
	"status: shadow\n"
	"appliesTo: {llm.provider: openai, 'user.roles[0]': [a, b]}\n"
	"validFrom: 2026-01-01\n"
	"valid_until: 2027-01-01T00:00:00+01:00\n"
	"variables: {}\n"
	"data: {}\n"
	"config: {default_action: deny, defaultReason: not listed, failOpen: false, auditAllDecisions: true,\n"
	"         cacheTtlSeconds: 60}\n"
	"fallback: {action: deny, reason: it erred, audit: true, alert: true}\n"
	"rules:\n"
	"- {id: low, name: Low, description: d, metadata: {some_key: 1}, enabled: false, priority: -1,\n"
	"   validFrom: 2026-02-01, validUntil: 2026-03-01,\n"
	"   condition: {operator: and, conditions: [\n"
	"     {operator: not, conditions: [{operator: exists, field: a.b}]},\n"
	"     {operator: or, conditions: [{operator: eq, field: llm.model, value: x}]},\n"
	"     {operator: matches, field: llm.prompt, value: ^a+$},\n"
	"     {operator: exists, field: a, value: false}]},\n"
	"   action: {decision: deny, message: 'use {{{{x}}', code: C1, metadata: {t: '{{{{'}}}\n"
	"- condition: {operator: and, conditions: []}\n"
	"  actions:\n"
	"  - {type: warn, reason: weaker}\n"
	"  - {type: modify, reason: cut, code: M, metadata: {a: 1}, set: {a: '{{{{'}, modifications: {b: 2},\n"
	"     remove: [c.d], append: {tags: x}, cap: {llm.maxTokens: 100}}\n"
	"  - {type: audit, severity: high, alert: true}\n"
	"  - {type: log, level: info}\n"
	"  - {type: throttle, delay_ms: 5, maxRetries: 2}\n"
	"  - {type: suggest_alternative, model: m, models: [n], message: 'try {{{{m'}\n"
	"- {id: approval, priority: 2, condition: {operator: and, conditions: []},\n"
	"   actions: [{type: allow}, {type: require_approval, message: ask, approvers: [a], timeout: 1h}]}\n"
	"- {id: plain, priority: 2, condition: {operator: and, conditions: []},\n"
	"   action: {decision: modify, reason: r, modifications: {x.y: [1]}}}\n"
	"exceptions:\n"
	"- {id: e, enabled: false, condition: {operator: exists, field: a}, validFrom: 2026-01-01,\n"
	"   validUntil: 2026-02-01, reason: agreed, action: allow_all, audit: true, requiresApproval: true}\n"
	"- condition: {operator: exists, field: b}\n"
	"tests:\n"
	"- {name: first, request: {user_id: 1}, now: 2026-05-05T00:00:00Z,\n"
	"   expect: {decision: deny, rule: low, reason: r, reason_code: rule, modifications: {}, errors: 0}}\n"
	"- {name: second, request: {}, expect: {decision: allow}}\n";

static const PolicyRule *
rule_of(const Policy *policy, const char *id)
{
	for (size_t i = 0; i < policy->rule_count; i++)
	{
		if (llp_str_equal(policy->rules[i].id, llp_str(id)))
			return &policy->rules[i];
	}
	unit_fail(__FILE__, __LINE__, "no rule %s", id);
	return &policy->rules[0];
}

static Str
json_of(Arena *arena, const TreeNode *node)
{
	StrBuf buf;

	llp_buf_init(&buf, arena);
	llp_tree_write_json(&buf, node);
	return llp_buf_str(&buf);
}

static void
check_timestamp(Timestamp actual, const char *expected)
{
	char text[TIMESTAMP_TEXT_SIZE];

	CHECK_STR(llp_timestamp_format(actual, text), expected);
}

static void
check_head(const Policy *policy)
{
	CHECK_STR(policy->id, "whole-1");
	CHECK_STR(policy->name, "The whole language");
	CHECK_STR(policy->version, "1.5");
	CHECK_STR(policy->ns, "acme.prod");
	CHECK_INT(policy->priority, 7);
	CHECK_INT(policy->status, POLICY_SHADOW);
	CHECK_INT(policy->revision, 0);
	check_timestamp(policy->validity.from, "2026-01-01T00:00:00Z");
	check_timestamp(policy->validity.until, "2026-12-31T23:00:00Z");
	CHECK_INT(policy->default_deny, true);
	CHECK_STR(policy->default_reason, "not listed");
	CHECK_INT(policy->fallback, VERDICT_DENY);
	CHECK_STR(policy->fallback_reason, "it erred");
	CHECK_INT(policy->applies_to_count, 2);
	CHECK_INT(policy->applies_to[0].value_count, 1);
	CHECK_STR(policy->applies_to[1].path.text, "user.roles[0]");
	CHECK_INT(policy->applies_to[1].path.count, 3);
	CHECK_INT(policy->applies_to[1].value_count, 2);
	CHECK_STR(policy->source, whole_document);
	CHECK_INT(policy->line, 1);
}

static void
check_tree(const OperatorTree *tree)
{
	bool matched = false;

	CHECK_INT(tree->op, OPERATOR_AND);
	CHECK_INT(tree->child_count, 4);
	CHECK_INT(tree->line, 25);
	CHECK_INT(tree->column, 15);
	CHECK_INT(tree->children[0]->op, OPERATOR_NOT);
	CHECK_INT(tree->children[0]->children[0]->field.count, 2);
	CHECK_INT(tree->children[0]->children[0]->value->as.boolean, true);
	CHECK_STR(tree->children[1]->children[0]->value->as.string, "x");
	CHECK(tree->children[2]->regex != NULL &&
		  llp_regex_matches(tree->children[2]->regex, STR("aaa"), &matched) == STATUS_OK && matched);
	CHECK_INT(tree->children[3]->value->as.boolean, false);
}

static void
check_low(Arena *arena, const PolicyRule *rule)
{
	CHECK_STR(rule->name, "Low");
	CHECK_INT(rule->enabled, false);
	CHECK_INT(rule->priority, -1);
	CHECK_INT(rule->line, 23);
	CHECK_INT(rule->column, 3);
	check_timestamp(rule->validity.from, "2026-02-01T00:00:00Z");
	check_timestamp(rule->validity.until, "2026-03-01T00:00:00Z");
	CHECK_INT(rule->condition.kind, CONDITION_TREE);
	check_tree(rule->condition.as.tree);
	CHECK_INT(rule->action.verdict, VERDICT_DENY);
	CHECK_STR(rule->action.reason, "use {{x}}");
	CHECK_STR(rule->action.code, "C1");
	CHECK_STR(json_of(arena, rule->action.metadata), "{\"t\":\"{{\"}");
	CHECK_INT(rule->action.needs_approval, false);
}

static void
check_modification(Arena *arena, const Modification *modification, ModificationKind kind, const char *path,
				   const char *value)
{
	CHECK_INT(modification->kind, kind);
	CHECK_STR(modification->path.text, path);
	CHECK(value == NULL ? modification->value == NULL : modification->value != NULL);
	if (value != NULL && modification->value != NULL)
		CHECK_STR(json_of(arena, modification->value), value);
}

static void
check_advice(Arena *arena, const Advice *advice, AdviceType type, const char *body)
{
	CHECK_INT(advice->type, type);
	CHECK_STR(json_of(arena, advice->body), body);
}

static void
check_list_of_actions(Arena *arena, const Action *action)
{
	CHECK_INT(action->verdict, VERDICT_MODIFY);
	CHECK_STR(action->reason, "cut");
	CHECK_STR(action->code, "M");
	CHECK_STR(json_of(arena, action->metadata), "{\"a\":1}");
	CHECK_INT(action->modification_count, 5);
	check_modification(arena, &action->modifications[0], MODIFICATION_SET, "a", "\"{{\"");
	check_modification(arena, &action->modifications[1], MODIFICATION_SET, "b", "2");
	check_modification(arena, &action->modifications[2], MODIFICATION_REMOVE, "c.d", NULL);
	check_modification(arena, &action->modifications[3], MODIFICATION_APPEND, "tags", "\"x\"");
	check_modification(arena, &action->modifications[4], MODIFICATION_CAP, "llm.maxTokens", "100");
	CHECK_INT(action->advice_count, 4);
	check_advice(arena, &action->advice[0], ADVICE_AUDIT, "{\"severity\":\"high\",\"alert\":true}");
	check_advice(arena, &action->advice[1], ADVICE_LOG, "{\"level\":\"info\"}");
	check_advice(arena, &action->advice[2], ADVICE_THROTTLE, "{\"delayMs\":5,\"maxRetries\":2}");
	check_advice(arena, &action->advice[3], ADVICE_SUGGEST_ALTERNATIVE,
				 "{\"model\":\"m\",\"models\":[\"n\"],\"message\":\"try {{m\"}");
}

static void
check_approval(Arena *arena, const Action *action)
{
	CHECK_INT(action->verdict, VERDICT_DENY);
	CHECK_INT(action->needs_approval, true);
	CHECK_STR(action->reason, "ask");
	CHECK_STR(json_of(arena, action->approvers), "[\"a\"]");
	CHECK_STR(json_of(arena, action->timeout), "\"1h\"");
}

static void
check_exceptions_and_tests(const Policy *policy)
{
	CHECK_INT(policy->exception_count, 2);
	CHECK_STR(policy->exceptions[0].id, "e");
	CHECK_INT(policy->exceptions[0].enabled, false);
	CHECK_STR(policy->exceptions[0].reason, "agreed");
	check_timestamp(policy->exceptions[0].validity.until, "2026-02-01T00:00:00Z");
	CHECK_STR(policy->exceptions[1].id, "exception-2");
	CHECK_INT(policy->exceptions[1].enabled, true);
	CHECK(policy->exceptions[1].validity.from == TIMESTAMP_MIN);
	CHECK(policy->exceptions[1].validity.until == TIMESTAMP_MAX);
	CHECK_INT(policy->test_count, 2);
	CHECK_STR(policy->tests[0].name, "first");
	CHECK(policy->tests[0].has_now);
	check_timestamp(policy->tests[0].now, "2026-05-05T00:00:00Z");
	CHECK_INT(policy->tests[0].decision, VERDICT_DENY);
	CHECK_STR(policy->tests[0].rule, "low");
	CHECK_INT(policy->tests[0].reason_code, REASON_RULE);
	CHECK_INT(policy->tests[0].errors->as.integer, 0);
	CHECK(policy->tests[0].modifications != NULL && policy->tests[0].reason != NULL);
	CHECK(!policy->tests[1].has_now && policy->tests[1].reason == NULL && policy->tests[1].errors == NULL);
	CHECK_INT(policy->tests[1].reason_code, REASON_NONE);
}

UNIT_TEST(policy_model_of_the_whole_language)
{
	Reading reading = read_text(whole_document);
	const Policy *policy;

	CHECK_INT(reading.status, STATUS_OK);
	CHECK_INT(reading.list.count, 1);
	CHECK_INT(reading.findings.errors, 0);
	if (reading.list.count == 1)
	{
		policy = reading.list.policies[0];
		check_head(policy);
		CHECK_INT(policy->rule_count, 4);
		CHECK_STR(policy->rules[0].id, "approval");
		CHECK_STR(policy->rules[1].id, "plain");
		CHECK_STR(policy->rules[2].id, "rule-2");
		CHECK_STR(policy->rules[3].id, "low");
		check_low(reading.arena, rule_of(policy, "low"));
		check_list_of_actions(reading.arena, &rule_of(policy, "rule-2")->action);
		check_approval(reading.arena, &rule_of(policy, "approval")->action);
		CHECK_INT(rule_of(policy, "plain")->action.modification_count, 1);
		check_exceptions_and_tests(policy);
	}
	llp_arena_destroy(reading.arena);
}

UNIT_TEST(policy_normalised_has_camel_case_keys_and_defaults)
{
	Reading reading =
		read_text("metadata: {name: My Policy, created_by: x, some_key: {a_b: 1}}\n"
				  "config: {default_action: deny, fail_open: true}\n"
				  "rules:\n"
				  "- condition: {operator: exists, field: a_b}\n"
				  "  action: {decision: deny, message: 'm {{{{', metadata: {c_d: 1}}\n"
				  "- condition: {operator: exists, field: a}\n"
				  "  actions: [{type: throttle, max_retries: 1}, {type: warn, message: n}]\n"
				  "exceptions: [{condition: {operator: exists, field: a}, valid_until: 2027-01-01}]\n"
				  "tests: [{name: t, request: {x_y: 1}, expect: {decision: deny, reason_code: rule}}]\n");

	CHECK_INT(reading.status, STATUS_OK);
	if (reading.list.count == 1)
		CHECK_STR(json_of(reading.arena, reading.list.policies[0]->normalised),
				  "{\"metadata\":{\"name\":\"My Policy\",\"created_by\":\"x\",\"some_key\":{\"a_b\":1},"
				  "\"id\":\"my-policy\",\"namespace\":\"default\"},"
				  "\"config\":{\"defaultAction\":\"deny\"},"
				  "\"rules\":[{\"condition\":{\"operator\":\"exists\",\"field\":\"a_b\"},"
				  "\"action\":{\"decision\":\"deny\",\"metadata\":{\"c_d\":1},\"reason\":\"m {{{{\"},"
				  "\"id\":\"rule-1\"},"
				  "{\"condition\":{\"operator\":\"exists\",\"field\":\"a\"},"
				  "\"actions\":[{\"type\":\"throttle\",\"maxRetries\":1},"
				  "{\"type\":\"warn\",\"reason\":\"n\"}],\"id\":\"rule-2\"}],"
				  "\"exceptions\":[{\"condition\":{\"operator\":\"exists\",\"field\":\"a\"},"
				  "\"validUntil\":\"2027-01-01\",\"id\":\"exception-1\"}],"
				  "\"tests\":[{\"name\":\"t\",\"request\":{\"x_y\":1},"
				  "\"expect\":{\"decision\":\"deny\",\"reasonCode\":\"rule\"}}],"
				  "\"status\":\"active\",\"fallback\":{\"action\":\"allow\"}}");
	llp_arena_destroy(reading.arena);
}

/* What is normalised is a document of its own, and its normal form is itself. */
UNIT_TEST(policy_normalised_reads_as_itself)
{
	Reading reading = read_text(whole_document);
	Reading again;
	Str json;

	CHECK_INT(reading.list.count, 1);
	if (reading.list.count == 1)
	{
		json = llp_str_copy(reading.arena, json_of(reading.arena, reading.list.policies[0]->normalised));
		again = read_text(json.data);
		CHECK_INT(again.status, STATUS_OK);
		if (again.list.count == 1)
			CHECK_STR(json_of(again.arena, again.list.policies[0]->normalised), json.data);
		llp_arena_destroy(again.arena);
	}
	llp_arena_destroy(reading.arena);
}

UNIT_TEST(policy_defaults)
{
	Reading reading = read_text("metadata: {name: P}\nrules:\n- condition: {operator: and, conditions: []}\n"
								"  action: {decision: allow}\n");

	CHECK_INT(reading.status, STATUS_OK);
	if (reading.list.count == 1)
	{
		const Policy *policy = reading.list.policies[0];

		CHECK_STR(policy->id, "p");
		CHECK_STR(policy->ns, "default");
		CHECK_STR(policy->version, "1.0.0");
		CHECK_INT(policy->priority, 0);
		CHECK_INT(policy->status, POLICY_ACTIVE);
		CHECK_INT(policy->fallback, VERDICT_DENY);
		CHECK_INT(policy->default_deny, false);
		CHECK(policy->validity.from == TIMESTAMP_MIN && policy->validity.until == TIMESTAMP_MAX);
		CHECK_STR(policy->rules[0].id, "rule-1");
		CHECK_INT(policy->rules[0].enabled, true);
		CHECK_INT(policy->rules[0].action.verdict, VERDICT_ALLOW);
		CHECK_STR(policy->rules[0].action.reason, "");
		CHECK(policy->rules[0].action.metadata == NULL);
	}
	llp_arena_destroy(reading.arena);
}

typedef struct VerdictCase
{
	const char *actions;
	Verdict verdict;
	const char *reason;
	bool needs_approval;
} VerdictCase;

UNIT_TEST(policy_verdict_of_a_list_is_its_strongest)
{
	static const VerdictCase cases[] = {
		{"{type: audit}", VERDICT_NONE, "", false},
		{"{type: allow, reason: a}, {type: warn, reason: w}", VERDICT_WARN, "w", false},
		{"{type: modify, reason: m, set: {a: 1}}, {type: warn, reason: w}", VERDICT_MODIFY, "m", false},
		{"{type: modify, set: {a: 1}}, {type: deny, reason: d}", VERDICT_DENY, "d", false},
		{"{type: require_approval, reason: p}, {type: allow}", VERDICT_DENY, "p", true},
		{"{type: require_approval, reason: p}, {type: deny, reason: d}", VERDICT_DENY, "d", false},
		{"{type: deny, reason: d}, {type: require_approval, reason: p}", VERDICT_DENY, "d", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		char text[400];
		Reading reading;

		(void) snprintf(
			text, sizeof(text),
			"metadata: {name: P}\nrules: [{condition: {operator: and, conditions: []}, actions: [%s]}]\n",
			cases[i].actions);
		reading = read_text(text);
		CHECK_INT(reading.status, STATUS_OK);
		if (reading.list.count == 1)
		{
			const Action *action = &reading.list.policies[0]->rules[0].action;

			CHECK_INT(action->verdict, cases[i].verdict);
			CHECK_STR(action->reason, cases[i].reason);
			CHECK_INT(action->needs_approval, cases[i].needs_approval);
			CHECK_INT(action->modification_count, cases[i].verdict == VERDICT_MODIFY);
		}
		llp_arena_destroy(reading.arena);
	}
}

/* Ties keep document order, however many there are. */
UNIT_TEST(policy_rules_are_in_walk_order)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	DiagnosticList findings;
	PolicyList list;
	StrBuf text;

	llp_buf_init(&text, arena);
	llp_buf_append(&text, STR("metadata: {name: P}\nrules:\n"));
	for (int i = 0; i < 1000; i++)
		llp_buf_format(&text,
					   "- {id: r%d, priority: %d, condition: {operator: and, conditions: []}, action: "
					   "{decision: allow}}\n",
					   i, i * 7 % 10);
	llp_diag_init(&findings, arena);
	CHECK_INT(llp_read_policies(arena, llp_buf_str(&text), STR(""), &list, &findings), STATUS_OK);
	CHECK_INT(list.count, 1);
	for (size_t i = 1; list.count == 1 && i < list.policies[0]->rule_count; i++)
	{
		const PolicyRule *before = &list.policies[0]->rules[i - 1];
		const PolicyRule *rule = &list.policies[0]->rules[i];

		CHECK(before->priority > rule->priority ||
			  (before->priority == rule->priority && before->line < rule->line));
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(policy_set_is_in_walk_order)
{
	Policy a = {.id = STR("a"), .ns = STR("x"), .priority = 1};
	Policy b = {.id = STR("b"), .ns = STR("x"), .priority = 1};
	Policy c = {.id = STR("a"), .ns = STR("w"), .priority = 1};
	Policy d = {.id = STR("z"), .ns = STR("z"), .priority = 9};
	Policy *policies[] = {&a, &b, &c, &d};
	PolicySet set = llp_policy_set(policies, 4);

	CHECK_INT(set.count, 4);
	CHECK(set.policies == policies);
	CHECK(policies[0] == &d && policies[1] == &c && policies[2] == &a && policies[3] == &b);
}

UNIT_TEST(policy_keys_have_snake_case_twins)
{
	CHECK_INT(llp_key_find(KEY_RULE, STR("validFrom")), KEY_RULE_VALID_FROM);
	CHECK_INT(llp_key_find(KEY_RULE, STR("valid_from")), KEY_RULE_VALID_FROM);
	CHECK_INT(llp_key_find(KEY_RULE, STR("valid_From")), KEY_NONE);
	CHECK_INT(llp_key_find(KEY_RULE, STR("valid_fro")), KEY_NONE);
	CHECK_INT(llp_key_find(KEY_RULE, STR("valid_from_")), KEY_NONE);
	CHECK_INT(llp_key_find(KEY_RULE, STR("i_d")), KEY_NONE);
	CHECK_INT(llp_key_find(KEY_METADATA, STR("createdBy")), KEY_METADATA_CREATED_BY);
	CHECK_INT(llp_key_find(KEY_METADATA, STR("created_by")), KEY_NONE);
}
