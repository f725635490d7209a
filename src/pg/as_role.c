/*
 * pg/as_role.c - the switch to a role that cannot change anything.
 *
 * Why several locks on one door: SECURITY_RESTRICTED_OPERATION keeps SET ROLE, temporary objects that are new
 * and deferred triggers out, but no write.  A read-only execution by SPI stops at the statement itself, but
 * not at a volatile function that it calls.  transaction_read_only stops that function too, and nobody can
 * take it back before the end of the (sub)transaction's setting of it; but not writes to temporary tables.
 * Parallel mode stops those, and transaction ids, sequences and advisory locks with them; and what works here
 * works in a parallel worker as well, where the mode is the same.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/guc.h"

#include "pg/as_role.h"

static void
set_here(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

AsRole
as_role_enter(Oid role)
{
	AsRole before;

	GetUserIdAndSecContext(&before.user, &before.security);
	SetUserIdAndSecContext(role,
						   before.security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
	before.guc_level = NewGUCNestLevel();
	set_here("search_path", "pg_catalog, pg_temp");
	set_here("transaction_read_only", "on");
	EnterParallelMode();
	return before;
}

void
as_role_leave(const AsRole *before)
{
	ExitParallelMode();
	AtEOXact_GUC(false, before->guc_level);
	SetUserIdAndSecContext(before->user, before->security);
}
