/*
 * match/regex.h - regular expressions of users: RE2 behind a C interface.
 *
 * Matching takes time linear in the text whatever the pattern, and memory bounded by LLP_REGEX_MEMORY.  No
 * C++ exception leaves this room.
 *
 * Measured with RE2 20220601 on one core, texts of 100 KB:
 *
 *   pattern                  compile            match
 *   (a+)+$                   0.01 ms            0.03 ms
 *   [^x]{1,200}y\pL{1,50}    refused in 4 ms, peak 0.8 MB (with 1 MB: 45 ms, peak 10.7 MB, 480 ms a match)
 *   (\pL{1,30}\s){20}        refused in 4 ms, peak 0.8 MB (with 16 MB: 458 ms, peak 109 MB)
 *   a.{1,200}b               0.6 ms             1.4 ms (390 ms where automaton and program share 512 KB)
 *
 * Finding the literals that a pattern requires takes 8 to 30 us for ordinary patterns, 70 us for
 * (?i)(password|secret|token|api[_-]?key), and 5 ms at worst (1 KB of short alternatives).
 */
#ifndef LLP_MATCH_REGEX_H
#define LLP_MATCH_REGEX_H

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

/*
 * RE2's max_mem, twice.  It bounds the program of a pattern and the cache of its automaton at once, but the
 * two want different bounds: a pattern whose program is large slows every request and takes some twenty times
 * its budget while it is compiled, so it is refused early; a cache that is too small sends an ordinary
 * pattern to the slow matcher.  A pattern therefore has to compile within the first and runs with the second.
 */
#define LLP_REGEX_PROGRAM_MEMORY (512 * 1024)
#define LLP_REGEX_MEMORY (4 * 1024 * 1024)
/* The worst pattern of this size (a?a?a?...) compiles in 20 ms; RE2's time grows with the square of the size.
 */
#define LLP_MAX_REGEX_SIZE 4096 /* bytes of a pattern */
/* Each \p or \P costs 26 KB and 0.15 ms before RE2 looks at its budget. */
#define LLP_MAX_REGEX_CLASSES 128

typedef struct Regex Regex;

/*
 * Compiles a pattern of RE2's syntax.  The regex ends with the arena.  STATUS_INVALID (syntax) and
 * STATUS_LIMIT (too large) set *problem to a message in the arena or a constant.
 */
extern Status llp_regex_compile(Arena *arena, Str pattern, Regex **regex, Str *problem);
/* Bytes that the compiled pattern takes outside of the arena, about; what it caches while matching comes on
 * top. */
extern size_t llp_regex_size(const Regex *regex);
/*
 * *matched: is there a match anywhere in the text (unanchored, UTF-8, empty matches count)?  STATUS_OK, or
 * STATUS_NO_MEMORY when the C++ library has none; never a wrong answer.
 */
extern Status llp_regex_matches(const Regex *regex, Str text, bool *matched);

/* Bounds of llp_regex_required; beyond them nothing is known.  RE2's time grows with the square of the size.
 */
#define LLP_MAX_REQUIRING_SIZE 1024 /* bytes of a pattern */
#define LLP_MAX_REGEX_ATOMS 32		/* pieces of text that RE2 finds in a pattern */
#define LLP_MAX_REGEX_LITERALS 16	/* literals returned */

/*
 * Literals (ASCII, letters in lower case, at least LLP_LITERAL_MIN bytes) of which at least one occurs,
 * the case of ASCII letters ignored, in every UTF-8 text that the pattern matches anywhere and for which
 * llp_text_folds_to_ascii is false.  A count of 0 means that nothing is known: the regex has to be run.
 *
 * STATUS_INVALID and STATUS_LIMIT as llp_regex_compile, STATUS_NO_MEMORY; the count is 0 then.
 */
extern Status llp_regex_required(Arena *arena, Str pattern, Str **literals, size_t *count);
/*
 * Has the text a character outside of ASCII that RE2 takes for an ASCII letter where it ignores case?  These
 * are U+017F (long s) and U+212A (Kelvin sign).  A search for bytes does not see that such a text contains a
 * literal of llp_regex_required, so each of them counts as found.
 */
extern bool llp_text_folds_to_ascii(Str text);

#endif
