/*
 * vm/result.c - writes down a decision.
 *
 * Decides nothing.  A key without content is left out; the tree's builders accept what memory failed to
 * make, so that exhaustion is asked for once, by the caller.
 */
#include "vm/result.h"

#include "base/number.h"
#include "vm/finish.h"

/* A map that is being filled. */
typedef struct Writer
{
	Arena *arena;
	TreeNode *map;
} Writer;

/* Room that most results, and what is listed in them, need; more costs time only. */
#define RESULT_ROOM 16
#define LISTED_ROOM 8

static Writer
new_writer(Arena *arena, uint32_t room)
{
	return (Writer){.arena = arena, .map = llp_tree_map_with_room(arena, room)};
}

/* A key that the map does not have yet. */
static void
put(Writer *writer, Str key, TreeNode *value)
{
	llp_tree_add(writer->arena, writer->map, key, value);
}

static void
put_string(Writer *writer, Str key, Str value)
{
	put(writer, key, llp_tree_string(writer->arena, value));
}

/* The same, unless the string is empty. */
static void
put_text(Writer *writer, Str key, Str value)
{
	if (value.size > 0)
		put_string(writer, key, value);
}

/* A reason that was given is told, an empty one too. */
static void
put_reason(Writer *writer, Str reason)
{
	if (reason.data != NULL)
		put_string(writer, STR("reason"), reason);
}

/* Puts a list or map unless it is empty. */
static void
put_filled(Writer *writer, Str key, TreeNode *node)
{
	if (node == NULL)
		return;
	if (node->kind == VALUE_LIST ? node->as.list.count > 0 : node->as.map.count > 0)
		put(writer, key, node);
}

static void
append_string(Arena *arena, TreeNode *list, Str text)
{
	llp_tree_append(arena, list, llp_tree_string(arena, text));
}

static bool
is_correlation_id(const Value *value)
{
	return value->kind == VALUE_STRING || value->kind == VALUE_INT || value->kind == VALUE_DOUBLE;
}

/* requestId, else request.id, else the decision's own id. */
static Str
request_id(Arena *arena, const Value *request, Str decision_id)
{
	Value inner = llp_member(request, STR("request"));
	Value id = llp_member(request, STR("requestId"));
	char buffer[LLP_NUMBER_TEXT_SIZE];

	if (!is_correlation_id(&id))
		id = llp_member(&inner, STR("id"));
	if (!is_correlation_id(&id))
		return decision_id;
	if (id.kind == VALUE_STRING)
		return id.as.string;
	return llp_str_copy(arena, llp_scalar_text(llp_arena_host(arena), &id, buffer));
}

/* Which policy, and which rule of it; a default has no rule. */
static void
put_origin(Writer *writer, const Match *match)
{
	put_string(writer, STR("namespace"), match->ns);
	put_string(writer, STR("policy"), match->policy);
	if (match->view.policy->revision > 0)
		put(writer, STR("revision"), llp_tree_int(writer->arena, match->view.policy->revision));
	if (match->rule != NULL)
		put_string(writer, STR("rule"), match->rule_id);
}

static TreeNode *
match_node(Arena *arena, const Match *match)
{
	Writer writer = new_writer(arena, LISTED_ROOM);

	put_origin(&writer, match);
	if (match->verdict != VERDICT_NONE)
		put_string(&writer, STR("decision"), llp_verdict_name(match->verdict));
	put_reason(&writer, match->reason);
	if (match->excepted != NULL)
		put_string(&writer, STR("excepted"), fragment_str(match->view.fragment, match->excepted->id));
	return writer.map;
}

static TreeNode *
match_list(Arena *arena, const MatchList *matches)
{
	TreeNode *list = llp_tree_list(arena);

	for (const Match *match = matches->first; match != NULL; match = match->next)
		llp_tree_append(arena, list, match_node(arena, match));
	return list;
}

