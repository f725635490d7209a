/*
 * test/unit/test_expression.c - expressions compiled and run over requests.
 *
 * What values and functions do is tested where they are, and what the language says by test/conformance/cel;
 * here it is what lies between: the request, absence, errors and their absorption, loops, limits.
 */
#include "vm_support.h"

#include <stdlib.h>

#include "policy/expression.h"
#include "prog/assembler.h"
#include "prog/expression.h"
#include "prog/set.h"
#include "prog/verify.h"
#include "vm/expression.h"

static Program *
compile(Arena *arena, Str text, DiagnosticList *findings)
{
	const Expression *expression;
	const char *problem;
	const Image *image;

	if (llp_read_single_expression(arena, text, findings, &expression) != STATUS_OK ||
		llp_compile_expression_set(arena, expression, &image) != STATUS_OK)
		return NULL;
	if (llp_image_verify(arena, image, (size_t) image->size, &problem) == STATUS_INVALID)
		unit_fail(__FILE__, __LINE__, "%.*s: %s", STR_ARG(text), problem);
	return llp_program_open(arena, image);
}

/* The value as JSON, or the error. */
static Str
result_of(Arena *arena, const char *text, const char *request)
{
	Value value = llp_tree_value(vm_json(arena, request));
	DiagnosticList findings;
	Program *program;
	TreeNode *result;
	Status status;
	StrBuf out;

	llp_diag_init(&findings, arena);
	llp_buf_init(&out, arena);
	program = compile(arena, llp_str(text), &findings);
	if (program == NULL)
		return findings.first == NULL ? STR("it does not compile") : findings.first->message;
	status = llp_evaluate_expression(arena, program, &value, VM_NOW, NULL, &result, &findings);
	if (status == STATUS_OK)
		llp_tree_write_json(&out, result);
	else
		llp_buf_format(&out, "%s: %.*s", status == STATUS_LIMIT ? "limit" : "error",
					   STR_ARG(findings.first->message));
	return llp_buf_str(&out);
}

typedef struct ExpressionCase
{
	const char *text;
	const char *result;
} ExpressionCase;

static void
check_cases(const ExpressionCase *cases, size_t count, const char *request)
{
	for (size_t i = 0; i < count; i++)
	{
		Arena *arena = vm_arena();
		Str result = result_of(arena, cases[i].text, request);

		if (!llp_str_equal(result, llp_str(cases[i].result)))
			unit_fail(__FILE__, __LINE__, "%s is %.*s, not %s", cases[i].text, STR_ARG(result),
					  cases[i].result);
		llp_arena_destroy(arena);
	}
}

#define CHECK_CASES(cases, request) check_cases(cases, sizeof(cases) / sizeof((cases)[0]), request)

#define REQUEST                                                                                                      \
	"{\"llm\": {\"model\": \"gpt-4o\", \"maxTokens\": 500, \"a-b\": 1, \"x.y\": 2, \"text\": \"abc\"}, \"n\": null," \
	" \"items\": [1, 2, 3], \"big\": 9007199254740993.0, \"huge\": 18446744073709551617, \"llm.model\": \"other\","  \
	" \"type\": 1, \"for\": {\"length\": 2}, \"a-b\": {\"x\": 3}, \"usage\": {\"x\": 4}}"

UNIT_TEST(expressions_read_the_request)
{
	static const ExpressionCase cases[] = {
		{"llm.model", "\"gpt-4o\""},
		{"llm.model == 'gpt-4o' && llm.maxTokens < 501", "true"},
		{"llm.`a-b` + llm.`x.y`", "3"},
		{"llm['x.y']", "2"},
		{"items[1] + items[1.0]", "4"},
		{"llm.text.length", "error: no such overload"},
		{"llm.text[0]", "error: no such overload"},
		{"llm.none", "error: no such key: llm.none"},
		{"llm.none.deeper == 1", "error: no such key: llm.none"},
		{"nothing.at.all", "error: no such key: nothing"},
		{"llm.model.name", "error: no such overload"},
		{"n.x", "error: no such overload"},
		{"huge == 1", "error: number of the request that neither an int nor a double holds exactly"},
		{"now() == timestamp('2026-06-01T12:00:00Z')", "true"},
		{"`type` + `for`.length + `a-b`['x']", "6"},
		{"type(`type`) == int && has(`usage`) && `usage`.x == 4", "true"},
		{"[1].all(`type`, true)", "this argument has to be a name"},
		{"[7].all(llm, `llm`.model == 'gpt-4o' && has(`llm`) && llm == 7)", "true"},
		{"`int`.none", "error: no such key: int"},
		{"`string`(1)", "expected an operator, found '('"},
	};

	CHECK_CASES(cases, REQUEST);
}

