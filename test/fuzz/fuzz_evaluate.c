/*
 * test/fuzz/fuzz_evaluate.c - hostile policies that judge a hostile request.
 *
 * The input is a text of policies, a line "%%" and a request as JSON.  What is asked of every decision cannot
 * be false: it follows from its matches, its trace agrees with a second, plain judge of operators, it comes
 * out the same again and in any order of the policies, and the three ways to the changed request - the
 * decision's own, llp_apply_modifications and the patch as RFC 6902 reads - lead to one.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "author/policy_test.h"
#include "base/number.h"
#include "doc/reader.h"
#include "policy/read.h"
#include "prog/set.h"
#include "vm/evaluate.h"
#include "vm/modify.h"
#include "vm/operators.h"

#define MEMORY_LIMIT (512u * 1024 * 1024)
/* Aliases make large trees of small texts; copying those finds nothing but time. */
#define MAX_NODES 20000
/* 2026-07-02T09:30:00Z */
#define NOW INT64_C(1782984600000000)

typedef struct Case
{
	Arena *arena;
	PolicyList list; /* in text order */
	Value request;
	Verdict default_decision;
} Case;

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

static bool
nodes_equal(const TreeNode *a, const TreeNode *b)
{
	Value left = llp_tree_value(a);
	Value right = llp_tree_value(b);

	return llp_value_equal(&left, &right);
}

static Str
json_of(Arena *arena, const TreeNode *node)
{
	StrBuf json;

	llp_buf_init(&json, arena);
	llp_tree_write_json(&json, node);
	return llp_buf_str(&json);
}

/* The string at a key, or an empty one. */
static Str
string_at(const TreeNode *map, Str key)
{
	const TreeNode *node = llp_tree_get(map, key);

	return node != NULL && node->kind == VALUE_STRING ? node->as.string : STR("");
}

static uint32_t
count_at(const TreeNode *map, Str key)
{
	const TreeNode *node = llp_tree_get(map, key);

	return node == NULL ? 0 : node->as.list.count;
}

/*
 * The text before the line "%%" and the text behind it; without such a line all is policies, and the request
 * is empty.
 */
static void
split_input(Str input, Str *policies, Str *request)
{
	Str line = STR("\n%%\n");
	ptrdiff_t at = llp_str_find(input, line);

	*policies = input;
	*request = STR("{}");
	if (at < 0)
		return;
	policies->size = (size_t) at + 1;
	request->data = input.data + at + line.size;
	request->size = input.size - (size_t) at - line.size;
}

/* Operators */

static bool
holds(Operator op, const Value *field, const Value *constant)
{
	bool result = false;

	require(llp_operator_holds(&llp_libc_host, op, field, constant, NULL, &result) == STATUS_OK,
			"an operator fails");
	return result;
}

static bool
is_container(const Value *value)
{
	return value->kind == VALUE_LIST || value->kind == VALUE_MAP;
}

/* What MISSING, null and containers are not. */
static void
check_kinds(const Value *field, const Value *constant)
{
	bool ordered = holds(OPERATOR_GT, field, constant) || holds(OPERATOR_LT, field, constant);

	if (field->kind == VALUE_MISSING)
		require(!holds(OPERATOR_EQ, field, constant) && !holds(OPERATOR_IN, field, constant) &&
					!holds(OPERATOR_CONTAINS, field, constant),
				"nothing equals something");
	if (field->kind == VALUE_NULL)
		require(holds(OPERATOR_EQ, field, constant) == (constant->kind == VALUE_NULL), "null and eq");
	if (field->kind <= VALUE_BOOL || is_container(field) || constant->kind <= VALUE_BOOL ||
		is_container(constant))
		require(!ordered, "an order where there is none");
}

/* What holds between the operators, whatever they are given. */
static void
check_operators(const Value *field, const Value *constant)
{
	bool eq = holds(OPERATOR_EQ, field, constant);
	bool gt = holds(OPERATOR_GT, field, constant);
	bool lt = holds(OPERATOR_LT, field, constant);

	require(holds(OPERATOR_NE, field, constant) != eq, "ne is not the negation of eq");
	require(holds(OPERATOR_NOT_IN, field, constant) != holds(OPERATOR_IN, field, constant), "not_in");
	require(holds(OPERATOR_NOT_CONTAINS, field, constant) != holds(OPERATOR_CONTAINS, field, constant),
			"not_contains");
	require(holds(OPERATOR_GTE, field, constant) == (gt || eq), "gte is not gt or eq");
	require(holds(OPERATOR_LTE, field, constant) == (lt || eq), "lte is not lt or eq");
	require(!(gt && lt), "greater and less");
	require(holds(OPERATOR_EQ, constant, field) == eq, "eq is not symmetric");
	require(holds(OPERATOR_LT, constant, field) == gt, "gt is not the converse of lt");
	require(field->kind == VALUE_MISSING || holds(OPERATOR_EQ, field, field), "eq is not reflexive");
	check_kinds(field, constant);
}

