/*
 * policy/rule.c - reads rules and exceptions, and puts rules in walk order.
 */
#include "policy/rule.h"

#include "policy/action.h"
#include "policy/condition.h"
#include "policy/order.h"
#include "policy/unique.h"
#include "policy/validity.h"

/* One list of named entries of a policy, while it is read. */
typedef struct EntryList
{
	const TreeNode *node;
	Place place;
	const char *noun; /* "rule" */
	TreeNode *taken;  /* ids in use */
	TreeNode *normal; /* the list's normalised copy */
} EntryList;

static bool
open_list(Reader *reader, const Section *section, Key key, const char *noun, size_t limit, EntryList *list)
{
	*list =
		(EntryList){.node = llp_field(section, key), .place = llp_field_place(section, key), .noun = noun};
	if (list->node == NULL)
		return false;
	if (list->node->as.list.count > limit)
	{
		REPORT_ERROR(reader, list->node, &list->place, "Spread them over several policies.",
					 "too many %ss: %u, at most %zu", noun, (unsigned) list->node->as.list.count, limit);
		return false;
	}
	list->taken = llp_tree_map(reader->arena);
	list->normal = llp_tree_list(reader->arena);
	return list->taken != NULL && list->normal != NULL;
}

/* "rule-3" for the third entry. */
static Str
default_id(Reader *reader, const EntryList *list, size_t index)
{
	StrBuf id;

	llp_buf_init(&id, reader->arena);
	llp_buf_format(&id, "%s-%zu", list->noun, index + 1);
	return llp_buf_str(&id);
}

/* The entry's id, given or made, checked and claimed. */
static Str
read_id(Reader *reader, EntryList *list, const Section *section, Key key, size_t index)
{
	TreeNode *given = llp_field(section, key);
	Place place = llp_field_place(section, key);
	Str id = given != NULL ? given->as.string : default_id(reader, list, index);
	Str shown = llp_excerpt(reader->arena, id);
	StrBuf noun;

	if (given != NULL && !llp_policy_id_valid(id))
	{
		REPORT_ERROR(reader, given, &place,
					 "An id is 1 to 128 letters, digits, points, _ and -, and starts with a letter or digit.",
					 "invalid id \"%.*s\"", STR_ARG(shown));
		return id;
	}
	llp_buf_init(&noun, reader->arena);
	llp_buf_format(&noun, "%s id", list->noun);
	llp_buf_append_char(&noun, '\0');
	if (!noun.failed)
		llp_claim_name(reader, list->taken, noun.data, id,
					   given != NULL ? given : list->node->as.list.items[index], &place);
	return id;
}

/* The entry's normalised copy, with its id. */
static TreeNode *
normal_entry(Reader *reader, const Section *section, Str id)
{
	TreeNode *normal = llp_section_normal(reader, section);

	if (normal != NULL && llp_tree_get(normal, STR("id")) == NULL)
		(void) llp_tree_set(reader->arena, normal, STR("id"), llp_tree_string(reader->arena, id));
	return normal;
}

static void
read_rule(Reader *reader, EntryList *list, size_t index, PolicyRule *rule)
{
	const TreeNode *node = list->node->as.list.items[index];
	Place place = llp_place_element(&list->place, index);
	Section section;
	TreeNode *normal;

	if (!llp_section_open(reader, KEY_RULE, node, &place, &section))
		return;
	rule->id = read_id(reader, list, &section, KEY_RULE_ID, index);
	normal = normal_entry(reader, &section, rule->id);
	rule->name = llp_field_string(&section, KEY_RULE_NAME);
	rule->enabled = llp_field_bool(&section, KEY_RULE_ENABLED, true);
	rule->priority = llp_field_int(&section, KEY_RULE_PRIORITY, 0);
	rule->validity = llp_read_validity(reader, &section, KEY_RULE_VALID_FROM, KEY_RULE_VALID_UNTIL);
	rule->line = node->line;
	rule->column = node->column;
	llp_read_condition(reader, &section, KEY_RULE_CONDITION, KEY_RULE_WHEN, KEY_RULE_CONDITIONS, normal,
					   &rule->condition);
	llp_read_action(reader, &section, normal, &rule->action);
	(void) llp_tree_append(reader->arena, list->normal, normal);
}

