/*
 * pg/digest.c - SHA-256 as the server computes it.
 *
 * The context is the library's own memory where the server is built with OpenSSL; it is tied to the
 * transaction's resource owner, so that an error between begin and finish leaks nothing.
 */
#include "postgres.h"

#include "pg/digest.h"

static void
check(Digest *digest, int result)
{
	if (result < 0)
	{
		const char *reason = pg_cryptohash_error(digest->context);

		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute a SHA-256 digest"),
						errdetail("%s.", reason)));
	}
}

Digest
digest_begin(void)
{
	Digest digest = {pg_cryptohash_create(PG_SHA256)};

	if (digest.context == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	check(&digest, pg_cryptohash_init(digest.context));
	return digest;
}

void
digest_add(Digest *digest, const void *data, size_t size)
{
	check(digest, pg_cryptohash_update(digest->context, data, size));
}

void
digest_next(Digest *digest, uint8 out[PG_SHA256_DIGEST_LENGTH])
{
	check(digest, pg_cryptohash_final(digest->context, out, PG_SHA256_DIGEST_LENGTH));
	check(digest, pg_cryptohash_init(digest->context));
}

void
digest_finish(Digest *digest, uint8 out[PG_SHA256_DIGEST_LENGTH])
{
	check(digest, pg_cryptohash_final(digest->context, out, PG_SHA256_DIGEST_LENGTH));
	digest_end(digest);
}

void
digest_end(Digest *digest)
{
	pg_cryptohash_free(digest->context);
}

void
digest_hex(const uint8 digest[PG_SHA256_DIGEST_LENGTH], char out[DIGEST_TEXT_SIZE])
{
	static const char hex[] = "0123456789abcdef";

	for (int i = 0; i < PG_SHA256_DIGEST_LENGTH; i++)
	{
		out[2 * i] = hex[digest[i] >> 4];
		out[2 * i + 1] = hex[digest[i] & 0x0F];
	}
	out[2 * PG_SHA256_DIGEST_LENGTH] = '\0';
}

void
digest_text(const char *data, size_t size, char out[DIGEST_TEXT_SIZE])
{
	uint8 bytes[PG_SHA256_DIGEST_LENGTH];
	Digest digest = digest_begin();

	digest_add(&digest, data, size);
	digest_finish(&digest, bytes);
	digest_hex(bytes, out);
}