UNIT_TEST(expressions_know_what_is_absent)
{
	static const ExpressionCase cases[] = {
		{"has(llm)", "true"},
		{"has(tool)", "false"},
		{"has(llm.model)", "true"},
		{"has(llm.none)", "false"},
		{"has(n)", "true"},
		{"has(tool.name)", "false"},
		{"has(tool.name.first)", "error: no such key: tool"},
		{"has(llm.none.first)", "error: no such key: llm.none"},
		{"has(llm.model.x)", "error: no such overload"},
		{"has(tool.`a.b`)", "false"},
		{"has(llm.`x.y`)", "true"},
		{"tool.?name.hasValue()", "false"},
		{"tool.?name.?first.orValue('x')", "\"x\""},
		{"tool.?`a.b`.orValue(7)", "7"},
		{"llm.?model", "\"gpt-4o\""},
		{"llm.?model.orValue(1 / 0)", "\"gpt-4o\""},
		{"llm.?none.or(llm.?maxTokens).value()", "500"},
		{"llm.none.?x", "error: no such key: llm.none"},
		{"coalesce(tool.name, n, llm.none.x, llm.maxTokens, 1 / 0)", "500"},
		{"coalesce(llm.model.x, 1)", "error: no such overload"},
		{"coalesce(tool, items[7], n)", "null"},
		{"coalesce(llm.?none, '?')", "\"?\""},
		{"coalesce(llm.?model, '?') == 'gpt-4o'", "true"},
		{"coalesce(optional.of(n), llm.?none, items[?1], '?') + 1", "3"},
		{"coalesce(llm.none, llm.?model).hasValue()", "true"},
		{"[1, 2].exists(tool, tool == 2) && !has(tool)", "true"},
	};

	CHECK_CASES(cases, REQUEST);
}

UNIT_TEST(expressions_absorb_errors_where_the_specification_says)
{
	static const ExpressionCase cases[] = {
		{"tool.x && false", "false"},
		{"false && tool.x", "false"},
		{"tool.x && true", "error: no such key: tool"},
		{"true || tool.x", "true"},
		{"tool.x || true", "true"},
		{"tool.x || false", "error: no such key: tool"},
		{"tool.x && llm.none && has(tool)", "false"},
		{"dyn(1) && true", "error: no such overload"},
		{"dyn(1) && false", "false"},
		{"(1 / 0 > 0) ? true : true", "error: divide by zero"},
		{"true ? 1 : 1 / 0", "1"},
		{"dyn('x') ? 1 : 2", "error: no such overload"},
		{"[0, 1].all(x, 1 / x > 0)", "error: divide by zero"},
		{"[0, 2].all(x, 1 / x > 0 && x != 2)", "false"},
		{"[0, 2].exists(x, 1 / x == 0)", "true"},
		{"[0, 2].exists_one(x, 1 / x == 0)", "error: divide by zero"},
		{"[1, 2].map(x, 1 / (x - 1))", "error: divide by zero"},
		{"[1, 1 / 0]", "error: divide by zero"},
		{"{'a': 1 / 0}", "error: divide by zero"},
		{"{items[0]: 1, 1: 2}", "error: repeated key"},
		{"tool.all(x, x)", "error: no such key: tool"},
		{"n.all(x, x)", "error: no such overload"},
	};

	CHECK_CASES(cases, REQUEST);
}

/* Relations and memberships of what the request holds have instructions of their own. */
UNIT_TEST(expressions_compare_the_request_with_constants)
{
	static const ExpressionCase cases[] = {
		{"llm.model == 'gpt-4o'", "true"},
		{"llm.model != 'gpt-4o'", "false"},
		{"llm.model < 'h' && llm.model >= 'gpt'", "true"},
		{"llm.maxTokens == 500 && llm.maxTokens <= 500 && llm.maxTokens >= 500", "true"},
		{"llm.maxTokens < 500 || llm.maxTokens > 500 || llm.maxTokens != 500", "false"},
		{"llm.maxTokens == 500u && llm.maxTokens == 500.0 && llm.maxTokens < 500.5", "true"},
		{"llm.maxTokens == '500'", "false"},
		{"llm.maxTokens < '500'", "error: no such overload"},
		{"n == null && n != 0", "true"},
		{"llm.none == 1", "error: no such key: llm.none"},
		{"llm.model in ['a', 'gpt-4o']", "true"},
		{"llm.model in ['a', 'gpt-4', 5, null]", "false"},
		{"llm.maxTokens in [1.5, 500]", "true"},
		{"llm.maxTokens in ['500']", "false"},
		{"n in [null] && items in [[1, 2, 3]]", "true"},
		{"llm.none in []", "error: no such key: llm.none"},
		{"llm.model in []", "false"},
		{"llm.maxTokens in [1u, 500u]", "true"},
	};

	CHECK_CASES(cases, REQUEST);
}

UNIT_TEST(expressions_make_lists_and_maps)
{
	static const ExpressionCase cases[] = {
		{"[items[0], 2, [3, {'a': items}]]", "[1,2,[3,{\"a\":[1,2,3]}]]"},
		{"[?tool.?x, ?llm.?maxTokens, 1]", "[500,1]"},
		{"{?'a': tool.?x, ?'b': llm.?maxTokens, 'c': 1u}", "{\"b\":500,\"c\":1}"},
		{"[?items]", "error: no such overload"},
		{"items.map(x, x * 2).filter(x, x > 2)", "[4,6]"},
		{"items.map(x, items.map(y, x * y))", "[[1,2,3],[2,4,6],[3,6,9]]"},
		{"lists.range(100).map(x, x + 1).size()", "100"},
		{"[1] + items.map(x, x) + [9]", "[1,1,2,3,9]"},
		{"items.transformMap(i, v, i * v)", "{\"0\":0,\"1\":2,\"2\":6}"},
		{"llm.exists(k, v, k == 'model' && v == 'gpt-4o')", "true"},
		{"{'a': 1, 'b': 2}.map(k, k)", "[\"a\",\"b\"]"},
		{"cel.bind(x, llm.maxTokens, cel.bind(y, x + 1, x + y))", "1001"},
		{"llm.?maxTokens.optMap(x, x + 1)", "501"},
		{"items.sortBy(x, -x)", "[3,2,1]"},
		{"type(items) == type([]) && type(1u) == uint", "true"},
		{"b'\\xff\\x00'", "\"/wA=\""},
		{"size('a\\x00b')", "3"},
		{"[1.0, 2.5]", "[1,2.5]"},
		{"dyn(1.0) in [1, 2]", "true"},
		{"{'a': {'b': [null, true]}}.a.b[1]", "true"},
	};

	CHECK_CASES(cases, REQUEST);
}