/* Priority descending; the rules stand in one array in document order, so addresses break ties. */
static int
compare_rules(const void *left, const void *right)
{
	const PolicyRule *a = left;
	const PolicyRule *b = right;

	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	return a < b ? -1 : a > b;
}

static PolicyRule *
walk_order(Reader *reader, PolicyRule *rules, size_t count)
{
	PolicyRule **order = llp_arena_array(reader->arena, count, sizeof(PolicyRule *));
	PolicyRule *sorted = llp_arena_array(reader->arena, count, sizeof(PolicyRule));

	if (order == NULL || sorted == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		order[i] = &rules[i];
	llp_sort_pointers(order, count, compare_rules);
	for (size_t i = 0; i < count; i++)
		sorted[i] = *order[i];
	return sorted;
}

void
llp_read_rules(Reader *reader, const Section *section, Policy *policy)
{
	EntryList list;
	PolicyRule *rules;

	if (!open_list(reader, section, KEY_POLICY_RULES, "rule", LLP_MAX_RULES, &list))
		return;
	rules = llp_arena_array(reader->arena, list.node->as.list.count, sizeof(PolicyRule));
	if (rules == NULL)
		return;
	for (size_t i = 0; i < list.node->as.list.count; i++)
		read_rule(reader, &list, i, &rules[i]);
	policy->rules = walk_order(reader, rules, list.node->as.list.count);
	policy->rule_count = policy->rules == NULL ? 0 : list.node->as.list.count;
	(void) llp_tree_set(reader->arena, policy->normalised, llp_key_name(KEY_POLICY_RULES), list.normal);
}

static void
read_exception(Reader *reader, EntryList *list, size_t index, PolicyException *exception)
{
	const TreeNode *node = list->node->as.list.items[index];
	Place place = llp_place_element(&list->place, index);
	Section section;
	TreeNode *normal;

	if (!llp_section_open(reader, KEY_EXCEPTION, node, &place, &section))
		return;
	exception->id = read_id(reader, list, &section, KEY_EXCEPTION_ID, index);
	normal = normal_entry(reader, &section, exception->id);
	exception->enabled = llp_field_bool(&section, KEY_EXCEPTION_ENABLED, true);
	exception->validity =
		llp_read_validity(reader, &section, KEY_EXCEPTION_VALID_FROM, KEY_EXCEPTION_VALID_UNTIL);
	exception->reason = llp_field_string(&section, KEY_EXCEPTION_REASON);
	llp_read_condition(reader, &section, KEY_EXCEPTION_CONDITION, KEY_EXCEPTION_WHEN, KEY_NONE, normal,
					   &exception->condition);
	llp_note_without_effect(reader, &section, KEY_EXCEPTION_AUDIT);
	llp_note_without_effect(reader, &section, KEY_EXCEPTION_REQUIRES_APPROVAL);
	(void) llp_tree_append(reader->arena, list->normal, normal);
}

void
llp_read_exceptions(Reader *reader, const Section *section, Policy *policy)
{
	EntryList list;

	if (!open_list(reader, section, KEY_POLICY_EXCEPTIONS, "exception", LLP_MAX_EXCEPTIONS, &list))
		return;
	policy->exceptions = llp_arena_array(reader->arena, list.node->as.list.count, sizeof(PolicyException));
	if (policy->exceptions == NULL)
		return;
	for (size_t i = 0; i < list.node->as.list.count; i++)
		read_exception(reader, &list, i, &policy->exceptions[i]);
	policy->exception_count = list.node->as.list.count;
	(void) llp_tree_set(reader->arena, policy->normalised, llp_key_name(KEY_POLICY_EXCEPTIONS), list.normal);
}
