/*
 * vm/cel_lists.c - functions of lists: parts, order.
 *
 * A part of a list that an expression made shares its elements.
 */
#include "vm/cel_functions.h"
#include "vm/cel_select.h"
#include "vm/compare.h"

CelValue
llp_cel_range(CEL_ARGS)
{
	int64_t size = args[0].as.integer;
	CelItems items;

	if (size < 0)
		return llp_cel_error_format(context, "lists.range: size must be non-negative, got %lld",
									(long long) size);
	llp_cel_items_init(&items, context);
	llp_cel_items_reserve(&items, (size_t) size);
	for (int64_t i = 0; i < size && !llp_cel_failed(items.failure); i++)
		llp_cel_items_append(&items, llp_cel_int(i));
	return llp_cel_items_value(&items);
}

static CelValue
part_of(CelContext *context, CelValue list, size_t start, size_t end)
{
	CelItems items;

	if (list.as.container.ops == NULL)
		return llp_cel_list(start == end ? NULL : list.as.container.items + start, end - start);
	llp_cel_items_init(&items, context);
	for (size_t i = start; i < end && !llp_cel_failed(items.failure); i++)
		llp_cel_items_append(&items, llp_cel_element(list, i));
	return llp_cel_items_value(&items);
}

CelValue
llp_cel_slice(CEL_ARGS)
{
	int64_t start = args[1].as.integer;
	int64_t end = args[2].as.integer;
	int64_t size = (int64_t) args[0].count;

	if (start < 0 || end < 0)
		return llp_cel_error_format(context, "cannot slice(%lld, %lld), negative indexes not supported",
									(long long) start, (long long) end);
	if (start > end)
		return llp_cel_error_format(
			context, "cannot slice(%lld, %lld), start index must be less than or equal to end index",
			(long long) start, (long long) end);
	if (end > size)
		return llp_cel_error_format(context, "cannot slice(%lld, %lld), list is length %lld",
									(long long) start, (long long) end, (long long) size);
	return part_of(context, args[0], (size_t) start, (size_t) end);
}

static void
flatten_into(CelItems *items, CelValue list, int64_t levels, int depth)
{
	for (size_t i = 0; i < list.count && !llp_cel_failed(items->failure); i++)
	{
		CelValue element = llp_cel_element(list, i);

		if (element.kind != CEL_LIST || levels == 0)
			llp_cel_items_append(items, element);
		else if (depth == 0)
			items->failure = llp_cel_stop(items->context, STATUS_LIMIT, "depth");
		else if (!llp_cel_charge(items->context, 1))
			items->failure = llp_cel_stopped;
		else
			flatten_into(items, element, levels - 1, depth - 1);
	}
}

CelValue
llp_cel_flatten(CEL_ARGS)
{
	int64_t levels = count == 2 ? args[1].as.integer : 1;
	CelItems items;

	if (levels < 0)
		return llp_cel_error("level must be non-negative");
	llp_cel_items_init(&items, context);
	flatten_into(&items, args[0], levels, CEL_MAX_DEPTH);
	return llp_cel_items_value(&items);
}

CelValue
llp_cel_list_reverse(CEL_ARGS)
{
	CelItems items;

	llp_cel_items_init(&items, context);
	llp_cel_items_reserve(&items, args[0].count);
	for (size_t i = args[0].count; i > 0 && !llp_cel_failed(items.failure); i--)
		llp_cel_items_append(&items, llp_cel_element(args[0], i - 1));
	return llp_cel_items_value(&items);
}

static CelValue
optional_element(CelContext *context, CelValue list, size_t index)
{
	if (list.count == 0)
		return llp_cel_none;
	return llp_cel_optional_part(context, llp_cel_element(list, index));
}

CelValue
llp_cel_first(CEL_ARGS)
{
	return optional_element(context, args[0], 0);
}

CelValue
llp_cel_last(CEL_ARGS)
{
	return optional_element(context, args[0], args[0].count - 1);
}

/* --- Sorting: a merge sort of places by their keys, so that equal ones stay in order --- */

