/*
 * vm/walk.c - candidates in walk order: policies, rules, ends of policies that deny by default.
 *
 * Says what matched and where the walk ended.  What the matches amount to is vm/decision.c's business.
 */
#include "vm/walk.h"

#include "base/modification.h"
#include "vm/candidates.h"
#include "vm/redaction.h"
#include "vm/render.h"

/* The walk inside one policy. */
typedef struct PolicyWalk
{
	Interpreter *vm;
	Walk *walk;
	Timestamp now;
	PolicyView view;
	MatchList *matches;
	bool is_shadow;
	bool in_scope;
	bool ended;							/* a deny counted */
	bool allowed;						/* a rule of its own with decision allow matched */
	bool exceptions_judged;				/* `exception` is valid: judged at most once */
	const FragmentException *exception; /* the first that holds, or NULL */
	TreeNode *candidate;				/* of the trace: what was judged last, or NULL */
} PolicyWalk;

static bool
in_force(int64_t from, int64_t until, Timestamp now)
{
	/* An end that was not given lies after every moment, the last representable one included. */
	return from <= now && (now < until || until == TIMESTAMP_MAX);
}

static bool
policy_in_scope(Interpreter *vm, const PolicyView *view, Timestamp now)
{
	const PolicyExtra *extra = llp_policy_extra(view->fragment);

	if (!in_force(extra->valid_from, extra->valid_until, now))
		return false;
	return view->fragment->applies_entry == NO_ENTRY ||
		   llp_run(vm, view, view->fragment->applies_entry, NULL) == TRUTH_TRUE;
}

static Str
policy_str(const PolicyWalk *self, FragmentText text)
{
	return fragment_str(self->view.fragment, text);
}

/* Only the first error of each policy is listed. */
static bool
is_listed(const Walk *walk, uint32_t policy)
{
	for (const ConditionError *error = walk->first_error; error != NULL; error = error->next)
		if (error->number == policy)
			return true;
	return false;
}

void
llp_walk_error(Walk *walk, Interpreter *vm, const PolicyView *view, Str kind, Str id)
{
	ConditionError *error;

	walk->error_count++;
	if (walk->errors_kept == LLP_MAX_RULE_ERRORS || is_listed(walk, view->number))
		return;
	error = llp_arena_new(vm->arena, ConditionError);
	if (error == NULL)
	{
		vm->status = STATUS_NO_MEMORY;
		return;
	}
	*error = (ConditionError){.number = view->number,
							  .policy = fragment_str(view->fragment, view->fragment->id),
							  .kind = kind,
							  .id = id,
							  .message = vm->problem};
	if (walk->last_error == NULL)
		walk->first_error = error;
	else
		walk->last_error->next = error;
	walk->last_error = error;
	walk->errors_kept++;
}

static TreeNode *
trace_candidate(PolicyWalk *self, Str kind, Str id)
{
	const Fragment *fragment = self->view.fragment;

	if (self->vm->trace == NULL)
		return NULL;
	return llp_trace_candidate(self->vm->trace, policy_str(self, fragment->id),
							   policy_str(self, fragment->ns), self->is_shadow, kind, id);
}

/* Judges one condition; its error is recorded, and void answers are TRUTH_ERROR with a status. */
static Truth
judge(PolicyWalk *self, uint32_t entry, Str kind, Str id)
{
	Truth truth;

	self->candidate = trace_candidate(self, kind, id);
	if (!llp_interpreter_poll(self->vm))
		return TRUTH_ERROR;
	self->vm->rule_left = self->vm->rule_steps;
	truth = llp_run(self->vm, &self->view, entry, self->candidate);
	if (truth == TRUTH_ERROR && self->vm->status == STATUS_OK)
		llp_walk_error(self->walk, self->vm, &self->view, kind, id);
	return truth;
}

