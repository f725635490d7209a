/*
 * policy/variable.c - reads variables and uses of data sources, and finds out which of them need each other.
 *
 * Each gets a depth: one more than the deepest of the variables that it reads.  A variable that needs itself
 * gets none.
 */
#include "policy/variable.h"

#include "base/character.h"
#include "policy/expression.h"
#include "policy/reference.h"

#define DATA_PREFIX STR("data.")
#define NAME_HINT "A name is letters, digits and _, and does not start with a digit."

/* The variables of one policy while they are read. */
typedef struct Draft
{
	const TreeNode *variable_node; /* NULL: there are none */
	const TreeNode *data_node;	   /* likewise */
	Place variable_place;
	Place data_place;
	PolicyVariable *variables; /* the variables, then the data */
	uint32_t count;
	bool *reads; /* a row for each: which it reads */
} Draft;

static uint32_t
members_of(const TreeNode *node)
{
	return node == NULL ? 0 : node->as.map.count;
}

/* The i-th as it was written, and where. */
static const TreeMember *
member_at(const Draft *draft, uint32_t i, Place *place)
{
	uint32_t first_data = members_of(draft->variable_node);
	const TreeMember *member = i < first_data ? &draft->variable_node->as.map.members[i]
											  : &draft->data_node->as.map.members[i - first_data];

	*place = llp_place_member(i < first_data ? &draft->variable_place : &draft->data_place, member->key);
	return member;
}

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

static void
check_name(Reader *reader, const TreeMember *member, const Place *place, const char *what)
{
	Str shown = llp_excerpt(reader->arena, member->key);

	if (!is_name(member->key))
		REPORT_ERROR(reader, member, place, NAME_HINT, "invalid name of %s \"%.*s\"", what, STR_ARG(shown));
}

/* Reads the i-th variable and puts its canonical spelling into the normalised copy. */
static void
read_variable(Reader *reader, Draft *draft, uint32_t i, TreeNode *normal)
{
	Place place;
	const TreeMember *member = member_at(draft, i, &place);
	PolicyVariable *variable = &draft->variables[i];

	variable->name = member->key;
	check_name(reader, member, &place, "a variable");
	if (!llp_check_type(reader, TYPE_STRING, member->value, &place))
		return;
	reader->reads = draft->reads + (size_t) i * draft->count;
	if (llp_read_expression(reader, member->value, member->value->as.string, &place, &variable->expression))
		(void) llp_tree_set(reader->arena, normal, member->key,
							llp_expression_text(reader->arena, variable->expression));
	reader->reads = NULL;
}

/* The arguments of a data source, whose canonical spellings go to `normal`. */
static void
read_arguments(Reader *reader, const Section *use, PolicyVariable *variable, TreeNode *normal)
{
	const TreeNode *list = llp_field(use, KEY_DATA_SOURCE_ARGS);
	Place place = llp_field_place(use, KEY_DATA_SOURCE_ARGS);
	TreeNode *spellings = llp_tree_list(reader->arena);

	if (list == NULL)
		return;
	variable->arguments = llp_arena_array(reader->arena, list->as.list.count, sizeof(Expression *));
	if (variable->arguments == NULL)
		return;
	for (uint32_t i = 0; i < list->as.list.count; i++)
	{
		const TreeNode *node = list->as.list.items[i];
		Place element = llp_place_element(&place, i);

		if (!llp_read_expression(reader, node, node->as.string, &element, &variable->arguments[i]))
			return;
		(void) llp_tree_append(reader->arena, spellings,
							   llp_expression_text(reader->arena, variable->arguments[i]));
	}
	variable->argument_count = list->as.list.count;
	(void) llp_tree_set(reader->arena, normal, llp_key_name(KEY_DATA_SOURCE_ARGS), spellings);
}

