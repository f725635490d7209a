/*
 * author/lint.c - goes through a policy and has its conditions looked at.
 */
#include "author/lint.h"

#include "author/lint_expression.h"
#include "author/lint_tree.h"
#include "policy/keys.h"

/* The tree of operators of one rule or exception, if it has one. */
static void
lint_condition(const TreeLint *lint, const TreeNode *rule, const Place *place, Key key)
{
	Place inner = llp_place_member(place, llp_key_name(key));
	const TreeNode *condition = llp_tree_get(rule, llp_key_name(key));

	if (condition != NULL && condition->kind == VALUE_MAP)
		llp_lint_tree(lint, condition, &inner);
}

static void
lint_conditions(const TreeLint *lint, const TreeNode *document, Key list_key, Key condition)
{
	Place top = {NULL, {NULL, 0}, 0};
	Place place = llp_place_member(&top, llp_key_name(list_key));
	const TreeNode *list = llp_tree_get(document, llp_key_name(list_key));

	for (uint32_t i = 0; list != NULL && list->kind == VALUE_LIST && i < list->as.list.count; i++)
	{
		Place element = llp_place_element(&place, i);

		if (list->as.list.items[i]->kind == VALUE_MAP)
			lint_condition(lint, list->as.list.items[i], &element, condition);
	}
}

static void
lint_trees(const TreeLint *lint, const TreeNode *document)
{
	Place top = {NULL, {NULL, 0}, 0};
	Place place = llp_place_member(&top, llp_key_name(KEY_POLICY_APPLIES_TO));
	const TreeNode *applies_to = llp_tree_get(document, llp_key_name(KEY_POLICY_APPLIES_TO));

	if (applies_to != NULL && applies_to->kind == VALUE_MAP)
		llp_lint_applicability(lint, applies_to, &place);
	lint_conditions(lint, document, KEY_POLICY_RULES, KEY_RULE_CONDITION);
	lint_conditions(lint, document, KEY_POLICY_EXCEPTIONS, KEY_EXCEPTION_CONDITION);
}

Status
llp_lint_policy(Arena *arena, const Policy *policy, const RequestSchema *schema, DiagnosticList *findings)
{
	TreeLint trees = {.arena = arena, .schema = schema, .findings = findings};

	if (schema != NULL)
		lint_trees(&trees, policy->normalised);
	for (const PolicyExpression *each = policy->expressions; each != NULL; each = each->next)
		llp_lint_expression(arena, each, schema, findings);
	llp_lint_weekdays(policy, findings);
	return llp_arena_exhausted(arena) || findings->exhausted ? STATUS_NO_MEMORY : STATUS_OK;
}
