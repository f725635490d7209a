/*
 * pg/random.c - random bytes nobody can guess, a few at a time.
 *
 * pg_strong_random costs the same for sixteen bytes as for some hundred, and an evaluation needs some twice:
 * they come from a store that is filled now and then.  What was given is wiped from it.  A backend makes its
 * own: nothing is drawn before the postmaster has forked it.
 */
#include "postgres.h"

#include "pg/random.h"

#define STORE_SIZE 512

static uint8 store[STORE_SIZE];
static size_t left = 0;

void
random_bytes(void *out, size_t size)
{
	Assert(size <= RANDOM_MOST);
	if (left < size)
	{
		left = 0;
		if (!pg_strong_random(store, sizeof(store)))
			ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
							errmsg("could not generate random values for a decision")));
		left = sizeof(store);
	}
	left -= size;
	memcpy(out, store + left, size);
	memset(store + left, 0, size);
}
