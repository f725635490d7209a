/*
 * test/fuzz/fuzz_policy.c - hostile documents: llp_read_policies over any bytes.
 *
 * Checks what a caller relies on: the status agrees with the findings, a policy that was read is whole, its
 * normalised copy reads without error as itself, and what authors are told of it has its place.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "author/expression_check.h"
#include "author/lint.h"
#include "policy/read.h"

#define MEMORY_LIMIT (256u * 1024 * 1024)

static void
require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

static void
check_findings(Status status, const DiagnosticList *findings)
{
	if (status == STATUS_OK)
		require(findings->errors == 0, "correct, with errors");
	if (status == STATUS_INVALID || status == STATUS_LIMIT)
		require(findings->errors > 0, "refused, without an error");
	for (const Diagnostic *d = findings->first; d != NULL; d = d->next)
		require(d->line >= 1 && d->column >= 1 && d->message.size > 0, "a finding without place or message");
}

static Str
normal_form(Arena *arena, const Policy *policy)
{
	StrBuf json;

	llp_buf_init(&json, arena);
	llp_tree_write_json(&json, policy->normalised);
	return json.failed ? STR("") : llp_buf_str(&json);
}

/* Normalising twice is normalising once. */
static void
check_normal_form(Arena *arena, const Policy *policy)
{
	Str json = normal_form(arena, policy);
	DiagnosticList findings;
	PolicyList again;
	Status status;

	llp_diag_init(&findings, arena);
	status = llp_read_policies(arena, json, STR(""), &again, &findings);
	/* Aliases are written out there, so that the text can be larger than a text may be. */
	if (status == STATUS_NO_MEMORY || status == STATUS_LIMIT)
		return;
	require(status == STATUS_OK && again.count == 1, "a normalised document is refused");
	require(llp_str_equal(normal_form(arena, again.policies[0]), json), "normalising changes what is normal");
}

static void
check_policy(Arena *arena, const Policy *policy)
{
	require(llp_policy_id_valid(policy->id) && llp_namespace_valid(policy->ns), "a policy without identity");
	for (size_t i = 0; i < policy->rule_count; i++)
	{
		const PolicyRule *rule = &policy->rules[i];

		require(llp_policy_id_valid(rule->id), "a rule without id");
		require(rule->condition.kind == CONDITION_EXPRESSION ? rule->condition.as.expression != NULL
															 : rule->condition.as.tree != NULL,
				"a rule without condition");
		require(i == 0 || policy->rules[i - 1].priority >= rule->priority, "rules out of order");
	}
	for (size_t i = 0; i < policy->test_count; i++)
		require(policy->tests[i].request != NULL && policy->tests[i].decision != VERDICT_NONE,
				"a test that tests nothing");
	check_normal_form(arena, policy);
}

/* A schema with something of everything: user is an object with a text `a`, a list `b` of 1 and 2, and no
 * more. */
static const RequestSchema *
small_schema(Arena *arena)
{
	static SchemaProperty members[2];
	static SchemaProperty users[1];
	static RequestSchema texts = {.types = SCHEMA_STRING};
	static RequestSchema numbers = {.types = SCHEMA_INTEGER};
	static RequestSchema lists = {.types = SCHEMA_ARRAY, .items = &numbers};
	static RequestSchema user = {
		.types = SCHEMA_OBJECT, .properties = members, .property_count = 2, .closed = true};
	static RequestSchema request = {.types = SCHEMA_OBJECT, .properties = users, .property_count = 1};
	TreeNode *values = llp_tree_list(arena);

	(void) llp_tree_append(arena, values, llp_tree_int(arena, 1));
	(void) llp_tree_append(arena, values, llp_tree_int(arena, 2));
	numbers.values = values;
	members[0] = (SchemaProperty){STR("a"), &texts, true};
	members[1] = (SchemaProperty){STR("b"), &lists, true};
	users[0] = (SchemaProperty){STR("user"), &user, false};
	return &request;
}

static void
check_author_help(Arena *arena, const Policy *policy)
{
	DiagnosticList findings;
	ExpressionCheck check = {.arena = arena, .findings = &findings};
	const RequestSchema *schema = small_schema(arena);
	Status status;

	llp_diag_init(&findings, arena);
	if (llp_arena_exhausted(arena))
		return;
	status = llp_check_expressions(&check, policy);
	check_findings(status, &findings);
	if (status != STATUS_NO_MEMORY && llp_lint_policy(arena, policy, schema, &findings) == STATUS_OK)
		check_findings(status, &findings);
}

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena *arena = llp_arena_create(&llp_libc_host, MEMORY_LIMIT);
	DiagnosticList findings;
	PolicyList list;
	Status status;

	require(arena != NULL, "no arena");
	llp_diag_init(&findings, arena);
	status = llp_read_policies(arena, (Str){(const char *) data, size}, STR(""), &list, &findings);
	check_findings(status, &findings);
	for (size_t i = 0; status != STATUS_NO_MEMORY && i < list.count; i++)
	{
		check_policy(arena, list.policies[i]);
		check_author_help(arena, list.policies[i]);
	}
	llp_arena_destroy(arena);
	return 0;
}
