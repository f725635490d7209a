/*
 * vm/evaluate.h - a program and a request in, a decision out.
 *
 * What is decided is what a walk over every policy and every rule in order would decide; which rules are
 * looked at is the index's business.  Where language.md section 5 leaves room it is filled like this:
 *
 * - An allow that a rule gave has no "reason"; the rule's own stands in "matches".
 * - The default of a policy is a match without "rule".  A fallback is a match of the rule it stands in for,
 *   without that rule's modifications and advice.
 * - Each shadow policy is walked alone to its own end, also behind a deny, after the active ones.  Its errors
 *   are counted like all.
 * - With reason code exception the "reason" is the exception's.  Where the default decision is deny, an
 *   exception opens nothing: the reason code is no_match.
 * - Templates of modifications are computed when their rule matches, all others once the decision is known
 * and for what goes into the result; there an error changes nothing but "errors".
 * - "warnings" are the reasons of warn rules, unless the decision is deny, and what became of modifications
 *   that lost a conflict or had no place.
 */
#ifndef LLP_VM_EVALUATE_H
#define LLP_VM_EVALUATE_H

#include "base/diag.h"
#include "base/status.h"
#include "base/timestamp.h"
#include "base/tree.h"
#include "llm/redactor.h"
#include "vm/limits.h"
#include "vm/program.h"

typedef struct EvaluationOptions
{
	Timestamp now;			  /* judges validity times; appears as "now" */
	Verdict default_decision; /* VERDICT_ALLOW or VERDICT_DENY, when nothing matched */
	bool verdict_only;		  /* the decision needs no result */
	bool trace;				  /* add "trace" */
	bool return_request;	  /* add "modifiedRequest" when the decision is modify */
	Str decision_id;		  /* "decisionId", and "requestId" where the request has none; empty: neither */
	Str policy_set;			  /* "policySet": the hash of the set */
	const bool *selected;	  /* a flag for each policy of the image that counts; NULL: all do */
	const ExpressionLimits *limits; /* NULL: the defaults */
	const Value *given_data;		/* a map: the values of data.name, for tests; NULL: ask the host */
	const Redactor *redactor;		/* NULL: rules that redact err */
} EvaluationOptions;

typedef struct Decision
{
	Verdict verdict; /* never VERDICT_NONE */
	ReasonCode reason_code;
	/* A verdict that came of `fallback: allow`: it is audited whatever the caller asked. */
	bool fell_open;
	/* Conditions and templates that erred, those of shadow policies too; with verdict_only those of texts are
	 * not looked at. */
	size_t error_count;
	/*
	 * The result of language.md section 5, a map: every key but "audited" and "evaluationTimeMs", which
	 * belong to the surroundings.  Keys without content are absent.
	 */
	TreeNode *result; /* NULL with verdict_only */
} Decision;

/* May it be a request?  STATUS_INVALID, with one finding, unless it is a map without keys that are reserved.
 */
extern Status llp_check_request(const Value *request, DiagnosticList *findings);
/*
 * Decides.  `request` must be a map without the keys `data` and `variables`, otherwise STATUS_INVALID with
 * one finding; STATUS_LIMIT, likewise, when it is to be modified and is nested deeper than
 * LLP_MAX_REQUEST_DEPTH.  STATUS_NO_MEMORY and STATUS_CANCELLED leave `decision` undefined.  The result
 * points into the arena, the program and the request.
 */
extern Status llp_evaluate(Arena *arena, Program *program, const Value *request,
						   const EvaluationOptions *options, Decision *decision, DiagnosticList *findings);

/*
 * Evaluates an expression that stands alone, by the program of llp_compile_expression_set, and gives its
 * value as JSON (vm/cel_tree.h).  The request was checked; `limits` NULL: the defaults.  STATUS_INVALID: the
 * expression errs, as the one finding says; STATUS_LIMIT: likewise, it is too expensive.  STATUS_NO_MEMORY,
 * STATUS_CANCELLED.
 */
extern Status
llp_evaluate_expression(Arena *arena, Program *program, const Value *request, Timestamp now,
						const ExpressionLimits *limits, TreeNode **result, DiagnosticList *findings);

#endif