UNIT_TEST(expressions_stop_at_their_limits)
{
	static const ExpressionCase cases[] = {
		{"lists.range(50000).all(x, lists.range(50000).all(y, x >= 0))",
		 "limit: the expression needs more steps than max_rule_steps allows"},
		{"false && lists.range(1000).all(x, lists.range(1000).all(y, true))", "false"},
		{"lists.range(1000).all(x, lists.range(1000).all(y, true)) || true",
		 "limit: the expression needs more steps than max_rule_steps allows"},
		{"cel.bind(a, 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1].map(i, a + a).size())",
		 "18"},
		{"[1].map(a, 'x'.replace('x', 'xxxxxxxxxxxxxxxx').replace('x', 'xxxxxxxxxxxxxxxx')"
		 ".replace('x', 'xxxxxxxxxxxxxxxx').replace('x', 'xxxxxxxxxxxxxxxx').replace('x', 'xxxxxxxxxxxxxxxx')"
		 ".replace('x', 'xxxxxxxxxxxxxxxx')).size()",
		 "limit: the expression needs more steps than max_rule_steps allows"},
	};

	CHECK_CASES(cases, REQUEST);
}

/* Doubles a string in a comprehension. */
UNIT_TEST(expressions_stop_before_they_take_too_much_memory)
{
	Arena *arena = vm_arena();
	StrBuf text;

	llp_buf_init(&text, arena);
	for (int i = 0; i < 30; i++)
		llp_buf_format(&text, "cel.bind(s%d, %s, ", i + 1, i == 0 ? "'xxxxxxxx'" : "");
	text.size = 0;
	llp_buf_append(&text, STR("cel.bind(s0, 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', "));
	for (int i = 0; i < 24; i++)
		llp_buf_format(&text, "cel.bind(s%d, s%d + s%d, ", i + 1, i, i);
	llp_buf_append(&text, STR("size(s24)"));
	for (int i = 0; i < 25; i++)
		llp_buf_append_char(&text, ')');
	llp_buf_append_char(&text, '\0');
	CHECK(llp_str_starts_with(result_of(arena, text.data, "{}"), STR("limit: ")));
	llp_arena_destroy(arena);
}

/* Each rule has its own steps, all of them together those of the evaluation; what is hit is an error of the
 * rule. */
UNIT_TEST(a_limit_is_an_error_of_its_rule)
{
	Arena *arena = vm_arena();
	StrBuf text;
	PolicySet set;
	Decision decision;

	llp_buf_init(&text, arena);
	llp_buf_append(&text, STR("{metadata: {name: p, id: p}, fallback: {action: allow}, rules: ["));
	for (int i = 0; i < 12; i++)
		llp_buf_format(
			&text,
			"{id: r%d, when: 'cel.bind(r, lists.range(400), r.all(x, r.all(y, true)))', action: {decision: deny}},",
			i);
	llp_buf_append(&text, STR("{id: last, when: 'true', action: {decision: warn}}]}"));
	llp_buf_append_char(&text, '\0');
	set = vm_policies(arena, text.data);
	decision = vm_decide(arena, &set, "{}", (EvaluationOptions){0});
	CHECK_INT(decision.error_count, 13);
	CHECK_INT(decision.reason_code, REASON_LIMIT);
	CHECK(decision.fell_open);
	vm_check(arena, "rules", decision.result,
			 "{\"decision\": \"allow\", \"errors\": [{\"policy\": \"p\", \"rule\": \"r0\", \"message\": "
			 "\"the expression needs more steps than max_rule_steps allows\"}]}");
	llp_arena_destroy(arena);
}

/* Of the rule that errs first: the message, and the reason code of its fallback. */
typedef struct LimitCase
{
	ExpressionLimits limits;
	const char *when;
	ReasonCode reason_code;
	const char *message;
} LimitCase;

