/*
 * vm/trace.h - what an evaluation looked at, written down while it looks.
 *
 * A trace is a list of candidates in walk order: {"policy", "namespace", "rule" or "exception", "matched",
 * "condition"}; a condition is {"operator", "field", "value", "result"} or {"operator", "conditions",
 * "result"}, where "value" is what was read (absent when there was nothing) and children that the answer did
 * not need are absent.  The last element is {"skipped": n}, the rules that nobody had to look at.
 *
 * Every function takes a NULL trace, or a NULL node, and then does nothing, so that one interpreter serves
 * with and without a trace.  When memory ends the arena knows it.
 */
#ifndef LLP_VM_TRACE_H
#define LLP_VM_TRACE_H

#include "base/terms.h"
#include "base/tree.h"

/*
 * A hostile request cannot make a trace large: values are cut, and when this many condition nodes and values
 * have been written the candidates go on without them ("truncated": true in the last element).
 */
#define LLP_TRACE_NODES 5000
#define LLP_TRACE_STRING 200 /* code points of a string that are shown */
#define LLP_TRACE_ITEMS 16	 /* elements or members of a container that are shown */
#define LLP_TRACE_DEPTH 3	 /* containers inside each other that are shown */

typedef enum Truth
{
	TRUTH_FALSE,
	TRUTH_TRUE,
	TRUTH_ERROR
} Truth;

typedef struct Trace
{
	Arena *arena;
	TreeNode *list;
	unsigned nodes; /* condition nodes and values so far */
	bool truncated;
} Trace;

extern void llp_trace_init(Trace *trace, Arena *arena);
/* Begins a candidate; `kind` is "rule" or "exception". */
extern TreeNode *llp_trace_candidate(Trace *trace, Str policy, Str ns, bool is_shadow, Str kind, Str id);
extern void llp_trace_matched(Trace *trace, TreeNode *candidate, Truth truth);
/* Adds the condition, or one more child condition, below `parent`. */
extern TreeNode *llp_trace_condition(Trace *trace, TreeNode *parent, Operator op);
extern void llp_trace_read(Trace *trace, TreeNode *condition, Str field, const Value *value);
/* Adds an expression as the candidate's condition: {"expression", "reads": [{"field", "value"}], "result"}.
 */
extern TreeNode *llp_trace_expression(Trace *trace, TreeNode *parent, Str text);
/* Adds what an expression read, unless it has read the same before. */
extern void llp_trace_expression_read(Trace *trace, TreeNode *node, Str field, const Value *value);
extern void llp_trace_result(Trace *trace, TreeNode *condition, Truth truth);
/* The finished list. */
extern TreeNode *llp_trace_finish(Trace *trace, uint32_t skipped);

#endif
