/*
 * test/unit/test_policy_findings.c - what the reader says about documents that are wrong or doubtful.
 *
 * Each case is a text and the findings that it gives, one a line: severity, line:column, path, message.
 */
#include "policy_support.h"

typedef struct FindingCase
{
	const char *text;
	const char *expected;
} FindingCase;

/* A policy of which a case writes the rest: lines from 2 on. */
#define NAMED "metadata: {name: P}\n"
/* A rule whose condition or action the case gives, as a flow map in line 2. */
#define RULE(inner) NAMED "rules: [{" inner "}]\n"
#define CONDITION(inner) RULE("condition: " inner ", action: {decision: deny}")
#define ACTION(inner) RULE("condition: {operator: and, conditions: []}, action: " inner)
#define ACTIONS(inner) RULE("condition: {operator: and, conditions: []}, actions: [" inner "]")

static void
check_case(const FindingCase *one)
{
	Reading reading = read_text(one->text);
	StrBuf seen;

	llp_buf_init(&seen, reading.arena);
	for (const Diagnostic *d = reading.findings.first; d != NULL; d = d->next)
		llp_buf_format(&seen, "%s %d:%d %.*s: %.*s\n", llp_severity_name(d->severity), d->line, d->column,
					   STR_ARG(d->path), STR_ARG(d->message));
	if (!llp_str_equal(llp_buf_str(&seen), llp_str(one->expected)))
		unit_fail(__FILE__, __LINE__, "for the text\n%s\nthe findings are\n%.*s\nnot\n%s", one->text,
				  STR_ARG(llp_buf_str(&seen)), one->expected);
	CHECK_INT(reading.status, reading.findings.errors == 0 ? STATUS_OK : STATUS_INVALID);
	llp_arena_destroy(reading.arena);
}

static void
check_cases(const FindingCase *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_case(&cases[i]);
}

#define CHECK_CASES(cases) check_cases(cases, sizeof(cases) / sizeof((cases)[0]))

UNIT_TEST(policy_findings_about_shape)
{
	static const FindingCase cases[] = {
		{"[]", "error 1:1 : the text holds no document\n"},
		{"hello", "error 1:1 : expected a map, found a string\n"},
		{"{}", "error 1:1 : missing key \"metadata\"\nerror 1:1 : missing key \"rules\"\n"},
		{NAMED "rules: {}\n", "error 2:8 rules: expected a list, found a map\n"},
		{NAMED "rules: null\n", "error 2:8 rules: expected a list, found null\n"},
		{NAMED "rules: [1, x]\n", "error 2:9 rules[0]: expected a map, found an integer\n"
								  "error 2:12 rules[1]: expected a map, found a string\n"},
		{NAMED "rules: []\nrulez: 1\n\"a b\": 2\n",
		 "error 3:1 rulez: unknown key \"rulez\"\nerror 4:1 [\"a b\"]: unknown key \"a b\"\n"},
		{NAMED "rules: []\nconfig: {defaultAction: deny, default_action: deny}\n",
		 "error 3:31 config.default_action: duplicate key \"default_action\"\n"},
		{NAMED "rules: []\nstatus: on\n", "error 3:9 status: unknown status \"on\"\n"},
		{NAMED "rules: []\nstatus: true\n", "error 3:9 status: expected a status in a string, found true\n"},
		{NAMED "rules: []\nconfig: {failOpen: yes, cacheTtlSeconds: -1}\n",
		 "error 3:20 config.failOpen: expected true or false, found a string\n"
		 "note 3:25 config.cacheTtlSeconds: cacheTtlSeconds has no effect\n"
		 "error 3:42 config.cacheTtlSeconds: expected an integer of at least 0, found -1\n"},
	};

	CHECK_CASES(cases);
}

