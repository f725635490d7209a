/*
 * vm/plan.c - collects modifications from matches and settles their conflicts.
 */
#include "vm/plan.h"

#include "vm/path_index.h"

void
llp_change_warning(Arena *arena, TreeNode *warnings, const Change *change, Str what)
{
	StrBuf text;

	if (warnings == NULL || warnings->as.list.count >= LLP_MAX_WARNINGS)
		return;
	llp_buf_init(&text, arena);
	llp_buf_append(&text, STR("modification of "));
	llp_buf_append(&text, change->modification->path.text);
	if (change->match != NULL)
	{
		llp_buf_append(&text, STR(" by "));
		llp_buf_append(&text, change->match->policy);
		llp_buf_append(&text, STR("/"));
		llp_buf_append(&text, change->match->rule_id);
	}
	llp_buf_append(&text, STR(" "));
	llp_buf_append(&text, what);
	llp_tree_append(arena, warnings, text.failed ? NULL : llp_tree_string(arena, llp_buf_str(&text)));
}

static void
warn_overridden(Arena *arena, TreeNode *warnings, const Change *loser, const Change *winner)
{
	StrBuf what;

	llp_buf_init(&what, arena);
	llp_buf_append(&what, STR("is overridden by "));
	llp_buf_append(&what, winner->match->policy);
	llp_buf_append(&what, STR("/"));
	llp_buf_append(&what, winner->match->rule_id);
	llp_change_warning(arena, warnings, loser, llp_buf_str(&what));
}

/* vm/plan.h has the rules. */
static bool
modifications_clash(ModificationKind old, ModificationKind new, PathRelation relation)
{
	if (old == MODIFICATION_APPEND || new == MODIFICATION_APPEND || new == MODIFICATION_REDACT)
		return false;
	if (old == MODIFICATION_REDACT)
		return new == MODIFICATION_SET &&relation == PATH_SAME;
	if (old == MODIFICATION_SET && new == MODIFICATION_CAP)
		return relation == PATH_BELOW;
	if (old == MODIFICATION_CAP && new == MODIFICATION_SET)
		return relation == PATH_ABOVE;
	if (old == MODIFICATION_CAP && new == MODIFICATION_CAP)
		return relation != PATH_SAME;
	return true;
}

static void
add_change(Arena *arena, Plan *plan, PathIndex *index, TreeNode *warnings, Change change)
{
	const Change *clash = llp_path_index_clash(index, change.modification, modifications_clash);

	if (clash != NULL)
	{
		warn_overridden(arena, warnings, &change, clash);
		return;
	}
	plan->changes[plan->count] = change;
	plan->redacts = plan->redacts || change.modification->kind == MODIFICATION_REDACT;
	plan->only_sets = plan->only_sets && (change.modification->kind == MODIFICATION_SET ||
										  change.modification->kind == MODIFICATION_REDACT);
	llp_path_index_add(index, &plan->changes[plan->count]);
	plan->count++;
}

/* The modifications of all matches, decoded. */
typedef struct Wanted
{
	Modification *modifications;
	const Match **matches; /* whose each is */
	size_t count;
	size_t steps; /* of all paths */
} Wanted;

/* One modification of a match; its path was read before and is correct. */
static Status
decode(Arena *arena, const Match *match, const FragmentModification *stored, TreeNode *rendered,
	   Modification *modification)
{
	const Fragment *fragment = match->view.fragment;
	const char *problem;
	size_t offset;
	Value value;

	modification->kind = (ModificationKind) stored->kind;
	modification->value = rendered;
	if (stored->value != NO_VALUE && rendered == NULL)
	{
		value = llp_fragment_value(fragment, stored->value);
		modification->value = llp_tree_copy(arena, &value, MAX_VALUE_DEPTH);
		if (modification->value == NULL)
			return STATUS_NO_MEMORY;
	}
	return llp_path_parse(arena, fragment_str(fragment, stored->path), &modification->path, &problem,
						  &offset);
}

static Status
decode_match(Arena *arena, const Match *match, Wanted *wanted)
{
	const RuleExtra *extra = llp_match_extra(match);

	for (uint32_t i = 0; extra != NULL && i < extra->modification_count; i++)
	{
		Status status =
			decode(arena, match, &fragment_modifications(match->view.fragment)[extra->first_modification + i],
				   match->rendered == NULL ? NULL : match->rendered->changes[i],
				   &wanted->modifications[wanted->count]);

		if (status != STATUS_OK)
			return status;
		wanted->matches[wanted->count] = match;
		wanted->steps += wanted->modifications[wanted->count++].path.count;
	}
	return STATUS_OK;
}

static Status
decode_all(Arena *arena, const MatchList *matches, Wanted *wanted)
{
	size_t count = 0;

	for (const Match *match = matches->first; match != NULL; match = match->next)
		count += llp_match_extra(match) == NULL ? 0 : llp_match_extra(match)->modification_count;
	wanted->modifications = llp_arena_array(arena, count, sizeof(Modification));
	wanted->matches = llp_arena_array(arena, count, sizeof(*wanted->matches));
	if (wanted->modifications == NULL || wanted->matches == NULL)
		return STATUS_NO_MEMORY;
	for (const Match *match = matches->first; match != NULL; match = match->next)
	{
		Status status = decode_match(arena, match, wanted);

		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

Status
llp_plan(Arena *arena, const MatchList *matches, TreeNode *warnings, Plan *plan)
{
	Wanted wanted = {.count = 0};
	Status status = decode_all(arena, matches, &wanted);
	PathIndex *index;

	if (status != STATUS_OK)
		return status;
	*plan = (Plan){.changes = llp_arena_array(arena, wanted.count, sizeof(Change)), .only_sets = true};
	index = llp_path_index_create(arena, wanted.steps);
	if (plan->changes == NULL || index == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < wanted.count; i++)
		add_change(arena, plan, index, warnings,
				   (Change){.modification = &wanted.modifications[i], .match = wanted.matches[i]});
	return STATUS_OK;
}
