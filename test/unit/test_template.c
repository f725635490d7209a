/*
 * test/unit/test_template.c - templates in actions: what they become, when they are computed, and their
 * errors.
 *
 * What is wrong with them in a document is in test_policy_findings.c.
 */
#include "vm_support.h"

#include <stdlib.h>

#include "prog/compile.h"
#include "prog/disassemble.h"
#include "prog/verify.h"

#define POLICY(rules) "{metadata: {name: P, id: p}, rules: [" rules "]}\n"
#define RULE(action) POLICY("{id: r, when: 'true', action: {" action "}}")
#define RULES(actions) POLICY("{id: r, when: 'true', actions: [" actions "]}")

/* All that one evaluation may take, reading and compiling the document and all. */
#define MOST_BYTES ((size_t) 24 * 1024 * 1024)

typedef struct TemplateCase
{
	const char *policies;
	const char *request;
	const char *expected;
} TemplateCase;

static void
check_cases(const TemplateCase *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		Arena *arena = vm_arena();
		PolicySet set = vm_policies(arena, cases[i].policies);

		vm_check(arena, cases[i].policies,
				 vm_decide(arena, &set, cases[i].request, (EvaluationOptions){0}).result, cases[i].expected);
		llp_arena_destroy(arena);
	}
}

#define CHECK_CASES(cases) check_cases(cases, sizeof(cases) / sizeof(cases[0]))

UNIT_TEST(templates_insert_texts)
{
	static const TemplateCase cases[] = {
		{RULE("decision: deny, reason: 'no {{ llm.model }} for {{ user.id }}!', code: 'E{{ 1 + 1 }}'"),
		 "{\"llm\": {\"model\": \"o1\"}, \"user\": {\"id\": \"ann\"}}",
		 "{\"reason\": \"no o1 for ann!\", \"code\": \"E2\", \"matches\": [{\"namespace\": \"default\", "
		 "\"policy\": \"p\", \"rule\": \"r\", \"decision\": \"deny\", \"reason\": \"no o1 for ann!\"}]}"},
		{RULE("decision: deny, reason: '{{ a }} {{ b }} {{ c }} {{ d }} {{ e }} {{ f }} {{ g }}'"),
		 "{\"a\": 1, \"b\": 1.5, \"c\": true, \"d\": null, \"e\": [1, \"x\\\"\"], \"f\": {\"k\": 1e-7}, \"g\": \"\"}",
		 "{\"reason\": \"1 1.5 true null [1,\\\"x\\\\\\\"\\\"] {\\\"k\\\":1e-7} \"}"},
		{RULE(
			 "decision: deny, reason: '{{ timestamp(\"2026-01-02T03:04:05Z\") }} {{ duration(\"90s\") }} "
			 "{{ 2.0 }} {{ 1e21 }} {{ 7u }} {{ b\"hi\" }} {{ type(1) }} {{ optional.none() }} {{ optional.of(\"o\") }}'"),
		 "{}", "{\"reason\": \"2026-01-02T03:04:05Z 90s 2 1e+21 7 aGk= int null o\"}"},
		/* A reason is a text, whatever it is made of. */
		{RULE("decision: deny, reason: '{{ 5 }}', code: '{{ [1] }}'"), "{}",
		 "{\"reason\": \"5\", \"code\": \"[1]\"}"},
		{RULE("decision: deny, reason: '{{ \"\" }}'"), "{}", "{\"reason\": \"\"}"},
		{RULE("decision: deny, reason: '{{ \"\" }}{{ \"\" }}'"), "{}", "{\"reason\": \"\"}"},
		/* An allow has no reason of its own, its match has. */
		{RULE("decision: allow, reason: 'ok {{ a }}'"), "{\"a\": 1}",
		 "{\"reason\": null, \"matches\": [{\"namespace\": \"default\", \"policy\": \"p\", \"rule\": \"r\", "
		 "\"decision\": \"allow\", \"reason\": \"ok 1\"}]}"},
		{RULE("decision: warn, reason: 'careful, {{ a }}'"), "{\"a\": 1}",
		 "{\"warnings\": [\"careful, 1\"]}"},
		{"{metadata: {name: P, id: p}, variables: {v: 'a + 1'}, rules: [{id: r, when: 'true', action: "
		 "{decision: deny, reason: 'v is {{ variables.v }}'}}]}\n",
		 "{\"a\": 1}", "{\"reason\": \"v is 2\"}"},
	};

	CHECK_CASES(cases);
}