UNIT_TEST(policy_findings_about_identity)
{
	static const FindingCase cases[] = {
		{"metadata: {}\nrules: []\n", "error 1:11 metadata: missing key \"name\"\n"},
		{"metadata: {name: 7, id: [], tags: [a, 1], priority: 1.5, version: {}}\nrules: []\n",
		 "error 1:18 metadata.name: expected a string, found an integer\n"
		 "error 1:25 metadata.id: expected a string, found a list\n"
		 "error 1:39 metadata.tags[1]: expected a string, found an integer\n"
		 "error 1:53 metadata.priority: expected an integer, found a number\n"
		 "error 1:67 metadata.version: expected a string or a number, found a map\n"},
		{"metadata: {name: ÄÖÜ}\nrules: []\n", "error 1:18 metadata.name: no id can be made of this name\n"},
		{"metadata: {name: P, id: -x}\nrules: []\n", "error 1:25 metadata.id: invalid id \"-x\"\n"},
		{"metadata: {name: P, namespace: a..b}\nrules: []\n",
		 "error 1:32 metadata.namespace: invalid namespace \"a..b\"\n"},
		{"metadata: {name: P}\nrules: []\n---\nmetadata: {name: p, namespace: default}\nrules: []\n",
		 "error 4:18 metadata.name: duplicate policy \"default/p\"\n"},
		{"metadata: {name: P}\nrules: []\n---\nmetadata: {name: x, id: p}\nrules: []\n",
		 "error 4:25 metadata.id: duplicate policy \"default/p\"\n"},
	};

	CHECK_CASES(cases);
}

UNIT_TEST(policy_findings_about_times)
{
	static const FindingCase cases[] = {
		{NAMED "rules: []\nvalidFrom: tomorrow\nvalid_until: 12:30\n",
		 "error 3:12 validFrom: invalid timestamp \"tomorrow\"\n"
		 "error 4:14 valid_until: invalid timestamp \"12:30\"\n"},
		{NAMED "rules: []\nvalidFrom: 2026-07-02\nvalidUntil: 2026-07-02T00:00:00Z\n",
		 "error 4:13 validUntil: validUntil is not after validFrom\n"},
		{NAMED "rules: []\nvalidUntil: 20260702\n",
		 "error 3:13 validUntil: expected a timestamp in a string, found an integer\n"},
		{RULE("condition: {operator: and, conditions: []}, action: {decision: deny}, "
			  "validFrom: 2027-01-01, validUntil: 2026-01-01"),
		 "error 2:115 rules[0].validUntil: validUntil is not after validFrom\n"},
	};

	CHECK_CASES(cases);
}

UNIT_TEST(policy_findings_about_variables)
{
	static const FindingCase cases[] = {
		{NAMED
		 "rules: []\nvariables: {a: 1 +, 'b-c': '1', d: variables.e, f: variables == 1, g: has(variables)}\n",
		 "error 3:19 variables.a: expected a value, found the end\n"
		 "error 3:21 variables.b-c: invalid name of a variable \"b-c\"\n"
		 "error 3:36 variables.d: unknown variable \"e\"\n"
		 "error 3:52 variables.f: \"variables\" is no value\n"
		 "error 3:75 variables.g: \"variables\" is no value\n"},
		{NAMED "rules: []\nvariables:\n  a: variables.b\n  b: |\n    1 +\n    variables.c\n  c: variables.a\n"
			   "  d: variables.a\n  e: variables.e\n  f: '1'\n",
		 "error 4:6 variables.a: variable \"a\" needs itself\n"
		 "error 5:6 variables.b: variable \"b\" needs itself\n"
		 "error 8:6 variables.c: variable \"c\" needs itself\n"
		 "error 10:6 variables.e: variable \"e\" needs itself\n"},
		{NAMED "rules: [{when: variables.ab > 1, action: {decision: deny}}]\nvariables: {abc: '1'}\n"
			   "---\nmetadata: {name: Q}\nrules: [{when: variables.abc > 1, action: {decision: deny}}]\n",
		 "error 2:16 rules[0].when: unknown variable \"ab\"\n"
		 "error 6:16 rules[0].when: unknown variable \"abc\"\n"},
		{NAMED
		 "rules: []\nvariables: {a: '1', b: variables.a, c: variables.b, d: variables.c, e: variables.d,\n"
		 " f: variables.e, g: variables.f, h: variables.g, i: variables.h, j: variables.i, k: variables.j,\n"
		 " l: variables.k, m: variables.l, n: variables.m, o: variables.n, p: variables.o, q: variables.p,\n"
		 " r: variables.q}\n",
		 "error 5:85 variables.q: variables read variables more than 16 deep\n"},
	};

	CHECK_CASES(cases);
}