/* in and contains, told by eq of the elements. */
static void
check_membership(const Value *field, const Value *constant)
{
	bool in = false;
	bool contains = false;

	for (size_t i = 0; constant->kind == VALUE_LIST && i < constant->as.container.count; i++)
	{
		Value item = llp_element(constant, i);

		in = in || holds(OPERATOR_EQ, field, &item);
	}
	for (size_t i = 0; is_container(field) && i < field->as.container.count; i++)
	{
		Str key;
		Value item = field->kind == VALUE_LIST ? llp_element(field, i) : llp_entry(field, i, &key);

		contains = contains || holds(OPERATOR_EQ, &item, constant);
	}
	require(holds(OPERATOR_IN, field, constant) == in, "in is not eq of an element");
	if (is_container(field))
		require(holds(OPERATOR_CONTAINS, field, constant) == contains, "contains is not eq of an element");
}

/* Conditions, judged once more */

static bool
leaf_holds(const Value *request, const OperatorTree *leaf)
{
	Value field = llp_path_fetch(request, &leaf->field);
	Value constant = llp_tree_value(leaf->value);
	bool result = false;

	check_operators(&field, &constant);
	check_membership(&field, &constant);
	require(llp_operator_holds(&llp_libc_host, leaf->op, &field, &constant, leaf->regex, &result) ==
				STATUS_OK,
			"an operator fails");
	return result;
}

static bool
tree_holds(const Value *request, const OperatorTree *tree)
{
	size_t held = 0;

	if (tree->op != OPERATOR_AND && tree->op != OPERATOR_OR && tree->op != OPERATOR_NOT)
		return leaf_holds(request, tree);
	for (size_t i = 0; i < tree->child_count; i++)
		held += tree_holds(request, tree->children[i]) ? 1 : 0;
	if (tree->op == OPERATOR_AND)
		return held == tree->child_count;
	return tree->op == OPERATOR_OR ? held > 0 : held == 0;
}

static const Policy *
policy_named(const Case *self, const TreeNode *origin)
{
	for (size_t i = 0; i < self->list.count; i++)
	{
		const Policy *policy = self->list.policies[i];

		if (llp_str_equal(policy->id, string_at(origin, STR("policy"))) &&
			llp_str_equal(policy->ns, string_at(origin, STR("namespace"))))
			return policy;
	}
	require(false, "a result names a policy that is not there");
	return NULL;
}

/* Neither expressions nor templates: then nothing errs, and the plain judge knows all conditions. */
static bool
is_total(const Case *self)
{
	for (size_t i = 0; i < self->list.count; i++)
	{
		const Policy *policy = self->list.policies[i];

		for (size_t j = 0; j < policy->rule_count; j++)
			if (policy->rules[j].condition.kind != CONDITION_TREE ||
				policy->rules[j].action.template_count > 0)
				return false;
		for (size_t j = 0; j < policy->exception_count; j++)
			if (policy->exceptions[j].condition.kind != CONDITION_TREE)
				return false;
	}
	return true;
}

static const Condition *
condition_named(const Policy *policy, Str rule, Str exception)
{
	for (size_t i = 0; i < policy->rule_count; i++)
		if (llp_str_equal(policy->rules[i].id, rule))
			return &policy->rules[i].condition;
	for (size_t i = 0; i < policy->exception_count; i++)
		if (llp_str_equal(policy->exceptions[i].id, exception))
			return &policy->exceptions[i].condition;
	require(false, "a trace names a rule that is not there");
	return NULL;
}

static void
check_trace(const Case *self, const TreeNode *trace)
{
	require(trace != NULL && trace->as.list.count > 0, "no trace");
	for (uint32_t i = 0; i + 1 < trace->as.list.count; i++)
	{
		const TreeNode *candidate = trace->as.list.items[i];
		const TreeNode *matched = llp_tree_get(candidate, STR("matched"));
		const Condition *condition =
			condition_named(policy_named(self, candidate), string_at(candidate, STR("rule")),
							string_at(candidate, STR("exception")));

		require(matched != NULL && matched->kind == VALUE_BOOL, "a tree that errs");
		require(matched->as.boolean == tree_holds(&self->request, condition->as.tree), "a wrong match");
	}
	require(llp_tree_get(trace->as.list.items[trace->as.list.count - 1], STR("skipped")) != NULL,
			"a trace without end");
}

