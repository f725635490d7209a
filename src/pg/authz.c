/*
 * pg/authz.c - rights by namespace, read from llm_policy.role_grants.
 *
 * Decides only; EXECUTE on the functions is PostgreSQL's business, and granting is sql/roles.sql's.  Reads
 * under the active snapshot, as PostgreSQL's own row security does: in a transaction with one snapshot a
 * revoked right lasts to its end.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "pg/authz.h"
#include "pg/catalog.h"

/* ORDER: the columns of llm_policy.role_grants in sql/tables.sql. */
enum
{
	GRANTS_NAMESPACE = 1,
	GRANTS_RIGHT,
	GRANTS_ROLE_NAME,
	GRANTS_ROLE_OID
};

/* ORDER: enum Right. */
static const char *const right_names[] = {"evaluator", "author", "auditor", "admin"};

bool
authz_right_of(const char *name, Right *right)
{
	for (size_t i = 0; i < lengthof(right_names); i++)
	{
		if (strcmp(name, right_names[i]) == 0)
		{
			*right = (Right) i;
			return true;
		}
	}
	return false;
}

static bool
gives(const char *granted, Right wanted)
{
	return strcmp(granted, right_names[wanted]) == 0 || strcmp(granted, right_names[RIGHT_ADMIN]) == 0;
}

/*
 * The role that a grant is for: the one that has its name and its oid.  A role that took over the name, or
 * the oid, of another has only one of them.
 */
static Oid
grantee_of(const CatalogScan *scan, HeapTuple row)
{
	bool isnull;
	Datum recorded = heap_getattr(row, GRANTS_ROLE_OID, RelationGetDescr(scan->table), &isnull);
	Oid named = get_role_oid(catalog_scan_text(scan, row, GRANTS_ROLE_NAME), true);

	return isnull || named != DatumGetObjectId(recorded) ? InvalidOid : named;
}

static bool
granted_on(Oid role, Right right, const char *ns)
{
	CatalogScan scan = catalog_scan_begin("role_grants", "role_grants_pkey", ns);
	bool found = false;
	HeapTuple row;

	while (!found && catalog_scan_next(&scan, &row))
	{
		if (gives(catalog_scan_text(&scan, row, GRANTS_RIGHT), right))
		{
			Oid grantee = grantee_of(&scan, row);

			found = OidIsValid(grantee) && has_privs_of_role(role, grantee);
		}
	}
	catalog_scan_end(&scan);
	return found;
}

/* A grant counts where it was made and below, so the levels of the namespace's path are asked, and "*". */
bool
authz_has(Oid role, Right right, const char *ns)
{
	List *path;
	const ListCell *cell;

	if (has_privs_of_role(role, catalog_owner()) || granted_on(role, right, SCOPE_EVERY_NAMESPACE))
		return true;
	path = catalog_namespace_path(ns);
	foreach (cell, path)
	{
		if (granted_on(role, right, lfirst(cell)))
			return true;
	}
	return false;
}

_Noreturn static void
refuse(Oid role, Right right, const char *ns)
{
	const char *role_name = GetUserNameFromId(role, false);

	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("role \"%s\" has no right \"%s\" on namespace \"%s\"", role_name, right_names[right], ns),
			 errhint("The extension's owner gives it: SELECT llm_policy_grant(%s, %s, %s).",
					 quote_literal_cstr(role_name), quote_literal_cstr(right_names[right]),
					 quote_literal_cstr(ns))));
}

void
authz_require(Oid role, Right right, const char *ns)
{
	if (!authz_has(role, right, ns))
		refuse(role, right, ns);
}

void
authz_require_reader(Oid role, const char *ns)
{
	if (!authz_has(role, RIGHT_AUTHOR, ns) && !authz_has(role, RIGHT_AUDITOR, ns))
		refuse(role, RIGHT_AUDITOR, ns);
}