UNIT_TEST(limits_are_those_of_the_caller)
{
	static const char steps[] = "the expression needs more steps than max_rule_steps allows";
	static const char total[] =
		"the expressions of this evaluation need more steps than max_evaluation_steps allows";
	static const char memory[] =
		"the expressions of this evaluation need more memory than evaluation_memory allows";
	static const LimitCase cases[] = {
		{{2000, 10000, 1 << 20}, "lists.range(100).all(x, x < 100)", REASON_RULE, NULL},
		{{100, 10000, 1 << 20}, "lists.range(100).all(x, x < 100)", REASON_LIMIT, steps},
		{{2000, 100, 1 << 20}, "lists.range(100).all(x, x < 100)", REASON_LIMIT, total},
		{{2000, 10000, 1000}, "lists.range(100).all(x, x < 100)", REASON_LIMIT, memory},
		{{2000, 10000, 1 << 20}, "1 / 0 == 1", REASON_ERROR, "divide by zero"},
		/* Nothing absorbs it. */
		{{100, 10000, 1 << 20}, "true || lists.range(100).all(x, x < 100)", REASON_RULE, NULL},
		{{100, 10000, 1 << 20}, "lists.range(100).all(x, x < 100) || true", REASON_LIMIT, steps},
		{{100, 10000, 1 << 20}, "!(lists.range(100).all(x, x < 100) && false)", REASON_LIMIT, steps},
		{{100, 10000, 1 << 20},
		 "[1, 2].exists(i, i == 2 || lists.range(100).size() > i)",
		 REASON_LIMIT,
		 steps},
		{{100, 10000, 1 << 20},
		 "!([1].all(i, false && i == 1 || lists.range(99).size() == 0) && false)",
		 REASON_LIMIT,
		 steps},
		{{100, 10000, 1 << 20}, "coalesce(lists.range(100).size(), 1) == 1", REASON_LIMIT, steps},
		{{100, 10000, 1 << 20}, "optional.of(lists.range(100)).hasValue()", REASON_LIMIT, steps},
		{{100, 10000, 1 << 20}, "(lists.range(100).size() == 0 ? true : true)", REASON_LIMIT, steps},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = vm_arena();
		StrBuf text;
		PolicySet set;
		Decision decision;

		llp_buf_init(&text, arena);
		llp_buf_format(
			&text, "{metadata: {name: p, id: p}, rules: [{id: r, when: \"%s\", action: {decision: deny}}]}%c",
			cases[i].when, '\0');
		set = vm_policies(arena, text.data);
		decision = vm_decide(arena, &set, "{}", (EvaluationOptions){.limits = &cases[i].limits});
		if (decision.verdict != VERDICT_DENY || decision.reason_code != cases[i].reason_code)
			unit_fail(__FILE__, __LINE__, "%s: reason code %d", cases[i].when, (int) decision.reason_code);
		text.size = 0;
		if (cases[i].message == NULL)
			llp_buf_append(&text, STR("{\"errors\": null, \"errorCount\": null}"));
		else
			llp_buf_format(&text,
						   "{\"errors\": [{\"policy\": \"p\", \"rule\": \"r\", \"message\": \"%s\"}], "
						   "\"errorCount\": 1}",
						   cases[i].message);
		llp_buf_append_char(&text, '\0');
		vm_check(arena, cases[i].when, decision.result, text.data);
		llp_arena_destroy(arena);
	}
}

static const char conditions[] =
	"{metadata: {name: p, id: p}, rules: ["
	"{id: a, when: 'llm.model == \"x\" && llm.maxTokens > 5', action: {decision: warn}},"
	"{id: b, when: 'has(tool.name) && tool.name in [\"sh\", \"py\"]', action: {decision: deny}},"
	"{id: c, when: 'llm.n', action: {decision: modify, modifications: {x: 1}}}],"
	"exceptions: [{id: e, when: 'user.trusted'}]}";

UNIT_TEST(conditions_may_be_expressions)
{
	static const struct
	{
		const char *request;
		const char *result;
	} cases[] = {
		{"{\"llm\": {\"model\": \"x\", \"maxTokens\": 6, \"n\": false}}",
		 "{\"decision\": \"warn\", \"matchedRules\": [\"p/a\"], \"errors\": null}"},
		{"{\"llm\": {\"model\": \"x\", \"maxTokens\": \"6\", \"n\": false}}",
		 "{\"decision\": \"allow\", \"errors\": [{\"policy\": \"p\", \"rule\": \"a\", \"message\": \"no such overload\"}]}"},
		{"{\"llm\": {\"model\": 5, \"n\": false}, \"tool\": {\"name\": \"sh\"}, \"user\": {}}",
		 "{\"decision\": \"deny\", \"matchedRules\": [\"p/b\"], \"errors\": [{\"policy\": \"p\", \"exception\": \"e\","
		 " \"message\": \"no such key: user.trusted\"}]}"},
		{"{\"llm\": {\"model\": 5, \"n\": true}, \"tool\": {\"name\": \"sh\"}, \"user\": {\"trusted\": true}}",
		 "{\"decision\": \"modify\", \"matchedRules\": [\"p/b\", \"p/c\"]}"},
		{"{\"llm\": {\"model\": 5, \"n\": 1}}",
		 "{\"decision\": \"deny\", \"reasonCode\": \"error\", \"errors\": [{\"policy\": \"p\", \"rule\": \"c\", \"message\":"
		 " \"the condition is not a bool but of type int\"}]}"},
	};
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(arena, conditions);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		vm_check(arena, cases[i].request,
				 vm_decide(arena, &set, cases[i].request, (EvaluationOptions){0}).result, cases[i].result);
	llp_arena_destroy(arena);
}

UNIT_TEST(a_trace_shows_what_an_expression_read)
{
	Arena *arena = vm_arena();
	PolicySet set = vm_policies(
		arena, "{metadata: {name: p, id: p}, rules: [{id: a, when: 'llm.n in [1, 2] && llm.n > 0 || x.y', "
			   "action: {decision: warn}}]}");
	Decision decision = vm_decide(arena, &set, "{\"llm\": {\"n\": 3}}", (EvaluationOptions){.trace = true});

	vm_check(
		arena, "trace", decision.result,
		"{\"trace\": [{\"policy\": \"p\", \"namespace\": \"default\", \"rule\": \"a\", \"condition\":"
		" {\"expression\": \"llm.n in [1, 2] && llm.n > 0 || x.y\", \"reads\": [{\"field\": \"llm.n\", \"value\": 3},"
		" {\"field\": \"x.y\"}], \"result\": null}, \"matched\": null}, {\"skipped\": 0}]}");
	llp_arena_destroy(arena);
}

