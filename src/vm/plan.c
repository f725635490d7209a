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
		llp_buf_append(&text, change->match->policy->id);
		llp_buf_append(&text, STR("/"));
		llp_buf_append(&text, change->match->rule->id);
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
	llp_buf_append(&what, winner->match->policy->id);
	llp_buf_append(&what, STR("/"));
	llp_buf_append(&what, winner->match->rule->id);
	llp_change_warning(arena, warnings, loser, llp_buf_str(&what));
}

/* vm/plan.h has the rules. */
static bool
modifications_clash(ModificationKind old, ModificationKind new, PathRelation relation)
{
	if (old == MODIFICATION_APPEND || new == MODIFICATION_APPEND)
		return false;
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
	plan->only_sets = plan->only_sets && change.modification->kind == MODIFICATION_SET;
	llp_path_index_add(index, &plan->changes[plan->count]);
	plan->count++;
}

/* How many modifications the matches ask for, and how many steps their paths have. */
static void
measure(const MatchList *matches, size_t *modifications, size_t *steps)
{
	for (const Match *match = matches->first; match != NULL; match = match->next)
	{
		if (!llp_match_has_action(match))
			continue;
		*modifications += match->rule->action.modification_count;
		for (size_t i = 0; i < match->rule->action.modification_count; i++)
			*steps += match->rule->action.modifications[i].path.count;
	}
}

Status
llp_plan(Arena *arena, const MatchList *matches, TreeNode *warnings, Plan *plan)
{
	size_t modifications = 0;
	size_t steps = 0;
	PathIndex *index;

	measure(matches, &modifications, &steps);
	*plan = (Plan){.changes = llp_arena_array(arena, modifications, sizeof(Change)), .only_sets = true};
	index = llp_path_index_create(arena, steps);
	if (plan->changes == NULL || index == NULL)
		return STATUS_NO_MEMORY;
	for (const Match *match = matches->first; match != NULL; match = match->next)
	{
		if (!llp_match_has_action(match))
			continue;
		for (size_t i = 0; i < match->rule->action.modification_count; i++)
			add_change(arena, plan, index, warnings,
					   (Change){.modification = &match->rule->action.modifications[i], .match = match});
	}
	return STATUS_OK;
}