/* Ids of the policies that matched, each once, in walk order. */
static TreeNode *
matched_policies(Arena *arena, const MatchList *matches)
{
	TreeNode *list = llp_tree_list(arena);
	TreeNode *seen = matches->first == matches->last ? NULL : llp_tree_map(arena);

	for (const Match *match = matches->first; match != NULL; match = match->next)
	{
		TreeNode *id;

		if (llp_tree_get(seen, match->policy) != NULL)
			continue;
		id = llp_tree_string(arena, match->policy);
		llp_tree_append(arena, list, id);
		llp_tree_set(arena, seen, match->policy, id);
	}
	return list;
}

static Str
rule_label(Arena *arena, const Match *match)
{
	StrBuf label;

	llp_buf_init(&label, arena);
	llp_buf_append(&label, match->policy);
	llp_buf_append_char(&label, '/');
	llp_buf_append(&label, match->rule_id);
	return llp_buf_str(&label);
}

static TreeNode *
matched_rules(Arena *arena, const MatchList *matches)
{
	TreeNode *list = llp_tree_list(arena);

	for (const Match *match = matches->first; match != NULL; match = match->next)
		if (match->rule != NULL)
			append_string(arena, list, rule_label(arena, match));
	return list;
}

/* A value of the action as a tree; `rendered` is what its templates gave, where it may have some. */
static TreeNode *
action_value(Arena *arena, const Match *match, uint32_t index, TreeNode *rendered)
{
	Value value;

	if (match->rendered != NULL)
		return rendered;
	value = llp_fragment_value(match->view.fragment, index);
	return llp_tree_copy(arena, &value, MAX_VALUE_DEPTH);
}

/* The keys of advice that say whose it is. */
static bool
is_engines_key(Str key)
{
	return llp_str_equal(key, STR("type")) || llp_str_equal(key, STR("policy")) ||
		   llp_str_equal(key, STR("rule"));
}

/* The author's keys with the engine's around them; the engine's win. */
static TreeNode *
advice_node(Arena *arena, const Match *match, const FragmentAdvice *advice, TreeNode *rendered)
{
	const TreeNode *body = action_value(arena, match, advice->value, rendered);
	Writer writer = new_writer(arena, LISTED_ROOM);

	put_string(&writer, STR("type"), llp_advice_name((AdviceType) advice->type));
	for (uint32_t i = 0; body != NULL && i < body->as.map.count; i++)
		if (!is_engines_key(body->as.map.members[i].key))
			put(&writer, body->as.map.members[i].key, body->as.map.members[i].value);
	put_string(&writer, STR("policy"), match->policy);
	put_string(&writer, STR("rule"), match->rule_id);
	return writer.map;
}

/* Advice of every match; of a deny only the denying rule's. */
static TreeNode *
advice_list(Arena *arena, const ResultParts *parts)
{
	const Outcome *outcome = parts->outcome;
	TreeNode *list = llp_tree_list(arena);

	for (const Match *match = parts->walk->matches.first; match != NULL; match = match->next)
	{
		const RuleExtra *extra = llp_match_extra(match);

		if (extra == NULL || !llp_gives_advice(outcome, match))
			continue;
		for (uint32_t i = 0; i < extra->advice_count; i++)
			llp_tree_append(arena, list,
							advice_node(arena, match,
										&fragment_advice(match->view.fragment)[extra->first_advice + i],
										match->rendered == NULL ? NULL : match->rendered->advice[i]));
	}
	return list;
}

static TreeNode *
approval_node(Arena *arena, const Match *match)
{
	const RuleExtra *extra = llp_match_extra(match);
	const Rendered *rendered = match->rendered;
	Writer writer = new_writer(arena, LISTED_ROOM);

	if (extra != NULL && extra->approvers != NO_VALUE)
		put(&writer, STR("approvers"),
			action_value(arena, match, extra->approvers, rendered == NULL ? NULL : rendered->approvers));
	if (extra != NULL && extra->timeout != NO_VALUE)
		put(&writer, STR("timeout"),
			action_value(arena, match, extra->timeout, rendered == NULL ? NULL : rendered->timeout));
	return writer.map;
}

/* The reasons of the warn rules of a request that goes ahead, then what became of changes. */
static TreeNode *
warning_list(Arena *arena, const ResultParts *parts)
{
	TreeNode *list = llp_tree_list(arena);
	const Match *match = parts->walk->matches.first;

	for (; parts->outcome->verdict != VERDICT_DENY && match != NULL; match = match->next)
		if (match->verdict == VERDICT_WARN && match->reason.size > 0)
			append_string(arena, list, match->reason);
	for (uint32_t i = 0; parts->warnings != NULL && i < parts->warnings->as.list.count; i++)
		llp_tree_append(arena, list, parts->warnings->as.list.items[i]);
	return list;
}

