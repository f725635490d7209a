/*
 * pg/literal_cache.c - databases of literals: from shared memory, from this backend, or made now.
 */
#include "postgres.h"

#include "lib/ilist.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "pg/compat.h"
#include "pg/core_host.h"
#include "pg/digest.h"
#include "pg/errors.h"
#include "pg/literal_cache.h"
#include "pg/shared_store.h"

/* Raised when match/literals.c makes other databases of the same literals. */
#define DATABASE_VERSION 1

/* Databases kept by one backend for want of room in shared memory, beside those that programs use. */
#define MAX_LOCAL 16

/* How long to wait for another backend's database before making one in this one, milliseconds. */
#define PATIENCE 10000

typedef struct LocalDatabase
{
	dlist_node node;
	MemoryContext context;
	uint8 digest[LITERAL_DIGEST_SIZE];
	const LiteralDatabase *database;
	int programs; /* that use it */
} LocalDatabase;

/* A program's use of a database; ends with the program. */
typedef struct LocalUse
{
	MemoryContextCallback callback;
	LocalDatabase *entry;
} LocalUse;

/* Most recently used first. */
static dlist_head local_databases = DLIST_STATIC_INIT(local_databases);
static int local_count = 0;

void
literal_cache_name_sets(Image *image)
{
	ImageLiteralSet *sets = unconstify(ImageLiteralSet *, image_literal_sets(image));

	StaticAssertStmt(LITERAL_DIGEST_SIZE == PG_SHA256_DIGEST_LENGTH, "digests are SHA-256");
	for (size_t i = 0; i < image_literal_sets_count(image); i++)
	{
		Digest digest = digest_begin();

		for (uint32 j = 0; j < sets[i].count; j++)
		{
			Str literal = image_str(image, image_literals(image)[sets[i].first + j]);
			uint32 size = (uint32) literal.size;

			digest_add(&digest, &size, sizeof(size));
			digest_add(&digest, literal.data, literal.size);
		}
		digest_finish(&digest, sets[i].digest);
	}
}

static StoreKey
key_of(const ImageLiteralSet *set)
{
	/* Nothing of a database's content but the literals is in it; still each has its own, like all else. */
	StoreKey key = {.database = MyDatabaseId, .kind = STORE_LITERALS, .version = DATABASE_VERSION};

	StaticAssertStmt(STORE_HASH_SIZE == LITERAL_DIGEST_SIZE, "a digest is a key");
	memcpy(key.hash, set->digest, sizeof(key.hash));
	return key;
}

/* The serialized database; false where this machine cannot scan or the set is refused. */
static bool
compile(CoreArena *scratch, const Image *image, uint32 set, Str *serialized)
{
	Str *literals = llp_program_literals(scratch->arena, image, set);
	Status status = STATUS_NO_MEMORY;

	if (literals)
		status =
			llp_literals_compile(scratch->arena, literals, image_literal_sets(image)[set].count, serialized);
	if (status == STATUS_NO_MEMORY)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"),
						errdetail("Failed to prepare the search for the literals of policies.")));
	return status == STATUS_OK;
}

static LocalDatabase *
find_local(const uint8 *digest)
{
	dlist_iter iter;

	dlist_foreach(iter, &local_databases)
	{
		LocalDatabase *entry = dlist_container(LocalDatabase, node, iter.cur);

		if (memcmp(entry->digest, digest, LITERAL_DIGEST_SIZE) != 0)
			continue;
		dlist_move_head(&local_databases, &entry->node);
		return entry;
	}
	return NULL;
}

/* Makes room for one more; what a program uses stays. */
static void
evict(void)
{
	dlist_node *node = dlist_is_empty(&local_databases) ? NULL : dlist_tail_node(&local_databases);

	while (node && local_count >= MAX_LOCAL)
	{
		LocalDatabase *entry = dlist_container(LocalDatabase, node, node);

		node = dlist_has_prev(&local_databases, node) ? dlist_prev_node(&local_databases, node) : NULL;
		if (entry->programs > 0)
			continue;
		dlist_delete(&entry->node);
		local_count--;
		MemoryContextDelete(entry->context);
	}
}