UNIT_TEST(braces_of_text_are_text)
{
	static const TemplateCase cases[] = {
		{RULE("decision: deny, reason: '{{{{ a }}'"), "{\"a\": 1}", "{\"reason\": \"{{ a }}\"}"},
		{RULE("decision: deny, reason: '{{{{ {{ a }} }} {'"), "{\"a\": 1}", "{\"reason\": \"{{ 1 }} {\"}"},
		{RULE("decision: deny, reason: '{{a}}{{{{{{a}}'"), "{\"a\": 1}", "{\"reason\": \"1{{1\"}"},
		/* Braces of a map and of a string belong to the expression. */
		{RULE("decision: deny, reason: 'x{{ {\"k\": {\"l\": \"}}\"}} }}y'"), "{}",
		 "{\"reason\": \"x{\\\"k\\\":{\\\"l\\\":\\\"}}\\\"}}y\"}"},
		{RULE("decision: deny, reason: 'x{{{\"k\": 1}}}y'"), "{}", "{\"reason\": \"x{\\\"k\\\":1}y\"}"},
		/* What is inserted is not looked at again. */
		{RULE("decision: deny, reason: '{{ a }}!'"), "{\"a\": \"{{ b }} {{{{\"}",
		 "{\"reason\": \"{{ b }} {{{{!\"}"},
		{"{metadata: {name: P, id: p}, fallback: {reason: '{{ a }}'}, rules: [{id: r, when: 'none', action: "
		 "{decision: deny, reason: '{{ a }}'}}]}\n",
		 "{\"a\": 1}", "{\"reason\": \"{{ a }}\", \"reasonCode\": \"error\"}"},
	};

	CHECK_CASES(cases);
}

UNIT_TEST(a_string_that_is_one_template_keeps_its_type)
{
	static const TemplateCase cases[] = {
		{RULE(
			 "decision: modify, modifications: {a: '{{ n + 1 }}', b: '{{ n }}!', c: ['{{ l }}', x], d: {'{{ n }}': "
			 "'{{ n > 1 }}'}, e: '{{ null }}', f: '{{{{', g: '{{ 0.5 }}', h: '{{ m }}'}"),
		 "{\"n\": 1, \"l\": [1, {\"x\": null}], \"m\": {\"y\": 1}}",
		 "{\"modifications\": {\"a\": 2, \"b\": \"1!\", \"c\": [[1, {\"x\": null}], \"x\"], "
		 "\"d\": {\"{{ n }}\": false}, \"e\": null, \"f\": \"{{\", \"g\": 0.5, \"h\": {\"y\": 1}}}"},
		{RULES(
			 "{type: modify, set: {a.b: '{{ n }}'}, append: {l: '{{ n * 2 }}'}, cap: {c: '{{ n * 10 }}', d: 5}, "
			 "remove: [x]}"),
		 "{\"n\": 3, \"l\": [1], \"c\": 100, \"x\": 1}",
		 "{\"modifications\": {\"a.b\": 3, \"c\": 30, \"d\": 5}, \"patch\": [{\"op\": \"add\", \"path\": \"/a\", "
		 "\"value\": {\"b\": 3}}, {\"op\": \"remove\", \"path\": \"/x\"}, "
		 "{\"op\": \"replace\", \"path\": \"/c\", \"value\": 30}, {\"op\": \"add\", \"path\": \"/d\", \"value\": 5}, "
		 "{\"op\": \"add\", \"path\": \"/l/-\", \"value\": 6}]}"},
		{RULES(
			 "{type: warn}, {type: throttle, delayMs: '{{ n * 100 }}'}, {type: audit, severity: 's{{ n }}', alert: '{{ n > 1 "
			 "}}'}, {type: suggest_alternative, models: ['{{ m }}', plain], message: 'use {{ m }}'}"),
		 "{\"n\": 3, \"m\": \"small\"}",
		 "{\"advice\": [{\"type\": \"throttle\", \"delayMs\": 300, \"policy\": \"p\", \"rule\": \"r\"}, "
		 "{\"type\": \"audit\", \"alert\": true, \"severity\": \"s3\", \"policy\": \"p\", \"rule\": \"r\"}, "
		 "{\"type\": \"suggest_alternative\", \"message\": \"use small\", \"models\": [\"small\", \"plain\"], "
		 "\"policy\": \"p\", \"rule\": \"r\"}]}"},
		{RULES(
			 "{type: require_approval, approvers: ['{{ boss }}', x], timeout: '{{ n }}h', reason: 'ask {{ boss }}'}"),
		 "{\"n\": 3, \"boss\": \"eve\"}",
		 "{\"approval\": {\"approvers\": [\"eve\", \"x\"], \"timeout\": \"3h\"}, \"reason\": \"ask eve\"}"},
		{RULES("{type: require_approval, approvers: '{{ bosses }}', timeout: '{{ n }}'}"),
		 "{\"n\": 3, \"bosses\": [\"eve\"]}", "{\"approval\": {\"approvers\": [\"eve\"], \"timeout\": 3}}"},
		/* One string of a document in two places. */
		{RULE("decision: modify, modifications: {a: &x '{{ n }}', b: *x}, reason: *x"), "{\"n\": 3}",
		 "{\"modifications\": {\"a\": 3, \"b\": 3}, \"reason\": \"3\"}"},
	};

	CHECK_CASES(cases);
}

