/*
 * pg/authz.h - who may do what, by namespace.
 */
#ifndef LLP_PG_AUTHZ_H
#define LLP_PG_AUTHZ_H

#include "postgres.h"

typedef enum Right
{
	RIGHT_EVALUATOR,
	RIGHT_AUTHOR,
	RIGHT_AUDITOR,
	RIGHT_ADMIN
} Right;

/*
 * Does `role` have `right` for the namespace ("*": for every one)?  Superusers and members of the extension's
 * owner have all rights; admin implies the others.  A grant to a role counts for those who have its
 * privileges.
 */
extern bool authz_has(Oid role, Right right, const char *ns);
/* Raises 42501 naming role, right and namespace, with a hint that shows the grant. */
extern void authz_require(Oid role, Right right, const char *ns);
/* The same for who may read policies: authors and auditors. */
extern void authz_require_reader(Oid role, const char *ns);
/* The right of that name; false when there is none. */
extern bool authz_right_of(const char *name, Right *right);

#endif
