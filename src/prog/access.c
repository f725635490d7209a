/*
 * prog/access.c - by which of its predicates the index may reach a rule.
 *
 * A condition is looked at as a conjunction, with negations pushed down to the leaves.  Each conjunct that
 * can only hold if a slot has one of a few values, a literal in its text, or lies on one side of a number
 * gives a clause; a disjunction gives one when all of its parts do.  (Boolean expressions as lists of
 * predicates, one of which is the way in: Fabret et al., SIGMOD 2001; conjunctions and disjunctions of
 * memberships: Whang et al., VLDB 2009.)
 *
 * This is about operator trees; of expressions, prog/expression_access.c says what is what.
 *
 * INVARIANT: what is left out makes a clause weaker or missing, never stronger.
 */
#include "prog/access.h"

#include "base/number.h"
#include "match/literals.h"
#include "prog/clause.h"
#include "prog/condition.h"
#include "prog/expression_access.h"

/* The slot, or an item of it, equals the constant. */
static void
add_equality(Assembler *assembler, Clause *clause, uint16_t slot, const TreeNode *constant, bool of_item)
{
	Value value = llp_tree_value(constant);

	switch (value.kind)
	{
		case VALUE_NULL:
			llp_clause_add(assembler, clause, of_item ? ACCESS_ITEM_NULL : ACCESS_NULL, slot, 0);
			break;
		case VALUE_LIST:
		case VALUE_MAP:
			llp_clause_add(assembler, clause, of_item ? ACCESS_ITEM_CONTAINER : ACCESS_CONTAINER, slot, 0);
			break;
		default:
			llp_clause_add(assembler, clause, of_item ? ACCESS_ITEM : ACCESS_KEY, slot,
						   llp_asm_key(assembler, &value));
	}
}

/* A membership in what is no list never holds: a clause without accesses. */
static Selectivity
membership(Assembler *assembler, Clause *clause, uint16_t slot, const TreeNode *constant)
{
	for (uint32_t i = 0; constant->kind == VALUE_LIST && i < constant->as.list.count; i++)
		add_equality(assembler, clause, slot, constant->as.list.items[i], false);
	return SELECTIVITY_VALUE;
}

static Selectivity
containment(Assembler *assembler, Clause *clause, uint16_t slot, const TreeNode *constant)
{
	char buffer[LLP_NUMBER_TEXT_SIZE];
	Value value = llp_tree_value(constant);
	Str text = STR("");

	if (value.kind == VALUE_STRING)
		text = value.as.string;
	else if (value.kind == VALUE_BOOL || value.kind == VALUE_INT || value.kind == VALUE_DOUBLE)
		text = llp_scalar_text(llp_arena_host(assembler->arena), &value, buffer);
	else
	{
		/* No string contains it. */
		add_equality(assembler, clause, slot, constant, true);
		return SELECTIVITY_ITEM;
	}
	if (text.size < LLP_LITERAL_MIN)
		return SELECTIVITY_NONE;
	add_equality(assembler, clause, slot, constant, true);
	llp_clause_add(assembler, clause, ACCESS_LITERAL, slot, llp_asm_literal(assembler, slot, text));
	return SELECTIVITY_LITERAL;
}

static Selectivity
regex_match(Assembler *assembler, Clause *clause, uint16_t slot, const TreeNode *constant)
{
	const FragmentMatch *match;
	Str pattern = llp_pattern_of(assembler, constant);
	FragmentMatch copy;

	if (pattern.data == NULL)
		return SELECTIVITY_VALUE;
	match = llp_asm_at(assembler, SECTION_matches, llp_compile_match(assembler, slot, pattern));
	if (match == NULL || match->literal_count == 0)
		return SELECTIVITY_NONE;
	copy = *match;
	for (uint32_t i = 0; i < copy.literal_count; i++)
		llp_clause_add(assembler, clause, ACCESS_LITERAL, slot, copy.first_literal + i);
	return SELECTIVITY_LITERAL;
}

/* What lies above or below: numbers and plain decimals by value, all other texts perhaps. */
static Selectivity
range(Assembler *assembler, Clause *clause, uint16_t slot, AccessKind kind, const TreeNode *constant)
{
	Value value = llp_tree_value(constant);
	double number;

	if (value.kind == VALUE_STRING && llp_is_plain_decimal(value.as.string))
		value = llp_number_parse(value.as.string);
	if (value.kind != VALUE_INT && value.kind != VALUE_DOUBLE)
	{
		llp_clause_add(assembler, clause, ACCESS_PRESENT, slot, 0);
		return SELECTIVITY_PRESENCE;
	}
	/* Rounding to a double keeps the order, so that no value gets to the wrong side. */
	number = value.kind == VALUE_INT ? (double) value.as.integer : value.as.real;
	llp_clause_add(assembler, clause, kind, slot, llp_asm_add(assembler, SECTION_numbers, &number));
	return SELECTIVITY_RANGE;
}

static Selectivity
existence(Assembler *assembler, Clause *clause, uint16_t slot, const TreeNode *constant, bool negated)
{
	bool wanted = (constant->kind != VALUE_BOOL || constant->as.boolean) != negated;

	llp_clause_add(assembler, clause, wanted ? ACCESS_PRESENT : ACCESS_ABSENT, slot, 0);
	return SELECTIVITY_PRESENCE;
}