static TreeNode *
error_list(Arena *arena, const Walk *walk)
{
	TreeNode *list = llp_tree_list(arena);

	for (const ConditionError *error = walk->first_error; error != NULL; error = error->next)
	{
		Writer writer = new_writer(arena, LISTED_ROOM);

		put_string(&writer, STR("policy"), error->policy);
		put_string(&writer, error->kind, error->id);
		put_string(&writer, STR("message"), error->message);
		llp_tree_append(arena, list, writer.map);
	}
	return list;
}

static void
put_ids(Writer *writer, const ResultParts *parts)
{
	Str decision_id = parts->options->decision_id;

	put_text(writer, STR("decisionId"), decision_id);
	put_text(writer, STR("requestId"), request_id(writer->arena, parts->request, decision_id));
}

static void
put_outcome(Writer *writer, const Outcome *outcome)
{
	put_string(writer, STR("decision"), llp_verdict_name(outcome->verdict));
	put(writer, STR("allowed"), llp_tree_bool(writer->arena, outcome->verdict != VERDICT_DENY));
	put_reason(writer, outcome->reason);
	put_text(writer, STR("code"), outcome->code);
	put_string(writer, STR("reasonCode"), llp_reason_name(outcome->reason_code));
	if (outcome->decided_by != NULL)
	{
		Writer origin = new_writer(writer->arena, LISTED_ROOM);

		put_origin(&origin, outcome->decided_by);
		put(writer, STR("decidedBy"), origin.map);
	}
}

static void
put_matches(Writer *writer, const MatchList *matches)
{
	put(writer, STR("matchedPolicies"), matched_policies(writer->arena, matches));
	put(writer, STR("matchedRules"), matched_rules(writer->arena, matches));
	put_filled(writer, STR("matches"), match_list(writer->arena, matches));
}

static void
put_changes(Writer *writer, const Changes *changes)
{
	if (changes == NULL)
		return;
	put_filled(writer, STR("modifications"), changes->values);
	put_filled(writer, STR("patch"), changes->patch);
	if (changes->modified != NULL)
		put(writer, STR("modifiedRequest"), changes->modified);
}

static void
put_consequences(Writer *writer, const ResultParts *parts)
{
	const Match *decided_by = parts->outcome->decided_by;

	put_filled(writer, STR("advice"), advice_list(writer->arena, parts));
	if (parts->outcome->reason_code == REASON_APPROVAL)
		put_filled(writer, STR("approval"), approval_node(writer->arena, decided_by));
	put_filled(writer, STR("warnings"), warning_list(writer->arena, parts));
}

static void
put_errors(Writer *writer, const Walk *walk)
{
	put_filled(writer, STR("errors"), error_list(writer->arena, walk));
	if (walk->error_count > 0)
		put(writer, STR("errorCount"), llp_tree_int(writer->arena, (int64_t) walk->error_count));
}

static void
put_circumstances(Writer *writer, const EvaluationOptions *options)
{
	char buffer[TIMESTAMP_TEXT_SIZE];

	put_string(writer, STR("policySet"), options->policy_set);
	put_string(writer, STR("now"), llp_str_copy(writer->arena, llp_timestamp_format(options->now, buffer)));
}

TreeNode *
llp_result(Arena *arena, const ResultParts *parts)
{
	Writer writer = new_writer(arena, RESULT_ROOM);

	put_ids(&writer, parts);
	put_outcome(&writer, parts->outcome);
	put_matches(&writer, &parts->walk->matches);
	put_changes(&writer, parts->changes);
	put_consequences(&writer, parts);
	put_errors(&writer, parts->walk);
	put_filled(&writer, STR("shadow"), match_list(arena, &parts->walk->shadow));
	put_circumstances(&writer, parts->options);
	if (parts->trace != NULL)
		put(&writer, STR("trace"), parts->trace);
	return writer.map;
}