/* The decision and what it is made of */

static bool
counts(const TreeNode *match)
{
	return llp_tree_get(match, STR("decision")) != NULL && llp_tree_get(match, STR("excepted")) == NULL;
}

/* The first match with the strongest verdict that counts, or NULL; nothing may come after a deny. */
static const TreeNode *
deciding_match(const TreeNode *result)
{
	const TreeNode *matches = llp_tree_get(result, STR("matches"));
	const TreeNode *deciding = NULL;
	Verdict strongest = VERDICT_NONE;

	for (uint32_t i = 0; matches != NULL && i < matches->as.list.count; i++)
	{
		const TreeNode *match = matches->as.list.items[i];
		Verdict verdict = llp_verdict_of(string_at(match, STR("decision")));

		require(strongest != VERDICT_DENY, "a match behind a deny");
		if (!counts(match) || verdict <= strongest)
			continue;
		strongest = verdict;
		deciding = match;
	}
	return deciding;
}

static void
check_verdict(const Case *self, const Decision *decision)
{
	const TreeNode *result = decision->result;
	const TreeNode *deciding = deciding_match(result);
	const TreeNode *decided_by = llp_tree_get(result, STR("decidedBy"));
	Verdict expected = self->default_decision;

	if (deciding != NULL)
		expected = llp_verdict_of(string_at(deciding, STR("decision")));
	require(decision->verdict == expected, "the decision does not follow from the matches");
	require(llp_verdict_of(string_at(result, STR("decision"))) == expected, "two decisions");
	require(llp_tree_get(result, STR("allowed"))->as.boolean == (expected != VERDICT_DENY), "allowed");
	require((deciding == NULL) == (decided_by == NULL), "decidedBy without a match, or the reverse");
	require(deciding == NULL ||
				llp_str_equal(string_at(decided_by, STR("rule")), string_at(deciding, STR("rule"))),
			"decided by another rule");
	require(count_at(result, STR("matchedRules")) <= count_at(result, STR("matches")),
			"more rules than matches");
	require(llp_reason_of(string_at(result, STR("reasonCode"))) == decision->reason_code, "two reason codes");
	require(!is_total(self) || llp_tree_get(result, STR("errors")) == NULL, "a tree that errs");
}

/* RFC 6902, read a second time: makes a new document for every operation. */

static TreeNode *changed(Arena *arena, const TreeNode *node, Str pointer, Str op, TreeNode *value);

/* Takes the first token off an RFC 6901 pointer. */
static Str
take_token(Arena *arena, Str *pointer)
{
	StrBuf token;
	size_t i = 1;

	require(pointer->size > 0 && pointer->data[0] == '/', "no pointer");
	llp_buf_init(&token, arena);
	for (; i < pointer->size && pointer->data[i] != '/'; i++)
	{
		bool escaped = pointer->data[i] == '~';

		i += escaped ? 1 : 0;
		require(i < pointer->size && (!escaped || strchr("01", pointer->data[i]) != NULL), "no pointer");
		if (escaped)
			llp_buf_append_char(&token, pointer->data[i] == '1' ? '/' : '~');
		else
			llp_buf_append_char(&token, pointer->data[i]);
	}
	*pointer = (Str){pointer->data + i, pointer->size - i};
	return llp_buf_str(&token);
}

static TreeNode *
changed_map(Arena *arena, const TreeNode *map, Str key, Str rest, Str op, TreeNode *value)
{
	TreeNode *copy = llp_tree_map(arena);
	bool removes = llp_str_equal(op, STR("remove"));
	bool found = false;

	for (uint32_t i = 0; i < map->as.map.count; i++)
	{
		const TreeMember *member = &map->as.map.members[i];
		bool here = llp_str_equal(member->key, key);

		found = found || here;
		if (!here)
			llp_tree_set(arena, copy, member->key, member->value);
		else if (rest.size > 0 || !removes)
			llp_tree_set(arena, copy, key, changed(arena, member->value, rest, op, value));
	}
	require(found || (rest.size == 0 && llp_str_equal(op, STR("add"))),
			"a patch of a member that is not there");
	if (!found)
		llp_tree_set(arena, copy, key, value);
	return copy;
}