/* Was the rule looked at? */
static bool
is_candidate(Arena *arena, const PolicySet *set, const char *request, Str rule,
			 const ExpressionLimits *limits)
{
	Decision decision = vm_decide(arena, set, request, (EvaluationOptions){.trace = true, .limits = limits});
	const TreeNode *trace = llp_tree_get(decision.result, STR("trace"));

	for (uint32_t i = 0; i < trace->as.list.count; i++)
	{
		const TreeNode *id = llp_tree_get(trace->as.list.items[i], STR("rule"));

		if (id != NULL && llp_str_equal(id->as.string, rule))
			return true;
	}
	return false;
}

/* The rule among others that make the index look at a.b. */
static PolicySet
crowded_set(Arena *arena, const char *rule)
{
	StrBuf text;

	llp_buf_init(&text, arena);
	llp_buf_append(&text, STR("{metadata: {name: p}, rules: ["));
	for (int i = 0; i < 40; i++)
		llp_buf_format(&text, "{when: 'a.b == \"v%d\"', action: {decision: warn}}, ", i);
	llp_buf_format(&text, "{id: r, when: '%s', action: {decision: warn}}]}", rule);
	llp_buf_append_char(&text, '\0');
	return vm_policies(arena, text.data);
}

/* A rule is a candidate unless a test that has to hold is plainly false. */
UNIT_TEST(the_index_knows_the_tests_of_expressions)
{
	/* Is the rule a candidate for the request of that place? */
	static const struct
	{
		const char *rule;
		bool candidate[6];
	} cases[] = {
		{"a.b == \"x\"", {true, true, true, true, false, false}},
		{"\"x\" == a.b", {true, true, true, true, false, false}},
		{"a.b == \"x\" && c.d > 5", {true, true, true, true, false, false}},
		{"a.b != \"y\" && a.b == 5", {true, true, true, false, false, true}},
		{"a.b == null", {true, true, true, false, false, false}},
		{"a.b in [1.5, 5]", {true, true, true, false, false, true}},
		{"a.b == 5.0", {true, true, true, false, false, true}},
		{"a.b == 5u", {true, true, true, false, false, true}},
		{"a.b == 9007199254740993", {true, true, true, true, true, true}},
		{"a.b == 18446744073709549568u", {true, true, true, true, true, true}},
		{"!(a.b == \"x\")", {true, true, true, true, true, true}},
		{"!(a.b != \"x\")", {true, true, true, true, false, false}},
		/* What is merely not there is false behind a guard, */
		{"has(a.b) && a.b in [\"x\", \"z\"]", {false, false, true, true, false, false}},
		{"a.b == \"x\" && has(a.b)", {false, false, true, true, false, false}},
		{"c.d != 1 && has(a.b) && (a.b == \"x\" || a.b == \"z\")", {false, false, true, true, false, false}},
		{"(has(a.b) && a.b == \"x\") || a.b == \"z\"", {true, true, true, true, false, false}},
		/* and what stands in its place counts. */
		{"a.?b.orValue(\"\") == \"x\"", {false, false, true, true, false, false}},
		{"a.?b.orValue(\"x\") == \"x\"", {true, true, true, true, false, false}},
		{"a.?b.orValue(1) in [5, 6]", {false, false, true, false, false, true}},
		{"a.?b == optional.of(\"x\")", {false, false, true, true, false, false}},
		{"a.?b == optional.none()", {true, true, true, true, true, true}},
		{"has(a.b)", {false, false, true, true, true, true}},
		{"!has(a.b)", {true, true, true, false, false, false}},
		{"a.?b.hasValue()", {false, false, true, true, true, true}},
		/* What is no number errs. */
		{"a.b > 5.5", {true, true, true, true, true, false}},
		{"!(a.b <= 5.5)", {true, true, true, true, true, false}},
		{"4 > a.b", {true, true, true, true, true, false}},
		{"a.?b.orValue(0) >= 6", {false, false, true, true, true, false}},
		{"a.b > \"w\"", {true, true, true, true, true, true}},
		/* Every part of a disjunction, any of a conjunction. */
		{"a.b == 5 || a.b == \"x\"", {true, true, true, true, false, true}},
		{"a.b == 5 || a.b != \"x\"", {true, true, true, true, true, true}},
		{"!(a.b != 5 && a.b != \"x\")", {true, true, true, true, false, true}},
		{"(a.b == \"x\" && size(c) > 3) || a.b == \"z\"", {true, true, true, true, false, false}},
		{"c.d != 1 && (a.b == \"x\" && c.e == 2)", {true, true, true, true, false, false}},
		/* What stands before it may hit a limit. */
		{"c.d.size() > 5 && a.b == \"x\"", {true, true, true, true, true, true}},
		{"c.d.contains(\"words\") && a.b == \"x\"", {true, true, true, true, false, false}},
		{"c.d in [size(c.e)] && a.b == \"x\"", {true, true, true, true, true, true}},
	};
	static const char *const requests[] = {"{}",
										   "{\"a\": {}}",
										   "{\"a\": 5}",
										   "{\"a\": {\"b\": \"x\"}}",
										   "{\"a\": {\"b\": \"y\"}}",
										   "{\"a\": {\"b\": 5}}"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = vm_arena();
		PolicySet set = crowded_set(arena, cases[i].rule);

		for (size_t j = 0; j < sizeof(requests) / sizeof(requests[0]); j++)
			if (is_candidate(arena, &set, requests[j], STR("r"), NULL) != cases[i].candidate[j])
				unit_fail(__FILE__, __LINE__, "%s, %s", cases[i].rule, requests[j]);
		llp_arena_destroy(arena);
	}
}

