/*
 * policy/variable.c - reads variables, and finds out which of them need each other.
 *
 * Each gets a depth: one more than the deepest of the variables that it reads.  A variable that needs itself
 * gets none.
 */
#include "policy/variable.h"

#include "base/character.h"
#include "policy/expression.h"

#define NAME_HINT "A name is letters, digits and _, and does not start with a digit."

/* The variables of one policy while they are read. */
typedef struct Draft
{
	const TreeNode *node;
	Place place;
	PolicyVariable *variables;
	uint32_t count;
	bool *reads; /* a row for each variable: which it reads */
} Draft;

static bool
reads(const Draft *draft, uint32_t reader, uint32_t read)
{
	return draft->reads[(size_t) reader * draft->count + read];
}

static bool
is_name(Str text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!starts_name(text.data[i]) && (i == 0 || !is_digit(text.data[i])))
			return false;
	return text.size > 0;
}

/* Reads the i-th variable and puts its canonical spelling into the normalised copy. */
static void
read_variable(Reader *reader, Draft *draft, uint32_t i, TreeNode *normal)
{
	const TreeMember *member = &draft->node->as.map.members[i];
	Place place = llp_place_member(&draft->place, member->key);
	PolicyVariable *variable = &draft->variables[i];
	Str shown = llp_excerpt(reader->arena, member->key);

	variable->name = member->key;
	if (!is_name(member->key))
		REPORT_ERROR(reader, member, &place, NAME_HINT, "invalid name of a variable \"%.*s\"",
					 STR_ARG(shown));
	if (!llp_check_type(reader, TYPE_STRING, member->value, &place))
		return;
	reader->reads = draft->reads + (size_t) i * draft->count;
	if (llp_read_expression(reader, member->value, member->value->as.string, &place, &variable->expression))
		(void) llp_tree_set(reader->arena, normal, member->key,
							llp_expression_text(reader->arena, variable->expression));
	reader->reads = NULL;
}

/* The depth of a variable, or 0 while that of some variable that it reads is not known. */
static uint32_t
depth_of(const Draft *draft, uint32_t i)
{
	uint32_t depth = 1;

	for (uint32_t j = 0; j < draft->count; j++)
	{
		if (!reads(draft, i, j))
			continue;
		if (draft->variables[j].depth == 0)
			return 0;
		if (draft->variables[j].depth >= depth)
			depth = draft->variables[j].depth + 1;
	}
	return depth;
}

/* Gives depths until no more can be given. */
static void
find_depths(Draft *draft)
{
	bool found = true;

	while (found)
	{
		found = false;
		for (uint32_t i = 0; i < draft->count; i++)
		{
			if (draft->variables[i].depth != 0)
				continue;
			draft->variables[i].depth = depth_of(draft, i);
			found |= draft->variables[i].depth != 0;
		}
	}
}

/* Does any variable without a depth read it? */
static bool
is_needed(const Draft *draft, const bool *aside, uint32_t i)
{
	for (uint32_t j = 0; j < draft->count; j++)
		if (draft->variables[j].depth == 0 && !aside[j] && reads(draft, j, i))
			return true;
	return false;
}

/* Of the variables without a depth, puts those aside that only need one of a circle and are in none. */
static void
put_aside(const Draft *draft, bool *aside)
{
	bool found = true;

	while (found)
	{
		found = false;
		for (uint32_t i = 0; i < draft->count; i++)
		{
			if (draft->variables[i].depth != 0 || aside[i] || is_needed(draft, aside, i))
				continue;
			aside[i] = true;
			found = true;
		}
	}
}

static void
report_depths(Reader *reader, const Draft *draft, const bool *aside)
{
	for (uint32_t i = 0; i < draft->count; i++)
	{
		const TreeMember *member = &draft->node->as.map.members[i];
		Place place = llp_place_member(&draft->place, member->key);
		Str shown = llp_excerpt(reader->arena, member->key);

		if (draft->variables[i].depth == 0 && !aside[i])
			REPORT_ERROR(reader, member->value, &place, "Variables may read others, but not in a circle.",
						 "variable \"%.*s\" needs itself", STR_ARG(shown));
		else if (draft->variables[i].depth == LLP_MAX_VARIABLE_DEPTH + 1)
			REPORT_ERROR(reader, member->value, &place, "Write some of them out where they are read.",
						 "variables read variables more than %d deep", LLP_MAX_VARIABLE_DEPTH);
	}
}

static bool
open_draft(Reader *reader, const Section *section, Draft *draft)
{
	*draft = (Draft){.node = llp_field(section, KEY_POLICY_VARIABLES),
					 .place = llp_field_place(section, KEY_POLICY_VARIABLES)};
	if (draft->node == NULL)
		return false;
	draft->count = draft->node->as.map.count;
	if (draft->count > LLP_MAX_VARIABLES)
	{
		REPORT_ERROR(reader, draft->node, &draft->place, "Write what is read once where it is read.",
					 "too many variables: %u, at most %d", (unsigned) draft->count, LLP_MAX_VARIABLES);
		return false;
	}
	draft->variables = llp_arena_array(reader->arena, draft->count, sizeof(PolicyVariable));
	draft->reads = llp_arena_array(reader->arena, (size_t) draft->count * draft->count, sizeof(bool));
	return draft->variables != NULL && draft->reads != NULL;
}

void
llp_read_variables(Reader *reader, const Section *section, Policy *policy)
{
	TreeNode *normal = llp_tree_map(reader->arena);
	bool *aside;
	Draft draft;

	reader->variables = llp_field(section, KEY_POLICY_VARIABLES);
	if (!open_draft(reader, section, &draft))
		return;
	aside = llp_arena_array(reader->arena, draft.count, sizeof(bool));
	if (aside == NULL)
		return;
	for (uint32_t i = 0; i < draft.count; i++)
		read_variable(reader, &draft, i, normal);
	find_depths(&draft);
	put_aside(&draft, aside);
	report_depths(reader, &draft, aside);
	policy->variables = draft.variables;
	policy->variable_count = draft.count;
	(void) llp_tree_set(reader->arena, policy->normalised, llp_key_name(KEY_POLICY_VARIABLES), normal);
}