static void
end_use(void *arg)
{
	((LocalUse *) arg)->entry->programs--;
}

static const LiteralDatabase *
use_local(LocalDatabase *entry, MemoryContext program)
{
	LocalUse *use = MemoryContextAlloc(program, sizeof(LocalUse));

	entry->programs++;
	use->entry = entry;
	use->callback.func = end_use;
	use->callback.arg = use;
	MemoryContextRegisterResetCallback(program, &use->callback);
	return entry->database;
}

static LocalDatabase *
make_local(const Image *image, uint32 set)
{
	CoreArena scratch = core_arena_create(CurrentMemoryContext, "literals to compile", 0);
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "llm_policy literals", ALLOCSET_SMALL_SIZES);
	LocalDatabase *entry = MemoryContextAlloc(context, sizeof(LocalDatabase));
	Str serialized;
	void *block;

	if (!compile(&scratch, image, set, &serialized))
	{
		MemoryContextDelete(context);
		MemoryContextDelete(scratch.context);
		return NULL;
	}
	block = MemoryContextAllocHuge(context, llp_literals_database_size(serialized) + LLP_LITERALS_ALIGNMENT);
	block = (void *) TYPEALIGN(LLP_LITERALS_ALIGNMENT, block);
	core_check(llp_literals_place(serialized, block), NULL, ERRCODE_INTERNAL_ERROR,
			   "literals cannot be placed");
	MemoryContextDelete(scratch.context);

	entry->context = context;
	entry->database = block;
	memcpy(entry->digest, image_literal_sets(image)[set].digest, LITERAL_DIGEST_SIZE);
	entry->programs = 0;
	evict();
	MemoryContextSetParent(context, CacheMemoryContext);
	dlist_push_head(&local_databases, &entry->node);
	local_count++;
	return entry;
}

/* Makes a database in the store, whose turn this backend has; NULL when there is no room. */
static const LiteralDatabase *
make_shared(const StoreKey *key, const Image *image, uint32 set)
{
	CoreArena scratch = core_arena_create(CurrentMemoryContext, "literals to compile", 0);
	const LiteralDatabase *database = NULL;
	Str serialized;
	void *target = NULL;

	if (compile(&scratch, image, set, &serialized))
		target = store_reserve(key, llp_literals_database_size(serialized));
	else
		store_abandon(key);
	if (target)
	{
		core_check(llp_literals_place(serialized, target), NULL, ERRCODE_INTERNAL_ERROR,
				   "literals cannot be placed");
		database = store_publish(key, image_literal_sets(image)[set].count).data;
	}
	MemoryContextDelete(scratch.context);
	return database;
}

/* The database from shared memory, if it is there or can be made there; else NULL. */
static const LiteralDatabase *
obtain_shared(const Image *image, uint32 set)
{
	StoreKey key = key_of(&image_literal_sets(image)[set]);
	StoreBlob blob;

	if (store_pin(&key, &blob))
		return blob.data;
	switch (store_begin_build(&key, "", PATIENCE, &blob))
	{
		case STORE_READY:
			return blob.data;
		case STORE_BUILD:
			return make_shared(&key, image, set);
		default:
			return NULL;
	}
}

static const LiteralDatabase *
obtain(const Image *image, uint32 set, MemoryContext program)
{
	LocalDatabase *local = find_local(image_literal_sets(image)[set].digest);
	const LiteralDatabase *database = local ? NULL : obtain_shared(image, set);

	if (database)
		return database;
	if (local == NULL)
		local = make_local(image, set);
	return local ? use_local(local, program) : NULL;
}

/* Does the program use this database as one of this backend's own?  Those stay with it. */
static bool
is_kept(const LiteralDatabase *database)
{
	dlist_iter iter;

	dlist_foreach(iter, &local_databases)
	{
		if (dlist_container(LocalDatabase, node, iter.cur)->database == database)
			return true;
	}
	return false;
}

void
literal_cache_attach(Program *program, MemoryContext memory)
{
	for (uint32 i = 0; i < image_literal_sets_count(program->image); i++)
		if (image_literal_sets(program->image)[i].count > 0 && !is_kept(program->literal_databases[i]))
			llp_program_use_literals(program, i, obtain(program->image, i, memory));
}