UNIT_TEST(policy_findings_about_config)
{
	static const FindingCase cases[] = {
		{NAMED "rules: []\nconfig: {defaultAction: warn}\n",
		 "error 3:25 config.defaultAction: unknown word \"warn\"\n"},
		{NAMED "rules: []\nconfig: {auditAllDecisions: true}\n",
		 "note 3:10 config.auditAllDecisions: auditAllDecisions has no effect\n"},
		{NAMED "rules: []\nfallback: {action: allow, audit: true, alert: [x]}\n",
		 "warning 3:1 fallback: a rule that errs allows the request\n"
		 "note 3:27 fallback.audit: audit has no effect\n"
		 "note 3:40 fallback.alert: alert has no effect\n"},
		{NAMED "rules: []\nconfig: {failOpen: true}\n",
		 "warning 3:1 config: a rule that errs allows the request\n"},
		{NAMED "rules: []\nconfig: {failOpen: true}\nfallback: {action: deny}\n",
		 "error 4:1 fallback: fallback contradicts config.failOpen\n"},
		{NAMED "rules: []\nconfig: {failOpen: false}\nfallback: deny\n",
		 "error 4:11 fallback: expected a map, found a string\n"},
		{NAMED "rules: []\nappliesTo: {a..b: 1, c: []}\n",
		 "error 3:13 appliesTo[\"a..b\"]: invalid path \"a..b\": empty step\n"
		 "warning 3:25 appliesTo.c: the policy never applies\n"},
		{NAMED "rules: []\nvariables: {a: 1 + 1, b: 2}\ndata: {d: {source: s}, e: {}}\n",
		 "error 3:26 variables.b: expected a string, found an integer\n"
		 "error 4:27 data.e: missing key \"source\"\n"},
		{NAMED
		 "variables: {v: data.a.x}\ndata:\n  1x: {source: s}\n  a: {source: s, args: [variables.v, b +]}\n"
		 "  c: {source: s, args: ['data.c.x', 'data.nope']}\n"
		 "  d: {source: s, args: [1, tokens(x)]}\nrules: []\n",
		 "error 2:16 variables.v: variable \"v\" needs itself\n"
		 "error 4:3 data[\"1x\"]: invalid name of data \"1x\"\n"
		 "error 5:6 data.a: data \"a\" needs itself\n"
		 "error 5:41 data.a.args[1]: expected a value, found the end\n"
		 "error 6:6 data.c: data \"c\" needs itself\n"
		 "error 6:38 data.c.args[1]: unknown data \"nope\"\n"
		 "error 7:25 data.d.args[0]: expected a string, found an integer\n"},
	};

	CHECK_CASES(cases);
}

