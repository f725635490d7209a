/*
 * pg/shared_memory.c - the server's hooks for shared memory, once for all modules.
 *
 * Owns the order of things: sizes are told when the server asks for them, pieces are handed out when there is
 * memory.  What lies in a piece is its module's business.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#include "pg/shared_memory.h"

#define MAX_PIECES 4

static const SharedPiece *pieces[MAX_PIECES];
static int piece_count;
static shmem_request_hook_type previous_request_hook;
static shmem_startup_hook_type previous_startup_hook;

static void
request_pieces(void)
{
	if (previous_request_hook)
		previous_request_hook();
	for (int i = 0; i < piece_count; i++)
	{
		RequestAddinShmemSpace(pieces[i]->size());
		RequestNamedLWLockTranche(pieces[i]->name, 1);
	}
}

static void
attach_pieces(void)
{
	if (previous_startup_hook)
		previous_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	for (int i = 0; i < piece_count; i++)
	{
		bool found;
		void *memory = ShmemInitStruct(pieces[i]->name, pieces[i]->size(), &found);

		pieces[i]->attach(memory, &GetNamedLWLockTranche(pieces[i]->name)->lock, !found);
	}
	LWLockRelease(AddinShmemInitLock);
}

void
shared_memory_request(const SharedPiece *piece)
{
	Assert(process_shared_preload_libraries_in_progress);
	if (piece_count == MAX_PIECES)
		elog(ERROR, "too many pieces of shared memory");
	if (piece_count == 0)
	{
		previous_request_hook = shmem_request_hook;
		shmem_request_hook = request_pieces;
		previous_startup_hook = shmem_startup_hook;
		shmem_startup_hook = attach_pieces;
	}
	pieces[piece_count++] = piece;
}
