/*
 * vm/finish.c - the templates of what a decision says, once it is known.
 *
 * Changes nothing of what was decided.
 */
#include "vm/finish.h"

#include "vm/render.h"

/* One match, whose templates are computed. */
typedef struct Finisher
{
	Interpreter *vm;
	Walk *walk;
	const Match *match;
} Finisher;

static void
template_erred(void *context)
{
	const Finisher *self = context;

	llp_walk_error(self->walk, self->vm, &self->match->view, STR("rule"), self->match->rule_id);
}

static TreeNode *
finished_value(Finisher *self, uint32_t value)
{
	if (value == NO_VALUE || self->vm->status != STATUS_OK)
		return NULL;
	return llp_render(self->vm, &self->match->view, value, template_erred, self);
}

/* What the template of a text gave, or `text` where it is none. */
static Str
finished_text(Finisher *self, uint32_t value, Str text)
{
	const TreeNode *node = finished_value(self, value);

	if (node == NULL || node->kind != VALUE_STRING)
		return text;
	return node->as.string.data == NULL ? STR("") : node->as.string;
}

static void
finish_advice(Finisher *self, const RuleExtra *extra)
{
	Rendered *rendered = self->match->rendered;

	rendered->advice = llp_arena_array(self->vm->arena, extra->advice_count, sizeof(TreeNode *));
	if (rendered->advice == NULL)
	{
		self->vm->status = STATUS_NO_MEMORY;
		return;
	}
	for (uint32_t i = 0; i < extra->advice_count; i++)
		rendered->advice[i] =
			finished_value(self, fragment_advice(self->match->view.fragment)[extra->first_advice + i].value);
}

/* What goes with the verdict of the match that decided. */
static void
finish_verdict(Finisher *self, const RuleExtra *extra, Outcome *outcome)
{
	Rendered *rendered = self->match->rendered;

	if (outcome->reason.data != NULL)
		outcome->reason = self->match->reason;
	outcome->code = finished_text(self, extra->code, outcome->code);
	if (outcome->reason_code != REASON_APPROVAL)
		return;
	rendered->approvers = finished_value(self, extra->approvers);
	rendered->timeout = finished_value(self, extra->timeout);
}

/* `outcome` NULL: of the match only its reason is told. */
static void
finish_match(Interpreter *vm, Walk *walk, Match *match, Outcome *outcome)
{
	Finisher self = {vm, walk, match};
	const RuleExtra *extra = llp_match_extra(match);

	if (match->rendered == NULL || extra == NULL)
		return;
	vm->rule_left = match->rendered->steps_left;
	match->reason = finished_text(&self, extra->reason, match->reason);
	if (outcome != NULL && outcome->decided_by == match)
		finish_verdict(&self, extra, outcome);
	if (outcome != NULL && llp_gives_advice(outcome, match))
		finish_advice(&self, extra);
}

Status
llp_finish(Interpreter *vm, Walk *walk, Outcome *outcome)
{
	for (Match *match = walk->matches.first; match != NULL && vm->status == STATUS_OK; match = match->next)
		finish_match(vm, walk, match, outcome);
	for (Match *match = walk->shadow.first; match != NULL && vm->status == STATUS_OK; match = match->next)
		finish_match(vm, walk, match, NULL);
	return vm->status;
}

bool
llp_gives_advice(const Outcome *outcome, const Match *match)
{
	return outcome->verdict != VERDICT_DENY || match == outcome->decided_by;
}