UNIT_TEST(templates_of_modifications_err_for_their_rule)
{
	static const TemplateCase cases[] = {
		{RULE("decision: modify, reason: changed, modifications: {a: 1, b: ['{{ none.x }}']}"), "{}",
		 "{\"decision\": \"deny\", \"reasonCode\": \"error\", \"reason\": null, \"modifications\": null, \"errorCount\": 1, "
		 "\"errors\": [{\"policy\": \"p\", \"rule\": \"r\", \"message\": \"no such key: none\"}]}"},
		{"{metadata: {name: P, id: p}, fallback: {action: allow, reason: open}, rules: [{id: r, when: 'true', action: "
		 "{decision: modify, modifications: {b: '{{ 1 / 0 }}'}}}]}\n",
		 "{}",
		 "{\"decision\": \"allow\", \"reasonCode\": \"error\", \"reason\": \"open\", \"modifications\": null, "
		 "\"errorCount\": 1}"},
		{RULES("{type: modify, cap: {n: '{{ limit }}'}}"), "{\"limit\": \"5\"}",
		 "{\"decision\": \"deny\", \"reasonCode\": \"error\", \"errors\": [{\"policy\": \"p\", \"rule\": \"r\", "
		 "\"message\": \"the bound of \\\"n\\\" is not a number\"}]}"},
		{RULE("decision: modify, modifications: {a: '{{ 0.0 / 0.0 }}'}"), "{}",
		 "{\"decision\": \"deny\", \"errors\": [{\"policy\": \"p\", \"rule\": \"r\", "
		 "\"message\": \"a double that is not finite has no JSON form\"}]}"},
		{RULE("decision: modify, modifications: {a: 'x{{ \"\\u0000\" }}'}"), "{}",
		 "{\"decision\": \"deny\", \"errors\": [{\"policy\": \"p\", \"rule\": \"r\", "
		 "\"message\": \"a string with the character U+0000 has no JSON form\"}]}"},
		{RULE("decision: modify, modifications: {a: '{{ {\"\\u0000\": b} }}'}"), "{\"b\": 1}",
		 "{\"decision\": \"deny\", \"errors\": [{\"policy\": \"p\", \"rule\": \"r\", "
		 "\"message\": \"a string with the character U+0000 has no JSON form\"}]}"},
		{RULE("decision: modify, modifications: {a: '{{ lists.range(1000).map(x, lists.range(1000)) }}'}"),
		 "{}",
		 "{\"decision\": \"deny\", \"reasonCode\": \"limit\", \"errors\": [{\"policy\": \"p\", \"rule\": \"r\", "
		 "\"message\": \"the expression needs more steps than max_rule_steps allows\"}]}"},
		/* An exception holds it up like any other deny. */
		{"{metadata: {name: P, id: p}, rules: [{id: r, when: 'true', action: {decision: modify, modifications: {b: "
		 "'{{ none }}'}}}], exceptions: [{id: e, when: 'true'}]}\n",
		 "{}", "{\"decision\": \"allow\", \"reasonCode\": \"exception\", \"errorCount\": 1}"},
		/* They are computed when the rule matches, whatever comes of it. */
		{POLICY("{id: r, when: 'true', action: {decision: modify, modifications: {b: '{{ none }}'}}}, "
				"{id: s, when: 'false', action: {decision: modify, modifications: {b: '{{ none }}'}}}"),
		 "{}", "{\"errorCount\": 1}"},
	};

	CHECK_CASES(cases);
}

