/*
 * llm/redact.h - a text without what was found in it.
 *
 * Bytes outside of findings stay as they are.
 */
#ifndef LLP_LLM_REDACT_H
#define LLP_LLM_REDACT_H

#include "llm/detector.h"

typedef enum RedactMode
{
	REDACT_LABEL,	  /* [EMAIL_ADDRESS] */
	REDACT_MASK,	  /* a * for each character */
	REDACT_HASH,	  /* [EMAIL_ADDRESS:0123456789abcdef], equal for equal values */
	REDACT_KEEP_LAST, /* a * for each character but the last ones */
	REDACT_MODES
} RedactMode;

/* As users write them. */
extern const char *const llp_redact_modes[REDACT_MODES];

/* Characters that are kept, and no more than one of four of a finding. */
#define LLP_REDACT_KEPT 4
/* Bytes of a keyed hash of which eight are shown. */
#define LLP_REDACT_DIGEST_SIZE 32

typedef struct RedactOptions
{
	RedactMode mode;
	/* For REDACT_HASH: a keyed hash (HMAC) of the value of each finding, one behind the other. */
	const uint8_t *digests;
} RedactOptions;

/* `findings` are llp_detect's of this text.  STATUS_NO_MEMORY. */
extern Status
llp_redact(Arena *arena, Str text, const Findings *findings, const RedactOptions *options, Str *redacted);

#endif
