/*
 * base/extents.c - chooses the stretch of an area that a new blob takes.
 */
#include "base/extents.h"

#include <stdlib.h>

/* A stretch between two neighbours that stay, or the edges of the area. */
typedef struct Stretch
{
	size_t start;
	size_t end;
	size_t first;		/* the members that leave */
	size_t leaving;		/* their number */
	uint64_t last_used; /* of the most recent of them */
} Stretch;

static int
compare_offsets(const void *a, const void *b)
{
	size_t left = ((const Extent *) a)->offset, right = ((const Extent *) b)->offset;

	return (left > right) - (left < right);
}

static size_t
end_of(const Extent *extent)
{
	return extent->offset + extent->size;
}

/*
 * The shortest stretch of `size` bytes or more that begins behind extent `first - 1`.  False where there is
 * none, or none whose members are all as old as `limit`.
 */
static bool
stretch_from(const Extent *extents, size_t count, size_t area, size_t size, size_t first, uint64_t limit,
			 Stretch *stretch)
{
	*stretch = (Stretch){.start = first > 0 ? end_of(&extents[first - 1]) : 0, .first = first};
	for (size_t next = first;; next++)
	{
		const Extent *extent = &extents[next];

		stretch->end = next < count ? extent->offset : area;
		if (stretch->end - stretch->start >= size)
			return true;
		if (next == count || extent->fixed || extent->last_used > limit)
			return false;
		stretch->leaving++;
		if (extent->last_used > stretch->last_used)
			stretch->last_used = extent->last_used;
	}
}

static bool
is_better(const Stretch *a, const Stretch *b)
{
	if ((a->leaving == 0) != (b->leaving == 0))
		return a->leaving == 0;
	if (a->last_used != b->last_used)
		return a->last_used < b->last_used;
	return a->end - a->start < b->end - b->start;
}

bool
llp_extents_find_room(Extent *extents, size_t count, size_t area, size_t size, ExtentRoom *room)
{
	Stretch best = {.last_used = UINT64_MAX};
	bool found = false;

	if (count > 0)
		qsort(extents, count, sizeof(Extent), compare_offsets);
	for (size_t first = 0; first <= count; first++)
	{
		Stretch stretch;

		if (stretch_from(extents, count, area, size, first, best.last_used, &stretch) &&
			(!found || is_better(&stretch, &best)))
		{
			best = stretch;
			found = true;
		}
	}
	if (found)
		*room = (ExtentRoom){.offset = best.start, .first = best.first, .leaving = best.leaving};
	return found;
}
