/*
 * test/reference/linear.c - every policy, every rule, every operator, in order.
 */
#include "linear.h"

#include <stdlib.h>

#include "lang/ast.h"
#include "vm/operators.h"

typedef enum LinearTruth
{
	LINEAR_FALSE,
	LINEAR_TRUE,
	LINEAR_ERROR
} LinearTruth;

/* What the whole walk is about. */
typedef struct Question
{
	Arena *arena;
	const Value *request;
	Timestamp now;
	LinearDecision *decision;
	Status status; /* once it is not STATUS_OK every answer is void */
	Str problem;   /* of the last LINEAR_ERROR */
} Question;

/* The walk inside one policy. */
typedef struct PolicyWalk
{
	Question *question;
	const Policy *policy;
	LinearMatches *matches;
	bool ended;		   /* a deny counted */
	bool allowed;	   /* a rule of its own with decision allow matched */
	bool error_listed; /* its first error is in the list */
	bool exceptions_judged;
	const PolicyException *exception; /* the first that holds, or NULL */
} PolicyWalk;

/* --- Conditions ----------------------------------------------------------------------------------------- */

static LinearTruth tree_truth(Question *question, const OperatorTree *tree);

static LinearTruth
leaf_truth(Question *question, const OperatorTree *leaf)
{
	Value field = llp_path_fetch(question->request, &leaf->field);
	Value constant = llp_tree_value(leaf->value);
	bool holds = false;

	question->status =
		llp_operator_holds(llp_arena_host(question->arena), leaf->op, &field, &constant, leaf->regex, &holds);
	return holds ? LINEAR_TRUE : LINEAR_FALSE;
}

/* A child with the truth `decisive` decides; else an error in a child is the result. */
static LinearTruth
junction_truth(Question *question, const OperatorTree *tree, LinearTruth decisive)
{
	LinearTruth result = decisive == LINEAR_TRUE ? LINEAR_FALSE : LINEAR_TRUE;

	for (size_t i = 0; i < tree->child_count && question->status == STATUS_OK; i++)
	{
		LinearTruth truth = tree_truth(question, tree->children[i]);

		if (truth == decisive)
			return decisive;
		if (truth == LINEAR_ERROR)
			result = LINEAR_ERROR;
	}
	return result;
}

static LinearTruth
negation_truth(Question *question, const OperatorTree *tree)
{
	LinearTruth truth = tree_truth(question, tree->children[0]);

	if (truth == LINEAR_ERROR)
		return truth;
	return truth == LINEAR_TRUE ? LINEAR_FALSE : LINEAR_TRUE;
}

static LinearTruth
tree_truth(Question *question, const OperatorTree *tree)
{
	switch (tree->op)
	{
		case OPERATOR_AND:
			return junction_truth(question, tree, LINEAR_FALSE);
		case OPERATOR_OR:
			return junction_truth(question, tree, LINEAR_TRUE);
		case OPERATOR_NOT:
			return negation_truth(question, tree);
		default:
			return leaf_truth(question, tree);
	}
}

static Expression absent_variable = {
	.kind = EXPR_IDENTIFIER,
	.height = 1,
	.as.identifier.name = {"no_such_variable", sizeof("no_such_variable") - 1}};
const Expression *const erring_expression = &absent_variable;

/* Expressions are not this evaluator's business, but for one that errs. */
static LinearTruth
condition_truth(Question *question, const Condition *condition)
{
	if (condition->kind == CONDITION_TREE)
		return tree_truth(question, condition->as.tree);
	if (condition->as.expression != &absent_variable)
		abort();
	question->problem = STR("no such key: no_such_variable");
	return LINEAR_ERROR;
}

/* --- Scope ---------------------------------------------------------------------------------------------- */

static bool
in_force(const Validity *validity, Timestamp now)
{
	/* An end that was not given lies after every moment, the last representable one included. */
	return validity->from <= now && (now < validity->until || validity->until == TIMESTAMP_MAX);
}

