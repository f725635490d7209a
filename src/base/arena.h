/*
 * base/arena.h - memory that is given back all at once.
 *
 * The core allocates from arenas only.  An arena takes blocks from its Host and never raises: exhaustion is a
 * NULL that callers turn into STATUS_NO_MEMORY.  Objects of foreign libraries (a compiled regex, a libyaml
 * parser) are tied to an arena with llp_arena_defer and end with it, so that whoever ends the arena - in the
 * server a memory-context callback - frees them too.
 */
#ifndef LLP_BASE_ARENA_H
#define LLP_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/host.h"

typedef struct Arena Arena;

/*
 * A new arena that takes at most `limit` bytes from the host (0: no limit of its own); NULL when the host has
 * no memory.  The host must outlive it.
 */
extern Arena *llp_arena_create(const Host *host, size_t limit);
/* Runs the deferred releases, newest first, then gives every block back.  NULL is allowed. */
extern void llp_arena_destroy(Arena *arena);
/* `size` bytes, aligned for any type and zeroed; NULL when exhausted.  A size of 0 is treated as 1. */
extern void *llp_arena_alloc(Arena *arena, size_t size);
/* An array of `count` zeroed elements; NULL also when the product overflows. */
extern void *llp_arena_array(Arena *arena, size_t count, size_t element_size);
/* Calls release(object) when the arena ends.  On false (exhausted) nothing was registered: release it
 * yourself. */
extern bool llp_arena_defer(Arena *arena, void (*release)(void *object), void *object);
/* Did any allocation fail since creation?  Lets a builder check once, at the end. */
extern bool llp_arena_exhausted(const Arena *arena);
extern const Host *llp_arena_host(const Arena *arena);

#define llp_arena_new(arena, Type) ((Type *) llp_arena_alloc((arena), sizeof(Type)))

#endif
