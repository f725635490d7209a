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

#endif
