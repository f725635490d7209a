/*
 * pg/injection.h - the core's search for prompt injections inside the server.
 */
#ifndef LLP_PG_INJECTION_H
#define LLP_PG_INJECTION_H

#include "postgres.h"

#include "utils/array.h"

#include "llm/injection.h"

/*
 * Looks at a text, for the texts of `canaries` (text[]), too; stops at a score of `stop_at`.  The findings
 * lie in the current memory context.  Raises 22004 for a null canary, 22023 for one that is too short, 54000
 * for one that is too long or for too many.
 */
extern InjectionResult injection_scan(Str text, ArrayType *canaries, double stop_at);

/* Does its score reach llm_policy.injection_threshold? */
extern bool injection_suspected(Str text);

#endif
