/*
 * test/conformance/core_operators.c - runs a file of operator cases (README.md) through the core.
 *
 * A case has to come out as recorded, and as the linear reference says
 * (test/reference), which knows more of an answer than a case records.  Prints one line for each case that
 * fails and ends with "operators N/M".
 */
#include "conformance.h"

#include <stdio.h>
#include <stdlib.h>

#include "compare.h"
#include "doc/reader.h"
#include "policy/read.h"
#include "prog/set.h"
#include "vm/evaluate.h"

static Str
json_of(Arena *arena, const TreeNode *node)
{
	StrBuf text;

	if (node == NULL)
		return STR("nothing");
	llp_buf_init(&text, arena);
	llp_tree_write_json(&text, node);
	return llp_buf_str(&text);
}

static void
report(const TreeNode *test_case, const char *what, Str actual, Str expected)
{
	const TreeNode *id = llp_tree_get(test_case, STR("id"));

	printf("%.*s: %s is %.*s, not %.*s\n", STR_ARG(id->as.string), what, STR_ARG(actual), STR_ARG(expected));
}

static bool
same(const TreeNode *a, const TreeNode *b)
{
	Value left = llp_tree_value(a);
	Value right = llp_tree_value(b);

	return llp_value_equal(&left, &right);
}

/* The [policy, rule] pairs of a case in a result's form, "policy/rule". */
static TreeNode *
expected_rules(Arena *arena, const TreeNode *pairs)
{
	TreeNode *list = llp_tree_list(arena);

	for (uint32_t i = 0; i < pairs->as.list.count; i++)
	{
		TreeNode **pair = pairs->as.list.items[i]->as.list.items;
		StrBuf label;

		llp_buf_init(&label, arena);
		llp_buf_append(&label, pair[0]->as.string);
		llp_buf_append_char(&label, '/');
		llp_buf_append(&label, pair[1]->as.string);
		llp_tree_append(arena, list, llp_tree_string(arena, llp_buf_str(&label)));
	}
	return list;
}

/* A case writes null for what a result leaves out. */
static bool
check_key(Arena *arena, const TreeNode *test_case, const TreeNode *result, const char *key,
		  const TreeNode *expected)
{
	const TreeNode *actual = llp_tree_get(result, llp_str(key));

	if (actual == NULL ? expected->kind == VALUE_NULL : same(actual, expected))
		return true;
	report(test_case, key, json_of(arena, actual), json_of(arena, expected));
	return false;
}

static bool
check_result(Arena *arena, const TreeNode *test_case, const TreeNode *result)
{
	const char *const keys[] = {"decision", "allowed", "reason", "matchedPolicies", "modifications"};
	const TreeNode *expect = llp_tree_get(test_case, STR("expect"));
	bool passed = check_key(arena, test_case, result, "matchedRules",
							expected_rules(arena, llp_tree_get(expect, STR("matchedRules"))));

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		passed &= check_key(arena, test_case, result, keys[i], llp_tree_get(expect, llp_str(keys[i])));
	return passed;
}

static bool
is_selected(const TreeNode *ids, const Policy *policy)
{
	if (ids == NULL)
		return true;
	for (uint32_t i = 0; i < ids->as.list.count; i++)
		if (llp_str_equal(ids->as.list.items[i]->as.string, policy->id))
			return true;
	return false;
}

/* The policies of a case that are to be evaluated; leaves and reports an empty set when they are wrong. */
static bool
read_policies(Arena *arena, const TreeNode *test_case, PolicySet *set)
{
	const TreeNode *ids = llp_tree_get(test_case, STR("policyIds"));
	DiagnosticList findings;
	PolicyList list;
	size_t count = 0;

	llp_diag_init(&findings, arena);
	if (llp_read_policies(arena, json_of(arena, llp_tree_get(test_case, STR("policies"))), STR(""), &list,
						  &findings) != STATUS_OK)
	{
		report(test_case, "the first error",
			   findings.first == NULL ? STR("unknown") : findings.first->message, STR("there"));
		return false;
	}
	for (size_t i = 0; i < list.count; i++)
		if (is_selected(ids, list.policies[i]))
			list.policies[count++] = list.policies[i];
	*set = llp_policy_set(list.policies, count);
	return true;
}

/* Does a walk over every rule say the same? */
static bool
check_reference(Arena *arena, const TreeNode *test_case, const PolicySet *set, Program *program)
{
	Value request = llp_tree_value(llp_tree_get(test_case, STR("request")));
	Comparison comparison = {.set = set, .request = &request, .default_decision = VERDICT_ALLOW};
	Str expected = compare_reference(arena, &comparison);
	Str actual = compare_engine(arena, program, &comparison);

	if (llp_str_equal(actual, expected))
		return true;
	report(test_case, "the walk", actual, expected);
	return false;
}

static bool
run_case(Arena *arena, const TreeNode *test_case)
{
	EvaluationOptions options = {.default_decision = VERDICT_ALLOW};
	Value request = llp_tree_value(llp_tree_get(test_case, STR("request")));
	DiagnosticList findings;
	Program *program = NULL;
	const Image *image;
	Decision decision;
	PolicySet set;

	if (!read_policies(arena, test_case, &set))
		return false;
	llp_diag_init(&findings, arena);
	if (llp_compile_set(arena, &set, &image) == STATUS_OK)
		program = llp_program_open(arena, image);
	if (program == NULL || llp_program_compile_literals(program) != STATUS_OK)
		abort();
	if (llp_evaluate(arena, program, &request, &options, &decision, &findings) != STATUS_OK)
	{
		report(test_case, "the evaluation", STR("refused"), STR("done"));
		return false;
	}
	return check_result(arena, test_case, decision.result) &&
		   check_reference(arena, test_case, &set, program);
}

static bool
run_line(Str line)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	DiagnosticList findings;
	DocumentStream stream;
	bool passed = false;

	llp_diag_init(&findings, arena);
	if (arena != NULL && llp_read_documents(arena, line, &stream, &findings) == STATUS_OK)
		passed = run_case(arena, stream.documents[0].root);
	else
		printf("not a case: %.*s\n", STR_ARG(line));
	llp_arena_destroy(arena);
	return passed;
}

bool
run_operators(Str text)
{
	int passed = 0;
	int cases = 0;
	Str line;

	while (next_line(&text, &line))
	{
		if (line.size == 0)
			continue;
		cases++;
		passed += run_line(line) ? 1 : 0;
	}
	printf("operators %d/%d\n", passed, cases);
	return cases > 0 && passed == cases;
}