static bool
applicability_holds(const Question *question, const Applicability *applicability)
{
	Value field = llp_path_fetch(question->request, &applicability->path);

	for (size_t i = 0; i < applicability->value_count; i++)
	{
		Value value = llp_tree_value(applicability->values[i]);

		if (llp_operator_eq(llp_arena_host(question->arena), &field, &value))
			return true;
	}
	return false;
}

static bool
in_scope(const Question *question, const Policy *policy)
{
	if (!in_force(&policy->validity, question->now))
		return false;
	for (size_t i = 0; i < policy->applies_to_count; i++)
		if (!applicability_holds(question, &policy->applies_to[i]))
			return false;
	return true;
}

/* --- Rules ---------------------------------------------------------------------------------------------- */

static void
record_error(PolicyWalk *self, Str kind, Str id)
{
	LinearDecision *decision = self->question->decision;
	LinearError *error;

	decision->error_count++;
	if (self->error_listed || decision->errors_kept == LINEAR_MAX_ERRORS)
		return;
	error = llp_arena_new(self->question->arena, LinearError);
	if (error == NULL)
	{
		self->question->status = STATUS_NO_MEMORY;
		return;
	}
	*error =
		(LinearError){.policy = self->policy, .kind = kind, .id = id, .message = self->question->problem};
	if (decision->last_error == NULL)
		decision->first_error = error;
	else
		decision->last_error->next = error;
	decision->last_error = error;
	decision->errors_kept++;
	self->error_listed = true;
}

/* Judges one condition and records its error. */
static LinearTruth
judge(PolicyWalk *self, const Condition *condition, Str kind, Str id)
{
	LinearTruth truth = condition_truth(self->question, condition);

	if (truth == LINEAR_ERROR)
		record_error(self, kind, id);
	return truth;
}

/* The first exception that holds, judged when the first deny is about to count. */
static const PolicyException *
holding_exception(PolicyWalk *self)
{
	const Policy *policy = self->policy;

	for (size_t i = 0; !self->exceptions_judged && i < policy->exception_count; i++)
	{
		const PolicyException *exception = &policy->exceptions[i];

		if (!exception->enabled || !in_force(&exception->validity, self->question->now))
			continue;
		if (judge(self, &exception->condition, STR("exception"), exception->id) != LINEAR_TRUE)
			continue;
		self->exception = exception;
		break;
	}
	self->exceptions_judged = true;
	return self->exception;
}

