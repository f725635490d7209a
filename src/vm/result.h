/*
 * vm/result.h - the result of language.md section 5 as a tree.
 */
#ifndef LLP_VM_RESULT_H
#define LLP_VM_RESULT_H

#include "vm/changes.h"
#include "vm/decision.h"
#include "vm/evaluate.h"

/* All that a result is made of. */
typedef struct ResultParts
{
	const Value *request;
	const EvaluationOptions *options;
	const Walk *walk;
	const Outcome *outcome;
	const Changes *changes;	  /* NULL unless the decision is modify */
	const TreeNode *warnings; /* about changes: a list */
	TreeNode *trace;		  /* NULL unless asked for */
} ResultParts;

/* Builds the result; NULL or an incomplete tree when the arena is exhausted. */
extern TreeNode *llp_result(Arena *arena, const ResultParts *parts);

#endif
