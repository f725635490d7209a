/*
 * policy/action.c - reads both forms of action: one decision, or a list of verdicts and advice.
 *
 * Modifications are policy/modification.c's and policy/redaction.c's.
 */
#include "policy/action.h"

#include "policy/modification.h"
#include "policy/redaction.h"
#include "policy/suggest.h"
#include "policy/template.h"

/* The verdicts of a list so far. */
typedef struct VerdictList
{
	const TreeNode *given[ACTION_END]; /* the entry of each type of verdict */
	ActionType strongest;
} VerdictList;

/* Takes a key away from a normalised copy and gives its value another name. */
static void
rename_member(Reader *reader, TreeNode *normal, Str from, Str to)
{
	TreeNode *value = llp_tree_get(normal, from);

	if (value == NULL)
		return;
	llp_tree_unset(normal, from);
	(void) llp_tree_set(reader->arena, normal, to, value);
}

/* The value of a key that objects of verdicts have in common. */
static TreeNode *
common_field(const Section *section, Str name)
{
	return llp_field(section, llp_key_find(section->object, name));
}

static Str
literal_text(Reader *reader, const TreeNode *node)
{
	return node == NULL ? (Str){NULL, 0} : llp_literal_text(reader->arena, node->as.string);
}

static void
refuse_both_reasons(Reader *reader, const Section *section)
{
	Key reason = llp_key_find(section->object, STR("reason"));
	Key message = llp_key_find(section->object, STR("message"));
	const TreeMember *member = llp_field_member(section, message);
	Place place = llp_field_place(section, message);

	if (member != NULL && llp_field_member(section, reason) != NULL)
		REPORT_ERROR(reader, member, &place, "message is accepted for reason; keep one of them.",
					 "duplicate key \"message\"");
}

/* What goes with any verdict: reason or message, code, metadata. */
static void
read_verdict_keys(Reader *reader, const Section *section, Action *action)
{
	const TreeNode *reason = common_field(section, STR("reason"));

	if (reason == NULL)
		reason = common_field(section, STR("message"));
	action->reason_node = reason;
	action->code_node = common_field(section, STR("code"));
	action->reason = literal_text(reader, action->reason_node);
	action->code = literal_text(reader, action->code_node);
	action->metadata = llp_literal_value(reader->arena, common_field(section, STR("metadata")));
}

/* The normalised copy of an action or an entry. */
static TreeNode *
normal_action(Reader *reader, const Section *section)
{
	TreeNode *normal = llp_section_normal(reader, section);

	if (normal != NULL && llp_object_nature(section->object) == NATURE_TEMPLATED &&
		llp_key_find(section->object, STR("reason")) != KEY_NONE)
		rename_member(reader, normal, STR("message"), STR("reason"));
	if (normal != NULL && section->object == KEY_REDACT)
		rename_member(reader, normal, STR("pattern"), STR("types"));
	return normal;
}

static void
warn_unused_modifications(Reader *reader, const Section *section, const Action *action)
{
	const TreeMember *member = llp_field_member(section, KEY_ACTION_MODIFICATIONS);
	Place place = llp_field_place(section, KEY_ACTION_MODIFICATIONS);

	if (member != NULL && action->verdict != VERDICT_NONE)
		REPORT_WARNING(reader, member, &place, "Modifications belong to decision modify.",
					   "modifications are ignored with decision %.*s",
					   STR_ARG(llp_verdict_name(action->verdict)));
}

/* The form `action: {decision: …}`. */
static void
read_single(Reader *reader, const TreeNode *node, const Place *place, TreeNode *normal, Action *action)
{
	Section section;

	if (!llp_section_open(reader, KEY_ACTION, node, place, &section))
		return;
	llp_read_templates(reader, node, place, action);
	refuse_both_reasons(reader, &section);
	action->verdict = llp_verdict_of(llp_field_string(&section, KEY_ACTION_DECISION));
	read_verdict_keys(reader, &section, action);
	if (action->verdict == VERDICT_MODIFY)
		llp_read_modifications(reader, &section, action);
	else
		warn_unused_modifications(reader, &section, action);
	if (normal != NULL)
		(void) llp_tree_set(reader->arena, normal, STR("action"), normal_action(reader, &section));
}