/* A leaf, or its opposite. */
static Selectivity
leaf_clause(Assembler *assembler, Clause *clause, const OperatorTree *leaf, bool negated)
{
	uint16_t slot = llp_asm_slot(assembler, leaf->field.text);

	if (leaf->op == OPERATOR_EXISTS)
		return existence(assembler, clause, slot, leaf->value, negated);
	if (negated !=
		(leaf->op == OPERATOR_NE || leaf->op == OPERATOR_NOT_IN || leaf->op == OPERATOR_NOT_CONTAINS))
		return SELECTIVITY_NONE;
	switch (leaf->op)
	{
		case OPERATOR_EQ:
		case OPERATOR_NE:
			add_equality(assembler, clause, slot, leaf->value, false);
			return SELECTIVITY_VALUE;
		case OPERATOR_IN:
		case OPERATOR_NOT_IN:
			return membership(assembler, clause, slot, leaf->value);
		case OPERATOR_CONTAINS:
		case OPERATOR_NOT_CONTAINS:
			return containment(assembler, clause, slot, leaf->value);
		case OPERATOR_MATCHES:
			return regex_match(assembler, clause, slot, leaf->value);
		case OPERATOR_GT:
		case OPERATOR_GTE:
			return range(assembler, clause, slot, ACCESS_ABOVE, leaf->value);
		case OPERATOR_LT:
		case OPERATOR_LTE:
			return range(assembler, clause, slot, ACCESS_BELOW, leaf->value);
		default:
			return SELECTIVITY_NONE;
	}
}

static void tree_clause(Assembler *assembler, Clause *clause, const OperatorTree *tree, bool negated);

/* Every part has to have a clause; together they are one. */
static void
union_clause(Assembler *assembler, Clause *clause, const OperatorTree *tree, bool negated)
{
	clause->selectivity = SELECTIVITY_VALUE;
	for (size_t i = 0; i < tree->child_count && clause->selectivity != SELECTIVITY_NONE; i++)
	{
		Clause part = {.selectivity = SELECTIVITY_NONE};

		tree_clause(assembler, &part, tree->children[i], negated);
		llp_clause_join(assembler, clause, &part);
	}
}

/* Any part's clause will do. */
static void
best_clause(Assembler *assembler, Clause *clause, const OperatorTree *tree, bool negated)
{
	clause->selectivity = SELECTIVITY_NONE;
	for (size_t i = 0; i < tree->child_count; i++)
	{
		Clause part = {.selectivity = SELECTIVITY_NONE};

		tree_clause(assembler, &part, tree->children[i], negated);
		if (part.selectivity < clause->selectivity)
			*clause = part;
	}
}

/* As deep as the document. */
static void
tree_clause(Assembler *assembler, Clause *clause, const OperatorTree *tree, bool negated)
{
	switch (tree->op)
	{
		case OPERATOR_NOT:
			tree_clause(assembler, clause, tree->children[0], !negated);
			break;
		case OPERATOR_AND:
		case OPERATOR_OR:
			if ((tree->op == OPERATOR_OR) != negated)
				union_clause(assembler, clause, tree, negated);
			else
				best_clause(assembler, clause, tree, negated);
			break;
		default:
			clause->selectivity = leaf_clause(assembler, clause, tree, negated);
	}
}

/* Takes a conjunction apart. */
static void
collect_clauses(Assembler *assembler, ClauseList *list, const OperatorTree *tree, bool negated)
{
	Clause clause = {.selectivity = SELECTIVITY_NONE};

	if (tree->op == OPERATOR_NOT)
		collect_clauses(assembler, list, tree->children[0], !negated);
	else if ((tree->op == OPERATOR_AND && !negated) || (tree->op == OPERATOR_OR && negated))
	{
		for (size_t i = 0; i < tree->child_count; i++)
			collect_clauses(assembler, list, tree->children[i], negated);
	}
	else
	{
		tree_clause(assembler, &clause, tree, negated);
		llp_clause_list_add(list, &clause);
	}
}

static uint16_t
write_clauses(Assembler *assembler, const ClauseList *list)
{
	for (uint32_t i = 0; i < list->count; i++)
	{
		uint32_t first = llp_asm_count(assembler, SECTION_accesses);

		llp_asm_add(assembler, SECTION_clauses, &first);
		for (uint32_t j = 0; j < list->clauses[i].count; j++)
			llp_asm_add(assembler, SECTION_accesses, &list->clauses[i].accesses[j]);
	}
	return (uint16_t) list->count;
}

uint16_t
llp_compile_clauses(Assembler *assembler, const Condition *condition)
{
	ClauseList list = {.count = 0};

	if (condition->kind == CONDITION_TREE)
		collect_clauses(assembler, &list, condition->as.tree, false);
	else
		llp_collect_expression_clauses(assembler, &list, condition->as.expression);
	return write_clauses(assembler, &list);
}

uint16_t
llp_compile_applicability_clauses(Assembler *assembler, const Applicability *entries, size_t count)
{
	ClauseList list = {.count = 0};

	for (size_t i = 0; i < count; i++)
	{
		Clause clause = {.selectivity = SELECTIVITY_VALUE};
		uint16_t slot = llp_asm_slot(assembler, entries[i].path.text);

		for (size_t j = 0; j < entries[i].value_count; j++)
			add_equality(assembler, &clause, slot, entries[i].values[j], false);
		llp_clause_list_add(&list, &clause);
	}
	return write_clauses(assembler, &list);
}
