/*
 * vm/modify.c - applies a decision's result to a request.
 *
 * The result may come from anyone: nothing about it is taken for granted.
 */
#include "vm/modify.h"

#include "base/terms.h"
#include "vm/draft.h"
#include "vm/json_patch.h"

static Status
complain(DiagnosticList *findings, Str path, const char *problem)
{
	llp_diag_add(findings, SEVERITY_ERROR, 0, 0, path, NULL, "%s", problem);
	return STATUS_INVALID;
}

static Status
too_deep(DiagnosticList *findings, Str path)
{
	llp_diag_add(findings, SEVERITY_ERROR, 0, 0, path, NULL, "nested deeper than %d levels",
				 LLP_MAX_REQUEST_DEPTH);
	return STATUS_LIMIT;
}

static bool
is_decision(const Value *decision)
{
	Value verdict = llp_member(decision, STR("decision"));

	return verdict.kind == VALUE_STRING && llp_verdict_of(verdict.as.string) != VERDICT_NONE;
}

/* A value that has no place is left out, as it was when the decision was made. */
static Status
apply_value(Draft *draft, Str path_text, const Value *value, DiagnosticList *findings)
{
	TreeNode *node = llp_tree_copy(draft->arena, value, LLP_MAX_REQUEST_DEPTH);
	const char *problem;
	size_t offset;
	FieldPath path;
	Status status;

	if (llp_arena_exhausted(draft->arena))
		return STATUS_NO_MEMORY;
	if (node == NULL)
		return too_deep(findings, path_text);
	path_text = llp_str_copy(draft->arena, path_text);
	if (path_text.data == NULL)
		return STATUS_NO_MEMORY;
	status = llp_path_parse(draft->arena, path_text, &path, &problem, &offset);
	if (status == STATUS_INVALID)
		return complain(findings, path_text, problem);
	if (status == STATUS_OK)
		llp_draft_set(draft, &path, node);
	return status;
}

static Status
apply_values(Draft *draft, const Value *values, DiagnosticList *findings)
{
	if (values->kind != VALUE_MAP)
		return complain(findings, STR("modifications"), "modifications are not an object");
	for (size_t i = 0; i < values->as.container.count; i++)
	{
		Str path;
		Value value = llp_entry(values, i, &path);
		Status status = apply_value(draft, path, &value, findings);

		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static Status
apply_decision(Draft *draft, const Value *decision, DiagnosticList *findings)
{
	Value patch = llp_member(decision, STR("patch"));
	Value values = llp_member(decision, STR("modifications"));

	if (patch.kind != VALUE_MISSING)
		return llp_json_patch(draft->arena, &draft->root, &patch, LLP_MAX_REQUEST_DEPTH, findings);
	if (values.kind != VALUE_MISSING)
		return apply_values(draft, &values, findings);
	return STATUS_OK;
}

Status
llp_apply_modifications(Arena *arena, const Value *request, const Value *decision, TreeNode **modified,
						DiagnosticList *findings)
{
	Draft draft;
	Status status;

	if (request->kind != VALUE_MAP)
		return complain(findings, STR(""), "the request is not an object");
	if (!is_decision(decision))
		return complain(findings, STR(""), "this is not the result of a decision");
	status = llp_draft_init(&draft, arena, request, LLP_MAX_REQUEST_DEPTH, false);
	if (status == STATUS_LIMIT)
		return too_deep(findings, STR(""));
	if (status == STATUS_OK)
		status = apply_decision(&draft, decision, findings);
	if (status == STATUS_OK && llp_arena_exhausted(arena))
		status = STATUS_NO_MEMORY;
	*modified = draft.root;
	return status;
}
