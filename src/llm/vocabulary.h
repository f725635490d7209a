/*
 * llm/vocabulary.h - the tokens of an encoding: a file that is mapped read-only and used in place.
 *
 * The file is one block: a header, a hash table from bytes to ids, the ids of all pairs of bytes, the places
 * of the tokens by id, their bytes.  It is made of a list of tokens by tools/make_vocabulary.c and belongs to
 * machines of one byte order.  Everything that a look-up relies on is checked when a block is opened.
 */
#ifndef LLP_LLM_VOCABULARY_H
#define LLP_LLM_VOCABULARY_H

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

typedef struct Vocabulary Vocabulary;

#define LLP_NO_TOKEN UINT32_MAX
/* Bounds of what a block may hold. */
#define LLP_MAX_TOKEN_SIZE 4095
#define LLP_MAX_TOKENS (1 << 22)

/* What a list of tokens becomes: the i-th gets id first_id + i, one more from skipped_id on (0: none). */
typedef struct TokenNumbering
{
	uint32_t first_id;
	uint32_t skipped_id;
} TokenNumbering;

/*
 * Makes a block of a list of tokens by rank: for each one byte of length and as many of the token; a length
 * of 255 is followed by two bytes of the length proper, the low one first.  STATUS_INVALID with *problem
 * (static) unless each is there once and every single byte is one.
 */
extern Status
llp_vocabulary_build(Arena *arena, Str ranks, TokenNumbering numbering, Str *block, const char **problem);

/*
 * The vocabulary of a block, which is aligned to 8 bytes and has to outlive it; NULL with *problem (static)
 * when it is not one, was damaged, or was made on a machine of another kind.
 */
extern const Vocabulary *llp_vocabulary_open(const void *block, size_t size, const char **problem);

/*
 * Maps a file read-only and opens it; pages are shared by all processes that do.  The file must not be
 * shortened while it is mapped: replace it by renaming another one.  NULL with *problem (static).
 */
extern const Vocabulary *llp_vocabulary_map(const char *path, const char **problem);

/* The id of a token, or LLP_NO_TOKEN. */
extern uint32_t llp_vocabulary_find(const Vocabulary *vocabulary, const unsigned char *bytes, size_t size);
/* Its bytes; empty for an id that no token has. */
extern Str llp_vocabulary_bytes(const Vocabulary *vocabulary, uint32_t id);
/* Bytes of the longest token. */
extern size_t llp_vocabulary_longest(const Vocabulary *vocabulary);
/* The id of a token of two bytes, or LLP_NO_TOKEN. */
extern uint32_t llp_vocabulary_pair(const Vocabulary *vocabulary, const unsigned char *bytes);
/* One more than the highest id. */
extern uint32_t llp_vocabulary_end(const Vocabulary *vocabulary);

#endif
