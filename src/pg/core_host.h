/*
 * pg/core_host.h - arenas of the core inside the server.
 *
 * An arena made here lives in a memory context of its own below `parent` and ends with it, by commit, abort
 * or reset: a reset callback destroys the arena, and with it what foreign libraries hold.
 */
#ifndef LLP_PG_CORE_HOST_H
#define LLP_PG_CORE_HOST_H

#include "postgres.h"

#include "base/arena.h"

/* The server as the core's Host: palloc without raising, a pending cancel, Ryu, its time zones. */
extern const Host *pg_host(void);

typedef struct CoreArena
{
	MemoryContext context; /* delete it to end the arena */
	Arena *arena;
} CoreArena;

/* `limit` bytes at most, 0 for none; raises 53200 when there is no memory for it. */
extern CoreArena core_arena_create(MemoryContext parent, const char *name, size_t limit);
/* The same in a context that is there already; the arena ends when that is reset or deleted. */
extern CoreArena core_arena_within(MemoryContext context, size_t limit);

#endif
