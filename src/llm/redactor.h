/*
 * llm/redactor.h - a text without what a redaction takes out, found and replaced in one step.
 *
 * Owns what a redaction is; how a detector comes to be and what a key is belong to the surroundings.
 */
#ifndef LLP_LLM_REDACTOR_H
#define LLP_LLM_REDACTOR_H

#include "llm/redact.h"

/*
 * What redaction needs of its surroundings.  Like Host.call, its functions may leave the core by a longjmp:
 * whoever runs one owns nothing outside of arenas then.
 */
typedef struct Redactor
{
	void *context;
	/* The detector, made when it is first asked for.  STATUS_NO_MEMORY. */
	Status (*detector)(void *context, Detector **detector);
	/* LLP_REDACT_DIGEST_SIZE bytes of a keyed hash.  NULL: there is no key.  STATUS_NO_MEMORY. */
	Status (*hash)(void *context, Str value, uint8_t *digest);
	double threshold; /* findings with a lower score stay */
} Redactor;

typedef struct Redaction
{
	TypeSet types;
	RedactMode mode;
} Redaction;

/*
 * *redacted is `text` itself where nothing was found.  With REDACT_HASH the redactor must have a key.
 * STATUS_CANCELLED, STATUS_NO_MEMORY.
 */
extern Status
llp_redactor_run(const Redactor *redactor, const Redaction *redaction, Arena *arena, Str text, Str *redacted);

#endif