/* They are compiled once, and nobody is charged for that. */
UNIT_TEST(constant_patterns_cost_what_they_match)
{
	static const ExpressionLimits limits = {
		.rule_steps = 100, .evaluation_steps = 100, .memory = 1024 * 1024};
	Arena *arena = vm_arena();
	PolicySet set =
		vm_policies(arena, "{metadata: {name: p}, rules: [{id: r, when: "
						   "'t.matches(\"(send|export) +word[0-9]{1,30}\") || matches(t, \"^x\")', "
						   "action: {decision: warn}}]}");
	Decision decision =
		vm_decide(arena, &set, "{\"t\": \"export  word5\"}", (EvaluationOptions){.limits = &limits});

	CHECK(decision.verdict == VERDICT_WARN && decision.error_count == 0);
	decision = vm_decide(arena, &set, "{\"t\": \"x\"}", (EvaluationOptions){.limits = &limits});
	CHECK(decision.verdict == VERDICT_WARN && decision.error_count == 0);
	decision = vm_decide(arena, &set, "{\"t\": 5}", (EvaluationOptions){.limits = &limits});
	CHECK(decision.verdict == VERDICT_ALLOW && decision.error_count == 1);
	llp_arena_destroy(arena);
}

/* A test that is false counts only if those before it have the steps that they take. */
UNIT_TEST(long_texts_are_searched_before_what_stands_behind)
{
	static const ExpressionLimits limits = {
		.rule_steps = 1000, .evaluation_steps = 100000, .memory = 1024 * 1024};
	Arena *arena = vm_arena();
	PolicySet set = crowded_set(arena, "c.d.matches(\"[0-9]+\") && a.b == \"x\"");
	StrBuf request;

	CHECK(!is_candidate(arena, &set, "{\"a\": {\"b\": \"y\"}, \"c\": {\"d\": \"no digits\"}}", STR("r"),
						&limits));
	CHECK(is_candidate(arena, &set, "{\"a\": {\"b\": \"y\"}, \"c\": {\"d\": 5}}", STR("r"), &limits));
	llp_buf_init(&request, arena);
	llp_buf_append(&request, STR("{\"a\": {\"b\": \"y\"}, \"c\": {\"d\": \""));
	for (int i = 0; i < 2000; i++)
		llp_buf_append(&request, STR("text"));
	llp_buf_append(&request, STR("\"}}"));
	llp_buf_append_char(&request, '\0');
	CHECK(is_candidate(arena, &set, request.data, STR("r"), &limits));
	llp_arena_destroy(arena);
}

static bool
run_everything(Arena *arena, void *data)
{
	const char *texts[] = {
		"[?a.?b, c.d].map(x, {'k': x, 's': string(x) + 'y'}).filter(x, x.k != 1u) == [] || has(a.b) || a.z",
		"cel.bind(x, [1, a.b], x.all(y, y > 0) ? dyn(b'x') : 'y')",
	};
	bool complete = true;

	(void) data;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
	{
		TreeNode *request = llp_tree_map(arena);
		DiagnosticList findings;
		Program *program;
		TreeNode *result;
		Status status;
		Value value;

		llp_diag_init(&findings, arena);
		if (!llp_tree_set(arena, request, STR("a"), llp_tree_map(arena)))
			return false;
		program = compile(arena, llp_str(texts[i]), &findings);
		if (program == NULL)
			return false;
		value = llp_tree_value(request);
		status = llp_evaluate_expression(arena, program, &value, VM_NOW, NULL, &result, &findings);
		CHECK(status == STATUS_OK || status == STATUS_INVALID || status == STATUS_NO_MEMORY);
		complete = complete && status != STATUS_NO_MEMORY;
	}
	return complete;
}

UNIT_TEST(expressions_without_memory_say_so)
{
	unit_every_allocation_fails(run_everything, NULL);
}

/* A cancel is noticed in the middle of a comprehension. */
static bool
poll_twice(void *polls)
{
	return ++*(int *) polls > 2;
}

UNIT_TEST(expressions_can_be_cancelled)
{
	int polls = INT32_MIN; /* of the compiler */
	Host host = llp_libc_host;
	Arena *arena;
	DiagnosticList findings;
	TreeNode *result;
	Program *program;
	Value value;

	host.context = &polls;
	host.poll = poll_twice;
	arena = llp_arena_create(&host, 0);
	llp_diag_init(&findings, arena);
	value = llp_tree_value(llp_tree_map(arena));
	program = compile(arena, STR("lists.range(10000).all(x, x >= 0)"), &findings);
	CHECK(program != NULL);
	polls = 0;
	if (program != NULL)
		CHECK_INT(llp_evaluate_expression(arena, program, &value, VM_NOW, NULL, &result, &findings),
				  STATUS_CANCELLED);
	llp_arena_destroy(arena);
}