UNIT_TEST(policy_findings_about_rules)
{
	static const FindingCase cases[] = {
		{RULE("id: a"),
		 "error 2:9 rules[0]: missing key \"condition\"\nerror 2:9 rules[0]: missing key \"action\"\n"},
		{RULE("condition: {operator: and, conditions: []}, when: x, actions: [{type: deny}], action: "
			  "{decision: deny}"),
		 "error 2:54 rules[0].when: both condition and when are given\n"
		 "error 2:63 rules[0].actions: both action and actions are given\n"},
		{RULE("conditions: {match: 'a == 1'}, action: {decision: deny}"), ""},
		{RULE("conditions: [], action: {decision: deny}"),
		 "error 2:22 rules[0].conditions: expected a map, found a list\n"},
		{RULE("when: 'a', condition: x, action: []"),
		 "error 2:10 rules[0].when: both condition and when are given\n"
		 "error 2:32 rules[0].condition: expected a map, found a string\n"
		 "error 2:43 rules[0].action: expected a map, found a list\n"},
		{NAMED "rules:\n"
			   "- {id: a, condition: {operator: and, conditions: []}, action: {decision: deny}}\n"
			   "- {id: rule-3, condition: {operator: and, conditions: []}, action: {decision: deny}}\n"
			   "- {condition: {operator: and, conditions: []}, action: {decision: deny}}\n"
			   "- {id: a, condition: {operator: and, conditions: []}, action: {decision: deny}}\n"
			   "- {id: 'a b', condition: {operator: and, conditions: []}, action: {decision: deny}}\n",
		 "error 5:3 rules[2].id: duplicate rule id \"rule-3\"\n"
		 "error 6:8 rules[3].id: duplicate rule id \"a\"\n"
		 "error 7:8 rules[4].id: invalid id \"a b\"\n"},
		{RULE(
			 "condition: {operator: and, conditions: []}, action: {decision: deny}, priority: '1', enabled: 1"),
		 "error 2:90 rules[0].priority: expected an integer, found a string\n"
		 "error 2:104 rules[0].enabled: expected true or false, found an integer\n"},
	};

	CHECK_CASES(cases);
}

UNIT_TEST(policy_findings_about_operators)
{
	static const FindingCase cases[] = {
		{CONDITION("{operator: equals, field: a, value: 1}"),
		 "error 2:32 rules[0].condition.operator: unknown operator \"equals\"\n"},
		{CONDITION("{operator: and}"),
		 "error 2:21 rules[0].condition: missing key \"conditions\" of operator and\n"},
		{CONDITION("{operator: or, conditions: []}"),
		 "warning 2:48 rules[0].condition.conditions: or of no conditions is never true\n"},
		{CONDITION("{operator: not, conditions: []}"),
		 "error 2:49 rules[0].condition.conditions: not takes exactly one condition, found 0\n"},
		{CONDITION("{operator: not, conditions: [{operator: nope}, {operator: exists, field: a}]}"),
		 "error 2:49 rules[0].condition.conditions: not takes exactly one condition, found 2\n"
		 "error 2:61 rules[0].condition.conditions[0].operator: unknown operator \"nope\"\n"},
		{CONDITION("{operator: eq}"),
		 "error 2:21 rules[0].condition: missing key \"field\" of operator eq\n"
		 "error 2:21 rules[0].condition: missing key \"value\" of operator eq\n"},
		{CONDITION("{field: a}"), "error 2:21 rules[0].condition: missing key \"operator\"\n"},
		{CONDITION("{operator: eq, field: '', value: 1}"),
		 "error 2:43 rules[0].condition.field: invalid path \"\": empty path\n"},
		{CONDITION("{operator: eq, field: a, value: null}"), ""},
		{CONDITION("{operator: exists, field: a}"), ""},
		{CONDITION("{operator: exists, field: a, value: 'true'}"),
		 "error 2:57 rules[0].condition.value: expected true or false, found a string\n"},
		{CONDITION("{operator: in, field: a, value: x}"),
		 "warning 2:53 rules[0].condition.value: in with such a value is never true\n"},
		{CONDITION("{operator: not_in, field: a, value: {}}"),
		 "warning 2:57 rules[0].condition.value: not_in with a value that is no list is always true\n"},
		{CONDITION("{operator: gt, field: a, value: true}"),
		 "warning 2:53 rules[0].condition.value: gt with such a value is never true\n"},
		{CONDITION("{operator: gt, field: a, value: 1, conditions: [5]}"),
		 "warning 2:56 rules[0].condition.conditions: gt does not read conditions: it is ignored\n"},
		{CONDITION("{operator: or, field: a, value: 1, conditions: [{operator: exists, field: a}]}"),
		 "warning 2:36 rules[0].condition.field: or does not read field: it is ignored\n"
		 "warning 2:46 rules[0].condition.value: or does not read value: it is ignored\n"},
	};

	CHECK_CASES(cases);
}

