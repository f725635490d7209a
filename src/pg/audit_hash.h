/*
 * pg/audit_hash.h - the hashes that an audit row carries of itself.
 *
 * row_hash is the SHA-256 of the columns that are not null, in the order of pg/audit_columns.def, each as
 *
 *     its number in that list, from 1 (int2send), the size of its value (int4send), its value
 *
 * where the value is what the send function of its type gives in the database's encoding: the binary form of
 * the protocol, which depends on no setting and no version.  context, context_salt and row_hash are left out;
 * context_digest, sha256(context_salt || text of context), stands for the first two.  A context that is not
 * the one of the digest goes in too, as the digest that it should have, so that erasing it changes nothing
 * and altering it shows.
 */
#ifndef LLP_PG_AUDIT_HASH_H
#define LLP_PG_AUDIT_HASH_H

#include "postgres.h"

#include "common/sha2.h"

#include "pg/audit_row.h"

extern void audit_row_hash(const AuditRow *row, uint8 out[PG_SHA256_DIGEST_LENGTH]);

/* Sets the columns that come of the others: context_digest and row_hash. */
extern void audit_row_seal(AuditRow *row);

#endif