/* Lists inside lists that are no literals because of what stands innermost, last. */
UNIT_TEST(literals_are_not_looked_at_for_ever)
{
	Arena *arena = llp_arena_create(&llp_libc_host, (size_t) 64 * 1024 * 1024);
	DiagnosticList findings;
	StrBuf text;

	llp_diag_init(&findings, arena);
	llp_buf_init(&text, arena);
	for (int i = 0; i < 150; i++)
	{
		llp_buf_append_char(&text, '[');
		for (int j = 0; j < 200; j++)
			llp_buf_append(&text, STR("1,"));
	}
	llp_buf_append_char(&text, 'x');
	for (int i = 0; i < 150; i++)
		llp_buf_append_char(&text, ']');
	llp_buf_append(&text, STR(".size()"));
	CHECK(compile(arena, llp_buf_str(&text), &findings) != NULL);
	CHECK_INT(findings.errors, 0);
	llp_arena_destroy(arena);
}

/* --- Code as no compiler makes it -------------------------------------------------------------------------
 */

#define MAX_CASE_CODE 12

typedef struct CodeCase
{
	const char *problem;
	uint32_t count;
	Instruction code[MAX_CASE_CODE];
} CodeCase;

#define DO(op)                                                                                               \
	{                                                                                                        \
		.opcode = OP_##op                                                                                    \
	}
#define DO_WITH(op, argument)                                                                                \
	{                                                                                                        \
		.opcode = OP_##op, .operand = (argument)                                                             \
	}
#define CALL(arguments)                                                                                      \
	{                                                                                                        \
		.opcode = OP_CALL, .slot = (arguments), .operand = FUNCTION_ADD                                      \
	}

#define STACKS_DIFFER "jumps of an expression disagree about the stack"
#define OUT_OF_BLOCK "a jump of an expression leads out of its block"
#define EMPTY "the stack of an expression is empty"

/* Constant 0 is a number; value 0 the text of the expression. */
static const CodeCase code_cases[] = {
	{"", 3, {DO(EXPRESSION), DO(CONSTANT), DO(RESULT)}},
	{"", 6, {DO(EXPRESSION), DO(CONSTANT), DO_WITH(LOCAL, 0), CALL(2), DO(RESULT), DO(RETURN)}},
	{"", 6, {DO(EXPRESSION), DO(CONSTANT), DO_WITH(SKIP_TRUE, 5), DO(CONSTANT), DO(BOTH), DO(RESULT)}},
	{"",
	 8,
	 {DO(EXPRESSION), DO(CONSTANT), DO_WITH(CHECK_BOOL, 7), DO_WITH(BRANCH, 6), DO(CONSTANT),
	  DO_WITH(GOTO, 7), DO(CONSTANT), DO(RESULT)}},
	{"",
	 9,
	 {DO(EXPRESSION), DO(CONSTANT), DO_WITH(LOOP, 8), DO(CONSTANT), DO_WITH(NEXT, 7), DO_WITH(LOCAL, 3),
	  DO_WITH(STEP, 4), DO_WITH(SLIDE, 2), DO(RESULT)}},
	{"the length of an expression is wrong",
	 3,
	 {{.opcode = OP_EXPRESSION, .slot = 1}, DO(CONSTANT), DO(RESULT)}},
	{"an expression does not end", 2, {DO(EXPRESSION), DO(CONSTANT)}},
	{"an expression ends too early", 4, {DO(EXPRESSION), DO(CONSTANT), DO(CONSTANT), DO(RESULT)}},
	{"an expression ends too early", 4, {DO(EXPRESSION), DO(CONSTANT), DO_WITH(SKIP_TRUE, 4), DO(RESULT)}},
	{EMPTY, 2, {DO(EXPRESSION), DO(RESULT)}},
	{EMPTY, 4, {DO(EXPRESSION), DO(CONSTANT), CALL(2), DO(RESULT)}},
	{EMPTY, 4, {DO(EXPRESSION), DO(CONSTANT), DO_WITH(SLIDE, 1), DO(RESULT)}},
	{EMPTY, 4, {DO(EXPRESSION), DO(CONSTANT), DO(BOTH), DO(RESULT)}},
	{"the operand of an instruction is out of range", 3, {DO(EXPRESSION), DO_WITH(LOCAL, 0), DO(RESULT)}},
	{"an instruction is not one of expressions", 3, {DO(EXPRESSION), DO(PUSH), DO(RESULT)}},
	{"an expression does not begin where it should",
	 4,
	 {DO(EXPRESSION), DO(CONSTANT), DO(EXPRESSION), DO(RESULT)}},
	{"an instruction is unknown", 2, {DO(CONSTANT), DO(RESULT)}},
	{"an instruction is unknown", 4, {DO(NOT), DO(EXPRESSION), DO(CONSTANT), DO(RESULT)}},
	{OUT_OF_BLOCK, 4, {DO(EXPRESSION), DO(CONSTANT), DO_WITH(SKIP_TRUE, 2), DO(RESULT)}},
	{OUT_OF_BLOCK, 4, {DO(EXPRESSION), DO(CONSTANT), DO_WITH(SKIP_TRUE, 0), DO(RESULT)}},
	{OUT_OF_BLOCK,
	 6,
	 {DO(EXPRESSION), DO(CONSTANT), DO_WITH(SKIP_TRUE, 4), DO_WITH(SKIP_TRUE, 5), DO(NOT_FALSE), DO(RESULT)}},
	{STACKS_DIFFER, 5, {DO(EXPRESSION), DO(CONSTANT), DO_WITH(SKIP_TRUE, 4), DO(CONSTANT), DO(RESULT)}},
	{"an expression has code that nothing leads to",
	 5,
	 {DO(EXPRESSION), DO(CONSTANT), DO_WITH(GOTO, 4), DO(NOT_FALSE), DO(RESULT)}},
	{"a loop has no range", 4, {DO(EXPRESSION), DO(CONSTANT), DO_WITH(NEXT, 3), DO(RESULT)}},
	{"a round of a loop does not end where it should",
	 4,
	 {DO(EXPRESSION), DO(CONSTANT), DO_WITH(STEP, 1), DO(RESULT)}},
	{"a round of a loop does not end where it should",
	 9,
	 {DO(EXPRESSION), DO(CONSTANT), DO_WITH(LOOP, 8), DO(CONSTANT), DO_WITH(NEXT, 7), DO_WITH(LOCAL, 3),
	  DO_WITH(STEP, 3), DO_WITH(SLIDE, 2), DO(RESULT)}},
	{"a loop does not end with a step",
	 10,
	 {DO(EXPRESSION), DO(CONSTANT), DO_WITH(LOOP, 9), DO(CONSTANT), DO_WITH(NEXT, 8), DO(CONSTANT),
	  DO_WITH(WHILE, 8), DO_WITH(BRANCH, 8), DO_WITH(SLIDE, 2), DO(RESULT)}},
	{"a loop does not end with a step",
	 10,
	 {DO(EXPRESSION), DO(CONSTANT), DO_WITH(LOOP, 9), DO(CONSTANT), DO_WITH(NEXT, 8), DO(CONSTANT),
	  DO_WITH(WHILE, 8), DO_WITH(GOTO, 9), DO_WITH(SLIDE, 2), DO(RESULT)}},
	{"the condition of a loop is not in its round",
	 4,
	 {DO(EXPRESSION), DO(CONSTANT), DO_WITH(WHILE, 3), DO(RESULT)}},
};