UNIT_TEST(policy_findings_about_regexes)
{
	static const FindingCase cases[] = {
		{CONDITION("{operator: matches, field: a, value: ''}"), ""},
		{CONDITION("{operator: matches, field: a, value: '(x'}"),
		 "error 2:58 rules[0].condition.value: invalid regex: missing ): (x\n"},
		{CONDITION("{operator: matches, field: a, value: 1}"),
		 "warning 2:58 rules[0].condition.value: the pattern is the text \"1\"\n"},
		{CONDITION("{operator: matches, field: a, value: []}"),
		 "warning 2:58 rules[0].condition.value: matches with such a value is never true\n"},
		{CONDITION("{operator: matches, field: a, value: '((a{100}){100}){100}'}"),
		 "error 2:58 rules[0].condition.value: invalid regex: invalid repetition size: {100}\n"},
	};

	CHECK_CASES(cases);
}

UNIT_TEST(policy_findings_about_actions)
{
	static const FindingCase cases[] = {
		{ACTION("{}"), "error 2:62 rules[0].action: missing key \"decision\"\n"},
		{ACTION("{decision: block}"), "error 2:73 rules[0].action.decision: unknown decision \"block\"\n"},
		{ACTION("{decision: deny, reason: a, message: b}"),
		 "error 2:90 rules[0].action.message: duplicate key \"message\"\n"},
		{ACTION("{decision: deny, modifications: {a: 1}}"),
		 "warning 2:79 rules[0].action.modifications: modifications are ignored with decision deny\n"},
		{ACTION("{decision: deny, reason: 'a {{ b }}', metadata: {x: ['{{{{', '{{c}}']}}"), ""},
		{ACTION("{decision: '{{ a }}', metadata: '{{ b }}', modifications: '{{ c }}'}"),
		 "error 2:73 rules[0].action.decision: unknown decision \"{{ a }}\"\n"
		 "error 2:120 rules[0].action.modifications: expected a map, found a string\n"},
		/* The errors of their expressions come first, each where it stands. */
		{ACTION(
			 "{decision: deny, reason: 'a {{ b + }} {{{{ {{ nope(c) }}', code: '{{ {\"}}\": {1: 2}} }}{{ d'}"),
		 "error 2:97 rules[0].action.reason: expected a value, found the end\n"
		 "error 2:108 rules[0].action.reason: unknown function \"nope\"\n"
		 "error 2:148 rules[0].action.code: the template does not end\n"},
		{ACTIONS(""), "warning 2:63 rules[0].actions: a rule without actions decides nothing\n"},
		{ACTIONS("deny, {}, {type: stop}, {type: [], x: 1}"),
		 "error 2:64 rules[0].actions[0]: expected a map, found a string\n"
		 "error 2:70 rules[0].actions[1]: missing key \"type\"\n"
		 "error 2:81 rules[0].actions[2].type: unknown type of action \"stop\"\n"
		 "error 2:95 rules[0].actions[3].type: expected a type of action in a string, found a list\n"},
		{ACTIONS("{type: deny}, {type: deny}"),
		 "error 2:78 rules[0].actions[1]: second deny in one list of actions\n"},
		{ACTIONS("{type: allow}, {type: deny}"),
		 "warning 2:64 rules[0].actions[0]: allow has no effect beside deny\n"},
		{ACTIONS("{type: require_approval, timeout: [], approvers: {}}, {type: deny}"),
		 "warning 2:64 rules[0].actions[0]: require_approval has no effect beside deny\n"
		 "error 2:98 rules[0].actions[0].timeout: expected a string or a number, found a list\n"
		 "error 2:113 rules[0].actions[0].approvers: expected a string or a list of strings, found a map\n"},
		{ACTIONS(
			 "{type: throttle, delay_ms: '{{ x }}', maxRetries: 1.5}, {type: throttle, delayMs: 'a{{ x }}'}"),
		 "error 2:114 rules[0].actions[0].maxRetries: expected an integer of at least 0, found a number\n"
		 "error 2:146 rules[0].actions[1].delayMs: expected an integer of at least 0, found a string\n"},
		{ACTIONS("{type: audit, level: high, alert: 1}, {type: log, level: 1}"),
		 "error 2:78 rules[0].actions[0].level: unknown key \"level\"\n"
		 "error 2:98 rules[0].actions[0].alert: expected true or false, found an integer\n"
		 "error 2:121 rules[0].actions[1].level: expected a string, found an integer\n"},
		{ACTIONS("{type: suggest_alternative, models: x}"),
		 "error 2:100 rules[0].actions[0].models: expected a list of strings, found a string\n"},
		{ACTIONS("{type: redact, fields: [llm.prompt], pattern: pii}"), ""},
		{ACTIONS("{type: redact}, {type: modify, set: {a: 1}}"), ""},
		{ACTIONS("{type: redact, types: [PII, emial_address], pattern: iban, mode: hsah}"),
		 "error 2:92 rules[0].actions[0].types[1]: there is no type \"emial_address\" to detect\n"
		 "error 2:108 rules[0].actions[0].pattern: duplicate key \"pattern\"\n"
		 "error 2:129 rules[0].actions[0].mode: unknown word \"hsah\"\n"},
		{ACTIONS("{type: redact, fields: ['a]', '{{ x }}'], types: []}"),
		 "error 2:88 rules[0].actions[0].fields[0]: invalid path \"a]\": ] without [\n"
		 "error 2:94 rules[0].actions[0].fields[1]: a path cannot have templates\n"
		 "warning 2:113 rules[0].actions[0].types: nothing is to be redacted\n"},
	};

	CHECK_CASES(cases);
}

