/*
 * vm/walk.h - the walk over the candidates of a program: which rules match, what counts, where it ends.
 */
#ifndef LLP_VM_WALK_H
#define LLP_VM_WALK_H

#include "vm/interpreter.h"

/* A rule that matched, the fallback that took a rule's place, or the default of a policy. */
typedef struct Match
{
	PolicyView view;
	Str ns;
	Str policy;				  /* id */
	const FragmentRule *rule; /* NULL: the policy's defaultAction */
	Str rule_id;
	Verdict verdict;		/* VERDICT_NONE: advice alone */
	ReasonCode reason_code; /* what it would be the reason of: rule, approval, default, error, limit */
	Str reason;				/* data is NULL when there is none */
	/* The exception that keeps this deny from counting, or NULL. */
	const FragmentException *excepted;
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
	Str policy; /* id */
	Str kind;	/* "rule" or "exception" */
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
	bool fell_open;		   /* an allow of `fallback` stands in for a rule that would have said no */
	uint32_t rules_judged; /* rules whose conditions were looked at */
} Walk;

/*
 * Walks over the program's candidates as of `now`.  `selected` has a flag for each policy of the image; NULL:
 * all count.  STATUS_OK, STATUS_NO_MEMORY or STATUS_CANCELLED; `walk` is void unless OK.
 */
extern Status llp_walk(Interpreter *vm, const bool *selected, Timestamp now, Walk *walk);

/*
 * Does the rule's own action come with this match?  Not when a fallback or a default stands in for it.
 */
extern bool llp_match_has_action(const Match *match);
/* What few rules have, or NULL. */
extern const RuleExtra *llp_match_extra(const Match *match);

#endif
