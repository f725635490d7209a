/*
 * policy/order.c - the order of policies in a set, and the sort that makes it.
 */
#include "policy/order.h"

#include "policy/model.h"

/* Pointers are copied as bytes, because the array's element type is the caller's. */
static void *
get(const void *items, size_t index)
{
	void *item;

	memcpy(&item, (const char *) items + index * sizeof(item), sizeof(item));
	return item;
}

static void
put(void *items, size_t index, void *item)
{
	memcpy((char *) items + index * sizeof(item), &item, sizeof(item));
}

/* Moves the item at `root` down until the part of the heap below it is in order again. */
static void
sift_down(void *items, size_t root, size_t count, PointerOrder compare)
{
	void *moving = get(items, root);

	for (;;)
	{
		size_t child = 2 * root + 1;

		if (child >= count)
			break;
		if (child + 1 < count && compare(get(items, child + 1), get(items, child)) > 0)
			child++;
		if (compare(moving, get(items, child)) >= 0)
			break;
		put(items, root, get(items, child));
		root = child;
	}
	put(items, root, moving);
}

void
llp_sort_pointers(void *items, size_t count, PointerOrder compare)
{
	for (size_t i = count / 2; i > 0; i--)
		sift_down(items, i - 1, count, compare);
	for (size_t last = count; last > 1; last--)
	{
		void *largest = get(items, 0);

		put(items, 0, get(items, last - 1));
		put(items, last - 1, largest);
		sift_down(items, 0, last - 1, compare);
	}
}

static int
compare_policies(const void *left, const void *right)
{
	const Policy *a = left;
	const Policy *b = right;
	int order;

	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	order = llp_str_compare(a->id, b->id);
	return order != 0 ? order : llp_str_compare(a->ns, b->ns);
}

PolicySet
llp_policy_set(Policy **policies, size_t count)
{
	llp_sort_pointers(policies, count, compare_policies);
	return (PolicySet){policies, count};
}
