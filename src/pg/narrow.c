/*
 * pg/narrow.c - a policy set cut down to the policies that the caller names.
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
is_named(const Policy *policy, Str name)
{
	ptrdiff_t slash = llp_str_find(name, STR("/"));

	if (slash < 0)
		return llp_str_equal(policy->id, name);
	return llp_str_equal(policy->ns, (Str){name.data, (size_t) slash}) &&
		   llp_str_equal(policy->id, (Str){name.data + slash + 1, name.size - (size_t) slash - 1});
}

static void
raise_unknown(Str name)
{
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
					errmsg("policy \"%.*s\" is not among those of this namespace", STR_ARG(name)),
					errhint("Name policies as \"namespace/id\"; the view llm_policy.policies lists them.")));
}

static void
raise_ambiguous(Str name, const Policy *first, const Policy *second)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_AMBIGUOUS_ALIAS), errmsg("policy id \"%.*s\" is ambiguous", STR_ARG(name)),
		 errdetail("Namespaces \"%.*s\" and \"%.*s\" both have it.", STR_ARG(first->ns), STR_ARG(second->ns)),
		 errhint("Write it as \"namespace/id\".")));
}

static size_t
find_policy(const PolicySet *set, Str name)
{
	size_t found = set->count;

	CHECK_FOR_INTERRUPTS();
	for (size_t i = 0; i < set->count; i++)
	{
		if (!is_named(set->policies[i], name))
			continue;
		if (found < set->count)
			raise_ambiguous(name, set->policies[found], set->policies[i]);
		found = i;
	}
	if (found == set->count)
		raise_unknown(name);
	return found;
}

static void
mark_named(const PolicySet *set, ArrayType *names, bool *named)
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
		named[find_policy(set, (Str){VARDATA_ANY(items[i]), VARSIZE_ANY_EXHDR(items[i])})] = true;
	}
}

PolicySet
narrow_policy_set(const PolicySet *set, ArrayType *names)
{
	bool *named = palloc0((set->count + 1) * sizeof(bool));
	PolicySet result = {palloc((set->count + 1) * sizeof(Policy *)), 0};

	mark_named(set, names, named);
	for (size_t i = 0; i < set->count; i++)
		if (named[i])
			result.policies[result.count++] = set->policies[i];
	return result;
}
