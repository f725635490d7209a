/*
 * llm/detector.h - personal data, secrets and words of health in a text.
 *
 * One pass of Hyperscan over words and fixed prefixes and one of its own over digits and signs say where
 * something may be; there, exact matchers and validators look.  Time is linear in the text and memory bounded
 * by what is found.  Names and postal addresses need a model of language and are not looked for.
 *
 * What there is to find is in llm/detector_types.def.
 */
#ifndef LLP_LLM_DETECTOR_H
#define LLP_LLM_DETECTOR_H

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

typedef enum DetectorType
{
#define TYPE(symbol, name, kind, description) DETECT_##symbol,
#include "llm/detector_types.def"
	DETECTOR_TYPES
} DetectorType;

typedef enum DetectorKind
{
	DETECTOR_PII,
	DETECTOR_SECRET,
	DETECTOR_PHI
} DetectorKind;

typedef struct DetectorTypeInfo
{
	const char *name;
	const char *kind; /* as users read it: pii, secret, phi */
	const char *description;
} DetectorTypeInfo;

extern const DetectorTypeInfo llp_detector_types[DETECTOR_TYPES];

/* A set of types. */
typedef struct TypeSet
{
	uint64_t word[2];
} TypeSet;

extern TypeSet llp_all_detector_types(void);
extern void llp_type_set_add(TypeSet *set, DetectorType type);
extern bool llp_type_set_has(const TypeSet *set, DetectorType type);
/*
 * Adds what a name says: a type, or one of the groups pii, secrets (also secret, credentials) and phi.  The
 * case of letters does not matter.  False when there is no such name; then *nearest is one that may have been
 * meant, or empty.
 */
extern bool llp_type_set_add_named(TypeSet *set, Str name, Str *nearest);
/* Appends what is checked of a type's candidates, as a user reads it. */
extern void llp_detector_describe_checks(StrBuf *out, DetectorType type);

/* Scores that count unless the caller asks otherwise. */
#define LLP_DETECTION_THRESHOLD 0.5

typedef struct DetectOptions
{
	TypeSet types;
	double threshold; /* 0 to 1: findings with a lower score are none */
	bool any;		  /* stop at the first finding */
} DetectOptions;

typedef struct Finding
{
	size_t start; /* bytes */
	size_t end;
	DetectorType type;
	float score;
} Finding;

/* Findings in the order of the text, none overlapping another. */
typedef struct Findings
{
	Finding *items;
	size_t count;
} Findings;

/* A detector with its tables and working memory: for one text at a time, and as many as one likes. */
typedef struct Detector Detector;

/*
 * Takes some 40 ms once.  It ends with the arena, and polls the arena's host.  STATUS_NO_MEMORY.
 */
extern Status llp_detector_create(Arena *arena, Detector **detector);
/*
 * What is in a text; findings are in the arena.  The text may be any bytes: what is no UTF-8 is in no finding
 * of letters.  STATUS_CANCELLED, STATUS_NO_MEMORY.
 */
extern Status
llp_detect(Detector *detector, Arena *arena, Str text, const DetectOptions *options, Findings *findings);

#endif
