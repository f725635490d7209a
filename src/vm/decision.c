/*
 * vm/decision.c - combines matches into one decision: deny > modify > warn > allow.
 */
#include "vm/decision.h"

/* The first match with the strongest verdict, or NULL. */
static const Match *
strongest_match(const MatchList *matches)
{
	const Match *strongest = NULL;

	for (const Match *match = matches->first; match != NULL; match = match->next)
	{
		if (match->excepted != NULL || match->verdict == VERDICT_NONE)
			continue;
		if (strongest == NULL || match->verdict > strongest->verdict)
			strongest = match;
	}
	return strongest;
}

static const Match *
first_excepted(const MatchList *matches)
{
	for (const Match *match = matches->first; match != NULL; match = match->next)
		if (match->excepted != NULL)
			return match;
	return NULL;
}

static Outcome
default_outcome(const Walk *walk, Verdict default_decision)
{
	const Match *excepted = first_excepted(&walk->matches);
	Outcome outcome = {.verdict = default_decision, .reason_code = REASON_NO_MATCH};

	if (!walk->any_in_scope)
		outcome.reason_code = REASON_NO_POLICY;
	else if (excepted != NULL && default_decision == VERDICT_ALLOW)
	{
		outcome.reason_code = REASON_EXCEPTION;
		outcome.reason = fragment_str(excepted->view.fragment, excepted->excepted->reason);
	}
	return outcome;
}

Outcome
llp_combine(const Walk *walk, Verdict default_decision)
{
	const Match *match = strongest_match(&walk->matches);
	Outcome outcome;

	if (match == NULL)
		return default_outcome(walk, default_decision);
	outcome = (Outcome){.verdict = match->verdict, .reason_code = match->reason_code, .decided_by = match};
	if (llp_match_has_action(match))
		outcome.code = fragment_str(match->view.fragment, match->rule->code);
	if (match->verdict != VERDICT_ALLOW || !llp_match_has_action(match))
		outcome.reason = match->reason;
	return outcome;
}
