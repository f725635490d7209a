/*
 * llm/findings.c - overlapping findings are settled.
 */
#include "llm/findings.h"

#define FIRST_CAPACITY 16

void
llp_finding_list_begin(FindingList *list, Arena *arena)
{
	memset(list, 0, sizeof(*list));
	list->arena = arena;
}

static bool
is_better(const Finding *a, const Finding *b)
{
	size_t size_a = a->end - a->start;
	size_t size_b = b->end - b->start;

	if (a->score != b->score)
		return a->score > b->score;
	if (size_a != size_b)
		return size_a > size_b;
	return a->start != b->start ? a->start < b->start : a->type < b->type;
}

static bool
overlap(const Finding *a, const Finding *b)
{
	return a->start < b->end && b->start < a->end;
}

static void
append(FindingList *list, const Finding *finding)
{
	if (list->count == list->capacity)
	{
		size_t capacity = list->capacity == 0 ? FIRST_CAPACITY : 2 * list->capacity;
		Finding *items = llp_arena_array(list->arena, capacity, sizeof(*items));

		if (items == NULL)
		{
			list->failed = true;
			return;
		}
		if (list->count > 0)
			memcpy(items, list->items, list->count * sizeof(*items));
		list->items = items;
		list->capacity = capacity;
	}
	list->items[list->count++] = *finding;
}

/* Puts a finding at its place among those that were settled from `first` on. */
static void
append_in_order(FindingList *list, size_t first, const Finding *finding)
{
	size_t place;

	append(list, finding);
	if (list->failed)
		return;
	for (place = list->count - 1; place > first && list->items[place - 1].start > finding->start; place--)
		list->items[place] = list->items[place - 1];
	list->items[place] = *finding;
}

/* Of what waits, the best, then the best of those that do not overlap it, and so on. */
static void
settle(FindingList *list)
{
	size_t first = list->count;

	while (list->clustered > 0 && !list->failed)
	{
		size_t best = 0;
		Finding chosen;
		size_t kept = 0;

		for (size_t i = 1; i < list->clustered; i++)
		{
			if (is_better(&list->cluster[i], &list->cluster[best]))
				best = i;
		}
		chosen = list->cluster[best];
		append_in_order(list, first, &chosen);
		for (size_t i = 0; i < list->clustered; i++)
		{
			if (!overlap(&list->cluster[i], &chosen))
				list->cluster[kept++] = list->cluster[i];
		}
		list->clustered = kept;
	}
	list->clustered = 0;
	list->cluster_end = 0;
}

/* A full cluster keeps the best of each place: what is worse than another that covers it goes. */
static bool
is_covered(const FindingList *list, const Finding *finding)
{
	for (size_t i = 0; i < list->clustered; i++)
	{
		const Finding *other = &list->cluster[i];

		if (other->start <= finding->start && other->end >= finding->end && !is_better(finding, other))
			return true;
	}
	return false;
}

void
llp_finding_list_add(FindingList *list, const Finding *finding)
{
	if (list->clustered > 0 && finding->start >= list->cluster_end)
		settle(list);
	/* One that reaches back over what was settled competes with it. */
	while (list->count > 0 && list->items[list->count - 1].end > finding->start &&
		   list->clustered < LLP_CLUSTER_SIZE)
	{
		const Finding *last = &list->items[--list->count];

		list->cluster[list->clustered++] = *last;
		if (last->end > list->cluster_end)
			list->cluster_end = last->end;
	}
	if (is_covered(list, finding))
		return;
	if (list->clustered == LLP_CLUSTER_SIZE)
		settle(list);
	while (list->clustered == 0 && list->count > 0 && list->items[list->count - 1].end > finding->start)
	{
		if (!is_better(finding, &list->items[list->count - 1]))
			return;
		list->count--;
	}
	list->cluster[list->clustered++] = *finding;
	if (finding->end > list->cluster_end)
		list->cluster_end = finding->end;
}

void
llp_finding_list_end(FindingList *list)
{
	settle(list);
}
