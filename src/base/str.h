/*
 * base/str.h - strings as (pointer, length), and a growing buffer.
 *
 * A Str never owns its bytes and need not end in NUL.  Text is UTF-8 that somebody has checked (doc/ for
 * documents, the server for jsonb), and compares by bytes, which for UTF-8 is by code point.
 */
#ifndef LLP_BASE_STR_H
#define LLP_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

typedef struct Str
{
	const char *data; /* may be NULL only when size is 0 */
	size_t size;	  /* bytes */
} Str;

/* A Str over a string literal. */
#define STR(literal) ((Str){"" literal, sizeof(literal) - 1})
/* printf("%.*s", STR_ARG(s)) */
#define STR_ARG(s) (int) (s).size, (s).data ? (s).data : ""

/* A Str over a NUL-terminated string; NULL gives the empty Str. */
extern Str llp_str(const char *text);
extern bool llp_str_equal(Str a, Str b);
/* Negative, zero or positive as a sorts before, equals or sorts after b, by bytes; a prefix sorts first. */
extern int llp_str_compare(Str a, Str b);
/* Has it no capital letter of ASCII? */
extern bool llp_str_is_lower(Str text);
extern bool llp_str_starts_with(Str text, Str prefix);
/* Offset of the first occurrence, or -1.  The empty needle is found at 0.  Linear time. */
extern ptrdiff_t llp_str_find(Str text, Str needle);
/* A copy in the arena, NUL-terminated for convenience; data is NULL when the arena is exhausted. */
extern Str llp_str_copy(Arena *arena, Str text);
/*
 * A hash for tables in memory.  Nobody who does not know the seed can make texts that collide; the value
 * differs between machines and must not be stored.
 */
extern uint64_t llp_str_hash(Str text, uint64_t seed);

/*
 * A growing byte buffer in an arena.  A failed append sets `failed` and everything after it is ignored, so
 * that callers check once, at the end.
 */
typedef struct StrBuf
{
	Arena *arena;
	char *data; /* not NUL-terminated */
	size_t size;
	size_t capacity;
	bool failed;
} StrBuf;

extern void llp_buf_init(StrBuf *buf, Arena *arena);
extern void llp_buf_append(StrBuf *buf, Str text);
extern void llp_buf_append_char(StrBuf *buf, char c);
/* printf into the buffer; only for numbers and short strings. */
extern void llp_buf_format(StrBuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What was collected, as a Str that stays valid as long as the arena; empty when the buffer failed. */
extern Str llp_buf_str(const StrBuf *buf);

#endif
