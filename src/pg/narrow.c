/*
 * pg/narrow.c - which policies of a program the caller names.
 *
 * Whether the caller may narrow is decided elsewhere.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "pg/compat.h"
#include "pg/narrow.h"

/* Is `name` the policy's "namespace/id", or its id? */
static bool
is_named(const Fragment *policy, Str name)
{
	ptrdiff_t slash = llp_str_find(name, STR("/"));

	if (slash < 0)
		return llp_str_equal(fragment_str(policy, policy->id), name);
	return llp_str_equal(fragment_str(policy, policy->ns), (Str){name.data, (size_t) slash}) &&
		   llp_str_equal(fragment_str(policy, policy->id),
						 (Str){name.data + slash + 1, name.size - (size_t) slash - 1});
}

static void
raise_unknown(Str name)
{
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
					errmsg("policy \"%.*s\" is not among those of this namespace", STR_ARG(name)),
					errhint("Name policies as \"namespace/id\"; the view llm_policy.policies lists them.")));
}

static void
raise_ambiguous(Str name, const Fragment *first, const Fragment *second)
{
	ereport(ERROR,
			(errcode(ERRCODE_AMBIGUOUS_ALIAS), errmsg("policy id \"%.*s\" is ambiguous", STR_ARG(name)),
			 errdetail("Namespaces \"%.*s\" and \"%.*s\" both have it.",
					   STR_ARG(fragment_str(first, first->ns)), STR_ARG(fragment_str(second, second->ns))),
			 errhint("Write it as \"namespace/id\".")));
}

static uint32
find_policy(const Image *image, Str name)
{
	uint32 count = (uint32) image_policies_count(image);
	uint32 found = count;

	CHECK_FOR_INTERRUPTS();
	for (uint32 i = 0; i < count; i++)
	{
		if (!is_named(image_fragment(image, i), name))
			continue;
		if (found < count)
			raise_ambiguous(name, image_fragment(image, found), image_fragment(image, i));
		found = i;
	}
	if (found == count)
		raise_unknown(name);
	return found;
}

static void
mark_named(const Image *image, ArrayType *names, bool *named)
{
	Datum *items;
	bool *nulls;
	int count;

	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &count);
	if (count == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the list of policies is empty"),
						errhint("Leave \"policies\" null to evaluate all of the namespace.")));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("the list of policies must not contain nulls")));
		named[find_policy(image, (Str){VARDATA_ANY(items[i]), VARSIZE_ANY_EXHDR(items[i])})] = true;
	}
}

bool *
narrow_policies(const Image *image, ArrayType *names)
{
	bool *named = palloc0((image_policies_count(image) + 1) * sizeof(bool));

	mark_named(image, names, named);
	return named;
}
