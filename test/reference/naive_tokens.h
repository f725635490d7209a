/*
 * test/reference/naive_tokens.h - the rule of byte pair encoding, word by word.
 */
#ifndef LLP_TEST_NAIVE_TOKENS_H
#define LLP_TEST_NAIVE_TOKENS_H

#include "llm/vocabulary.h"

/* The tokens of a piece, of which there are no more than bytes; returns how many. */
extern size_t naive_merge(const Vocabulary *vocabulary, Str piece, uint32_t *ids);

#endif
