/*
 * prog/compile.c - from a policy of the model to its fragment.
 *
 * Copies what a decision needs of policy, rules and exceptions; conditions are the business of
 * prog/condition.c and prog/access.c.
 */
#include "prog/compile.h"

#include "prog/access.h"
#include "prog/assembler.h"
#include "prog/condition.h"
#include "prog/expression.h"
#include "prog/template.h"

static bool
is_bounded(const Validity *validity)
{
	return validity->from != TIMESTAMP_MIN || validity->until != TIMESTAMP_MAX;
}

static void
compile_modifications(Assembler *assembler, const Action *action, RuleExtra *extra)
{
	extra->first_modification = llp_asm_count(assembler, SECTION_modifications);
	for (size_t i = 0; i < action->modification_count; i++)
	{
		const Modification *modification = &action->modifications[i];
		FragmentModification stored = {.path = llp_asm_text(assembler, modification->path.text),
									   .kind = (uint32_t) modification->kind,
									   .value = llp_compile_value(assembler, modification->value)};

		llp_asm_add(assembler, SECTION_modifications, &stored);
	}
	extra->modification_count = (uint32_t) action->modification_count;
}

static bool
redacts(const Action *action)
{
	for (size_t i = 0; i < action->modification_count; i++)
		if (action->modifications[i].kind == MODIFICATION_REDACT)
			return true;
	return false;
}

static void
compile_advice(Assembler *assembler, const Action *action, RuleExtra *extra)
{
	extra->first_advice = llp_asm_count(assembler, SECTION_advice);
	for (size_t i = 0; i < action->advice_count; i++)
	{
		FragmentAdvice stored = {.type = (uint32_t) action->advice[i].type,
								 .value = llp_compile_value(assembler, action->advice[i].body)};

		llp_asm_add(assembler, SECTION_advice, &stored);
	}
	extra->advice_count = (uint32_t) action->advice_count;
}

static uint32_t
compile_extra(Assembler *assembler, const PolicyRule *rule)
{
	const Action *action = &rule->action;
	RuleExtra extra = {.valid_from = rule->validity.from, .valid_until = rule->validity.until};

	if (!is_bounded(&rule->validity) && action->modification_count == 0 && action->advice_count == 0 &&
		action->approvers == NULL && action->timeout == NULL && action->template_count == 0)
		return NO_EXTRA;
	compile_modifications(assembler, action, &extra);
	compile_advice(assembler, action, &extra);
	extra.approvers = llp_compile_value(assembler, action->approvers);
	extra.timeout = llp_compile_value(assembler, action->timeout);
	extra.reason = llp_compile_text(assembler, action->reason_node);
	extra.code = llp_compile_text(assembler, action->code_node);
	return llp_asm_add(assembler, SECTION_extras, &extra);
}

static void
compile_policy_extra(Assembler *assembler, const Policy *policy)
{
	PolicyExtra extra = {.valid_from = policy->validity.from,
						 .valid_until = policy->validity.until,
						 .default_reason = llp_asm_text(assembler, policy->default_reason),
						 .fallback_reason = llp_asm_text(assembler, policy->fallback_reason)};

	if (is_bounded(&policy->validity) || extra.default_reason.at != 0 || extra.fallback_reason.at != 0)
		llp_asm_add(assembler, SECTION_policy_extras, &extra);
}

static void
compile_rule(Assembler *assembler, const PolicyRule *rule)
{
	FragmentRule stored = {.id = llp_asm_text(assembler, rule->id),
						   .reason = llp_asm_text(assembler, rule->action.reason),
						   .code = llp_asm_text(assembler, rule->action.code),
						   .entry = llp_compile_condition(assembler, &rule->condition),
						   .first_clause = llp_asm_count(assembler, SECTION_clauses),
						   .verdict = (uint8_t) rule->action.verdict,
						   .flags = rule->action.needs_approval ? RULE_NEEDS_APPROVAL : 0};

	stored.clause_count = llp_compile_clauses(assembler, &rule->condition);
	llp_begin_action(assembler, &rule->action);
	stored.extra = compile_extra(assembler, rule);
	if (llp_end_action(assembler))
		stored.flags |= RULE_HAS_TEMPLATES;
	if (redacts(&rule->action))
		stored.flags |= RULE_REDACTS;
	llp_asm_add(assembler, SECTION_rules, &stored);
}

static void
compile_exception(Assembler *assembler, const PolicyException *exception)
{
	FragmentException stored = {.valid_from = exception->validity.from,
								.valid_until = exception->validity.until,
								.id = llp_asm_text(assembler, exception->id),
								.reason = llp_asm_text(assembler, exception->reason),
								.entry = llp_compile_condition(assembler, &exception->condition)};

	llp_asm_add(assembler, SECTION_exceptions, &stored);
}

static uint32_t
compile_value(Assembler *assembler, const PolicyVariable *variable)
{
	if (variable->expression != NULL)
		return llp_compile_expression(assembler, variable->expression);
	return llp_compile_rows(assembler, variable->source, variable->arguments, variable->argument_count);
}

/* Each variable is numbered before the first that may read it is compiled. */
static void
compile_variables(Assembler *assembler, const Policy *policy)
{
	for (size_t i = 0; i < policy->variable_count; i++)
		if (llp_intern(&assembler->variables, policy->variables[i].name) == INTERN_NONE)
			llp_asm_fail(assembler, STATUS_NO_MEMORY);
	for (size_t i = 0; i < policy->variable_count && assembler->status == STATUS_OK; i++)
	{
		const PolicyVariable *variable = &policy->variables[i];
		FragmentVariable stored = {.name = llp_asm_text(assembler, variable->name),
								   .entry = compile_value(assembler, variable),
								   .depth = variable->depth};

		llp_asm_add(assembler, SECTION_variables, &stored);
	}
}

/* What is disabled leaves no trace. */
static void
compile_parts(Assembler *assembler, const Policy *policy)
{
	uint32_t end;

	for (size_t i = 0; i < policy->rule_count && assembler->status == STATUS_OK; i++)
		if (policy->rules[i].enabled)
			compile_rule(assembler, &policy->rules[i]);
	for (size_t i = 0; i < policy->exception_count && assembler->status == STATUS_OK; i++)
		if (policy->exceptions[i].enabled)
			compile_exception(assembler, &policy->exceptions[i]);
	end = llp_asm_count(assembler, SECTION_accesses);
	llp_asm_add(assembler, SECTION_clauses, &end);
}

Status
llp_compile_policy(Arena *arena, const Policy *policy, const uint8_t *source, const Fragment **fragment)
{
	Fragment header = {.priority = policy->priority,
					   .status = (uint8_t) policy->status,
					   .default_deny = policy->default_deny,
					   .fallback = (uint8_t) policy->fallback};
	Assembler assembler;

	llp_asm_init(&assembler, arena);
	if (source != NULL)
		memcpy(header.source, source, sizeof(header.source));
	header.ns = llp_asm_text(&assembler, policy->ns);
	header.id = llp_asm_text(&assembler, policy->id);
	compile_policy_extra(&assembler, policy);
	header.applies_clauses =
		llp_compile_applicability_clauses(&assembler, policy->applies_to, policy->applies_to_count);
	header.applies_entry =
		llp_compile_applicability(&assembler, policy->applies_to, policy->applies_to_count);
	compile_variables(&assembler, policy);
	compile_parts(&assembler, policy);
	*fragment = llp_asm_finish(&assembler, &header);
	return assembler.status;
}