UNIT_TEST(policy_findings_about_modifications)
{
	static const FindingCase cases[] = {
		{ACTION("{decision: modify}"), "warning 2:62 rules[0].action: modify without modifications\n"},
		{ACTION("{decision: modify, modifications: {a.b: 1, a: 2, 'c]': 3}}"),
		 "error 2:105 rules[0].action.modifications.a: modification of \"a\" conflicts with that of \"a.b\"\n"
		 "error 2:111 rules[0].action.modifications[\"c]\"]: invalid path \"c]\": ] without [\n"},
		{ACTIONS("{type: modify, set: {a: 1}, remove: [a.b, c], append: {a: 1}, cap: {a: 5, c: 1}}"),
		 "error 2:101 rules[0].actions[0].remove[0]: modification of \"a.b\" conflicts with that of \"a\"\n"
		 "error 2:132 rules[0].actions[0].cap.a: modification of \"a\" conflicts with that of \"a.b\"\n"
		 "error 2:138 rules[0].actions[0].cap.c: modification of \"c\" conflicts with that of \"c\"\n"},
		{ACTIONS("{type: modify, cap: {a.0: 1, 'a[0]': 2}, set: {a: [5]}}"), ""},
		{ACTIONS("{type: modify, cap: {a: 1}, set: {a.b: 5}}"),
		 "error 2:98 rules[0].actions[0].set[\"a.b\"]: modification of \"a.b\" conflicts with that of \"a\"\n"},
		{ACTIONS("{type: modify, cap: {a: '5', b: '{{ c }}', d: []}, set: x}"),
		 "error 2:88 rules[0].actions[0].cap.a: expected a number, found a string\n"
		 "error 2:110 rules[0].actions[0].cap.d: expected a number, found a list\n"
		 "error 2:120 rules[0].actions[0].set: expected a map, found a string\n"},
		{ACTIONS("{type: modify, cap: {a: '{{ b }} '}, remove: ['{{ c }}', d]}"),
		 "error 2:88 rules[0].actions[0].cap.a: expected a number, found a string\n"
		 "error 2:110 rules[0].actions[0].remove[0]: a path cannot have templates\n"},
		{ACTIONS("{type: modify, set: {a: 1}, modifications: {a: 1}}"),
		 "error 2:108 rules[0].actions[0].modifications.a: modification of \"a\" conflicts with that of \"a\"\n"},
	};

	CHECK_CASES(cases);
}

