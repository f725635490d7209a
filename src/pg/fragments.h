/*
 * pg/fragments.h - compiled policies, stored beside the documents that they were compiled from.
 *
 * llm_policy.policy_fragments is no truth of its own: a row is used only if it is sound, was made by this
 * engine and of this very revision, else the document is compiled anew.  So the table may be empty or out of
 * date, after a restore or an upgrade for example, and only costs time.
 */
#ifndef LLP_PG_FRAGMENTS_H
#define LLP_PG_FRAGMENTS_H

#include "postgres.h"

#include "pg/revisions.h"
#include "prog/fragment.h"

/*
 * The fragment in a stored bytea, copied into the arena; NULL when it is not sound, or not of the policy and
 * the fingerprint given.
 */
extern const Fragment *
fragment_read(Arena *arena, Datum stored, Str ns, Str id, const uint8 fingerprint[FINGERPRINT_SIZE]);
/* Compiles a policy into the arena.  Raises what the compiler says. */
extern const Fragment *
fragment_compile(Arena *arena, const Policy *policy, const uint8 fingerprint[FINGERPRINT_SIZE]);
/* Compiles and stores revisions that have just become the current ones; inside an SPI connection. */
extern void fragments_store(Arena *arena, const NewRevision *revisions, size_t count);
/*
 * Compiles and stores what the current policies lack; inside an SPI connection.  Returns how many it were.
 * Waits for no author: what one is about to change is left out.  Warns of a document that can no longer be
 * read.
 */
extern int64 fragments_complete(void);

#endif
