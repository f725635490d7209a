/*
 * pg/as_role.h - running SQL of users on behalf of policies: as a role, and without a trace.
 */
#ifndef LLP_PG_AS_ROLE_H
#define LLP_PG_AS_ROLE_H

#include "postgres.h"

/* What as_role_enter found, for as_role_leave. */
typedef struct AsRole
{
	Oid user;
	int security;
	int guc_level;
} AsRole;

/*
 * From here on statements run as the role, in a security-restricted operation, with a pinned search_path, and
 * can change nothing: the transaction is read-only and in parallel mode, whoever started it.  After an error
 * the abort of the (sub)transaction puts all of it back.
 */
extern AsRole as_role_enter(Oid role);
extern void as_role_leave(const AsRole *before);

#endif
