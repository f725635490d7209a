/*
 * base/utf8.h - UTF-8 by code point.
 */
#ifndef LLP_BASE_UTF8_H
#define LLP_BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Is the byte inside a character, not its first? */
static inline bool
llp_utf8_continues(unsigned char byte)
{
	return (byte & 0xC0) == 0x80;
}

/*
 * Offset of the first byte that is not well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no overlong
 * forms) or is NUL; text.size when all is well.
 */
extern size_t llp_utf8_check(Str text);
/* Code points in a well-formed text. */
extern size_t llp_utf8_length(Str text);
/* The index-th code point as a Str of one character; size 0 when the text is shorter. */
extern Str llp_utf8_at(Str text, size_t index);
/* Writes a code point, at most 4 bytes; returns how many. */
extern size_t llp_utf8_encode(uint32_t code_point, char *out);

#endif
