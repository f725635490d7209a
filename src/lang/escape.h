/*
 * lang/escape.h - the escapes in strings and bytes (CEL specification, "String and Bytes Values").
 */
#ifndef LLP_LANG_ESCAPE_H
#define LLP_LANG_ESCAPE_H

#include "base/str.h"

/*
 * Replaces the escapes in what stands between the quotes, into the arena.  Returns NULL, or what is wrong
 * with the escape at *offset.  Without memory result->data is NULL.
 */
extern const char *llp_unescape(Arena *arena, Str content, bool bytes, Str *result, size_t *offset);

#endif