static uint32_t
index_of(const TreeNode *list, Str token)
{
	if (llp_str_equal(token, STR("-")))
		return list->as.list.count;
	require(llp_is_plain_decimal(token) && llp_number_parse(token).kind == VALUE_INT, "no index");
	return (uint32_t) llp_number_parse(token).as.integer;
}

static TreeNode *
changed_list(Arena *arena, const TreeNode *list, Str token, Str rest, Str op, TreeNode *value)
{
	TreeNode *copy = llp_tree_list(arena);
	uint32_t index = index_of(list, token);
	bool adds = rest.size == 0 && llp_str_equal(op, STR("add"));
	bool removes = rest.size == 0 && llp_str_equal(op, STR("remove"));

	require(index < list->as.list.count + (adds ? 1 : 0), "a patch of an element that is not there");
	for (uint32_t i = 0; i < list->as.list.count; i++)
	{
		TreeNode *item = list->as.list.items[i];

		if (i == index && adds)
			llp_tree_append(arena, copy, value);
		if (i == index && !adds && !removes)
			item = changed(arena, item, rest, op, value);
		if (i != index || !removes)
			llp_tree_append(arena, copy, item);
	}
	if (index == list->as.list.count)
		llp_tree_append(arena, copy, value);
	return copy;
}

static TreeNode *
changed(Arena *arena, const TreeNode *node, Str pointer, Str op, TreeNode *value)
{
	Str token;

	if (pointer.size == 0)
		return value;
	token = take_token(arena, &pointer);
	if (node->kind == VALUE_MAP)
		return changed_map(arena, node, token, pointer, op, value);
	require(node->kind == VALUE_LIST, "a patch inside a scalar");
	return changed_list(arena, node, token, pointer, op, value);
}

static void
check_patch(Arena *arena, const Value *request, const TreeNode *patch, const TreeNode *expected)
{
	TreeNode *document = llp_tree_copy(arena, request, LLP_MAX_REQUEST_DEPTH);

	for (uint32_t i = 0; document != NULL && i < patch->as.list.count; i++)
	{
		const TreeNode *operation = patch->as.list.items[i];

		document = changed(arena, document, string_at(operation, STR("path")),
						   string_at(operation, STR("op")), llp_tree_get(operation, STR("value")));
	}
	if (!llp_arena_exhausted(arena))
		require(nodes_equal(document, expected), "the patch leads elsewhere");
}

/* What llp_apply_modifications makes of a result must be `expected`. */
static void
check_application(const Case *self, const TreeNode *result, const TreeNode *expected)
{
	Value decision = llp_tree_value(result);
	DiagnosticList findings;
	TreeNode *modified;
	Status status;

	llp_diag_init(&findings, self->arena);
	status = llp_apply_modifications(self->arena, &self->request, &decision, &modified, &findings);
	if (status == STATUS_NO_MEMORY)
		return;
	require(status == STATUS_OK, "a decision cannot be applied");
	require(nodes_equal(modified, expected), "applying the decision leads elsewhere");
}

static Status
evaluate(const Case *self, bool reversed, bool return_request, Decision *decision)
{
	EvaluationOptions options = {.now = NOW,
								 .default_decision = self->default_decision,
								 .trace = return_request,
								 .return_request = return_request,
								 .decision_id = STR("d"),
								 .policy_set = STR("s")};
	size_t count = self->list.count;
	Policy **policies = llp_arena_array(self->arena, count, sizeof(*policies));
	DiagnosticList findings;
	PolicySet set;
	const Image *image;
	Program *program;
	Status status;

	if (policies == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < count; i++)
		policies[i] = self->list.policies[reversed ? count - 1 - i : i];
	set = llp_policy_set(policies, count);
	status = llp_compile_set(self->arena, &set, &image);
	if (status != STATUS_OK)
		return status;
	program = llp_program_open(self->arena, image);
	if (program == NULL)
		return STATUS_NO_MEMORY;
	llp_diag_init(&findings, self->arena);
	status = llp_evaluate(self->arena, program, &self->request, &options, decision, &findings);
	if (status != STATUS_NO_MEMORY)
		require(findings.errors == (status == STATUS_OK ? 0 : 1), "status and findings disagree");
	return status;
}

