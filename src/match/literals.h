/*
 * match/literals.h - which of many literals occur in a text: Hyperscan behind a small interface.
 *
 * A set of literals is compiled to a sequence of bytes without addresses, which is placed in memory (once, in
 * memory that processes share, if there is such) and scanned there by any number of processes.  A scan
 * ignores the case of ASCII letters and nothing else, and looks at no more than the first LLP_LITERAL_SIZE
 * bytes of a literal: what it finds may occur, what it does not find does not occur.  Callers verify.
 *
 * Wherever a function below fails, a caller has to take every literal as one that may occur.
 *
 * Measured with Hyperscan 5.4.0 on one core with AVX2, random literals of 3 to 20 letters, text of 1 KB:
 *
 *   literals    compile    database            scan
 *   100         3 ms       86 KB (860 B each)  0.2 us
 *   1 000       18 ms      202 KB (202 B)      0.4 us
 *   10 000      200 ms     1.4 MB (140 B)      1.9 us
 *   16 384      0.4 s      2.4 MB (149 B)      3.5 us
 *
 * The slowest sets of that size found (32 bytes of one letter with three others among them) take 1.6 s and,
 * while they are compiled, 250 MB.
 *
 * The scan is linear in the text, but not independent of it: with 10 000 literals of one ending
 * (host-N.internal.example.com), a text that consists of that ending takes 1.5 ms per KB.
 */
#ifndef LLP_MATCH_LITERALS_H
#define LLP_MATCH_LITERALS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

/* Bytes of a literal that are looked for. */
#define LLP_LITERAL_SIZE 32
/*
 * Bytes below which a literal is not worth looking for.  It occurs in nearly every text, so that the scan
 * saves no work: in 1 KB of English half of all pairs of common letters occur.  Any size from 1 is accepted.
 */
#define LLP_LITERAL_MIN 3
/* Literals of a set: Hyperscan cannot be interrupted while it compiles.  Larger sets are several sets. */
#define LLP_MAX_LITERALS 16384
/* Alignment, in bytes, of a database. */
#define LLP_LITERALS_ALIGNMENT 64

/* Words of the bit map with a bit for each of `count` literals. */
#define LLP_LITERALS_WORDS(count) (((size_t) (count) + 63) / 64)

/* A compiled set at its place in memory.  It holds no address and is only read by scans. */
typedef struct LiteralDatabase LiteralDatabase;
/* What a process needs to scan: the working memory of Hyperscan. */
typedef struct LiteralScanner LiteralScanner;

/* Can this machine scan?  Without (on x86: without SSSE3) every function below gives STATUS_LIMIT. */
extern bool llp_literals_available(void);
/*
 * Compiles 1 to LLP_MAX_LITERALS literals (any bytes, at least one each) to `serialized`, bytes in the arena
 * for this kind of machine; equal input gives equal bytes.  The i-th literal has the number i; equal ones may
 * be there and are found together.
 *
 * STATUS_INVALID: no literal, or an empty one; STATUS_LIMIT: too many, or the machine cannot scan;
 * STATUS_NO_MEMORY.
 */
extern Status llp_literals_compile(Arena *arena, const Str *literals, size_t count, Str *serialized);
/* The same for llp_literals_find.  A database is for one of the two scans. */
extern Status llp_literals_compile_places(Arena *arena, const Str *literals, size_t count, Str *serialized);
/* Bytes that the database takes when it is placed; 0 for bytes that llp_literals_compile has not made. */
extern size_t llp_literals_database_size(Str serialized);
/*
 * Writes the database to `at`, which has the size above and is aligned to LLP_LITERALS_ALIGNMENT.  Whoever
 * scans it sees it at this very address, and nothing needs to be released.  STATUS_INVALID: wrong bytes or
 * alignment; STATUS_LIMIT: the machine cannot scan.
 */
extern Status llp_literals_place(Str serialized, void *at);
/* How many literals it was compiled from. */
extern size_t llp_literals_count(const LiteralDatabase *database);

/* A scanner, which ends with the arena and polls its host; NULL when exhausted. */
extern LiteralScanner *llp_literal_scanner_create(Arena *arena);
/*
 * Sets bit i of `found` (bit i % 64 of word i / 64, LLP_LITERALS_WORDS(count) words) for each literal i that
 * occurs in the text, and clears none.  A scanner's first scan of a database takes
 * longer by 0.15 ms per MB of it, others allocate nothing.
 *
 * STATUS_CANCELLED: the host asked to stop; STATUS_NO_MEMORY, STATUS_LIMIT (the machine cannot scan) and
 * STATUS_INVALID (no database is there).  Then only some of the bits are set.
 */
extern Status
llp_literals_scan(LiteralScanner *scanner, const LiteralDatabase *database, Str text, uint64_t *found);

/* Told of an occurrence of a literal that ends before `end`.  It allocates nothing and raises nothing. */
typedef void (*LiteralFound)(void *context, uint32_t literal, size_t end);
/*
 * Tells of every occurrence in a text of at most LLP_MAX_PLACES_TEXT bytes, in the order of the ends.
 * STATUS_LIMIT for a longer one; else like llp_literals_scan, but that the host is not asked.
 */
#define LLP_MAX_PLACES_TEXT ((size_t) 64 * 1024)
extern Status llp_literals_find(LiteralScanner *scanner, const LiteralDatabase *database, Str text,
								LiteralFound found, void *context);

#endif