/* Reads the i-th, which is a use of a data source; its name is that which expressions have for it. */
static void
read_data(Reader *reader, Draft *draft, uint32_t i, TreeNode *normal)
{
	Place place;
	const TreeMember *member = member_at(draft, i, &place);
	PolicyVariable *variable = &draft->variables[i];
	Section use;
	TreeNode *copy;
	StrBuf name;

	check_name(reader, member, &place, "data");
	llp_buf_init(&name, reader->arena);
	llp_buf_append(&name, DATA_PREFIX);
	llp_buf_append(&name, member->key);
	variable->name = llp_buf_str(&name);
	if (!llp_section_open(reader, KEY_DATA_SOURCE, member->value, &place, &use))
		return;
	copy = llp_section_normal(reader, &use);
	reader->reads = draft->reads + (size_t) i * draft->count;
	read_arguments(reader, &use, variable, copy);
	reader->reads = NULL;
	if (llp_field(&use, KEY_DATA_SOURCE_SOURCE) != NULL)
	{
		Place source = llp_field_place(&use, KEY_DATA_SOURCE_SOURCE);

		variable->source = llp_field_string(&use, KEY_DATA_SOURCE_SOURCE);
		llp_refer_to_data(reader, llp_field(&use, KEY_DATA_SOURCE_SOURCE), &source, variable->argument_count);
	}
	(void) llp_tree_set(reader->arena, normal, member->key, copy);
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
		Place place;
		const TreeMember *member = member_at(draft, i, &place);
		Str shown = llp_excerpt(reader->arena, member->key);
		const char *what = i < members_of(draft->variable_node) ? "variable" : "data";

		if (draft->variables[i].depth == 0 && !aside[i])
			REPORT_ERROR(reader, member->value, &place, "Variables may read others, but not in a circle.",
						 "%s \"%.*s\" needs itself", what, STR_ARG(shown));
		else if (draft->variables[i].depth == LLP_MAX_VARIABLE_DEPTH + 1)
			REPORT_ERROR(reader, member->value, &place, "Write some of them out where they are read.",
						 "variables read variables more than %d deep", LLP_MAX_VARIABLE_DEPTH);
	}
}

static bool
open_draft(Reader *reader, const Section *section, Draft *draft)
{
	const TreeNode *last;

	*draft = (Draft){.variable_node = llp_field(section, KEY_POLICY_VARIABLES),
					 .variable_place = llp_field_place(section, KEY_POLICY_VARIABLES),
					 .data_node = llp_field(section, KEY_POLICY_DATA),
					 .data_place = llp_field_place(section, KEY_POLICY_DATA)};
	draft->count = members_of(draft->variable_node) + members_of(draft->data_node);
	if (draft->count == 0)
		return false;
	last = draft->data_node == NULL ? draft->variable_node : draft->data_node;
	if (draft->count > LLP_MAX_VARIABLES)
	{
		REPORT_ERROR(reader, last, last == draft->data_node ? &draft->data_place : &draft->variable_place,
					 "Write what is read once where it is read.", "too many variables: %u, at most %d",
					 (unsigned) draft->count, LLP_MAX_VARIABLES);
		return false;
	}
	draft->variables = llp_arena_array(reader->arena, draft->count, sizeof(PolicyVariable));
	draft->reads = llp_arena_array(reader->arena, (size_t) draft->count * draft->count, sizeof(bool));
	return draft->variables != NULL && draft->reads != NULL;
}

/* Puts one of the two maps into the normalised copy of the policy. */
static void
set_normal(Reader *reader, Policy *policy, Key key, const TreeNode *node, TreeNode *normal)
{
	if (node != NULL)
		(void) llp_tree_set(reader->arena, policy->normalised, llp_key_name(key), normal);
}

void
llp_read_variables(Reader *reader, const Section *section, Policy *policy)
{
	TreeNode *normal_variables = llp_tree_map(reader->arena);
	TreeNode *normal_data = llp_tree_map(reader->arena);
	bool *aside;
	Draft draft;

	reader->variables = llp_field(section, KEY_POLICY_VARIABLES);
	reader->data = llp_field(section, KEY_POLICY_DATA);
	if (!open_draft(reader, section, &draft))
		return;
	aside = llp_arena_array(reader->arena, draft.count, sizeof(bool));
	if (aside == NULL)
		return;
	for (uint32_t i = 0; i < draft.count; i++)
	{
		if (i < members_of(draft.variable_node))
			read_variable(reader, &draft, i, normal_variables);
		else
			read_data(reader, &draft, i, normal_data);
	}
	find_depths(&draft);
	put_aside(&draft, aside);
	report_depths(reader, &draft, aside);
	policy->variables = draft.variables;
	policy->variable_count = draft.count;
	set_normal(reader, policy, KEY_POLICY_VARIABLES, draft.variable_node, normal_variables);
	set_normal(reader, policy, KEY_POLICY_DATA, draft.data_node, normal_data);
}
