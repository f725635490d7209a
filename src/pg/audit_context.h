/*
 * pg/audit_context.h - what the audit keeps of a request.
 */
#ifndef LLP_PG_AUDIT_CONTEXT_H
#define LLP_PG_AUDIT_CONTEXT_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "base/str.h"

#include "pg/audit_row.h"

/*
 * The request as llm_policy.audit_content has it kept: full, as it is; hash, every string outside of
 * llm_policy.audit_plain_paths replaced by "sha256:" and the hex of sha256(salt || string); mask, those
 * strings with a label for everything that the detector finds; omit, the values at those paths and nothing
 * else.  Keys are no strings: they are kept wherever something below them is.
 */
extern Jsonb *audit_context(Jsonb *request, const uint8 salt[AUDIT_SALT_SIZE]);

/*
 * What a decision tells, a list or a map, and a text of it, as the row keeps them: with mask every string
 * masked, else as they are.  Templates put values of the request there.
 */
extern Jsonb *audit_masked(Jsonb *told);
extern text *audit_masked_text(Str told);

#endif
