/*
 * test/unit/token_support.h - shipped encodings and random numbers for tests of tokens.
 */
#ifndef LLP_TEST_TOKEN_SUPPORT_H
#define LLP_TEST_TOKEN_SUPPORT_H

#include "unit.h"

#include "llm/encoding.h"
#include "naive_tokens.h"

/* The encoding of that name over build/encodings, mapped once; ends the program where it is not there. */
extern const Encoding *shipped_encoding(const char *name);
extern uint32_t random_below(uint64_t *state, uint32_t bound);
/* Writes a code point, at most 4 bytes; returns how many. */
extern size_t encode_utf8(unsigned code, char *out);

#endif
