/*
 * prog/intern.c - numbers for texts, by a hash table with open addressing.
 */
#include "prog/intern.h"

#define FIRST_CAPACITY 16

void
llp_intern_init(Interner *interner, Arena *arena, uint64_t seed)
{
	*interner = (Interner){.arena = arena, .seed = seed};
}

/* The place of a text in the table: the one it has, or the free one where it belongs. */
static uint32_t *
find_place(const Interner *interner, Str text)
{
	uint32_t at = (uint32_t) llp_str_hash(text, interner->seed) & (interner->table_size - 1);

	while (interner->table[at] != 0 && !llp_str_equal(interner->texts[interner->table[at] - 1], text))
		at = (at + 1) & (interner->table_size - 1);
	return &interner->table[at];
}

static bool
grow(Interner *interner)
{
	uint32_t capacity = interner->capacity == 0 ? FIRST_CAPACITY : interner->capacity * 2;
	Str *texts;

	if (interner->capacity > UINT32_MAX / 8)
		return false;
	texts = llp_arena_array(interner->arena, capacity, sizeof(Str));
	interner->table = llp_arena_array(interner->arena, (size_t) capacity * 2, sizeof(uint32_t));
	if (texts == NULL || interner->table == NULL)
		return false;
	if (interner->count > 0)
		memcpy(texts, interner->texts, interner->count * sizeof(Str));
	interner->texts = texts;
	interner->capacity = capacity;
	interner->table_size = capacity * 2;
	for (uint32_t i = 0; i < interner->count; i++)
		*find_place(interner, texts[i]) = i + 1;
	return true;
}

uint32_t
llp_intern(Interner *interner, Str text)
{
	uint32_t *place;

	if (interner->count == interner->capacity && !grow(interner))
		return INTERN_NONE;
	place = find_place(interner, text);
	if (*place == 0)
	{
		interner->texts[interner->count++] = text;
		*place = interner->count;
	}
	return *place - 1;
}

uint32_t
llp_intern_find(const Interner *interner, Str text)
{
	return interner->table_size == 0 ? INTERN_NONE : *find_place(interner, text) - 1;
}
