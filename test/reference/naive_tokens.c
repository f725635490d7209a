/*
 * test/reference/naive_tokens.c - byte pair encoding as slow and plain as can be.
 *
 * Starts from the bytes and, as long as two neighbours together are a token, makes one of the leftmost of
 * those with the lowest id.  Finds tokens with the look-up that is tested elsewhere; shares nothing else.
 */
#include "naive_tokens.h"

#include <stdlib.h>

typedef struct Part
{
	size_t start;
	size_t size;
} Part;

static uint32_t
id_of(const Vocabulary *vocabulary, Str piece, size_t start, size_t size)
{
	return llp_vocabulary_find(vocabulary, (const unsigned char *) piece.data + start, size);
}

/* Merges one pair; false when none can be. */
static bool
merge_one(const Vocabulary *vocabulary, Str piece, Part *parts, size_t *count)
{
	uint32_t lowest = LLP_NO_TOKEN;
	size_t best = 0;

	for (size_t i = 0; i + 1 < *count; i++)
	{
		uint32_t id = id_of(vocabulary, piece, parts[i].start, parts[i].size + parts[i + 1].size);

		if (id < lowest)
		{
			lowest = id;
			best = i;
		}
	}
	if (lowest == LLP_NO_TOKEN)
		return false;
	parts[best].size += parts[best + 1].size;
	for (size_t i = best + 1; i + 1 < *count; i++)
		parts[i] = parts[i + 1];
	(*count)--;
	return true;
}

size_t
naive_merge(const Vocabulary *vocabulary, Str piece, uint32_t *ids)
{
	Part *parts = calloc(piece.size + 1, sizeof(Part));
	size_t count = piece.size;

	if (parts == NULL)
		abort();
	for (size_t i = 0; i < count; i++)
		parts[i] = (Part){i, 1};
	while (merge_one(vocabulary, piece, parts, &count))
		continue;
	for (size_t i = 0; i < count; i++)
		ids[i] = id_of(vocabulary, piece, parts[i].start, parts[i].size);
	free(parts);
	return count;
}
