/*
 * pg/identity.c - hashes of policies, levels and scopes.
 *
 * The one place that says what goes into them, in which order.  Every string is preceded by its length, so
 * that no two different inputs are the same bytes.  Knows no table.
 */
#include "postgres.h"

#include "port/pg_bswap.h"

#include "pg/digest.h"
#include "pg/identity.h"

struct Identity
{
	Digest sha256;
};

static void
add_uint32(Digest *sha256, uint32 value)
{
	uint32 big_endian = pg_hton32(value);

	digest_add(sha256, &big_endian, sizeof(big_endian));
}

static void
add_str(Digest *sha256, Str text)
{
	add_uint32(sha256, (uint32) text.size);
	if (text.size > 0)
		digest_add(sha256, text.data, text.size);
}

void
identity_fingerprint(Str document, Str status, uint8 *fingerprint)
{
	Digest sha256 = digest_begin();

	add_str(&sha256, status);
	add_str(&sha256, document);
	digest_finish(&sha256, fingerprint);
}

static Identity *
identity_begin(void)
{
	Identity *identity = palloc(sizeof(Identity));

	identity->sha256 = digest_begin();
	return identity;
}

/* The namespace belongs to a level's identity: the same texts may stand in two of them. */
Identity *
identity_begin_level(Str ns)
{
	Identity *identity = identity_begin();

	add_str(&identity->sha256, ns);
	return identity;
}

void
identity_add_policy(Identity *level, Str id, int32 revision, const uint8 *fingerprint)
{
	add_str(&level->sha256, id);
	add_uint32(&level->sha256, (uint32) revision);
	digest_add(&level->sha256, fingerprint, FINGERPRINT_SIZE);
}

Identity *
identity_begin_scope(void)
{
	return identity_begin();
}

void
identity_add_level(Identity *scope, Str level_hash)
{
	add_str(&scope->sha256, level_hash);
}

void
identity_end(Identity *identity, char *out)
{
	uint8 digest[PG_SHA256_DIGEST_LENGTH];

	digest_finish(&identity->sha256, digest);
	pfree(identity);
	digest_hex(digest, out);
}