static void
check_changes(const Case *self, const TreeNode *result)
{
	const TreeNode *modified = llp_tree_get(result, STR("modifiedRequest"));
	const TreeNode *patch = llp_tree_get(result, STR("patch"));
	bool modifies = llp_str_equal(string_at(result, STR("decision")), STR("modify"));
	Decision plain;

	require((modified != NULL) == modifies, "modifiedRequest goes with modify");
	require(modifies || (patch == NULL && llp_tree_get(result, STR("modifications")) == NULL),
			"changes without modify");
	if (!modifies)
	{
		check_application(self, result, llp_tree_copy(self->arena, &self->request, LLP_MAX_REQUEST_DEPTH));
		return;
	}
	check_application(self, result, modified);
	if (patch != NULL)
		check_patch(self->arena, &self->request, patch, modified);
	/* A decision that did not have to make the request says the same. */
	if (evaluate(self, false, false, &plain) == STATUS_OK)
		check_application(self, plain.result, modified);
}

static void
check_same_again(const Case *self, const TreeNode *result)
{
	Str json = json_of(self->arena, result);

	for (int reversed = 0; reversed < 2; reversed++)
	{
		Decision again;

		if (evaluate(self, reversed == 1, true, &again) == STATUS_OK)
			require(llp_str_equal(json_of(self->arena, again.result), json) ||
						llp_arena_exhausted(self->arena),
					"another decision when asked again");
	}
}

static void
check_tests(const Case *self, const Policy *policy)
{
	PolicyTestReport report;
	size_t failed = 0;

	if (llp_run_policy_tests(self->arena, policy, NOW, NULL, &report) != STATUS_OK)
	{
		require(llp_arena_exhausted(self->arena), "tests that cannot be run");
		return;
	}
	require(report.count == policy->test_count && report.uncovered_count <= policy->rule_count,
			"tests miscounted");
	for (size_t i = 0; i < report.count; i++)
	{
		const PolicyTestResult *result = &report.results[i];

		failed += result->passed ? 0 : 1;
		require(result->passed == (result->problem.size == 0), "a failure without a problem, or the reverse");
		require(!result->passed ||
					llp_verdict_of(string_at(result->result, STR("decision"))) == result->test->decision,
				"passed with another decision");
	}
	require(failed == report.failed, "failures miscounted");
}

static bool
read_policies(Case *self, Str text)
{
	DiagnosticList findings;
	uint64_t nodes = 0;

	llp_diag_init(&findings, self->arena);
	if (llp_read_policies(self->arena, text, STR(""), &self->list, &findings) != STATUS_OK)
		return false;
	for (size_t i = 0; i < self->list.count; i++)
		nodes += self->list.policies[i]->normalised->expanded_size;
	return nodes <= MAX_NODES;
}

static bool
read_request(Case *self, Str text)
{
	DocumentStream stream;
	DiagnosticList findings;

	llp_diag_init(&findings, self->arena);
	if (llp_read_documents(self->arena, text, &stream, &findings) != STATUS_OK || stream.count != 1)
		return false;
	self->request = llp_tree_value(stream.documents[0].root);
	return stream.documents[0].root->expanded_size <= MAX_NODES;
}

static void
check_decision(const Case *self)
{
	Decision decision;
	Status status = evaluate(self, false, true, &decision);
	bool judged = self->request.kind == VALUE_MAP &&
				  llp_member(&self->request, STR("data")).kind == VALUE_MISSING &&
				  llp_member(&self->request, STR("variables")).kind == VALUE_MISSING;

	if (status == STATUS_NO_MEMORY)
		return;
	require(status == (judged ? STATUS_OK : STATUS_INVALID), "a request is refused, or should have been");
	if (!judged)
		return;
	check_verdict(self, &decision);
	if (is_total(self))
		check_trace(self, llp_tree_get(decision.result, STR("trace")));
	check_changes(self, decision.result);
	check_same_again(self, decision.result);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Case self = {.arena = llp_arena_create(&llp_libc_host, MEMORY_LIMIT),
				 .default_decision = size % 2 == 0 ? VERDICT_ALLOW : VERDICT_DENY};
	Str policies;
	Str request;

	require(self.arena != NULL, "no arena");
	split_input((Str){(const char *) data, size}, &policies, &request);
	if (read_policies(&self, policies))
	{
		for (size_t i = 0; i < self.list.count; i++)
			check_tests(&self, self.list.policies[i]);
		if (read_request(&self, request))
			check_decision(&self);
	}
	llp_arena_destroy(self.arena);
	return 0;
}