/* How many instructions there are from one on to the next RESULT. */
static uint16_t
length_from(const CodeCase *row, uint32_t at)
{
	uint16_t length = 0;

	while (at + length < row->count && row->code[at + length].opcode != OP_RESULT)
		length++;
	return length;
}

static const char *
problem_of_code(Arena *arena, const CodeCase *row)
{
	Fragment header = {.status = POLICY_ACTIVE, .fallback = VERDICT_DENY, .applies_entry = NO_ENTRY};
	const char *problem = "";
	Assembler assembler;
	Fragment *fragment;
	uint32_t end = 0;

	llp_asm_init(&assembler, arena);
	header.ns = llp_asm_text(&assembler, STR("default"));
	header.id = llp_asm_text(&assembler, STR("p"));
	llp_asm_value(&assembler, llp_tree_string(arena, STR("an expression")));
	llp_asm_constant(&assembler, (FragmentConstant){.kind = KIND_INT, .as.integer = 1}, (Str){NULL, 0});
	for (uint32_t i = 0; i < row->count; i++)
	{
		Instruction instruction = row->code[i];

		if (instruction.opcode == OP_EXPRESSION && instruction.slot == 0)
			instruction.slot = length_from(row, i);
		llp_asm_add(&assembler, SECTION_code, &instruction);
	}
	llp_asm_add(&assembler, SECTION_clauses, &end);
	fragment = llp_asm_finish(&assembler, &header);
	if (fragment == NULL)
		abort();
	(void) llp_fragment_verify(fragment, fragment_size(fragment), &problem);
	return problem;
}

UNIT_TEST(verify_proves_that_expressions_keep_their_stack)
{
	Arena *arena = vm_arena();

	for (size_t i = 0; i < sizeof(code_cases) / sizeof(code_cases[0]); i++)
	{
		const char *problem = problem_of_code(arena, &code_cases[i]);

		if (strcmp(problem, code_cases[i].problem) != 0)
			unit_fail(__FILE__, __LINE__, "row %zu: \"%s\", not \"%s\"", i, problem, code_cases[i].problem);
	}
	llp_arena_destroy(arena);
}

/* 1 + (1 + (1 + … , as deep as the parser lets it be, and calls with more arguments than there is room for.
 */
UNIT_TEST(expressions_need_room_for_their_values)
{
	Arena *arena = vm_arena();
	DiagnosticList findings;
	StrBuf text;

	llp_diag_init(&findings, arena);
	llp_buf_init(&text, arena);
	for (int i = 0; i < 150; i++)
		llp_buf_append(&text, STR("1 + ("));
	llp_buf_append_char(&text, '1');
	for (int i = 0; i < 150; i++)
		llp_buf_append_char(&text, ')');
	CHECK(compile(arena, llp_buf_str(&text), &findings) != NULL);
	text.size = 0;
	llp_buf_append(&text, STR("math.greatest("));
	for (int i = 0; i < MAX_VALUE_STACK; i++)
		llp_buf_append(&text, STR("1, "));
	llp_buf_append(&text, STR("1)"));
	CHECK(compile(arena, llp_buf_str(&text), &findings) == NULL);
	CHECK_INT(findings.errors, 0);
	llp_arena_destroy(arena);
}
