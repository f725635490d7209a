/*
 * pg/jsonb_entries.h - reads a container of jsonb entry by entry, in place.
 *
 * Unlike the server's iterator it allocates nothing, and unlike the core's Request interface it hands out
 * what is stored: numerics with their scale, containers as bytes.
 */
#ifndef LLP_PG_JSONB_ENTRIES_H
#define LLP_PG_JSONB_ENTRIES_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "base/str.h"

/* An entry's payload without the padding before it. */
typedef struct JsonbEntry
{
	JEntry type; /* JENTRY_ISSTRING, … */
	const char *data;
	uint32 size;
} JsonbEntry;

typedef struct JsonbCursor
{
	const JEntry *next;
	const char *base;
	uint32 offset;
} JsonbCursor;

/* At a list's elements, or at a map's keys. */
static inline JsonbCursor
jsonb_cursor(const JsonbContainer *container)
{
	uint32 count = JsonContainerSize(container) * (JsonContainerIsObject(container) ? 2 : 1);

	return (JsonbCursor){container->children, (const char *) (container->children + count), 0};
}

/* At a map's values, which stand in the order of its keys. */
static inline JsonbCursor
jsonb_cursor_at_values(const JsonbContainer *map)
{
	JsonbCursor cursor = jsonb_cursor(map);

	cursor.next += JsonContainerSize(map);
	cursor.offset = getJsonbOffset(map, (int) JsonContainerSize(map));
	return cursor;
}

/* The entry at the cursor, which moves on; there must be one. */
static inline JsonbEntry
jsonb_cursor_next(JsonbCursor *cursor)
{
	JEntry entry = *cursor->next++;
	uint32 start = cursor->offset;

	JBE_ADVANCE_OFFSET(cursor->offset, entry);
	if (JBE_ISNUMERIC(entry) || JBE_ISCONTAINER(entry))
		start = (uint32) INTALIGN(start);
	return (JsonbEntry){entry & JENTRY_TYPEMASK, cursor->base + start, cursor->offset - start};
}

/* Passes so many entries by. */
static inline void
jsonb_cursor_skip(JsonbCursor *cursor, uint32 count)
{
	for (; count > 0; count--)
	{
		JEntry entry = *cursor->next++;

		JBE_ADVANCE_OFFSET(cursor->offset, entry);
	}
}

static inline Str
jsonb_entry_str(const JsonbEntry *entry)
{
	return (Str){entry->data, entry->size};
}

/* The order of keys: the shorter first, then by bytes. */
static inline int
jsonb_compare_keys(Str a, Str b)
{
	if (a.size != b.size)
		return a.size < b.size ? -1 : 1;
	return a.size == 0 ? 0 : memcmp(a.data, b.data, a.size);
}

/* The container that an entry of type JENTRY_ISCONTAINER is. */
static inline const JsonbContainer *
jsonb_entry_container(const JsonbEntry *entry)
{
	return (const void *) entry->data;
}

#endif
