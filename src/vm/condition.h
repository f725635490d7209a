/*
 * vm/condition.h - is a condition true of a request?
 *
 * The one interpreter of conditions: rules, exceptions and traces all go through it.  Here an operator tree
 * is walked; the expressions of language.md section 4 have their place and err until they can be compiled.
 */
#ifndef LLP_VM_CONDITION_H
#define LLP_VM_CONDITION_H

#include "base/status.h"
#include "policy/model.h"
#include "vm/trace.h"

typedef struct Interpreter
{
	Arena *arena;
	const Host *host;
	const Value *request;
	Trace *trace;	 /* NULL: none is wanted */
	unsigned leaves; /* judged so far; says when to poll */
	/* Once it is not STATUS_OK every answer is void and the caller unwinds. */
	Status status;
	Str problem; /* of the last TRUTH_ERROR; names paths, never values */
} Interpreter;

/*
 * Judges `condition`; its trace goes below `candidate`.  TRUTH_ERROR: the condition errs, `problem` says why.
 * As in the expression language a false beats an error in `and`, a true beats it in `or`.  Recursion is as
 * deep as the condition.
 */
extern Truth llp_condition_truth(Interpreter *vm, const Condition *condition, TreeNode *candidate);
/* Asks the host whether to go on; false when the work must stop. */
extern bool llp_interpreter_poll(Interpreter *vm);

#endif
