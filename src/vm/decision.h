/*
 * vm/decision.h - what the matches of a walk amount to.
 */
#ifndef LLP_VM_DECISION_H
#define LLP_VM_DECISION_H

#include "vm/walk.h"

typedef struct Outcome
{
	Verdict verdict;
	ReasonCode reason_code;
	Str reason;				 /* empty when there is none */
	Str code;				 /* likewise */
	const Match *decided_by; /* NULL: nothing that matched gave a verdict */
} Outcome;

/*
 * The strongest verdict of all matches that count, with the reason of the first that has it; an allow that a
 * rule gave needs no reason and has none (the rule's own stands in "matches").  Without a verdict the
 * default decides; its reason code is no_policy, exception when denies were excepted and nothing else decided
 * (the reason is then the exception's; a default of deny is something else), or no_match.
 */
extern Outcome llp_combine(const Walk *walk, Verdict default_decision);

#endif
