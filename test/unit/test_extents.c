/*
 * test/unit/test_extents.c - base/extents.h.
 */
#include "unit.h"

#include "base/extents.h"

#define AREA 1000
#define FIXED true

static Extent
extent(size_t offset, size_t size, uint64_t last_used, bool fixed)
{
	return (Extent){.offset = offset, .size = size, .last_used = last_used, .fixed = fixed};
}

/* Checks the offset and the number of those that leave; -1: no room. */
static void
check_room(Extent *extents, size_t count, size_t size, long offset, long leaving)
{
	ExtentRoom room;
	bool found = llp_extents_find_room(extents, count, AREA, size, &room);

	CHECK_INT(found ? (long) room.offset : -1, offset);
	if (found)
		CHECK_INT(room.leaving, leaving);
}

UNIT_TEST(extents_empty_area_has_room_for_all_of_it)
{
	check_room(NULL, 0, AREA, 0, 0);
	check_room(NULL, 0, AREA + 1, -1, 0);
}

UNIT_TEST(extents_free_room_is_taken_before_anything_leaves)
{
	Extent extents[] = {extent(300, 600, 1, false), extent(0, 100, 2, FIXED)};

	check_room(extents, 2, 200, 100, 0);
	check_room(extents, 2, 50, 900, 0); /* the tightest hole */
}

UNIT_TEST(extents_least_recently_used_leaves_first)
{
	Extent extents[] = {extent(0, 250, 7, false), extent(250, 250, 3, false), extent(500, 250, 9, false),
						extent(750, 250, 5, false)};

	check_room(extents, 4, 200, 250, 1);
	/* 3 and 5 are the oldest, but do not lie side by side. */
	check_room(extents, 4, 400, 0, 2);
	check_room(extents, 4, AREA, 0, 4);
}

UNIT_TEST(extents_what_does_not_help_stays)
{
	/* The oldest is too small and shut in: only the one of 5 makes room. */
	Extent extents[] = {extent(0, 100, 1, false), extent(100, 300, 9, FIXED), extent(400, 300, 5, false),
						extent(700, 300, 8, false)};
	ExtentRoom room;

	CHECK(llp_extents_find_room(extents, 4, AREA, 200, &room));
	CHECK_INT(room.first, 2);
	CHECK_INT(room.leaving, 1);
}

UNIT_TEST(extents_fixed_ones_stay)
{
	Extent extents[] = {extent(0, 400, 1, false), extent(400, 100, 1, FIXED), extent(500, 500, 2, false)};

	check_room(extents, 3, 500, 500, 1);
	check_room(extents, 3, 501, -1, 0);
}

UNIT_TEST(extents_ones_of_time_zero_and_of_the_end_of_time_may_leave)
{
	Extent oldest[] = {extent(0, AREA, 0, false)}, newest[] = {extent(0, AREA, UINT64_MAX, false)};

	check_room(oldest, 1, 10, 0, 1);
	check_room(newest, 1, 10, 0, 1);
}

/* The smallest possible age of the youngest that leaves, by trying every stretch; -1 without room. */
static long
best_by_trying(const Extent *extents, size_t count, size_t size)
{
	long best = -1;

	for (size_t first = 0; first <= count; first++)
	{
		size_t start = first > 0 ? extents[first - 1].offset + extents[first - 1].size : 0;
		long youngest = 0;

		for (size_t next = first; next <= count; next++)
		{
			if ((next < count ? extents[next].offset : AREA) >= start + size && (best < 0 || youngest < best))
				best = youngest;
			if (next == count || extents[next].fixed)
				break;
			if ((long) extents[next].last_used > youngest)
				youngest = (long) extents[next].last_used;
		}
	}
	return best;
}

/* A linear congruential generator: the same areas on every machine. */
static uint32_t
next_random(uint32_t *seed, uint32_t bound)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % bound;
}

UNIT_TEST(extents_random_areas_are_filled_as_by_trying_everything)
{
	enum
	{
		MAX_EXTENTS = 12
	};
	uint32_t seed = 1;

	for (int round = 0; round < 20000; round++)
	{
		Extent extents[MAX_EXTENTS];
		size_t count = 0, place = 0, size = 1 + next_random(&seed, 400);
		long youngest = 0, best;
		ExtentRoom room;

		while (count < MAX_EXTENTS)
		{
			size_t gap = next_random(&seed, 3) == 0 ? next_random(&seed, 80) : 0,
				   bytes = 1 + next_random(&seed, 200);

			if (place + gap + bytes > AREA)
				break;
			extents[count] =
				extent(place + gap, bytes, 1 + next_random(&seed, 20), next_random(&seed, 5) == 0);
			place += gap + bytes;
			count++;
		}
		best = best_by_trying(extents, count, size);
		if (!llp_extents_find_room(extents, count, AREA, size, &room))
		{
			CHECK_INT(best, -1);
			continue;
		}
		for (size_t i = room.first; i < room.first + room.leaving; i++)
		{
			CHECK(!extents[i].fixed);
			if ((long) extents[i].last_used > youngest)
				youngest = (long) extents[i].last_used;
		}
		CHECK_INT(youngest, best);
		CHECK(room.first == 0 ||
			  extents[room.first - 1].offset + extents[room.first - 1].size <= room.offset);
		CHECK(room.offset + size <=
			  (room.first + room.leaving < count ? extents[room.first + room.leaving].offset : AREA));
	}
}