UNIT_TEST(templates_of_what_is_told_leave_their_source)
{
	static const TemplateCase cases[] = {
		{RULE("decision: deny, reason: 'x {{ none.x }} y', code: '{{ 1 / 0 }}'"), "{}",
		 "{\"decision\": \"deny\", \"reasonCode\": \"rule\", \"reason\": \"x {{ none.x }} y\", \"code\": \"{{ 1 / 0 }}\", "
		 "\"errorCount\": 2, \"errors\": [{\"policy\": \"p\", \"rule\": \"r\", \"message\": \"no such key: none\"}]}"},
		{RULES("{type: allow}, {type: log, level: '{{ none }}'}"), "{}",
		 "{\"decision\": \"allow\", \"advice\": [{\"type\": \"log\", \"level\": \"{{ none }}\", \"policy\": \"p\", "
		 "\"rule\": \"r\"}], \"errorCount\": 1}"},
		/* Advice and codes that are not told are not computed. */
		{POLICY(
			 "{id: q, when: 'true', actions: [{type: warn, code: '{{ none }}'}, {type: log, level: '{{ none }}'}]}, "
			 "{id: r, when: 'true', action: {decision: deny, reason: '{{ a }}'}}"),
		 "{\"a\": 1}", "{\"decision\": \"deny\", \"reason\": \"1\", \"errorCount\": null, \"advice\": null}"},
		{"{metadata: {name: P, id: p}, status: shadow, rules: [{id: r, when: 'true', action: {decision: deny, reason: "
		 "'{{ a }} {{ a }}', code: '{{ none }}'}}]}\n",
		 "{\"a\": 1}",
		 "{\"decision\": \"allow\", \"shadow\": [{\"namespace\": \"default\", \"policy\": \"p\", \"rule\": \"r\", "
		 "\"decision\": \"deny\", \"reason\": \"1 1\"}], \"errorCount\": null}"},
		/* Their limits are those of their rule. */
		{RULE("decision: deny, reason: 'x{{ lists.range(1000).map(x, lists.range(1000)) }}'"), "{}",
		 "{\"decision\": \"deny\", \"reasonCode\": \"rule\", \"errorCount\": 1, \"errors\": [{\"policy\": \"p\", \"rule\": "
		 "\"r\", \"message\": \"the expression needs more steps than max_rule_steps allows\"}]}"},
	};

	CHECK_CASES(cases);
}

