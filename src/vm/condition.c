/*
 * vm/condition.c - walks operator trees.
 *
 * Knows nothing of rules, verdicts or policies.
 */
#include "vm/condition.h"

#include "vm/operators.h"

/* A leaf takes well under a microsecond unless its values are long. */
#define LEAVES_PER_POLL 16

bool
llp_interpreter_poll(Interpreter *vm)
{
	if (vm->status == STATUS_OK && vm->host->poll(vm->host->context))
		vm->status = STATUS_CANCELLED;
	return vm->status == STATUS_OK;
}

static Truth
leaf_truth(Interpreter *vm, const OperatorTree *leaf, TreeNode *trace)
{
	Value field = llp_path_fetch(vm->request, &leaf->field);
	Value constant = llp_tree_value(leaf->value);
	bool holds = false;

	if (++vm->leaves % LEAVES_PER_POLL == 0 && !llp_interpreter_poll(vm))
		return TRUTH_ERROR;
	llp_trace_read(vm->trace, trace, leaf->field.text, &field);
	vm->status = llp_operator_holds(vm->host, leaf->op, &field, &constant, leaf->regex, &holds);
	return holds ? TRUTH_TRUE : TRUTH_FALSE;
}

static Truth tree_truth(Interpreter *vm, const OperatorTree *tree, TreeNode *parent);

/*
 * `and` and `or` are one thing: the truth of `decisive` in a child ends it, otherwise an error in a child is
 * its result, otherwise the opposite of `decisive`.
 */
static Truth
junction_truth(Interpreter *vm, const OperatorTree *tree, Truth decisive, TreeNode *trace)
{
	Truth result = decisive == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;

	for (size_t i = 0; i < tree->child_count; i++)
	{
		Truth truth = tree_truth(vm, tree->children[i], trace);

		if (vm->status != STATUS_OK)
			return TRUTH_ERROR;
		if (truth == decisive)
			return decisive;
		if (truth == TRUTH_ERROR)
			result = TRUTH_ERROR;
	}
	return result;
}

static Truth
negation_truth(Interpreter *vm, const OperatorTree *tree, TreeNode *trace)
{
	Truth truth = tree_truth(vm, tree->children[0], trace);

	if (truth == TRUTH_ERROR)
		return truth;
	return truth == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
}

static Truth
tree_truth(Interpreter *vm, const OperatorTree *tree, TreeNode *parent)
{
	TreeNode *trace = llp_trace_condition(vm->trace, parent, tree->op);
	Truth truth;

	switch (tree->op)
	{
		case OPERATOR_AND:
			truth = junction_truth(vm, tree, TRUTH_FALSE, trace);
			break;
		case OPERATOR_OR:
			truth = junction_truth(vm, tree, TRUTH_TRUE, trace);
			break;
		case OPERATOR_NOT:
			truth = negation_truth(vm, tree, trace);
			break;
		default:
			truth = leaf_truth(vm, tree, trace);
	}
	llp_trace_result(vm->trace, trace, truth);
	return truth;
}

Truth
llp_condition_truth(Interpreter *vm, const Condition *condition, TreeNode *candidate)
{
	Truth truth = TRUTH_ERROR;

	if (condition->kind == CONDITION_TREE)
		truth = tree_truth(vm, condition->as.tree, candidate);
	else
		vm->problem = STR("expressions are not available yet");
	llp_trace_matched(vm->trace, candidate, truth);
	return truth;
}
