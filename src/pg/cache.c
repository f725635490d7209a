/*
 * pg/cache.c - programs by the hash of their policies' content.
 *
 * A hash never lies, so a program is never out of date, only out of use; which hash counts is pg/in_force.c's
 * business.  Images lie in the shared store (or in this backend, where there is no room in it); what this
 * backend needs to run them is here.  What is in use is pinned and never freed; of the rest the least
 * recently used goes first.
 */
#include "postgres.h"

#include "access/xact.h"
#include "lib/ilist.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "pg/cache.h"
#include "pg/compat.h"
#include "pg/errors.h"
#include "pg/literal_cache.h"
#include "pg/metrics.h"
#include "pg/shared_store.h"

/*
 * Programs kept by one backend, and what their own images may take together (the one in use is kept even if
 * it is larger).  Compiled regexes live outside of memory contexts: only the number of programs bounds them.
 */
#define MAX_PROGRAMS 16
#define MAX_BYTES ((Size) 128 * 1024 * 1024)

/* How long to wait for another backend's link before linking in this one, milliseconds. */
#define PATIENCE 5000

typedef struct CachedProgram
{
	dlist_node node;
	CoreArena memory; /* of the program, and of an image that is not shared */
	Size bytes;
	StoreKey key;
	bool is_shared; /* the image lies in the store */
	Program *program;
	int pins;
	uint64 hits;
	int64 build_us;
	TimestampTz built_at;
	TimestampTz last_used;
	char label[FLEXIBLE_ARRAY_MEMBER]; /* the namespace */
} CachedProgram;

typedef struct Pin
{
	MemoryContextCallback callback;
	CachedProgram *entry;
} Pin;

/* Most recently used first. */
static dlist_head programs = DLIST_STATIC_INIT(programs);
static int program_count = 0;
static Size program_bytes = 0;

static StoreKey
key_of(const ScopeHead *head)
{
	StoreKey key = {.database = MyDatabaseId, .kind = STORE_PROGRAM, .version = image_version()};

	StaticAssertStmt(2 * STORE_HASH_SIZE + 1 == SCOPE_HASH_TEXT_SIZE, "a scope's hash is a key");
	hex_decode(head->hash, 2 * STORE_HASH_SIZE, (char *) key.hash);
	return key;
}

static CachedProgram *
find(const StoreKey *key)
{
	dlist_iter iter;

	dlist_foreach(iter, &programs)
	{
		CachedProgram *entry = dlist_container(CachedProgram, node, iter.cur);

		if (memcmp(&entry->key, key, sizeof(StoreKey)) == 0)
			return entry;
	}
	return NULL;
}

static void
forget(CachedProgram *entry)
{
	dlist_delete(&entry->node);
	program_count--;
	program_bytes -= entry->bytes;
	MemoryContextDelete(entry->memory.context);
}

/* Makes room for one more program of `bytes`. */
static void
evict(Size bytes)
{
	dlist_node *node = dlist_is_empty(&programs) ? NULL : dlist_tail_node(&programs);

	while (node && (program_count >= MAX_PROGRAMS || program_bytes + bytes > MAX_BYTES))
	{
		CachedProgram *entry = dlist_container(CachedProgram, node, node);

		node = dlist_has_prev(&programs, node) ? dlist_prev_node(&programs, node) : NULL;
		if (entry->pins == 0)
			forget(entry);
	}
}

static CachedProgram *
new_entry(const StoreKey *key, const char *label)
{
	CoreArena memory = core_arena_create(CurrentMemoryContext, "policy program", 0);
	CachedProgram *entry =
		MemoryContextAllocZero(memory.context, offsetof(CachedProgram, label) + strlen(label) + 1);

	entry->memory = memory;
	entry->key = *key;
	strlcpy(entry->label, label, strlen(label) + 1);
	return entry;
}

static Program *
open_program(CoreArena *memory, const Image *image)
{
	Program *program = llp_program_open(memory->arena, image);

	if (program == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	return program;
}

/* Only what was made whole moves to the cache; until then an error takes it along. */
static CachedProgram *
keep(CachedProgram *entry, const Image *image, bool is_shared)
{
	entry->program = open_program(&entry->memory, image);
	entry->is_shared = is_shared;
	entry->bytes = MemoryContextMemAllocated(entry->memory.context, true);
	evict(entry->bytes);
	MemoryContextSetParent(entry->memory.context, CacheMemoryContext);
	dlist_push_head(&programs, &entry->node);
	program_count++;
	program_bytes += entry->bytes;
	return entry;
}

/* --- Linking -------------------------------------------------------------------------------------------- */

static Linker *
link_set(CoreArena *scratch, const LoadedSet *set)
{
	Linker *linker;
	uint64 seed;

	if (!pg_strong_random(&seed, sizeof(seed)))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate a random seed")));
	core_check(llp_link(scratch->arena, set->inputs, set->count, seed, &linker), NULL,
			   ERRCODE_LLP_INVALID_DOCUMENT, "the policies cannot be linked");
	return linker;
}

static const Image *
write_image(const Linker *linker, void *target)
{
	Image *image = llp_link_write(linker, target);

	literal_cache_name_sets(image);
	llp_image_seal(image);
	return image;
}

static const Image *
write_local_image(const Linker *linker, CoreArena *memory)
{
	void *target = llp_arena_alloc(memory->arena, llp_link_size(linker));

	if (target == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"),
						errdetail("The policies are too large to be loaded together.")));
	return write_image(linker, target);
}