UNIT_TEST(policy_findings_about_exceptions_and_tests)
{
	static const FindingCase cases[] = {
		{NAMED "rules: []\nexceptions:\n- {reason: x, action: allow}\n- {id: a, when: x, action: allow_all}\n"
			   "- {id: a, condition: {operator: exists, field: a}, audit: true, requiresApproval: [x]}\n",
		 "error 4:3 exceptions[0]: missing key \"condition\"\n"
		 "error 4:23 exceptions[0].action: unknown word \"allow\"\n"
		 "error 6:8 exceptions[2].id: duplicate exception id \"a\"\n"
		 "note 6:52 exceptions[2].audit: audit has no effect\n"
		 "note 6:65 exceptions[2].requiresApproval: requiresApproval has no effect\n"},
		{NAMED "rules: []\ntests:\n"
			   "- {name: a, request: {}, expect: {decision: deny, rule: r, reason_code: why, errors: -1}}\n"
			   "- {name: a, request: [], now: 5, data: {d: {}}, usage: {}, expect: {}}\n",
		 "error 4:57 tests[0].expect.rule: no rule has the id \"r\"\n"
		 "error 4:73 tests[0].expect.reason_code: unknown reason code \"why\"\n"
		 "error 4:86 tests[0].expect.errors: expected an integer of at least 0, found -1\n"
		 "error 5:10 tests[1].name: duplicate test name \"a\"\n"
		 "error 5:22 tests[1].request: expected a map, found a list\n"
		 "error 5:31 tests[1].now: expected a timestamp in a string, found an integer\n"
		 "error 5:41 tests[1].data.d: unknown data \"d\"\n"
		 "error 5:49 tests[1].usage: usage is not available yet\n"
		 "error 5:68 tests[1].expect: missing key \"decision\"\n"},
	};

	CHECK_CASES(cases);
}

UNIT_TEST(policy_findings_of_all_documents_of_a_text)
{
	static const FindingCase cases[] = {
		{"metadata: {name: A}\nrules: 1\n---\nmetadata: {name: B}\nrules: 2\n",
		 "error 2:8 rules: expected a list, found an integer\n"
		 "error 5:8 rules: expected a list, found an integer\n"},
		{"[{\"metadata\": {\"name\": \"A\"}, \"rules\": 1},\n{\"rules\": []}]",
		 "error 1:39 rules: expected a list, found an integer\n"
		 "error 2:1 : missing key \"metadata\"\n"},
	};

	CHECK_CASES(cases);
}

/* The hint of the first finding. */
static void
check_hint(const char *text, const char *hint)
{
	Reading reading = read_text(text);

	CHECK(reading.findings.first != NULL);
	if (reading.findings.first != NULL)
		CHECK_STR(reading.findings.first->hint, hint);
	llp_arena_destroy(reading.arena);
}

#define OPERATORS                                                                                            \
	" Known: and, or, not, eq, ne, gt, gte, lt, lte, in, not_in, contains, not_contains, matches, exists."