/*
 * Which of two verdict types is the list's?  A deny that nobody can approve is stronger than one that
 * somebody can.
 */
static bool
is_stronger(ActionType a, ActionType b)
{
	Verdict left = llp_action_type_verdict(a);
	Verdict right = llp_action_type_verdict(b);

	if (left != right)
		return left > right;
	return a != ACTION_REQUIRE_APPROVAL && b == ACTION_REQUIRE_APPROVAL;
}

/* Takes a verdict as the list's own, in place of a weaker one. */
static void
take_verdict(Reader *reader, const Section *section, ActionType type, Action *action)
{
	action->verdict = llp_action_type_verdict(type);
	action->needs_approval = type == ACTION_REQUIRE_APPROVAL;
	action->approvers = NULL;
	action->timeout = NULL;
	read_verdict_keys(reader, section, action);
	if (type == ACTION_REQUIRE_APPROVAL)
	{
		action->approvers =
			llp_literal_value(reader->arena, llp_field(section, KEY_REQUIRE_APPROVAL_APPROVERS));
		action->timeout = llp_literal_value(reader->arena, llp_field(section, KEY_REQUIRE_APPROVAL_TIMEOUT));
	}
}

static bool
claim_verdict(Reader *reader, const Section *section, ActionType type, VerdictList *verdicts)
{
	if (verdicts->given[type] != NULL)
	{
		REPORT_ERROR(reader, section->node, section->place, "Each type of verdict stands at most once.",
					 "second %.*s in one list of actions", STR_ARG(llp_action_type_name(type)));
		return false;
	}
	verdicts->given[type] = section->node;
	return true;
}

static void
read_verdict(Reader *reader, const Section *section, ActionType type, VerdictList *verdicts, Action *action)
{
	if (!claim_verdict(reader, section, type, verdicts))
		return;
	refuse_both_reasons(reader, section);
	if (type == ACTION_REDACT)
		llp_read_redaction(reader, section, action);
	if (type == ACTION_MODIFY)
		llp_read_modifications(reader, section, action);
	if (verdicts->strongest != ACTION_NONE && !is_stronger(type, verdicts->strongest))
		return;
	verdicts->strongest = type;
	take_verdict(reader, section, type, action);
}

/* The advice's keys but `type`, in camelCase. */
static void
read_advice(Reader *reader, const Section *section, ActionType type, Action *action)
{
	TreeNode *body = llp_section_normal(reader, section);
	TreeNode *literal;

	if (body == NULL)
		return;
	llp_tree_unset(body, STR("type"));
	literal = llp_literal_value(reader->arena, body);
	if (literal != NULL)
		action->advice[action->advice_count++] = (Advice){llp_action_type_advice(type), literal};
}

/* The type of an entry, or ACTION_NONE when it has none that is known, which is reported. */
static ActionType
entry_type(Reader *reader, const TreeNode *entry, const Place *place)
{
	const TreeNode *type = llp_tree_get(entry, STR("type"));
	Place type_place = llp_place_member(place, STR("type"));

	if (!llp_check_type(reader, TYPE_MAP, entry, place))
		return ACTION_NONE;
	if (type == NULL)
	{
		REPORT_ERROR(reader, entry, place, llp_suggest_word(reader->arena, TYPE_ACTION_TYPE, STR("")),
					 "missing key \"type\"");
		return ACTION_NONE;
	}
	if (!llp_check_type(reader, TYPE_ACTION_TYPE, type, &type_place))
		return ACTION_NONE;
	return llp_action_type_of(type->as.string);
}

