/*
 * pg/cache.c - the backend's loaded policy sets, by the hash of their content.
 *
 * A hash never lies, so a set is never out of date, only out of use; which hash counts is for every
 * evaluation to read anew (catalog_scope_head), never for the cache to remember.  Each set has a memory
 * context of its own.  What is in use is pinned and never freed; of the rest the least recently used goes
 * first.
 */
#include "postgres.h"

#include "lib/ilist.h"
#include "utils/memutils.h"

#include "pg/cache.h"

/*
 * Sets kept by one backend, and what they may take together (the one in use is kept even if it is larger).
 * Compiled regexes live outside of memory contexts, so that only the number of sets bounds them.
 */
#define MAX_SETS 16
#define MAX_BYTES ((Size) 128 * 1024 * 1024)

typedef struct CachedSet
{
	dlist_node node;
	CoreArena memory;
	Size bytes;
	bool every_namespace; /* the scope "*" */
	char hash[SCOPE_HASH_TEXT_SIZE];
	PolicySet set;
	int pins;
} CachedSet;

typedef struct Pin
{
	MemoryContextCallback callback;
	CachedSet *entry;
} Pin;

/* Most recently used first. */
static dlist_head cached_sets = DLIST_STATIC_INIT(cached_sets);
static int cached_count = 0;
static Size cached_bytes = 0;

static CachedSet *
find(const char *hash, bool every_namespace)
{
	dlist_iter iter;

	dlist_foreach(iter, &cached_sets)
	{
		CachedSet *entry = dlist_container(CachedSet, node, iter.cur);

		if (entry->every_namespace == every_namespace && strcmp(entry->hash, hash) == 0)
			return entry;
	}
	return NULL;
}

static void
forget(CachedSet *entry)
{
	dlist_delete(&entry->node);
	cached_count--;
	cached_bytes -= entry->bytes;
	MemoryContextDelete(entry->memory.context);
}

/* Makes room for one more set of `bytes`. */
static void
evict(Size bytes)
{
	dlist_node *node = dlist_is_empty(&cached_sets) ? NULL : dlist_tail_node(&cached_sets);

	while (node && (cached_count >= MAX_SETS || cached_bytes + bytes > MAX_BYTES))
	{
		CachedSet *entry = dlist_container(CachedSet, node, node);

		node = dlist_has_prev(&cached_sets, node) ? dlist_prev_node(&cached_sets, node) : NULL;
		if (entry->pins == 0)
			forget(entry);
	}
}

/*
 * Loads into a context of the current evaluation first, so that an error takes it along; only what was loaded
 * whole moves to the cache.
 */
static CachedSet *
load(const char *ns, bool every_namespace, const ScopeHead *head)
{
	CoreArena memory = core_arena_create(CurrentMemoryContext, "policy set", 0);
	CachedSet *entry = MemoryContextAllocZero(memory.context, sizeof(CachedSet));

	entry->memory = memory;
	entry->every_namespace = every_namespace;
	strlcpy(entry->hash, head->hash, sizeof(entry->hash));
	entry->set = catalog_load_scope(&entry->memory, ns);
	entry->bytes = MemoryContextMemAllocated(memory.context, true);

	evict(entry->bytes);
	MemoryContextSetParent(memory.context, CacheMemoryContext);
	dlist_push_head(&cached_sets, &entry->node);
	cached_count++;
	cached_bytes += entry->bytes;
	return entry;
}

static void
unpin(void *arg)
{
	((Pin *) arg)->entry->pins--;
}

const PolicySet *
cache_pin(MemoryContext user, const char *ns, const ScopeHead *head)
{
	bool every_namespace = strcmp(ns, SCOPE_EVERY_NAMESPACE) == 0;
	Pin *pin = MemoryContextAlloc(user, sizeof(Pin));
	CachedSet *entry = find(head->hash, every_namespace);

	if (entry == NULL)
		entry = load(ns, every_namespace, head);
	else
		dlist_move_head(&cached_sets, &entry->node);

	entry->pins++;
	pin->entry = entry;
	pin->callback.func = unpin;
	pin->callback.arg = pin;
	MemoryContextRegisterResetCallback(user, &pin->callback);
	return &entry->set;
}
