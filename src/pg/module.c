/*
 * pg/module.c - what the server calls when it loads the library.
 *
 * Works the same whether the library is preloaded or loaded by the first function of a session.
 */
#include "postgres.h"

#include "fmgr.h"

#include "pg/compat.h"
#include "pg/in_force.h"
#include "pg/settings.h"

extern LLP_EXPORT const Pg_magic_struct *PG_MAGIC_FUNCTION_NAME(void);
extern LLP_EXPORT void _PG_init(void);

PG_MODULE_MAGIC;

void
_PG_init(void)
{
	settings_define();
	in_force_init();
}
