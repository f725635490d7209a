/*
 * vm/walk.h - the walk over the candidates of a program: which rules match, what counts, where it ends.
 */
#ifndef LLP_VM_WALK_H
#define LLP_VM_WALK_H

#include "vm/interpreter.h"

/* The values of a rule's action that has templates, with what the templates gave. */
typedef struct Rendered
{
	TreeNode **changes;	 /* by modification; NULL for those without a value */
	uint64_t steps_left; /* of the rule's, for what is below */
	/* Once the decision is known (vm/finish.h), as far as it goes into a result: */
	TreeNode **advice; /* by advice */
	TreeNode *approvers;
	TreeNode *timeout;
} Rendered;

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
	Rendered *rendered;		/* NULL: the action has no templates, or does not come with this match */
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

/* A condition, or a template of a rule's action, that erred. */
typedef struct ConditionError
{
	uint32_t number; /* of the policy */
	Str policy;		 /* id */
	Str kind;		 /* "rule" or "exception" */
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
 * Counts an error of the rule or the exception, as vm->problem says it, and lists it if there is room.
 */
extern void llp_walk_error(Walk *walk, Interpreter *vm, const PolicyView *view, Str kind, Str id);
/*
 * Does the rule's own action come with this match?  Not when a fallback or a default stands in for it.
 */
extern bool llp_match_has_action(const Match *match);
/* What few rules have, or NULL. */
extern const RuleExtra *llp_match_extra(const Match *match);

#endif
