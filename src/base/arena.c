/*
 * base/arena.c - blocks from the host, handed out from the front.
 *
 * Owns the blocks and the list of deferred releases.  Nothing is ever given back singly.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

/*
 * Blocks double from the first size to the largest.  An object that does not fit into what is left gets a
 * block of its own when it is large, so that the rest of the current block is not lost.
 *
 * With both sizes 0 each object is taken from the host: then a sanitizer sees every overrun, and a test can
 * make every single allocation fail.  AddressSanitizer builds do this, and others that define
 * LLP_ARENA_EXACT.
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LLP_ARENA_EXACT 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define LLP_ARENA_EXACT 1
#endif

#ifdef LLP_ARENA_EXACT
#define FIRST_BLOCK_SIZE ((size_t) 0)
#define LARGEST_BLOCK_SIZE ((size_t) 0)
#else
#define FIRST_BLOCK_SIZE ((size_t) 2048)
#define LARGEST_BLOCK_SIZE ((size_t) 256 * 1024)
#endif

/* An object of at least 1/LARGE_FRACTION of the next block's size gets a block of its own. */
#define LARGE_FRACTION 4

#define ALIGNMENT alignof(max_align_t)

typedef struct Block
{
	struct Block *next;
	size_t size; /* of the payload */
	size_t used;
	alignas(max_align_t) char payload[];
} Block;

typedef struct Deferred
{
	struct Deferred *next;
	void (*release)(void *object);
	void *object;
} Deferred;

struct Arena
{
	const Host *host;
	size_t limit;
	size_t taken;
	size_t next_block_size;
	Block *blocks; /* the one being filled comes first; the last one holds this struct */
	Deferred *deferred;
	bool exhausted;
};

static size_t
max_size(size_t a, size_t b)
{
	return a > b ? a : b;
}

static Block *
take_block(const Host *host, size_t payload)
{
	Block *block;

	if (payload > SIZE_MAX - sizeof(Block))
		return NULL;
	block = host->alloc(host->context, sizeof(Block) + payload);
	if (block == NULL)
		return NULL;
	block->next = NULL;
	block->size = payload;
	block->used = 0;
	return block;
}

/* The next `size` bytes of the block, zeroed; the caller has checked that they are there. */
static void *
take_from_block(Block *block, size_t size)
{
	void *object = block->payload + block->used;

	block->used += size;
	memset(object, 0, size);
	return object;
}

Arena *
llp_arena_create(const Host *host, size_t limit)
{
	size_t payload = max_size(sizeof(Arena), FIRST_BLOCK_SIZE);
	size_t aligned = (sizeof(Arena) + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	Block *block = NULL;
	Arena *arena;

	payload = max_size(payload, aligned);
	if (limit == 0 || sizeof(Block) + payload <= limit)
		block = take_block(host, payload);
	if (block == NULL)
		return NULL;
	arena = take_from_block(block, aligned);
	arena->host = host;
	arena->limit = limit;
	arena->taken = sizeof(Block) + payload;
	arena->next_block_size = FIRST_BLOCK_SIZE;
	arena->blocks = block;
	return arena;
}

void
llp_arena_destroy(Arena *arena)
{
	const Host *host;
	Block *block;

	if (arena == NULL)
		return;
	for (Deferred *deferred = arena->deferred; deferred != NULL; deferred = deferred->next)
		deferred->release(deferred->object);
	host = arena->host;
	block = arena->blocks;
	while (block != NULL)
	{
		Block *next = block->next;

		host->release(host->context, block);
		block = next;
	}
}

/* Does a block of that payload keep the arena within its limit? */
static bool
within_limit(const Arena *arena, size_t payload)
{
	if (payload > SIZE_MAX - sizeof(Block) - arena->taken)
		return false;
	return arena->limit == 0 || arena->taken + sizeof(Block) + payload <= arena->limit;
}

static Block *
add_block(Arena *arena, size_t payload)
{
	Block *block;

	if (!within_limit(arena, payload))
		return NULL;
	block = take_block(arena->host, payload);
	if (block != NULL)
		arena->taken += sizeof(Block) + payload;
	return block;
}

/* A block with room for `size` bytes; it becomes the current one unless the object is large. */
static Block *
block_for(Arena *arena, size_t size)
{
	size_t grown =
		arena->next_block_size > LARGEST_BLOCK_SIZE / 2 ? LARGEST_BLOCK_SIZE : arena->next_block_size * 2;
	bool own = size >= grown / LARGE_FRACTION || !within_limit(arena, grown);
	Block *block = add_block(arena, own ? size : grown);

	if (block == NULL)
		return NULL;
	if (own)
	{
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	}
	else
	{
		block->next = arena->blocks;
		arena->blocks = block;
		arena->next_block_size = grown;
	}
	return block;
}

void *
llp_arena_alloc(Arena *arena, size_t size)
{
	Block *block = arena->blocks;
	size_t aligned;

	if (size > SIZE_MAX - ALIGNMENT)
	{
		arena->exhausted = true;
		return NULL;
	}
	aligned = (max_size(size, 1) + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (block->size - block->used < aligned)
		block = block_for(arena, aligned);
	if (block == NULL)
	{
		arena->exhausted = true;
		return NULL;
	}
	return take_from_block(block, aligned);
}

void *
llp_arena_array(Arena *arena, size_t count, size_t element_size)
{
	if (element_size != 0 && count > SIZE_MAX / element_size)
	{
		arena->exhausted = true;
		return NULL;
	}
	return llp_arena_alloc(arena, count * element_size);
}

bool
llp_arena_defer(Arena *arena, void (*release)(void *object), void *object)
{
	Deferred *deferred = llp_arena_new(arena, Deferred);

	if (deferred == NULL)
		return false;
	deferred->next = arena->deferred;
	deferred->release = release;
	deferred->object = object;
	arena->deferred = deferred;
	return true;
}

bool
llp_arena_exhausted(const Arena *arena)
{
	return arena->exhausted;
}

const Host *
llp_arena_host(const Arena *arena)
{
	return arena->host;
}
