/*
 * pg/detection.h - this backend's detector, and what its callers may choose.
 */
#ifndef LLP_PG_DETECTION_H
#define LLP_PG_DETECTION_H

#include "postgres.h"

#include "utils/array.h"

#include "llm/redactor.h"

/* What is found in a text, in the current memory context. */
typedef struct Detected
{
	Str content;
	Findings findings;
} Detected;

/*
 * `types`: names, NULL for all; 22023 for one that there is not.  `threshold`: 0 to 1, NULL for
 * llm_policy.detection_threshold.
 */
extern Detected detection_find(Str content, ArrayType *types, const float4 *threshold);
/*
 * What the core redacts with, by the settings as they are; valid until it is asked for again.  Its detector
 * is made when something is to be redacted.
 */
extern const Redactor *detection_redactor(void);
/* All types by the setting's threshold; the findings are in the arena. */
extern Findings detection_scan(Arena *arena, Str content);
/* A text without what was found; `mode` is a name of llp_redact_modes, else 22023. */
extern text *detection_redact(const Detected *detected, const char *mode);

#endif
