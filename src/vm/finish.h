/*
 * vm/finish.h - the templates of what a decision says, once it is known.
 */
#ifndef LLP_VM_FINISH_H
#define LLP_VM_FINISH_H

#include "vm/decision.h"

/*
 * Computes the templates of reasons, of the outcome's code and approval, and of the advice that goes into the
 * result, and puts what they gave in the matches and the outcome.  One that errs leaves its source and an
 * error of its rule.  STATUS_OK, STATUS_NO_MEMORY or STATUS_CANCELLED.
 */
extern Status llp_finish(Interpreter *vm, Walk *walk, Outcome *outcome);
/* Does the advice of the match go into the result?  That of every match, but of a deny only its own. */
extern bool llp_gives_advice(const Outcome *outcome, const Match *match);

#endif
