/*
 * test/reference/linear.h - what a policy set decides, found out by walking over all of it.
 *
 * The engine compiles policies and asks an index which rules a request can concern.  This evaluator does
 * neither: it judges every rule of every policy in order, operator tree by operator tree, on the model as the
 * reader made it.  It is slow, has nothing in common with prog/ and the walk of vm/, and says what they have
 * to say.
 */
#ifndef LLP_TEST_LINEAR_H
#define LLP_TEST_LINEAR_H

#include "base/status.h"
#include "policy/model.h"

/* A rule that matched, the fallback that took a rule's place, or the default of a policy. */
typedef struct LinearMatch
{
	const Policy *policy;
	const PolicyRule *rule; /* NULL: the policy's defaultAction */
	Verdict verdict;		/* VERDICT_NONE: advice alone */
	ReasonCode reason_code; /* rule, approval, default or error */
	Str reason;				/* data is NULL when there is none */
	/* The exception that keeps this deny from counting, or NULL. */
	const PolicyException *excepted;
	struct LinearMatch *next;
} LinearMatch;

/* In walk order. */
typedef struct LinearMatches
{
	LinearMatch *first;
	LinearMatch *last;
} LinearMatches;

/* A condition that erred. */
typedef struct LinearError
{
	const Policy *policy;
	Str kind; /* "rule" or "exception" */
	Str id;
	Str message;
	struct LinearError *next;
} LinearError;

/* Errors that are listed: the first of each policy, this many at most.  All are counted. */
#define LINEAR_MAX_ERRORS 16

typedef struct LinearDecision
{
	Verdict verdict;
	ReasonCode reason_code;
	Str reason; /* data is NULL when there is none */
	Str code;	/* likewise */
	const LinearMatch *decided_by;
	LinearMatches matches; /* of active policies */
	LinearMatches shadow;
	bool any_in_scope; /* was an active policy in scope? */
	bool fell_open;	   /* an allow of `fallback` stands in for a rule that would have said no */
	LinearError *first_error;
	LinearError *last_error;
	size_t errors_kept;
	size_t error_count;
} LinearDecision;

/*
 * Decides `request`, a map, as of `now`: active policies first, then shadow policies.  `selected` has a flag
 * for each policy of the set; NULL: all count.  STATUS_OK or STATUS_NO_MEMORY.
 */
extern Status
llp_linear_evaluate(Arena *arena, const PolicySet *set, const bool *selected, const Value *request,
					Timestamp now, Verdict default_decision, LinearDecision *decision);

/* A condition that errs, whatever the request: it reads a variable that no request has. */
extern const Expression *const erring_expression;
/* The same as a template: the one of modifications that is known to err. */
#define ERRING_TEMPLATE "{{ no_such_variable }}"

#endif
