/*
 * base/extents.h - where the next blob goes in an area of fixed size, and what has to leave for it.
 *
 * Knows numbers only, not memory: who owns the area moves out what has to go and writes down what comes.
 */
#ifndef LLP_BASE_EXTENTS_H
#define LLP_BASE_EXTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What lies in [offset, offset + size). */
typedef struct Extent
{
	size_t offset;
	size_t size;
	uint64_t last_used; /* any clock */
	int id;				/* the owner's */
	bool fixed;			/* must stay */
} Extent;

/* Room at an offset, once extents[first] … extents[first + leaving - 1] have left. */
typedef struct ExtentRoom
{
	size_t offset;
	size_t first;
	size_t leaving;
} ExtentRoom;

/*
 * Finds room for `size` bytes in an area of `area` bytes with these extents, which do not overlap; sorts them
 * by offset.  False when there is none even if all that may leave does.
 *
 * Among all stretches of neighbours it takes the one whose most recently used member was used longest ago,
 * so that nothing leaves that is more recent than strict least-recently-used order would have evicted, nor
 * anything that does not help; of equal ones the tightest.  A stretch that is free beats all others.
 * Takes time proportional to the number of extents times that of those in a stretch.
 */
extern bool llp_extents_find_room(Extent *extents, size_t count, size_t area, size_t size, ExtentRoom *room);

#endif
