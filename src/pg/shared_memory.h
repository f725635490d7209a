/*
 * pg/shared_memory.h - what modules keep in the server's main shared memory.
 */
#ifndef LLP_PG_SHARED_MEMORY_H
#define LLP_PG_SHARED_MEMORY_H

#include "postgres.h"

#include "storage/lwlock.h"

/* A piece of shared memory that a module owns, and a lock that comes with it. */
typedef struct SharedPiece
{
	const char *name; /* of the piece and of its lock, as pg_shmem_allocations and pg_stat_activity show it */
	Size (*size)(void); /* bytes; called once the server knows MaxBackends */
	/*
	 * Takes the piece into use.  Runs in the postmaster, again after a crash, and in each process where
	 * processes do not fork; `is_new` when nobody has written to `memory` yet, which starts at a cache line.
	 */
	void (*attach)(void *memory, LWLock *lock, bool is_new);
} SharedPiece;

/*
 * Asks for a piece.  Called from _PG_init, only while shared_preload_libraries are being loaded; `piece` has
 * to last.
 */
extern void shared_memory_request(const SharedPiece *piece);

#endif
