/*
 * pg/in_force.h - what every evaluation asks first: which policy set is in force in a namespace, and what may
 * the caller do there?
 */
#ifndef LLP_PG_IN_FORCE_H
#define LLP_PG_IN_FORCE_H

#include "postgres.h"

#include "pg/authz.h"
#include "pg/catalog.h"

typedef struct InForce
{
	ScopeHead head;
	RightSet rights; /* of the role that was asked about */
} InForce;

/*
 * What catalog_scope_head and authz_rights would read now, under GetActiveSnapshot(), for a namespace or "*";
 * remembered by the backend for as long as that cannot have changed.  A copy, because an evaluation inside
 * this one may look again.  Raises what those two raise, and remembers nothing then.
 */
extern InForce in_force(const char *ns, Oid role);

/* Registers with the server what makes the backend forget; called once, from _PG_init. */
extern void in_force_init(void);

#endif
