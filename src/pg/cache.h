/*
 * pg/cache.h - the backend's loaded policy sets.
 */
#ifndef LLP_PG_CACHE_H
#define LLP_PG_CACHE_H

#include "postgres.h"

#include "pg/catalog.h"

/*
 * The policies of the scope of `ns`, whose identity is `head` as read under the active snapshot; loaded when
 * this backend does not have them.  Valid until `user` is reset or deleted, whatever is evaluated in between.
 * Raises when they cannot be loaded, and remembers nothing of the attempt.
 */
extern const PolicySet *cache_pin(MemoryContext user, const char *ns, const ScopeHead *head);

#endif
