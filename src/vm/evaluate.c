/*
 * vm/evaluate.c - the steps of an evaluation, one after the other.
 */
#include "vm/evaluate.h"

#include "vm/cel_tree.h"
#include "vm/changes.h"
#include "vm/decision.h"
#include "vm/expression.h"
#include "vm/finish.h"
#include "vm/modify.h"
#include "vm/result.h"
#include "vm/walk.h"

static Status
refuse(DiagnosticList *findings, Status status, Str path, const char *hint, const char *problem)
{
	llp_diag_add(findings, SEVERITY_ERROR, 0, 0, path, hint, "%s", problem);
	return status;
}

Status
llp_check_request(const Value *request, DiagnosticList *findings)
{
	const Str reserved[] = {STR("data"), STR("variables")};

	if (request->kind != VALUE_MAP)
		return refuse(findings, STATUS_INVALID, STR(""), "Pass the request as a JSON object.",
					  "the request is not an object");
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (llp_member(request, reserved[i]).kind != VALUE_MISSING)
			return refuse(findings, STATUS_INVALID, reserved[i],
						  "\"data\" and \"variables\" belong to the policies; give the member another name.",
						  "the request has a key that is reserved");
	return STATUS_OK;
}

/* What the modify rules do to the request. */
static Status
find_changes(Interpreter *vm, const Walk *walk, bool want_modified, TreeNode *warnings, Changes *changes,
			 DiagnosticList *findings)
{
	Plan plan;
	Status status = llp_plan(vm->arena, &walk->matches, warnings, &plan);

	if (status == STATUS_OK)
		status = llp_make_changes(vm->arena, vm->slots.request, &plan, want_modified, vm->redactor, warnings,
								  changes);
	if (status == STATUS_LIMIT)
		refuse(findings, STATUS_LIMIT, STR(""), "Its modifications cannot be made.",
			   "the request is nested too deep to be modified");
	return status;
}

static TreeNode *
finish_trace(Trace *trace, const Image *image, const Walk *walk)
{
	return llp_trace_finish(trace, image->rule_count - walk->rules_judged);
}

Status
llp_evaluate(Arena *arena, Program *program, const Value *request, const EvaluationOptions *options,
			 Decision *decision, DiagnosticList *findings)
{
	Interpreter vm;
	ResultParts parts = {.request = request, .options = options};
	TreeNode *warnings = llp_tree_list(arena);
	Changes changes;
	Outcome outcome;
	Trace trace;
	Walk walk;
	Status status = llp_check_request(request, findings);

	if (status != STATUS_OK)
		return status;
	if (!llp_interpreter_init(&vm, arena, program, request, options->now, options->limits))
		return STATUS_NO_MEMORY;
	vm.given_data = options->given_data;
	vm.redactor = options->redactor;
	if (options->trace)
	{
		llp_trace_init(&trace, arena);
		vm.trace = &trace;
	}
	status = llp_walk(&vm, options->selected, options->now, &walk);
	if (status != STATUS_OK)
		return status;
	outcome = llp_combine(&walk, options->default_decision);
	*decision = (Decision){.verdict = outcome.verdict,
						   .reason_code = outcome.reason_code,
						   .fell_open = walk.fell_open,
						   .error_count = walk.error_count};
	if (options->verdict_only)
		return STATUS_OK;
	status = llp_finish(&vm, &walk, &outcome);
	if (status != STATUS_OK)
		return status;
	decision->error_count = walk.error_count;
	if (outcome.verdict == VERDICT_MODIFY)
	{
		status = find_changes(&vm, &walk, options->return_request, warnings, &changes, findings);
		if (status != STATUS_OK)
			return status;
		parts.changes = &changes;
	}
	parts.walk = &walk;
	parts.outcome = &outcome;
	parts.warnings = warnings;
	parts.trace = options->trace ? finish_trace(&trace, program->image, &walk) : NULL;
	decision->result = llp_result(arena, &parts);
	return llp_arena_exhausted(arena) ? STATUS_NO_MEMORY : STATUS_OK;
}

/* Why there is no value. */
static Status
report_expression(Interpreter *vm, CelValue problem, DiagnosticList *findings)
{
	Str message;

	if (problem.kind == CEL_STOPPED && vm->cel.status != STATUS_LIMIT)
		return vm->cel.status;
	message = llp_expression_problem(vm, problem);
	llp_diag_add(findings, SEVERITY_ERROR, 0, 0, STR(""), NULL, "%.*s", STR_ARG(message));
	return problem.kind == CEL_STOPPED ? STATUS_LIMIT : STATUS_INVALID;
}

Status
llp_evaluate_expression(Arena *arena, Program *program, const Value *request, Timestamp now,
						const ExpressionLimits *limits, TreeNode **result, DiagnosticList *findings)
{
	PolicyView view;
	Interpreter vm;
	CelValue problem;
	CelValue value;

	if (!llp_interpreter_init(&vm, arena, program, request, now, limits))
		return STATUS_NO_MEMORY;
	view = llp_policy_view(program->image, 0);
	value = llp_run_expression(&vm, &view, 0, NULL);
	*result = llp_cel_tree(&vm.cel, value, &problem);
	return *result == NULL ? report_expression(&vm, problem, findings) : STATUS_OK;
}
