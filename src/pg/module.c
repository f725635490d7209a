/*
 * pg/module.c - what the server calls when it loads the library.
 *
 * Works the same whether the library is preloaded or loaded by the first function of a session; only a
 * preloaded one has shared memory.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "storage/shmem.h"

#include "pg/audit_insert.h"
#include "pg/compat.h"
#include "pg/in_force.h"
#include "pg/metrics.h"
#include "pg/settings.h"
#include "pg/shared_store.h"

extern LLP_EXPORT const Pg_magic_struct *PG_MAGIC_FUNCTION_NAME(void);
extern LLP_EXPORT void _PG_init(void);

PG_MODULE_MAGIC;

void
_PG_init(void)
{
	settings_define();
	if (process_shared_preload_libraries_in_progress)
		store_preload(mul_size(setting_cache_size, 1024));
	metrics_init();
	audit_insert_init();
	in_force_init();
}