static bool
exception_holds(PolicyWalk *self, const FragmentException *exception)
{
	if (!in_force(exception->valid_from, exception->valid_until, self->now))
		return false;
	return judge(self, exception->entry, STR("exception"), policy_str(self, exception->id)) == TRUTH_TRUE;
}

/* The policy's first exception that holds, judged when the first deny is about to count. */
static const FragmentException *
holding_exception(PolicyWalk *self)
{
	const Fragment *fragment = self->view.fragment;

	for (uint32_t i = 0; !self->exceptions_judged && i < fragment_exceptions_count(fragment); i++)
	{
		if (!exception_holds(self, &fragment_exceptions(fragment)[i]))
			continue;
		self->exception = &fragment_exceptions(fragment)[i];
		break;
	}
	self->exceptions_judged = true;
	return self->exception;
}

/* Records a match; a deny that no exception holds up ends the walk. */
static void
record_match(PolicyWalk *self, Match content)
{
	Match *match = llp_arena_new(self->vm->arena, Match);

	if (match == NULL)
	{
		self->vm->status = STATUS_NO_MEMORY;
		return;
	}
	*match = content;
	match->view = self->view;
	match->ns = policy_str(self, self->view.fragment->ns);
	match->policy = policy_str(self, self->view.fragment->id);
	if (match->rule != NULL)
		match->rule_id = policy_str(self, match->rule->id);
	if (match->verdict == VERDICT_DENY)
	{
		match->excepted = holding_exception(self);
		self->ended = match->excepted == NULL;
	}
	if (self->matches->last == NULL)
		self->matches->first = match;
	else
		self->matches->last->next = match;
	self->matches->last = match;
}

static bool
is_number(const TreeNode *node)
{
	return node->kind == VALUE_INT || node->kind == VALUE_DOUBLE;
}

/* The value of a modification; NULL: a template errs, or what should be a bound is none. */
static TreeNode *
render_change(PolicyWalk *self, const FragmentModification *modification)
{
	TreeNode *value = llp_render(self->vm, &self->view, modification->value, NULL, NULL);
	Str path = policy_str(self, modification->path);

	if (value == NULL || modification->kind != MODIFICATION_CAP || is_number(value))
		return value;
	self->vm->problem =
		llp_cel_error_format(&self->vm->cel, "the bound of \"%.*s\" is not a number", STR_ARG(path))
			.as.string;
	self->vm->trouble = REASON_ERROR;
	return NULL;
}

static bool
render_changes(PolicyWalk *self, const RuleExtra *extra, TreeNode **changes)
{
	const FragmentModification *modifications =
		fragment_modifications(self->view.fragment) + extra->first_modification;

	for (uint32_t i = 0; i < extra->modification_count; i++)
	{
		if (modifications[i].value == NO_VALUE)
			continue;
		changes[i] = render_change(self, &modifications[i]);
		if (changes[i] == NULL)
			return false;
	}
	return true;
}

/* What only a match with templates has. */
static Rendered *
new_rendered(Interpreter *vm, const RuleExtra *extra)
{
	Rendered *rendered = llp_arena_new(vm->arena, Rendered);

	if (rendered != NULL)
		rendered->changes = llp_arena_array(vm->arena, extra->modification_count, sizeof(TreeNode *));
	if (rendered == NULL || rendered->changes == NULL)
	{
		vm->status = STATUS_NO_MEMORY;
		return NULL;
	}
	return rendered;
}

/*
 * Computes the modifications of a rule that is about to match.  False: the rule errs by one of its templates,
 * which is recorded, or the work has to stop.
 */
static bool
compute_changes(PolicyWalk *self, const FragmentRule *rule, Rendered **rendered)
{
	const RuleExtra *extra;

	if ((rule->flags & RULE_HAS_TEMPLATES) == 0)
		return true;
	extra = &fragment_extras(self->view.fragment)[rule->extra];
	*rendered = new_rendered(self->vm, extra);
	if (*rendered == NULL)
		return false;
	if (!render_changes(self, extra, (*rendered)->changes))
	{
		if (self->vm->status == STATUS_OK)
			llp_walk_error(self->walk, self->vm, &self->view, STR("rule"), policy_str(self, rule->id));
		llp_trace_matched(self->vm->trace, self->candidate, TRUTH_ERROR);
		return false;
	}
	(*rendered)->steps_left = self->vm->rule_left;
	return true;
}

