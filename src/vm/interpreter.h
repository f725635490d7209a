/*
 * vm/interpreter.h - runs the program of a condition over a request.
 *
 * The one interpreter: rules, exceptions, appliesTo and traces all go through it.
 */
#ifndef LLP_VM_INTERPRETER_H
#define LLP_VM_INTERPRETER_H

#include "base/timestamp.h"
#include "llm/redactor.h"
#include "vm/host_calls.h"
#include "vm/limits.h"
#include "vm/slots.h"
#include "vm/trace.h"

/* A policy of the image with what running its code needs. */
typedef struct PolicyView
{
	uint32_t number;
	const ImagePolicy *policy;
	const Fragment *fragment;
	PolicyLinks links;
	CelValue *variables; /* CEL_STOPPED: not computed yet; NULL: nobody can read one */
} PolicyView;

typedef struct Interpreter
{
	Arena *arena;
	const Host *host;
	Program *program;
	Slots slots;
	Trace *trace;			  /* NULL: none is wanted */
	CelContext cel;			  /* of expressions */
	AnsweredCall *answers;	  /* of the surroundings, to expressions */
	const Value *given_data;  /* a map: what data.name is; NULL: what the surroundings say */
	const Redactor *redactor; /* NULL: texts cannot be redacted */
	uint64_t rule_steps;	  /* what the expressions of a rule may use */
	uint64_t rule_left;		  /* of these, for the rule in hand */
	uint64_t steps_left;	  /* of the evaluation's, for expressions */
	unsigned instructions;	  /* tests so far; says when to poll */
	/* Once it is not STATUS_OK every answer is void and the caller unwinds. */
	Status status;
	Str problem;		/* of the last TRUTH_ERROR; names paths, never values */
	ReasonCode trouble; /* likewise: REASON_LIMIT when a limit was hit, else REASON_ERROR */
} Interpreter;

/*
 * Begins to evaluate a request, a map, by a program; `now` is what expressions call so.  `limits` NULL: the
 * defaults.  False when the arena is exhausted.
 */
extern bool llp_interpreter_init(Interpreter *vm, Arena *arena, Program *program, const Value *request,
								 Timestamp now, const ExpressionLimits *limits);
extern PolicyView llp_policy_view(const Image *image, uint32_t policy);
/*
 * Runs the program that begins at instruction `entry` of the policy; its trace goes below `candidate`.
 * TRUTH_ERROR: the condition errs, `problem` says why.
 */
extern Truth llp_run(Interpreter *vm, const PolicyView *view, uint32_t entry, TreeNode *candidate);
/* Asks the host whether to go on; false when the work must stop. */
extern bool llp_interpreter_poll(Interpreter *vm);

#endif
