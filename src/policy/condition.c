/*
 * policy/condition.c - which condition a rule has: a tree of operators or an expression.
 *
 * Trees are policy/operator_tree.c's, expressions policy/expression.c's.
 */
#include "policy/condition.h"

#include "policy/expression.h"
#include "policy/operator_tree.h"

/* Reads an expression and, in the normalised copy, prints it under `when`. */
static void
read_expression(Reader *reader, const TreeNode *node, const Place *place, TreeNode *normal, Condition *result)
{
	result->kind = CONDITION_EXPRESSION;
	if (llp_read_condition_expression(reader, node, place, &result->as.expression) && normal != NULL)
		(void) llp_tree_set(reader->arena, normal, STR("when"),
							llp_expression_text(reader->arena, result->as.expression));
}

static void
read_when(Reader *reader, const Section *section, Key when, TreeNode *normal, Condition *result)
{
	const TreeNode *node = llp_field(section, when);
	Place place = llp_field_place(section, when);

	if (node != NULL)
		read_expression(reader, node, &place, normal, result);
}

/* `conditions: {match: …}`; a list here is what an operator tree has one level further down. */
static void
read_conditions(Reader *reader, const Section *section, Key conditions, TreeNode *normal, Condition *result)
{
	const TreeNode *node = llp_field(section, conditions);
	Place place = llp_field_place(section, conditions);
	Section inner;
	TreeNode *match;
	Place match_place;

	if (node == NULL || !llp_section_open(reader, KEY_CONDITIONS, node, &place, &inner))
		return;
	match = llp_field(&inner, KEY_CONDITIONS_MATCH);
	match_place = llp_field_place(&inner, KEY_CONDITIONS_MATCH);
	if (match == NULL)
		return;
	if (normal != NULL)
		llp_tree_unset(normal, llp_key_name(conditions));
	read_expression(reader, match, &match_place, normal, result);
}

static void
read_tree(Reader *reader, const Section *section, Key condition, Condition *result)
{
	const TreeNode *node = llp_field(section, condition);
	Place place = llp_field_place(section, condition);

	result->kind = CONDITION_TREE;
	if (node != NULL)
		result->as.tree = llp_read_operator_tree(reader, node, &place);
}

/* Reports all but the first of the keys, which exclude each other. */
static void
check_one_condition(Reader *reader, const Section *section, const Key *keys, size_t count)
{
	Key first = KEY_NONE;

	for (size_t i = 0; i < count; i++)
	{
		const TreeMember *member = keys[i] == KEY_NONE ? NULL : llp_field_member(section, keys[i]);
		Place place;

		if (member == NULL)
			continue;
		place = llp_field_place(section, keys[i]);
		if (first != KEY_NONE)
			REPORT_ERROR(reader, member, &place, "Keep one of them.", "both %.*s and %.*s are given",
						 STR_ARG(llp_key_name(first)), STR_ARG(llp_key_name(keys[i])));
		else
			first = keys[i];
	}
	if (first == KEY_NONE)
		REPORT_ERROR(reader, section->node, section->place,
					 "A condition is a tree of operators, condition: {operator, field, value}, or an "
					 "expression, when: \"llm.maxTokens > 1000\".",
					 "missing key \"condition\"");
}

void
llp_read_condition(Reader *reader, const Section *section, Key condition, Key when, Key conditions,
				   TreeNode *normal, Condition *result)
{
	const Key keys[] = {condition, when, conditions};

	check_one_condition(reader, section, keys, sizeof(keys) / sizeof(keys[0]));
	if (llp_field_member(section, condition) != NULL)
		read_tree(reader, section, condition, result);
	if (llp_field_member(section, when) != NULL)
		read_when(reader, section, when, normal, result);
	if (conditions != KEY_NONE && llp_field_member(section, conditions) != NULL)
		read_conditions(reader, section, conditions, normal, result);
}