/* Records a match; a deny that no exception holds up ends the walk. */
static void
record_match(PolicyWalk *self, LinearMatch content)
{
	LinearMatch *match = llp_arena_new(self->question->arena, LinearMatch);

	if (match == NULL)
	{
		self->question->status = STATUS_NO_MEMORY;
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
	record_match(self, (LinearMatch){.rule = rule,
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
		self->question->decision->fell_open = true;
	record_match(self, (LinearMatch){.rule = rule,
									 .verdict = policy->fallback,
									 .reason_code = REASON_ERROR,
									 .reason = policy->fallback_reason});
}

/* Templates are not this evaluator's business either, but for one that errs. */
static bool
has_erring_template(const TreeNode *node)
{
	if (node->kind == VALUE_STRING)
		return llp_str_equal(node->as.string, STR(ERRING_TEMPLATE));
	for (uint32_t i = 0; node->kind == VALUE_LIST && i < node->as.list.count; i++)
		if (has_erring_template(node->as.list.items[i]))
			return true;
	return false;
}

/* The rule's condition holds: do its modifications err? */
static LinearTruth
changes_truth(PolicyWalk *self, const PolicyRule *rule)
{
	for (size_t i = 0; i < rule->action.modification_count; i++)
	{
		if (!has_erring_template(rule->action.modifications[i].value))
			continue;
		self->question->problem = STR("no such key: no_such_variable");
		record_error(self, STR("rule"), rule->id);
		return LINEAR_ERROR;
	}
	return LINEAR_TRUE;
}

static void
walk_rule(PolicyWalk *self, const PolicyRule *rule)
{
	LinearTruth truth;

	if (!rule->enabled || !in_force(&rule->validity, self->question->now))
		return;
	truth = judge(self, &rule->condition, STR("rule"), rule->id);
	if (truth == LINEAR_TRUE)
		truth = changes_truth(self, rule);
	if (truth == LINEAR_TRUE)
		rule_matched(self, rule);
	else if (truth == LINEAR_ERROR)
		rule_erred(self, rule);
}

/* Walks one policy that is in scope; true when a deny of it counted. */
static bool
walk_policy(PolicyWalk *self)
{
	const Policy *policy = self->policy;

	for (size_t i = 0; i < policy->rule_count && !self->ended; i++)
		walk_rule(self, &policy->rules[i]);
	if (policy->default_deny && !self->allowed && !self->ended)
		record_match(self, (LinearMatch){.verdict = VERDICT_DENY,
										 .reason_code = REASON_DEFAULT,
										 .reason = policy->default_reason});
	return self->ended;
}

/* A deny ends the walk of active policies, but of a shadow policy only its own. */
static void
walk_status(Question *question, const PolicySet *set, const bool *selected, PolicyStatus status)
{
	LinearDecision *decision = question->decision;

	for (size_t i = 0; i < set->count && question->status == STATUS_OK; i++)
	{
		PolicyWalk self = {.question = question, .policy = set->policies[i]};

		if (self.policy->status != status || (selected != NULL && !selected[i]) ||
			!in_scope(question, self.policy))
			continue;
		self.matches = status == POLICY_SHADOW ? &decision->shadow : &decision->matches;
		if (status == POLICY_ACTIVE)
			decision->any_in_scope = true;
		if (walk_policy(&self) && status == POLICY_ACTIVE)
			break;
	}
}

/* --- The decision --------------------------------------------------------------------------------------- */

/* The first match with the strongest verdict, or NULL. */
static const LinearMatch *
strongest_match(const LinearMatches *matches)
{
	const LinearMatch *strongest = NULL;

	for (const LinearMatch *match = matches->first; match != NULL; match = match->next)
	{
		if (match->excepted != NULL || match->verdict == VERDICT_NONE)
			continue;
		if (strongest == NULL || match->verdict > strongest->verdict)
			strongest = match;
	}
	return strongest;
}

static const PolicyException *
first_exception(const LinearMatches *matches)
{
	for (const LinearMatch *match = matches->first; match != NULL; match = match->next)
		if (match->excepted != NULL)
			return match->excepted;
	return NULL;
}

static void
decide_by_default(LinearDecision *decision, Verdict default_decision)
{
	const PolicyException *exception = first_exception(&decision->matches);

	decision->verdict = default_decision;
	decision->reason_code = REASON_NO_MATCH;
	if (!decision->any_in_scope)
		decision->reason_code = REASON_NO_POLICY;
	else if (exception != NULL && default_decision == VERDICT_ALLOW)
	{
		decision->reason_code = REASON_EXCEPTION;
		decision->reason = exception->reason;
	}
}

/* deny > modify > warn > allow */
static void
combine(LinearDecision *decision, Verdict default_decision)
{
	const LinearMatch *match = strongest_match(&decision->matches);
	bool has_action;

	if (match == NULL)
	{
		decide_by_default(decision, default_decision);
		return;
	}
	has_action = match->rule != NULL && match->reason_code != REASON_ERROR;
	decision->verdict = match->verdict;
	decision->reason_code = match->reason_code;
	decision->decided_by = match;
	if (has_action)
		decision->code = match->rule->action.code;
	if (match->verdict != VERDICT_ALLOW || !has_action)
		decision->reason = match->reason;
}

Status
llp_linear_evaluate(Arena *arena, const PolicySet *set, const bool *selected, const Value *request,
					Timestamp now, Verdict default_decision, LinearDecision *decision)
{
	Question question = {.arena = arena, .request = request, .now = now, .decision = decision};

	*decision = (LinearDecision){.verdict = VERDICT_NONE};
	walk_status(&question, set, selected, POLICY_ACTIVE);
	walk_status(&question, set, selected, POLICY_SHADOW);
	combine(decision, default_decision);
	return question.status;
}
