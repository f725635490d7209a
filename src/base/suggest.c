/*
 * base/suggest.c - the nearest of several words, and hints that name it.
 */
#include "base/suggest.h"

#define MAX_WORD 64 /* bytes of a spelling that is compared */

static size_t
smallest(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Edits (insert, delete, replace, swap of neighbours) from a to b, the "optimal string alignment" distance;
 * both at most MAX_WORD bytes.
 */
static size_t
distance(Str a, Str b)
{
	size_t rows[3][MAX_WORD + 1];
	size_t *before = rows[0];
	size_t *above = rows[1];
	size_t *row = rows[2];

	for (size_t j = 0; j <= b.size; j++)
		above[j] = j;
	for (size_t i = 1; i <= a.size; i++)
	{
		size_t *oldest = before;

		row[0] = i;
		for (size_t j = 1; j <= b.size; j++)
		{
			size_t replace = above[j - 1] + (a.data[i - 1] != b.data[j - 1]);

			row[j] = smallest(replace, smallest(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1])
				row[j] = smallest(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = oldest;
	}
	return above[b.size];
}

/* How many edits still look like a slip: none of two letters is left when two are changed. */
static size_t
tolerance(Str word)
{
	if (word.size < 3)
		return 0;
	return word.size < 5 ? 1 : 2;
}

void
llp_nearest_consider(Nearest *nearest, Str candidate)
{
	size_t edits;

	if (nearest->spelling.size > MAX_WORD || candidate.size > MAX_WORD)
		return;
	edits = distance(nearest->spelling, candidate);
	if (edits > tolerance(nearest->spelling) || (nearest->candidate.size > 0 && edits >= nearest->distance))
		return;
	nearest->candidate = candidate;
	nearest->distance = edits;
}

const char *
llp_hint_text(StrBuf *hint)
{
	llp_buf_append_char(hint, '\0');
	return hint->failed ? NULL : hint->data;
}

void
llp_hint_question(StrBuf *hint, Str candidate)
{
	if (candidate.size == 0)
		return;
	llp_buf_append(hint, STR("Did you mean \""));
	llp_buf_append(hint, candidate);
	llp_buf_append(hint, STR("\"?"));
}
