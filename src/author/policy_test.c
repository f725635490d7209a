/*
 * author/policy_test.c - embedded tests: evaluate, then compare what was expected with what came.
 */
#include "author/policy_test.h"

#include "prog/set.h"

/* A comparison under way; every difference is added to `problem`. */
typedef struct Comparison
{
	Arena *arena;
	const PolicyTest *test;
	const Decision *decision;
	StrBuf problem;
} Comparison;

/* Starts one more difference: "decision is allow, not deny; reason is …". */
static void
add_difference(Comparison *self, Str what, Str actual, Str expected)
{
	if (self->problem.size > 0)
		llp_buf_append(&self->problem, STR("; "));
	llp_buf_append(&self->problem, what);
	llp_buf_append(&self->problem, actual);
	llp_buf_append(&self->problem, STR(", not "));
	llp_buf_append(&self->problem, expected);
}

/* A node as JSON; "absent" for NULL. */
static Str
describe(Arena *arena, const TreeNode *node)
{
	StrBuf text;

	if (node == NULL)
		return STR("absent");
	llp_buf_init(&text, arena);
	llp_tree_write_json(&text, node);
	return llp_buf_str(&text);
}

static void
compare_words(Comparison *self, Str what, Str actual, Str expected)
{
	if (!llp_str_equal(actual, expected))
		add_difference(self, what, actual, expected);
}

static void
compare_nodes(Comparison *self, Str what, const TreeNode *actual, const TreeNode *expected)
{
	Value actual_value = llp_tree_value(actual);
	Value expected_value = llp_tree_value(expected);

	if (!llp_value_equal(&actual_value, &expected_value))
		add_difference(self, what, describe(self->arena, actual), describe(self->arena, expected));
}

static void
compare_rule(Comparison *self)
{
	const TreeNode *decided_by = llp_tree_get(self->decision->result, STR("decidedBy"));
	const TreeNode *rule = llp_tree_get(decided_by, STR("rule"));

	compare_words(self, STR("rule is "), rule == NULL ? STR("none") : rule->as.string, self->test->rule);
}

/* No modifications are {}. */
static void
compare_modifications(Comparison *self)
{
	const TreeNode *actual = llp_tree_get(self->decision->result, STR("modifications"));

	if (actual == NULL)
		actual = llp_tree_map(self->arena);
	compare_nodes(self, STR("modifications are "), actual, self->test->modifications);
}

static void
compare_errors(Comparison *self)
{
	const TreeNode *actual = llp_tree_get(self->decision->result, STR("errorCount"));

	if (actual == NULL)
		actual = llp_tree_int(self->arena, 0);
	compare_nodes(self, STR("errors are "), actual, self->test->errors);
}

/* What the author left out is not compared. */
static Str
compare(Arena *arena, const PolicyTest *test, const Decision *decision)
{
	Comparison self = {.arena = arena, .test = test, .decision = decision};

	llp_buf_init(&self.problem, arena);
	compare_words(&self, STR("decision is "), llp_verdict_name(decision->verdict),
				  llp_verdict_name(test->decision));
	if (test->rule.size > 0)
		compare_rule(&self);
	if (test->reason != NULL)
		compare_nodes(&self, STR("reason is "), llp_tree_get(decision->result, STR("reason")), test->reason);
	if (test->reason_code != REASON_NONE)
		compare_words(&self, STR("reasonCode is "), llp_reason_name(decision->reason_code),
					  llp_reason_name(test->reason_code));
	if (test->modifications != NULL)
		compare_modifications(&self);
	if (test->errors != NULL)
		compare_errors(&self);
	return llp_buf_str(&self.problem);
}

static Str
first_message(const DiagnosticList *findings)
{
	return findings->first == NULL ? STR("the request is refused") : findings->first->message;
}

static Status
run_test(Arena *arena, Program *program, Timestamp now, const Redactor *redactor, PolicyTestResult *result)
{
	const PolicyTest *test = result->test;
	Value request = llp_tree_value(test->request);
	Value data = test->data == NULL ? llp_missing : llp_tree_value(test->data);
	EvaluationOptions options = {.now = test->has_now ? test->now : now,
								 .default_decision = VERDICT_ALLOW,
								 .given_data = &data,
								 .redactor = redactor};
	DiagnosticList findings;
	Decision decision;
	Status status;

	llp_diag_init(&findings, arena);
	status = llp_evaluate(arena, program, &request, &options, &decision, &findings);
	if (status == STATUS_INVALID || status == STATUS_LIMIT)
	{
		result->problem = first_message(&findings);
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return status;
	result->result = decision.result;
	result->problem = compare(arena, test, &decision);
	result->passed = result->problem.size == 0;
	return llp_arena_exhausted(arena) ? STATUS_NO_MEMORY : STATUS_OK;
}

/* Notes the rules that a result lists as matched. */
static void
note_coverage(Arena *arena, TreeNode *covered, const TreeNode *result)
{
	const TreeNode *matches = llp_tree_get(result, STR("matches"));

	for (uint32_t i = 0; matches != NULL && i < matches->as.list.count; i++)
	{
		TreeNode *rule = llp_tree_get(matches->as.list.items[i], STR("rule"));

		if (rule != NULL)
			llp_tree_set(arena, covered, rule->as.string, rule);
	}
}

static Status
find_uncovered(Arena *arena, const Policy *policy, PolicyTestReport *report)
{
	TreeNode *covered = llp_tree_map(arena);

	for (size_t i = 0; i < report->count; i++)
		note_coverage(arena, covered, report->results[i].result);
	report->uncovered = llp_arena_array(arena, policy->rule_count, sizeof(Str));
	if (llp_arena_exhausted(arena))
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < policy->rule_count; i++)
		if (policy->rules[i].enabled && llp_tree_get(covered, policy->rules[i].id) == NULL)
			report->uncovered[report->uncovered_count++] = policy->rules[i].id;
	return STATUS_OK;
}

/* The policy alone, as if it were active. */
static Status
compile_alone(Arena *arena, const Policy *policy, Program **program)
{
	Policy active = *policy;
	Policy *policies[] = {&active};
	PolicySet set = {.policies = policies, .count = 1};
	const Image *image;
	Status status;

	active.status = POLICY_ACTIVE;
	status = llp_compile_set(arena, &set, &image);
	if (status != STATUS_OK)
		return status;
	*program = llp_program_open(arena, image);
	return *program == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

Status
llp_run_policy_tests(Arena *arena, const Policy *policy, Timestamp now, const Redactor *redactor,
					 PolicyTestReport *report)
{
	Program *program;
	Status status = compile_alone(arena, policy, &program);

	if (status != STATUS_OK)
		return status;
	*report = (PolicyTestReport){.count = policy->test_count};
	report->results = llp_arena_array(arena, report->count, sizeof(PolicyTestResult));
	if (report->results == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < report->count; i++)
	{
		report->results[i].test = &policy->tests[i];
		status = run_test(arena, program, now, redactor, &report->results[i]);
		if (status != STATUS_OK)
			return status;
		report->failed += report->results[i].passed ? 0 : 1;
	}
	return find_uncovered(arena, policy, report);
}
