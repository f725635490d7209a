/*
 * pg/revisions.h - the statements that write policies, for the authoring functions.
 *
 * All of them run inside a SPI connection that the caller opened, as the owner (pg/catalog.h).  The order is
 * always the same: revisions_lock, then revisions_read, which sees whatever was committed before the lock was
 * had, then the writes.
 */
#ifndef LLP_PG_REVISIONS_H
#define LLP_PG_REVISIONS_H

#include "postgres.h"

#include "pg/authoring.h"
#include "pg/identity.h"

/* One policy, and what is stored of it. */
typedef struct Stored
{
	Str ns;
	Str id;
	bool exists;	/* has a current revision; if not, the next two are unset */
	int32 revision; /* the current one */
	uint8 fingerprint[FINGERPRINT_SIZE];
	int32 last_revision; /* the highest number ever used, 0 for none */
} Stored;

/* A revision that is to be stored and to become the current one. */
typedef struct NewRevision
{
	const Policy *policy;
	Str document;
	PolicyStatus status;
	int32 revision;
} NewRevision;

/* Locks the heads of the namespaces, a list of C strings, against other authors until the end of the
 * transaction. */
extern void revisions_lock(const List *namespaces);
/* Fills in what is stored of each of `count` policies, whose ns and id are set. */
extern void revisions_read(Stored *stored, size_t count);
/* The number of a policy's next revision; raises 54000 when there is none. */
extern int32 revisions_next(const Stored *stored);
extern void revisions_store(Arena *arena, const NewRevision *revisions, size_t count, const Author *author);
/* Ends policies; their current revisions were in force until now. */
extern void revisions_end(const Stored *ended, size_t count, const Author *author);
/* The policies that the namespaces hold beyond `kept`, allocated in `context`. */
extern Stored *revisions_beyond(MemoryContext context, const List *namespaces, const Stored *kept,
								size_t kept_count, size_t *count);

#endif
