/*
 * vm/walk.c - every policy, every rule, in order.
 *
 * Says what matched and where the walk ended.  What the matches amount to is vm/decision.c's business.
 */
#include "vm/walk.h"

#include "vm/operators.h"

/* The walk inside one policy. */
typedef struct PolicyWalk
{
	Interpreter *vm;
	Walk *walk;
	Timestamp now;
	const Policy *policy;
	MatchList *matches;
	bool ended;						  /* a deny counted */
	bool allowed;					  /* a rule of its own with decision allow matched */
	bool error_listed;				  /* its first error is in the list */
	bool exceptions_judged;			  /* `exception` is valid: judged at most once */
	const PolicyException *exception; /* the first that holds, or NULL */
} PolicyWalk;

static bool
in_force(const Validity *validity, Timestamp now)
{
	/* An end that was not given lies after every moment, the last representable one included. */
	return validity->from <= now && (now < validity->until || validity->until == TIMESTAMP_MAX);
}

static bool
applicability_holds(Interpreter *vm, const Applicability *applicability)
{
	Value field = llp_path_fetch(vm->request, &applicability->path);

	for (size_t i = 0; i < applicability->value_count; i++)
	{
		Value value = llp_tree_value(applicability->values[i]);

		if (llp_operator_eq(vm->host, &field, &value))
			return true;
	}
	return false;
}

static bool
in_scope(Interpreter *vm, const Policy *policy, Timestamp now)
{
	if (!in_force(&policy->validity, now))
		return false;
	for (size_t i = 0; i < policy->applies_to_count; i++)
		if (!applicability_holds(vm, &policy->applies_to[i]))
			return false;
	return true;
}

/* Counts the error of a condition, and lists it if there is room. */
static void
record_error(PolicyWalk *self, Str kind, Str id)
{
	Walk *walk = self->walk;
	ConditionError *error;

	walk->error_count++;
	if (self->error_listed || walk->errors_kept == LLP_MAX_RULE_ERRORS)
		return;
	error = llp_arena_new(self->vm->arena, ConditionError);
	if (error == NULL)
	{
		self->vm->status = STATUS_NO_MEMORY;
		return;
	}
	*error = (ConditionError){.policy = self->policy, .kind = kind, .id = id, .message = self->vm->problem};
	if (walk->last_error == NULL)
		walk->first_error = error;
	else
		walk->last_error->next = error;
	walk->last_error = error;
	walk->errors_kept++;
	self->error_listed = true;
}

/* Judges one condition; its error is recorded, and void answers are TRUTH_ERROR with a status. */
static Truth
judge(PolicyWalk *self, const Condition *condition, Str kind, Str id)
{
	TreeNode *candidate = llp_trace_candidate(self->vm->trace, self->policy, kind, id);
	Truth truth;

	if (!llp_interpreter_poll(self->vm))
		return TRUTH_ERROR;
	truth = llp_condition_truth(self->vm, condition, candidate);
	if (truth == TRUTH_ERROR && self->vm->status == STATUS_OK)
		record_error(self, kind, id);
	return truth;
}

static bool
exception_holds(PolicyWalk *self, const PolicyException *exception)
{
	if (!exception->enabled || !in_force(&exception->validity, self->now))
		return false;
	return judge(self, &exception->condition, STR("exception"), exception->id) == TRUTH_TRUE;
}

/* The policy's first exception that holds, judged when the first deny is about to count. */
static const PolicyException *
holding_exception(PolicyWalk *self)
{
	const Policy *policy = self->policy;

	for (size_t i = 0; !self->exceptions_judged && i < policy->exception_count; i++)
	{
		if (!exception_holds(self, &policy->exceptions[i]))
			continue;
		self->exception = &policy->exceptions[i];
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
	match->policy = self->policy;
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

static void
rule_matched(PolicyWalk *self, const PolicyRule *rule)
{
	const Action *action = &rule->action;

	if (action->verdict == VERDICT_ALLOW)
		self->allowed = true;
	record_match(self, (Match){.rule = rule,
							   .verdict = action->verdict,
							   .reason_code = action->needs_approval ? REASON_APPROVAL : REASON_RULE,
							   .reason = action->reason});
}

/* The fallback takes the place of a rule that could have said no; any other rule did not match. */
static void
rule_erred(PolicyWalk *self, const PolicyRule *rule)
{
	const Policy *policy = self->policy;

	if (rule->action.verdict != VERDICT_DENY && rule->action.verdict != VERDICT_MODIFY)
		return;
	if (policy->fallback == VERDICT_ALLOW && policy->status == POLICY_ACTIVE)
		self->walk->fell_open = true;
	record_match(self, (Match){.rule = rule,
							   .verdict = policy->fallback,
							   .reason_code = REASON_ERROR,
							   .reason = policy->fallback_reason});
}

static void
walk_rule(PolicyWalk *self, const PolicyRule *rule)
{
	Truth truth;

	if (!rule->enabled || !in_force(&rule->validity, self->now))
		return;
	truth = judge(self, &rule->condition, STR("rule"), rule->id);
	if (self->vm->status != STATUS_OK)
		return;
	if (truth == TRUTH_TRUE)
		rule_matched(self, rule);
	else if (truth == TRUTH_ERROR)
		rule_erred(self, rule);
}

/* Walks one policy that is in scope; true when a deny of it counted. */
static bool
walk_policy(PolicyWalk *self)
{
	const Policy *policy = self->policy;

	for (size_t i = 0; i < policy->rule_count && !self->ended && self->vm->status == STATUS_OK; i++)
		walk_rule(self, &policy->rules[i]);
	if (policy->default_deny && !self->allowed && !self->ended && self->vm->status == STATUS_OK)
		record_match(self, (Match){.verdict = VERDICT_DENY,
								   .reason_code = REASON_DEFAULT,
								   .reason = policy->default_reason});
	return self->ended;
}

Status
llp_walk(Interpreter *vm, const PolicySet *set, Timestamp now, Walk *walk)
{
	bool ended = false;

	*walk = (Walk){.any_in_scope = false};
	for (size_t i = 0; i < set->count && llp_interpreter_poll(vm); i++)
	{
		const Policy *policy = set->policies[i];
		PolicyWalk self = {.vm = vm, .walk = walk, .now = now, .policy = policy};
		bool shadow = policy->status == POLICY_SHADOW;

		/* A deny ends the walk for all but the shadow policies, which nobody's deny concerns. */
		if (!shadow && (policy->status != POLICY_ACTIVE || ended))
			continue;
		if (!in_scope(vm, policy, now))
			continue;
		self.matches = shadow ? &walk->shadow : &walk->matches;
		walk->any_in_scope = walk->any_in_scope || !shadow;
		if (walk_policy(&self) && !shadow)
			ended = true;
	}
	return vm->status;
}

bool
llp_match_has_action(const Match *match)
{
	return match->rule != NULL && match->reason_code != REASON_ERROR;
}
