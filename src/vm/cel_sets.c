/*
 * vm/cel_sets.c - lists as sets: distinct, sets.contains, sets.equivalent, sets.intersects.
 *
 * Elements are the same as == says.  Those that can be keys of a map, and doubles equal to one, are found by
 * hashing; the others are compared one by one.
 */
#include "vm/cel_functions.h"
#include "vm/cel_map.h"
#include "vm/compare.h"

typedef struct Set
{
	CelContext *context;
	CelMap *keyed;
	CelItems others;
} Set;

static bool
set_init(Set *set, CelContext *context)
{
	set->context = context;
	set->keyed = llp_cel_map_new(context, 0);
	llp_cel_items_init(&set->others, context);
	return set->keyed != NULL;
}

/* What stands for an element among the keys of a map; false when it is none of these. */
static bool
key_of(CelValue element, CelValue *key)
{
	*key = element;
	return element.kind == CEL_STRING || element.kind == CEL_BOOL || llp_cel_as_integer(element, key);
}

/* A bool, or why nobody can say. */
static CelValue
set_has(const Set *set, CelValue element)
{
	CelValue key;
	CelValue others = llp_cel_list(set->others.items, set->others.count);
	CelValue args[2] = {element, others};

	if (llp_cel_failed(element))
		return element;
	if (!llp_cel_charge(set->context, 1) ||
		(element.kind == CEL_STRING && !llp_cel_charge_bytes(set->context, element.as.string.size)))
		return llp_cel_stopped;
	if (key_of(element, &key))
		return llp_cel_bool(llp_cel_map_find(llp_cel_map(set->keyed), key, &key));
	return llp_cel_in(set->context, args, 2);
}

/* Null, or why it could not be added; the element must not be there yet. */
static CelValue
set_add(Set *set, CelValue element)
{
	CelValue key;

	if (key_of(element, &key))
		return llp_cel_map_add(set->context, set->keyed, key, llp_cel_null);
	llp_cel_items_append(&set->others, element);
	return set->others.failure;
}

/* Adds an element that may be there; *added says whether it was not. */
static CelValue
set_admit(Set *set, CelValue element, bool *added)
{
	CelValue has = set_has(set, element);

	*added = !llp_cel_failed(has) && !has.as.boolean;
	if (*added)
		return set_add(set, element);
	return llp_cel_failed(has) ? has : llp_cel_null;
}

static CelValue
set_of(CelContext *context, CelValue list, Set *set)
{
	bool added;

	if (!set_init(set, context))
		return llp_cel_stopped;
	for (size_t i = 0; i < list.count; i++)
	{
		CelValue problem = set_admit(set, llp_cel_element(list, i), &added);

		if (llp_cel_failed(problem))
			return problem;
	}
	return llp_cel_null;
}

CelValue
llp_cel_distinct(CEL_ARGS)
{
	CelItems items;
	Set set;

	if (!set_init(&set, context))
		return llp_cel_stopped;
	llp_cel_items_init(&items, context);
	for (size_t i = 0; i < args[0].count && !llp_cel_failed(items.failure); i++)
	{
		CelValue element = llp_cel_element(args[0], i);
		bool added;
		CelValue problem = set_admit(&set, element, &added);

		if (llp_cel_failed(problem))
			return problem;
		if (added)
			llp_cel_items_append(&items, element);
	}
	return llp_cel_items_value(&items);
}

/* Is some element of a list in a set (is_in), or is some not? */
static CelValue
some_element(const Set *set, CelValue list, bool is_in)
{
	for (size_t i = 0; i < list.count; i++)
	{
		CelValue has = set_has(set, llp_cel_element(list, i));

		if (llp_cel_failed(has))
			return has;
		if (has.as.boolean == is_in)
			return llp_cel_bool(true);
	}
	return llp_cel_bool(false);
}

/* Is each element of the second list in the first? */
CelValue
llp_cel_sets_contains(CEL_ARGS)
{
	Set set;
	CelValue problem = set_of(context, args[0], &set);
	CelValue missing;

	if (llp_cel_failed(problem))
		return problem;
	missing = some_element(&set, args[1], false);
	return llp_cel_failed(missing) ? missing : llp_cel_bool(!missing.as.boolean);
}

CelValue
llp_cel_sets_equivalent(CEL_ARGS)
{
	CelValue swapped[2] = {args[1], args[0]};
	CelValue contains = llp_cel_sets_contains(context, args, count);

	if (llp_cel_failed(contains) || !contains.as.boolean)
		return contains;
	return llp_cel_sets_contains(context, swapped, 2);
}

CelValue
llp_cel_sets_intersects(CEL_ARGS)
{
	Set set;
	CelValue problem = set_of(context, args[0], &set);

	return llp_cel_failed(problem) ? problem : some_element(&set, args[1], true);
}
