/*
 * vm/expression.h - runs the program of an expression over a request.
 */
#ifndef LLP_VM_EXPRESSION_H
#define LLP_VM_EXPRESSION_H

#include "vm/interpreter.h"

/*
 * Runs the expression that begins at instruction `entry` of the policy, within what is left of the
 * evaluation's steps and of a rule's.  The result may be an error.  It is CEL_STOPPED when the work has to
 * end: then vm->cel says why, and if that is a limit only this expression ends; otherwise vm->status is set.
 * What was read of the request is written to `node` of the trace; NULL: there is none.
 */
extern CelValue llp_run_expression(Interpreter *vm, const PolicyView *view, uint32_t entry, TreeNode *node);
/*
 * Computes a template, a value of the policy that is FRAGMENT_TEMPLATE, as JSON.  NULL: it errs, and
 * vm->problem and vm->trouble say why, or the work has to end, as vm->status says.
 */
extern TreeNode *llp_run_template(Interpreter *vm, const PolicyView *view, const FragmentValue *template);
/* The same as a condition: an error, and what is no bool, is TRUTH_ERROR, and vm->problem says what it is. */
extern Truth llp_run_condition(Interpreter *vm, const PolicyView *view, uint32_t entry, TreeNode *candidate);
/* What vm->problem says of a result that is no bool, or of one of llp_run_expression that is an error. */
extern Str llp_expression_problem(Interpreter *vm, CelValue result);

#endif
