/*
 * policy/redaction.h - what a redact verdict does to a request.
 */
#ifndef LLP_POLICY_REDACTION_H
#define LLP_POLICY_REDACTION_H

#include "policy/model.h"
#include "policy/schema.h"

/*
 * Reads fields, types (or pattern) and mode of a section (KEY_REDACT), and adds a modification for each field
 * to `action`.
 */
extern void llp_read_redaction(Reader *reader, const Section *section, Action *action);

#endif