/* Before a rule that redacts matches: where texts cannot be redacted as it asks, it errs. */
static bool
can_redact(PolicyWalk *self, const FragmentRule *rule)
{
	const RuleExtra *extra;
	Str problem;

	if ((rule->flags & RULE_REDACTS) == 0)
		return true;
	extra = &fragment_extras(self->view.fragment)[rule->extra];
	for (uint32_t i = 0; i < extra->modification_count; i++)
	{
		if (llp_redaction_possible(
				self->vm->redactor, self->view.fragment,
				&fragment_modifications(self->view.fragment)[extra->first_modification + i], &problem))
			continue;
		self->vm->problem = problem;
		self->vm->trouble = REASON_ERROR;
		llp_walk_error(self->walk, self->vm, &self->view, STR("rule"), policy_str(self, rule->id));
		llp_trace_matched(self->vm->trace, self->candidate, TRUTH_ERROR);
		return false;
	}
	return true;
}

static void
rule_matched(PolicyWalk *self, const FragmentRule *rule, Rendered *rendered)
{
	bool needs_approval = (rule->flags & RULE_NEEDS_APPROVAL) != 0;

	if (rule->verdict == VERDICT_ALLOW)
		self->allowed = true;
	record_match(self, (Match){.rule = rule,
							   .verdict = (Verdict) rule->verdict,
							   .reason_code = needs_approval ? REASON_APPROVAL : REASON_RULE,
							   .reason = policy_str(self, rule->reason),
							   .rendered = rendered});
}

/* The fallback takes the place of a rule that could have said no; any other rule did not match. */
static void
rule_erred(PolicyWalk *self, const FragmentRule *rule)
{
	const Fragment *fragment = self->view.fragment;

	if (rule->verdict != VERDICT_DENY && rule->verdict != VERDICT_MODIFY)
		return;
	if (fragment->fallback == VERDICT_ALLOW && !self->is_shadow)
		self->walk->fell_open = true;
	record_match(self, (Match){.rule = rule,
							   .verdict = (Verdict) fragment->fallback,
							   .reason_code = self->vm->trouble,
							   .reason = policy_str(self, llp_policy_extra(fragment)->fallback_reason)});
}

static bool
rule_in_force(const PolicyWalk *self, const FragmentRule *rule)
{
	const RuleExtra *extra;

	if (rule->extra == NO_EXTRA)
		return true;
	extra = &fragment_extras(self->view.fragment)[rule->extra];
	return in_force(extra->valid_from, extra->valid_until, self->now);
}

static void
walk_rule(PolicyWalk *self, const FragmentRule *rule)
{
	Rendered *rendered = NULL;
	Truth truth;

	if (!rule_in_force(self, rule))
		return;
	self->walk->rules_judged++;
	truth = judge(self, rule->entry, STR("rule"), policy_str(self, rule->id));
	if (truth == TRUTH_TRUE && !(can_redact(self, rule) && compute_changes(self, rule, &rendered)))
		truth = TRUTH_ERROR;
	if (self->vm->status != STATUS_OK)
		return;
	if (truth == TRUTH_TRUE)
		rule_matched(self, rule, rendered);
	else if (truth == TRUTH_ERROR)
		rule_erred(self, rule);
}

static void
walk_default(PolicyWalk *self)
{
	if (self->allowed)
		return;
	record_match(self,
				 (Match){.verdict = VERDICT_DENY,
						 .reason_code = REASON_DEFAULT,
						 .reason = policy_str(self, llp_policy_extra(self->view.fragment)->default_reason)});
}

