/*
 * pg/random.h - random bytes nobody can guess, a few at a time.
 */
#ifndef LLP_PG_RANDOM_H
#define LLP_PG_RANDOM_H

#include "postgres.h"

/* Fills `out` with at most RANDOM_MOST bytes that were never given before; raises when there is no
 * randomness. */
#define RANDOM_MOST 64
extern void random_bytes(void *out, size_t size);

#endif