static void
read_entry(Reader *reader, const TreeNode *entry, const Place *place, VerdictList *verdicts,
		   TreeNode *normal_list, Action *action)
{
	ActionType type = entry_type(reader, entry, place);
	Section section;

	if (type == ACTION_NONE ||
		!llp_section_open(reader, llp_action_type_object(type), entry, place, &section))
		return;
	if (llp_action_type_verdict(type) != VERDICT_NONE)
		read_verdict(reader, &section, type, verdicts, action);
	else
		read_advice(reader, &section, type, action);
	(void) llp_tree_append(reader->arena, normal_list, normal_action(reader, &section));
}

/* Modifications of both kinds are made: neither makes the other pointless. */
static bool
is_pointless(ActionType type, ActionType strongest)
{
	return type != strongest && !(llp_action_type_verdict(type) == VERDICT_MODIFY &&
								  llp_action_type_verdict(strongest) == VERDICT_MODIFY);
}

/* Warns of verdicts that a stronger one of the same list makes pointless. */
static void
warn_weaker(Reader *reader, const TreeNode *list, const Place *place, const VerdictList *verdicts)
{
	for (uint32_t i = 0; i < list->as.list.count; i++)
	{
		const TreeNode *entry = list->as.list.items[i];
		Place element = llp_place_element(place, i);

		for (int type = ACTION_NONE + 1; type < ACTION_END; type++)
		{
			if (verdicts->given[type] == entry && is_pointless((ActionType) type, verdicts->strongest))
				REPORT_WARNING(reader, entry, &element, "The strongest verdict of a list is the only one.",
							   "%.*s has no effect beside %.*s",
							   STR_ARG(llp_action_type_name((ActionType) type)),
							   STR_ARG(llp_action_type_name(verdicts->strongest)));
		}
	}
}

/* The form `actions: [{type: …}, …]`. */
static void
read_list(Reader *reader, const TreeNode *list, const Place *place, TreeNode *normal, Action *action)
{
	VerdictList verdicts = {.strongest = ACTION_NONE};
	TreeNode *normal_list = llp_tree_list(reader->arena);

	if (list->as.list.count == 0)
		REPORT_WARNING(reader, list, place, NULL, "a rule without actions decides nothing");
	action->advice = llp_arena_array(reader->arena, list->as.list.count, sizeof(Advice));
	if (action->advice == NULL)
		return;
	for (uint32_t i = 0; i < list->as.list.count; i++)
	{
		Place element = llp_place_element(place, i);

		read_entry(reader, list->as.list.items[i], &element, &verdicts, normal_list, action);
	}
	llp_read_templates(reader, list, place, action);
	warn_weaker(reader, list, place, &verdicts);
	if (action->verdict != VERDICT_MODIFY)
		action->modification_count = 0;
	if (normal != NULL)
		(void) llp_tree_set(reader->arena, normal, STR("actions"), normal_list);
}

static void
check_one_action(Reader *reader, const Section *rule)
{
	const TreeMember *single = llp_field_member(rule, KEY_RULE_ACTION);
	const TreeMember *list = llp_field_member(rule, KEY_RULE_ACTIONS);
	Place place = llp_field_place(rule, KEY_RULE_ACTIONS);

	if (single != NULL && list != NULL)
		REPORT_ERROR(reader, list, &place, "Keep one of them.", "both action and actions are given");
	if (single == NULL && list == NULL)
		REPORT_ERROR(reader, rule->node, rule->place,
					 "An action says what follows: action: {decision: deny}.", "missing key \"action\"");
}

void
llp_read_action(Reader *reader, const Section *rule, TreeNode *normal, Action *action)
{
	const TreeNode *single = llp_field(rule, KEY_RULE_ACTION);
	const TreeNode *list = llp_field(rule, KEY_RULE_ACTIONS);
	Place single_place = llp_field_place(rule, KEY_RULE_ACTION);
	Place list_place = llp_field_place(rule, KEY_RULE_ACTIONS);

	check_one_action(reader, rule);
	if (single != NULL)
		read_single(reader, single, &single_place, normal, action);
	if (list != NULL)
		read_list(reader, list, &list_place, normal, action);
}
