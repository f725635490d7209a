/*
 * pg/digest.h - SHA-256 as the server computes it.
 */
#ifndef LLP_PG_DIGEST_H
#define LLP_PG_DIGEST_H

#include "postgres.h"

#include "common/cryptohash.h"
#include "common/sha2.h"

#define DIGEST_TEXT_SIZE (2 * PG_SHA256_DIGEST_LENGTH + 1)

/*
 * Digests are begun, fed and finished; raises when the library fails.  Keep none across calls: begin and
 * finish in the same function.  To begin costs as much as to feed some hundred bytes: who needs several
 * digests goes on with digest_next.
 */
typedef struct Digest
{
	pg_cryptohash_ctx *context;
} Digest;

extern Digest digest_begin(void);
extern void digest_add(Digest *digest, const void *data, size_t size);
/* Writes the digest of what was added since the beginning or the last one, and begins another. */
extern void digest_next(Digest *digest, uint8 out[PG_SHA256_DIGEST_LENGTH]);
extern void digest_finish(Digest *digest, uint8 out[PG_SHA256_DIGEST_LENGTH]);
/* Ends without a digest. */
extern void digest_end(Digest *digest);

/* The digest of a text as lower-case hex, NUL-terminated. */
extern void digest_text(const char *data, size_t size, char out[DIGEST_TEXT_SIZE]);
extern void digest_hex(const uint8 digest[PG_SHA256_DIGEST_LENGTH], char out[DIGEST_TEXT_SIZE]);

#endif
