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

#define EVERY_RIGHT ((RightSet) ((1 << lengthof(right_names)) - 1))

static RightSet
rights_of_grant(const char *granted)
{
	Right right;

	if (!authz_right_of(granted, &right))
		return 0;
	return right == RIGHT_ADMIN ? EVERY_RIGHT : (RightSet) (1 << right);
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

/* What the grants made on this very level give the role. */
static RightSet
granted_on(Oid role, const char *ns)
{
	CatalogScan scan = catalog_scan_begin("role_grants", "role_grants_pkey", ns);
	RightSet rights = 0;
	HeapTuple row;

	while (rights != EVERY_RIGHT && catalog_scan_next(&scan, &row))
	{
		RightSet given = rights_of_grant(catalog_scan_text(&scan, row, GRANTS_RIGHT));

		if ((given & ~rights) != 0)
		{
			Oid grantee = grantee_of(&scan, row);

			if (OidIsValid(grantee) && has_privs_of_role(role, grantee))
				rights |= given;
		}
	}
	catalog_scan_end(&scan);
	return rights;
}

/* A grant counts where it was made and below, so the levels of the namespace's path are asked, and "*". */
RightSet
authz_rights(Oid role, const char *ns)
{
	RightSet rights;
	List *path;
	const ListCell *cell;

	if (has_privs_of_role(role, catalog_owner()))
		return EVERY_RIGHT;
	rights = granted_on(role, SCOPE_EVERY_NAMESPACE);
	path = catalog_namespace_path(ns);
	foreach (cell, path)
	{
		if (rights != EVERY_RIGHT)
			rights |= granted_on(role, lfirst(cell));
	}
	list_free_deep(path);
	return rights;
}

bool
authz_has(Oid role, Right right, const char *ns)
{
	return authz_includes(authz_rights(role, ns), right);
}

void
authz_refuse(Oid role, Right right, const char *ns)
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
		authz_refuse(role, right, ns);
}

void
authz_require_reader(Oid role, const char *ns)
{
	RightSet rights = authz_rights(role, ns);

	if (!authz_includes(rights, RIGHT_AUTHOR) && !authz_includes(rights, RIGHT_AUDITOR))
		authz_refuse(role, RIGHT_AUDITOR, ns);
}