/* The condition and the templates of a rule share its steps; the next rule has its own. */
UNIT_TEST(a_rule_pays_for_all_its_templates)
{
#define DEAR "lists.range(1000).all(x, lists.range(20).size() == 20)"
	static const TemplateCase cases[] = {
		{POLICY("{id: r, when: '" DEAR "', action: {decision: warn}}, {id: s, when: '" DEAR
				"', action: {decision: modify, modifications: {a: '{{ 1 }}'}}}"),
		 "{}", "{\"decision\": \"modify\", \"errorCount\": null}"},
		{POLICY("{id: r, when: '" DEAR "', action: {decision: modify, modifications: {a: '{{ " DEAR
				" }}', b: '{{ " DEAR " }}', c: '{{ " DEAR " }}', d: '{{ " DEAR " }}', e: '{{ " DEAR
				" }}'}}}"),
		 "{}", "{\"decision\": \"deny\", \"reasonCode\": \"limit\", \"errorCount\": 1}"},
	};

	CHECK_CASES(cases);
}

/* Arenas give nothing back before their end: what was ever taken is the most that was in use. */
static void *
counting_alloc(void *context, size_t size)
{
	*(size_t *) context += size;
	return malloc(size);
}

/* Decides on a request with a text of 4 000 bytes, and looks at the memory that it took. */
static void
check_hostile(const char *action, const char *expected)
{
	size_t bytes = 0;
	Host host = llp_libc_host;
	Arena *arena;
	PolicySet set;
	StrBuf request;
	Decision decision;

	host.context = &bytes;
	host.alloc = counting_alloc;
	arena = llp_arena_create(&host, 0);
	llp_buf_init(&request, arena);
	llp_buf_append(&request, STR("{\"t\": \""));
	for (int i = 0; i < 4000; i++)
		llp_buf_append_char(&request, 'a');
	llp_buf_append(&request, STR("\"}"));
	llp_buf_append_char(&request, '\0');
	set = vm_policies(arena, action);
	decision = vm_decide(arena, &set, request.data, (EvaluationOptions){0});
	vm_check(arena, action, decision.result, expected);
	if (bytes > MOST_BYTES)
		unit_fail(__FILE__, __LINE__, "%s: %zu bytes", action, bytes);
	llp_arena_destroy(arena);
}

UNIT_TEST(hostile_templates_stop)
{
#define OF_SOURCE(source) "{\"reasonCode\": \"rule\", \"reason\": \"" source "\", \"errorCount\": 1}"
#define LOOP "{{ cel.bind(r, lists.range(10000), r.all(x, r.all(y, true))) }}"
#define LIST "{{ lists.range(9000).map(x, t) }}"
	check_hostile(RULE("decision: deny, reason: 'a " LOOP "'"), OF_SOURCE("a " LOOP));
	check_hostile(RULE("decision: deny, reason: '" LIST "'"), OF_SOURCE(LIST));
	check_hostile(RULE("decision: deny, reason: '" LIST LIST LIST "'"), OF_SOURCE(LIST LIST LIST));
	check_hostile(RULE("decision: modify, modifications: {a: '" LIST "'}"),
				  "{\"decision\": \"deny\", \"reasonCode\": \"limit\", \"errorCount\": 1}");
	check_hostile(RULE("decision: modify, modifications: {a: '" LOOP "'}"),
				  "{\"decision\": \"deny\", \"reasonCode\": \"limit\", \"errorCount\": 1}");
}

/* A template that is long, or that there are many of, in one text. */
static void
check_repeated(const char *head, const char *piece, int count, const char *tail, const char *expected)
{
	Arena *arena = vm_arena();
	StrBuf text;

	llp_buf_init(&text, arena);
	llp_buf_append(&text, llp_str(head));
	for (int i = 0; i < count; i++)
		llp_buf_append(&text, llp_str(piece));
	llp_buf_append(&text, llp_str(tail));
	llp_buf_append_char(&text, '\0');
	check_hostile(text.data, expected);
	llp_arena_destroy(arena);
}