typedef struct Sorting
{
	CelContext *context;
	const CelValue *keys;
	bool unordered; /* NaN was compared */
} Sorting;

/* May the key of one place stand before that of another behind it? */
static bool
in_order(Sorting *sorting, uint32_t a, uint32_t b)
{
	CelOrder order = llp_cel_order(sorting->keys[a], sorting->keys[b]);

	if (order == CEL_UNORDERED)
		sorting->unordered = true;
	return order != CEL_GREATER;
}

/* Merges two neighbouring runs of places into `out`; false when the evaluation has to stop. */
static bool
merge_runs(Sorting *sorting, const uint32_t *places, size_t start, size_t middle, size_t end, uint32_t *out)
{
	size_t left = start;
	size_t right = middle;
	size_t size = end - start;

	for (size_t i = start; i < end; i++)
	{
		bool take_left = left < middle && (right == end || in_order(sorting, places[left], places[right]));
		const CelValue *key = &sorting->keys[places[take_left ? left : right]];

		out[i] = places[take_left ? left++ : right++];
		if (key->kind == CEL_STRING && !llp_cel_charge_bytes(sorting->context, key->as.string.size))
			return false;
	}
	return llp_cel_charge(sorting->context, size);
}

static bool
sort_places(Sorting *sorting, uint32_t **places, uint32_t *other, size_t count)
{
	for (size_t run = 1; run < count; run *= 2)
	{
		uint32_t *from = *places;

		for (size_t start = 0; start < count; start += run * 2)
		{
			size_t middle = start + run < count ? start + run : count;
			size_t end = middle + run < count ? middle + run : count;

			if (!merge_runs(sorting, from, start, middle, end, other))
				return false;
		}
		*places = other;
		other = from;
	}
	return true;
}

/* All keys of one kind, one that has an order; null, or an error. */
static CelValue
check_keys(const CelValue *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		if (llp_cel_order(keys[i], keys[i]) == CEL_INCOMPARABLE)
			return llp_cel_error("list elements must be comparable");
		if (keys[i].kind != keys[0].kind)
			return llp_cel_error("list elements must have the same type");
	}
	return llp_cel_null;
}

static CelValue
in_places(CelContext *context, CelValue list, const uint32_t *places)
{
	CelItems items;

	llp_cel_items_init(&items, context);
	llp_cel_items_reserve(&items, list.count);
	for (size_t i = 0; i < list.count; i++)
		llp_cel_items_append(&items, llp_cel_element(list, places[i]));
	return llp_cel_items_value(&items);
}

static CelValue
sorted(CelContext *context, CelValue list, CelValue keys)
{
	uint32_t *places;
	Sorting sorting = {.context = context, .keys = keys.as.container.items};
	CelValue problem = check_keys(keys.as.container.items, keys.count);

	if (llp_cel_failed(problem))
		return problem;
	places = llp_cel_alloc(context, list.count * 2, sizeof(uint32_t));
	if (places == NULL)
		return llp_cel_stopped;
	for (uint32_t i = 0; i < list.count; i++)
		places[i] = i;
	if (!sort_places(&sorting, &places, places + list.count, list.count))
		return llp_cel_stopped;
	return sorting.unordered ? llp_cel_error("NaN has no place in an order")
							 : in_places(context, list, places);
}

/* The same list, with its elements in memory. */
static CelValue
gathered(CelContext *context, CelValue list)
{
	CelItems items;

	if (list.as.container.ops == NULL)
		return list;
	llp_cel_items_init(&items, context);
	llp_cel_items_append_all(&items, list);
	return llp_cel_items_value(&items);
}

CelValue
llp_cel_sort_by(CEL_ARGS)
{
	CelValue keys = gathered(context, args[1]);

	if (llp_cel_failed(keys))
		return keys;
	if (keys.count != args[0].count)
		return llp_cel_error("sortBy needs a key for each element");
	return sorted(context, args[0], keys);
}

CelValue
llp_cel_sort(CEL_ARGS)
{
	CelValue list = gathered(context, args[0]);

	return llp_cel_failed(list) ? list : sorted(context, list, list);
}
