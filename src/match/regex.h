/*
 * match/regex.h - regular expressions of users: RE2 behind a C interface.
 *
 * Matching takes time linear in the text whatever the pattern, and memory bounded by LLP_REGEX_MEMORY.  No
 * C++ exception leaves this room.
 */
#ifndef LLP_MATCH_REGEX_H
#define LLP_MATCH_REGEX_H

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

/*
 * RE2's max_mem.  Ordinary patterns need some kilobytes; a pattern that needs more is refused when it is
 * compiled, so that nobody's policy can slow every request (docs/decisions has the measurement).
 */
#define LLP_REGEX_MEMORY (1024 * 1024)
#define LLP_MAX_REGEX_SIZE 16384 /* bytes of a pattern */

typedef struct Regex Regex;

/*
 * Compiles a pattern of RE2's syntax.  The regex ends with the arena.  STATUS_INVALID (syntax) and
 * STATUS_LIMIT (too large) set *problem to RE2's own words, in the arena.
 */
extern Status llp_regex_compile(Arena *arena, Str pattern, Regex **regex, Str *problem);
/* Is there a match anywhere in the text (unanchored, UTF-8, empty matches count)?  Never fails. */
extern bool llp_regex_matches(const Regex *regex, Str text);

#endif
