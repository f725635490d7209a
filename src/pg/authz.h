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

/* Rights as bits: 1 << Right. */
typedef uint8 RightSet;

static inline bool
authz_includes(RightSet rights, Right right)
{
	return (rights & (1 << right)) != 0;
}

/*
 * What `role` may do in the namespace, as authz_has says of each right; read under the active snapshot.
 */
extern RightSet authz_rights(Oid role, const char *ns);
/*
 * Does `role` have `right` for the namespace ("*": for every one)?  Superusers and members of the extension's
 * owner have all rights; admin implies the others.  A grant to a role counts for those who have its
 * privileges.
 */
extern bool authz_has(Oid role, Right right, const char *ns);
/* Raises 42501 naming role, right and namespace, with a hint that shows the grant. */
extern void authz_require(Oid role, Right right, const char *ns);
/* Raises what authz_require raises. */
_Noreturn extern void authz_refuse(Oid role, Right right, const char *ns);
/* The same for who may read policies: authors and auditors. */
extern void authz_require_reader(Oid role, const char *ns);
/* The right of that name; false when there is none. */
extern bool authz_right_of(const char *name, Right *right);

#endif
