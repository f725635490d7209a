/*
 * pg/literal_cache.h - databases of literals, by the hash of their literals.
 *
 * Making one is slow, and most changes of policies leave the literals alone.
 */
#ifndef LLP_PG_LITERAL_CACHE_H
#define LLP_PG_LITERAL_CACHE_H

#include "postgres.h"

#include "vm/program.h"

/* Fills in the digests of an image's literal sets, before it is sealed. */
extern void literal_cache_name_sets(Image *image);
/*
 * Gives each literal set of the program, which lives in `memory`, its database, made if need be; valid until
 * the end of the transaction.  A set whose database cannot be had stays without: then all its literals count
 * as found.
 */
extern void literal_cache_attach(Program *program, MemoryContext memory);

#endif
