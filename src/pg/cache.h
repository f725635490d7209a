/*
 * pg/cache.h - the program of a policy set: from this backend, from shared memory, or made now.
 */
#ifndef LLP_PG_CACHE_H
#define LLP_PG_CACHE_H

#include "postgres.h"

#include "vm/program.h"

#include "pg/catalog.h"
#include "pg/shared_store.h"

/*
 * The program of the scope whose head is `head`, with the databases of its literals.  Valid until `user` is
 * reset or deleted, whatever is evaluated in between.  If it has to be made, and the active snapshot shows
 * another set by now than was remembered (pg/in_force.c), that one is taken and `head` brought up to date.
 * Raises when it cannot be made, and remembers nothing of the attempt.
 */
extern Program *cache_pin(MemoryContext user, ScopeHead *head);

/* The programs whose image this backend has for itself, as rows of the view; returns their number. */
extern int cache_list_local(StoreRow **rows);

/* Links a set that nobody will ask for again; the program lives in `memory`. */
extern Program *cache_link_once(CoreArena *memory, const LoadedSet *set);

#endif