static void
walk_entry(PolicyWalk *self, uint32_t entry)
{
	uint32_t place = entry - self->view.policy->first_entry;

	if (place < fragment_rules_count(self->view.fragment))
		walk_rule(self, &fragment_rules(self->view.fragment)[place]);
	else
		walk_default(self);
}

/* The policy's variables, none of which is computed yet. */
static void
prepare_variables(PolicyWalk *self)
{
	uint32_t count = fragment_variables_count(self->view.fragment);

	if (count == 0)
		return;
	self->view.variables = llp_arena_array(self->vm->arena, count, sizeof(CelValue));
	if (self->view.variables == NULL)
	{
		self->vm->status = STATUS_NO_MEMORY;
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		self->view.variables[i] = llp_cel_stopped;
}

/* The first candidate of another policy. */
static void
enter_policy(PolicyWalk *self, uint32_t policy, const bool *selected)
{
	PolicyWalk fresh = {.vm = self->vm,
						.walk = self->walk,
						.now = self->now,
						.matches = self->matches,
						.is_shadow = self->is_shadow,
						.view = llp_policy_view(self->vm->slots.image, policy)};

	*self = fresh;
	self->in_scope =
		(selected == NULL || selected[policy]) && policy_in_scope(self->vm, &self->view, self->now);
	if (self->in_scope)
		prepare_variables(self);
}

/*
 * Walks over the candidates below a root.  A deny ends the walk of active policies, but of a shadow policy
 * only its own.
 */
static void
walk_root(PolicyWalk *self, IndexRoot root, const bool *selected)
{
	const uint32_t *entries = image_entries(self->vm->slots.image);
	Candidates candidates;
	uint32_t entry;

	self->view.number = UINT32_MAX;
	llp_candidates_find(&candidates, self->vm, root);
	llp_candidates_prefetch(&candidates);
	while (self->vm->status == STATUS_OK && llp_candidates_next(&candidates, &entry))
	{
		if (entries[entry] != self->view.number)
			enter_policy(self, entries[entry], selected);
		if (self->in_scope && !self->ended && self->vm->status == STATUS_OK)
			walk_entry(self, entry);
		if (self->ended && !self->is_shadow)
			break;
	}
}

/* Looks for one active policy that is in scope. */
static bool
find_in_scope(Interpreter *vm, const bool *selected, Timestamp now)
{
	Candidates candidates;
	uint32_t policy;

	if (selected == NULL && vm->slots.image->always_in_scope)
		return true;
	llp_candidates_find(&candidates, vm, ROOT_SCOPE);
	while (llp_interpreter_poll(vm) && llp_candidates_next(&candidates, &policy))
	{
		PolicyView view = llp_policy_view(vm->slots.image, policy);

		if ((selected == NULL || selected[policy]) && policy_in_scope(vm, &view, now))
			return true;
	}
	return false;
}

Status
llp_walk(Interpreter *vm, const bool *selected, Timestamp now, Walk *walk)
{
	PolicyWalk active = {.vm = vm, .walk = walk, .now = now, .matches = &walk->matches};
	PolicyWalk shadow = {.vm = vm, .walk = walk, .now = now, .matches = &walk->shadow, .is_shadow = true};

	*walk = (Walk){.any_in_scope = false};
	walk_root(&active, ROOT_ACTIVE, selected);
	if (vm->status == STATUS_OK)
		walk_root(&shadow, ROOT_SHADOW, selected);
	if (vm->status == STATUS_OK)
		walk->any_in_scope = walk->matches.first != NULL || find_in_scope(vm, selected, now);
	return vm->status;
}

bool
llp_match_has_action(const Match *match)
{
	return match->rule != NULL && match->reason_code != REASON_ERROR && match->reason_code != REASON_LIMIT;
}

const RuleExtra *
llp_match_extra(const Match *match)
{
	if (!llp_match_has_action(match) || match->rule->extra == NO_EXTRA)
		return NULL;
	return &fragment_extras(match->view.fragment)[match->rule->extra];
}
