/*
 * vm/redaction.h - what a redact modification means to a request.
 *
 * Its value is {mode, types}: the names that the author wrote, which the detector knows.
 */
#ifndef LLP_VM_REDACTION_H
#define LLP_VM_REDACTION_H

#include "base/modification.h"
#include "llm/redactor.h"
#include "prog/fragment.h"
#include "vm/draft.h"

/*
 * Can the surroundings do what a modification asks?  Otherwise *problem says why not.  `redactor` may be
 * NULL.
 */
extern bool llp_redaction_possible(const Redactor *redactor, const Fragment *fragment,
								   const FragmentModification *modification, Str *problem);

/*
 * Redacts the string at the modification's path, or every string below it; *changed, whether anything was
 * found.  STATUS_OK, STATUS_CANCELLED, STATUS_NO_MEMORY.
 */
extern Status
llp_redact_path(const Redactor *redactor, Draft *draft, const Modification *modification, bool *changed);

#endif