static const Image *
find_image(const StoreKey *key, const char *ns)
{
	StoreBlob blob;
	dlist_iter iter;

	if (store_find_similar(key, ns, &blob))
		return blob.data;
	dlist_foreach(iter, &programs)
	{
		CachedProgram *entry = dlist_container(CachedProgram, node, iter.cur);

		if (!entry->is_shared && strcmp(entry->label, ns) == 0)
			return entry->program->image;
	}
	return NULL;
}

/*
 * An image to take from what is in this scope too: of the same namespace's policies at another time, else of
 * the nearest ancestor's; or NULL.
 */
static const Image *
find_base(const StoreKey *key, const char *ns)
{
	const Image *image = find_image(key, ns);

	if (catalog_is_every_namespace(ns))
		return image;
	for (Str step = llp_namespace_parent(llp_str(ns)); image == NULL && step.size > 0;
		 step = llp_namespace_parent(step))
		image = find_image(key, pnstrdup(step.data, step.size));
	return image;
}

/* Links the scope's current set, into the store if this backend has been given the turn and there is room. */
static CachedProgram *
build(const ScopeHead *head, const StoreKey *key, bool for_store)
{
	const char *ns = head->holder;
	TimestampTz started = GetCurrentTimestamp();
	CoreArena scratch = core_arena_create(CurrentMemoryContext, "policies to link", 0);
	LoadedSet set = catalog_load_scope(&scratch, head, find_base(key, ns));
	Linker *linker = link_set(&scratch, &set);
	CachedProgram *entry = new_entry(key, ns);
	void *target = for_store ? store_reserve(key, llp_link_size(linker)) : NULL;
	const Image *image;

	if (target)
	{
		image = write_image(linker, target);
		store_publish(key, image->rule_count);
	}
	else
		image = write_local_image(linker, &entry->memory);
	MemoryContextDelete(scratch.context);
	entry->built_at = GetCurrentTimestamp();
	entry->build_us = entry->built_at - started;
	metrics_count(target ? METRIC_LINKED_SHARED : METRIC_LINKED_BACKEND);
	return keep(entry, image, target != NULL);
}

static CachedProgram *
keep_found(const ScopeHead *head, const StoreKey *key, const StoreBlob *blob)
{
	metrics_count(METRIC_FOUND_SHARED);
	return keep(new_entry(key, head->holder), blob->data, true);
}

/* From the store, or made now. */
static CachedProgram *
obtain(const ScopeHead *head, const StoreKey *key)
{
	StoreBlob blob;

	if (store_pin(key, &blob))
		return keep_found(head, key, &blob);
	switch (store_begin_build(key, head->holder, PATIENCE, &blob))
	{
		case STORE_READY:
			return keep_found(head, key, &blob);
		case STORE_BUILD:
			return build(head, key, true);
		default:
			return build(head, key, false);
	}
}

/* Is the image still where it was?  If so it stays there until the transaction ends. */
static bool
pin_image(const CachedProgram *entry)
{
	StoreBlob blob;

	return !entry->is_shared || (store_pin(&entry->key, &blob) && blob.data == entry->program->image);
}

static void
unpin(void *arg)
{
	((Pin *) arg)->entry->pins--;
}

/* This backend's program, if it has it and the image is still there. */
static CachedProgram *
find_usable(const StoreKey *key)
{
	CachedProgram *entry = find(key);

	if (entry && !pin_image(entry))
	{
		forget(entry);
		entry = NULL;
	}
	if (entry)
		dlist_move_head(&programs, &entry->node);
	return entry;
}

/*
 * Nobody can link but what the active snapshot shows.  What is remembered to be in force may lag behind it
 * while a COMMIT is under way.
 */
static void
bring_up_to_date(ScopeHead *head)
{
	ScopeHead shown = catalog_scope_head(head->holder);

	strlcpy(head->hash, shown.hash, sizeof(head->hash));
	strlcpy(head->holder, shown.holder, sizeof(head->holder));
}

Program *
cache_pin(MemoryContext user, ScopeHead *head)
{
	Pin *pin = MemoryContextAlloc(user, sizeof(Pin));
	StoreKey key = key_of(head);
	CachedProgram *entry = find_usable(&key);

	if (entry == NULL)
	{
		bring_up_to_date(head);
		key = key_of(head);
		entry = find_usable(&key);
	}
	if (entry == NULL)
		entry = obtain(head, &key);

	entry->hits++;
	entry->last_used = GetCurrentStatementStartTimestamp();
	entry->pins++;
	pin->entry = entry;
	pin->callback.func = unpin;
	pin->callback.arg = pin;
	MemoryContextRegisterResetCallback(user, &pin->callback);
	literal_cache_attach(entry->program, entry->memory.context);
	return entry->program;
}

int
cache_list_local(StoreRow **rows)
{
	int count = 0;
	dlist_iter iter;

	*rows = palloc0(sizeof(StoreRow) * Max(program_count, 1));
	dlist_foreach(iter, &programs)
	{
		CachedProgram *entry = dlist_container(CachedProgram, node, iter.cur);
		StoreRow *row = &(*rows)[count];

		if (entry->is_shared)
			continue;
		count++;
		row->key = entry->key;
		row->state = STORE_STATE_READY;
		strlcpy(row->label, entry->label, sizeof(row->label));
		row->size = (Size) entry->program->image->size;
		row->items = entry->program->image->rule_count;
		row->pins = (uint32) entry->pins;
		row->hits = entry->hits;
		row->builder = MyProcPid;
		row->build_us = entry->build_us;
		row->built_at = entry->built_at;
		row->last_used = entry->last_used;
	}
	return count;
}

Program *
cache_link_once(CoreArena *memory, const LoadedSet *set)
{
	metrics_count(METRIC_LINKED_CALL);
	return open_program(memory, write_local_image(link_set(memory, set), memory));
}
