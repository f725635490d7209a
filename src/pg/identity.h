/*
 * pg/identity.h - what identifies policies by their content.
 *
 * A revision's fingerprint covers its text and status; a level's hash the policies of one namespace; a
 * scope's hash its levels, leaf first (for every namespace: by name).  Equal hashes mean equal policies, on
 * every server and for ever.
 */
#ifndef LLP_PG_IDENTITY_H
#define LLP_PG_IDENTITY_H

#include "postgres.h"

#include "base/str.h"
#include "pg/digest.h"

#define FINGERPRINT_SIZE PG_SHA256_DIGEST_LENGTH

/* A hash as text: lower-case hex. */
#define IDENTITY_TEXT_SIZE DIGEST_TEXT_SIZE

/* One hash in the making, between identity_begin_… and identity_end, which must be reached. */
typedef struct Identity Identity;

extern void identity_fingerprint(Str document, Str status, uint8 *fingerprint);

extern Identity *identity_begin_level(Str ns);
/* Policies come in the order of their ids, by bytes. */
extern void identity_add_policy(Identity *level, Str id, int32 revision, const uint8 *fingerprint);

extern Identity *identity_begin_scope(void);
extern void identity_add_level(Identity *scope, Str level_hash);

/* Writes the hash as text to `out` of IDENTITY_TEXT_SIZE bytes and frees what the making took. */
extern void identity_end(Identity *identity, char *out);

#endif