UNIT_TEST(long_texts_of_templates_are_done_or_stop)
{
#define HEAD                                                                                                 \
	"{metadata: {name: P, id: p}, rules: [{id: r, when: 'true', action: {decision: modify, modifications: {a: '"
#define TAIL "'}}}]}"
#define TEN_BRACES "}}}}}}}}}}"
#define FIFTY_BRACES TEN_BRACES TEN_BRACES TEN_BRACES TEN_BRACES TEN_BRACES
#define CLOSING "1" FIFTY_BRACES FIFTY_BRACES FIFTY_BRACES
	check_repeated(HEAD, "{{1}}", 13000, TAIL, "{\"decision\": \"modify\", \"errorCount\": null}");
	check_repeated(HEAD, "{{{{", 16000, TAIL, "{\"decision\": \"modify\", \"errorCount\": null}");
	check_repeated(HEAD, "{{t}}", 8000, TAIL, "{\"decision\": \"deny\", \"reasonCode\": \"limit\"}");
	check_repeated(HEAD "{{ ", "{\"a\": ", 150, CLOSING " }}" TAIL,
				   "{\"decision\": \"modify\", \"errorCount\": null}");
}

UNIT_TEST(a_trace_shows_that_a_rule_erred_by_a_template)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(arena, RULE("decision: modify, modifications: {a: '{{ none }}'}"));
	Decision decision = vm_decide(arena, &set, "{}", (EvaluationOptions){.trace = true});
	Str text = vm_json_text(arena, llp_tree_get(decision.result, STR("trace")));

	CHECK(llp_str_find(text, STR("\"matched\":null")) >= 0);
	llp_arena_destroy(arena);
}

/* The verdict is the same without a result. */
UNIT_TEST(a_verdict_alone_knows_of_errors_of_modifications)
{
	Arena *arena = vm_arena();
	PolicySet set =
		vm_policies(arena, RULE("decision: modify, modifications: {a: '{{ none }}'}, reason: '{{ x }}'"));
	Decision decision = vm_decide(arena, &set, "{}", (EvaluationOptions){.verdict_only = true});

	CHECK_INT(decision.verdict, VERDICT_DENY);
	CHECK_INT(decision.error_count, 1);
	llp_arena_destroy(arena);
}

UNIT_TEST(templates_are_disassembled)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(
		arena,
		RULES("{type: modify, set: {a: [x, '{{ n }}']}, reason: '{{ n }}', metadata: {m: '{{ unused }}'}}, "
			  "{type: log, level: 'l{{ 1 }}'}"));
	const Fragment *fragment;
	Disassembly table;
	const char *problem;
	StrBuf out;

	llp_buf_init(&out, arena);
	CHECK(llp_compile_policy(arena, set.policies[0], NULL, &fragment) == STATUS_OK);
	CHECK(llp_fragment_verify(fragment, fragment_size(fragment), &problem) == STATUS_OK);
	CHECK(llp_fragment_disassemble(arena, fragment, &table) == STATUS_OK);
	for (uint32_t i = 0; i < table.count; i++)
		if (!llp_str_equal(table.rows[i].part, STR("total")))
			llp_buf_format(&out, "%.*s %.*s: %.*s\n", STR_ARG(table.rows[i].part),
						   STR_ARG(table.rows[i].place), STR_ARG(table.rows[i].text));
	CHECK_STR(llp_buf_str(&out), "policy active: priority 0, a rule that errs is deny\n"
								 "slot 0: .n\n"
								 "applies : always\n"
								 "rule r: modify, modifications: 1, advice: 1\n"
								 "code 0: expression \"true\"\n"
								 "code 1: constant true\n"
								 "code 2: result\n"
								 "template a: when its value is wanted:\n"
								 "code 3: expression \"{{ n }}\"\n"
								 "code 4: read .n\n"
								 "code 5: result\n"
								 "template log: when its value is wanted:\n"
								 "code 6: expression \"l{{ 1 }}\"\n"
								 "code 7: new_list 2\n"
								 "code 8: constant \"l\"\n"
								 "code 9: append\n"
								 "code 10: constant 1\n"
								 "code 11: append\n"
								 "code 12: text\n"
								 "code 13: result\n"
								 "template reason: when its value is wanted:\n"
								 "code 14: expression \"{{ n }}\"\n"
								 "code 15: new_list 1\n"
								 "code 16: read .n\n"
								 "code 17: append\n"
								 "code 18: text\n"
								 "code 19: result\n");
	llp_arena_destroy(arena);
}