UNIT_TEST(policy_hints_say_what_was_meant)
{
	check_hint(NAMED "rulse: []\nrules: []\n", "Did you mean \"rules\"?");
	check_hint(NAMED "rules: []\nconfig: {audit: 1}\n",
			   "Keys here: defaultAction, defaultReason, failOpen, auditAllDecisions, cacheTtlSeconds.");
	check_hint("metadata: {name: P}\n", "rules is a list: The rules, each with a condition and an action.");
	check_hint(CONDITION("{operator: ==, field: a, value: 1}"), "Did you mean \"eq\"?" OPERATORS);
	check_hint(CONDITION("{operator: equals, field: a, value: 1}"), "Did you mean \"eq\"?" OPERATORS);
	check_hint(CONDITION("{operator: startsWith, field: a, value: b}"),
			   "Did you mean \"matches\"?" OPERATORS);
	check_hint(CONDITION("{operator: contians, field: a, value: b}"), "Did you mean \"contains\"?" OPERATORS);
	check_hint(CONDITION("{operator: xyzzy, field: a, value: b}"), &OPERATORS[1]);
	check_hint(NAMED "rules: []\nstatus: actve\n",
			   "Did you mean \"active\"? Known: active, shadow, draft, deprecated.");
}

UNIT_TEST(policy_namespace_argument_fills_in_and_refuses)
{
	static const char text[] = "metadata: {name: P}\nrules: []\n---\n"
							   "metadata: {name: Q, namespace: acme}\nrules: []\n";
	Reading reading = read_in_namespace(text, "acme");

	CHECK_INT(reading.status, STATUS_OK);
	CHECK_INT(reading.list.count, 2);
	CHECK_STR(reading.list.policies[0]->ns, "acme");
	llp_arena_destroy(reading.arena);

	reading = read_in_namespace(text, "globex");
	CHECK_INT(reading.status, STATUS_INVALID);
	CHECK_INT(reading.findings.errors, 1);
	CHECK_STR(reading.findings.first->message, "namespace \"acme\" is not \"globex\"");
	CHECK_INT(reading.list.count, 1);
	llp_arena_destroy(reading.arena);

	reading = read_in_namespace(text, "no good");
	CHECK_INT(reading.status, STATUS_INVALID);
	CHECK_STR(reading.findings.first->message, "invalid namespace \"no good\"");
	CHECK_INT(reading.list.count, 0);
	llp_arena_destroy(reading.arena);
}

UNIT_TEST(policy_notes_never_crowd_out_errors)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	DiagnosticList findings;
	PolicyList list;
	StrBuf text;

	llp_buf_init(&text, arena);
	for (int i = 0; i < 2 * LLP_MAX_DIAGNOSTICS; i++)
		llp_buf_format(&text, "metadata: {name: p%d}\nrules: []\nfallback: {action: allow}\n---\n", i);
	llp_buf_append(&text, STR("metadata: {name: last}\n"));
	llp_diag_init(&findings, arena);
	CHECK_INT(llp_read_policies(arena, llp_buf_str(&text), STR(""), &list, &findings), STATUS_INVALID);
	CHECK_INT(findings.errors, 1);
	CHECK_INT(findings.warnings, 2 * LLP_MAX_DIAGNOSTICS);
	CHECK_STR(findings.last->message, "missing key \"rules\"");
	llp_arena_destroy(arena);
}

UNIT_TEST(policy_caps_are_errors)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	DiagnosticList findings;
	PolicyList list;
	StrBuf text;

	llp_buf_init(&text, arena);
	llp_buf_append(&text, STR("metadata: {name: P}\nrules: ["));
	for (int i = 0; i < 10001; i++)
		llp_buf_append(&text, STR("{},"));
	llp_buf_append(&text, STR("]\ntests: ["));
	for (int i = 0; i < 1001; i++)
		llp_buf_append(&text, STR("{},"));
	llp_buf_append(&text, STR("]\n"));
	llp_diag_init(&findings, arena);
	CHECK_INT(llp_read_policies(arena, llp_buf_str(&text), STR(""), &list, &findings), STATUS_INVALID);
	CHECK_INT(findings.errors, 2);
	CHECK_STR(findings.first->message, "too many rules: 10001, at most 10000");
	CHECK_STR(findings.last->message, "too many tests: 1001, at most 1000");
	llp_arena_destroy(arena);
}
