/*
 * vm/walk.h - the walk over the policies of a scope: which rules match, what counts, where it ends.
 */
#ifndef LLP_VM_WALK_H
#define LLP_VM_WALK_H

#include "policy/model.h"
#include "vm/condition.h"

/* A rule that matched, the fallback that took a rule's place, or the default of a policy. */
typedef struct Match
{
	const Policy *policy;
	const PolicyRule *rule; /* NULL: the policy's defaultAction */
	Verdict verdict;		/* VERDICT_NONE: advice alone */
	ReasonCode reason_code; /* what it would be the reason of: rule, approval, default, error */
	Str reason;				/* empty when there is none */
	/* The exception that keeps this deny from counting, or NULL. */
	const PolicyException *excepted;
	struct Match *next;
} Match;

/* In walk order. */
typedef struct MatchList
{
	Match *first;
	Match *last;
} MatchList;

/* A condition that erred. */
typedef struct ConditionError
{
	const Policy *policy;
	Str kind; /* "rule" or "exception" */
	Str id;
	Str message;
	struct ConditionError *next;
} ConditionError;

/* Errors that a result lists: the first of each policy, this many at most.  All are counted. */
#define LLP_MAX_RULE_ERRORS 16

typedef struct Walk
{
	MatchList matches; /* of the policies in force */
	MatchList shadow;  /* of shadow policies, each walked alone to its own end */
	bool any_in_scope; /* was a policy in force in scope? */
	ConditionError *first_error;
	ConditionError *last_error;
	size_t errors_kept;
	size_t error_count;
	bool fell_open; /* an allow of `fallback` stands in for a rule that would have said no */
} Walk;

/*
 * Walks over `set` as of `now`.  STATUS_OK, STATUS_NO_MEMORY or STATUS_CANCELLED; `walk` is void unless OK.
 */
extern Status llp_walk(Interpreter *vm, const PolicySet *set, Timestamp now, Walk *walk);

/*
 * Does the rule's own action come with this match?  Not when a fallback or a default stands in for it.
 */
extern bool llp_match_has_action(const Match *match);

#endif
