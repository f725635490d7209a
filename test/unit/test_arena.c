/*
 * test/unit/test_arena.c - base/arena.h.
 */
#include "unit.h"

#include <stdalign.h>
#include <stdint.h>

UNIT_TEST(arena_gives_zeroed_aligned_memory)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);

	for (size_t size = 0; size < 5000; size += 7)
	{
		unsigned char *bytes = llp_arena_alloc(arena, size);
		int sum = 0;

		CHECK((uintptr_t) bytes % alignof(max_align_t) == 0);
		for (size_t i = 0; i < size; i++)
			sum += bytes[i];
		CHECK_INT(sum, 0);
		memset(bytes, 0xFF, size);
	}
	CHECK(!llp_arena_exhausted(arena));
	llp_arena_destroy(arena);
}

UNIT_TEST(arena_objects_do_not_overlap)
{
	static const size_t sizes[] = {1, 16, 3000, 8, 100000, 24, 1, 600, 300000, 2};
	enum
	{
		OBJECTS = 500
	};
	unsigned char *objects[OBJECTS];
	Arena *arena = llp_arena_create(&llp_libc_host, 0);

	for (int i = 0; i < OBJECTS; i++)
	{
		objects[i] = llp_arena_alloc(arena, sizes[i % 10]);
		memset(objects[i], i % 251, sizes[i % 10]);
	}
	for (int i = 0; i < OBJECTS; i++)
	{
		CHECK_INT(objects[i][0], i % 251);
		CHECK_INT(objects[i][sizes[i % 10] - 1], i % 251);
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(arena_keeps_its_limit)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 10000);
	int objects = 0;

	while (llp_arena_alloc(arena, 50) != NULL)
		objects++;
	CHECK(objects >= 60 && objects <= 200);
	CHECK(llp_arena_exhausted(arena));
	llp_arena_destroy(arena);
	CHECK(llp_arena_create(&llp_libc_host, 8) == NULL);
}

UNIT_TEST(arena_fills_a_limit_with_one_object)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 100000);

	CHECK(llp_arena_alloc(arena, 100001) == NULL);
	CHECK(llp_arena_alloc(arena, 90000) != NULL);
	CHECK(llp_arena_alloc(arena, 50000) == NULL);
	llp_arena_destroy(arena);
}

UNIT_TEST(arena_refuses_sizes_that_overflow)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);

	CHECK(llp_arena_alloc(arena, SIZE_MAX) == NULL);
	CHECK(llp_arena_alloc(arena, SIZE_MAX - 20) == NULL);
	CHECK(llp_arena_array(arena, SIZE_MAX / 2, 3) == NULL);
	CHECK(llp_arena_exhausted(arena));
	CHECK(llp_arena_alloc(arena, 10) != NULL);
	CHECK(llp_arena_array(arena, 0, 8) != NULL);
	llp_arena_destroy(arena);
	llp_arena_destroy(NULL);
}

static char released[8];
static size_t released_count;

static void
note_release(void *object)
{
	released[released_count++] = *(char *) object;
}

UNIT_TEST(arena_releases_deferred_objects_newest_first)
{
	static char a = 'a', b = 'b', c = 'c';
	Arena *arena = llp_arena_create(&llp_libc_host, 0);

	released_count = 0;
	CHECK(llp_arena_defer(arena, note_release, &a));
	CHECK(llp_arena_alloc(arena, 1000000) != NULL);
	CHECK(llp_arena_defer(arena, note_release, &b));
	CHECK(llp_arena_defer(arena, note_release, &c));
	CHECK_INT(released_count, 0);
	llp_arena_destroy(arena);
	CHECK_STR(((Str){released, released_count}), "cba");
}

static bool
fill(Arena *arena, void *data)
{
	static char object = 'x';
	int *calls = data;

	for (size_t size = 1; size < 100000; size *= 3)
		if (llp_arena_alloc(arena, size) == NULL)
		{
			CHECK(llp_arena_exhausted(arena));
			return false;
		}
	if (!llp_arena_defer(arena, note_release, &object))
		return false;
	(*calls)++;
	released_count = 0;
	return true;
}

UNIT_TEST(arena_survives_every_failing_allocation)
{
	int calls = 0;

	unit_every_allocation_fails(fill, &calls);
	CHECK(calls >= 1);
}
