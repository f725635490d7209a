/*
 * llm/injection.h - does a text look as if it wanted to take over the model that will read it?
 *
 * A heuristic: it knows phrases in several languages, markers of prompt templates, characters that nobody
 * sees, links that carry data away, and the caller's canaries, also where they were disguised or encoded.  It
 * finds what is written like known attacks.  What it does not find may be one, and what it finds may be an
 * article about them: docs/injection.md says what to expect.
 *
 * The time is linear in the text, however hostile it is; the memory beside the result is below three times
 * the text.
 */
#ifndef LLP_LLM_INJECTION_H
#define LLP_LLM_INJECTION_H

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

typedef enum InjectionReason
{
#define INJECTION_REASON(symbol, name) INJECTION_##symbol,
#include "llm/injection.def"
	INJECTION_REASONS
} InjectionReason;

typedef enum InjectionSource
{
#define INJECTION_SOURCE(symbol, name) INJECTION_FROM_##symbol,
#include "llm/injection.def"
	INJECTION_SOURCES
} InjectionSource;

typedef enum InjectionLanguage
{
	INJECTION_NO_LANGUAGE,
#define INJECTION_LANGUAGE(symbol, name) INJECTION_IN_##symbol,
#include "llm/injection.def"
	INJECTION_LANGUAGES
} InjectionLanguage;

/* The words and phrases, ready for look-ups; read-only, for any number of scans. */
typedef struct InjectionGrammar InjectionGrammar;

/* Canaries of a call, and bytes of one. */
#define LLP_MAX_CANARIES 64
#define LLP_MAX_CANARY_SIZE 256
/* Letters and digits that a canary needs: shorter ones would be found in any text. */
#define LLP_MIN_CANARY_LETTERS 6
/* Findings that are listed; those beyond count for the score only. */
#define LLP_MAX_INJECTION_FINDINGS 256

typedef struct InjectionFinding
{
	InjectionReason reason;
	InjectionSource source;
	InjectionLanguage language; /* INJECTION_NO_LANGUAGE where there is none */
	size_t start;				/* code points before it; of something encoded, before the code */
	size_t length;				/* code points */
	double score;				/* what it alone says, 0 to 1 */
} InjectionFinding;

typedef struct InjectionResult
{
	/*
	 * 1 - the product of (1 - s), where s is for each reason the highest score of its findings: no finding
	 * makes it less, and ten of a kind count once.
	 */
	double score;
	InjectionFinding *findings; /* by start */
	size_t count;
} InjectionResult;

typedef struct InjectionOptions
{
	const Str *canaries; /* texts that only a leaked prompt can contain */
	size_t canary_count;
	double stop_at; /* stop as soon as the score is this high; above 1: look at everything */
} InjectionOptions;

/* The name of a reason, a source or a language as users see it; NULL for INJECTION_NO_LANGUAGE. */
extern const char *llp_injection_reason_name(InjectionReason reason);
extern const char *llp_injection_source_name(InjectionSource source);
extern const char *llp_injection_language_name(InjectionLanguage language);

/* Takes some 300 kB of the arena and some 0.2 ms; NULL when exhausted. */
extern InjectionGrammar *llp_injection_grammar_create(Arena *arena);
/*
 * Looks at a text; bytes that are no UTF-8 divide words and are otherwise passed over.
 *
 * STATUS_INVALID: a canary has fewer letters and digits than LLP_MIN_CANARY_LETTERS; STATUS_LIMIT: a canary
 * is too long or there are too many; STATUS_CANCELLED; STATUS_NO_MEMORY.
 */
extern Status llp_injection_scan(Arena *arena, const InjectionGrammar *grammar, Str text,
								 const InjectionOptions *options, InjectionResult *result);

#endif
