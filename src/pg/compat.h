/*
 * pg/compat.h - what differs between the server's major versions, 15 to 18.
 *
 * The only file that looks at PG_VERSION_NUM.
 */
#ifndef LLP_PG_COMPAT_H
#define LLP_PG_COMPAT_H

#include "postgres.h"

#include "utils/wait_event.h"

/* From 16 on postgres.h leaves the macros of variable-length values to a header of their own. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* What a process is said to wait for in pg_stat_activity: from 17 on extensions may name it. */
#if PG_VERSION_NUM >= 170000
#define COMPAT_WAIT_EVENT(name) WaitEventExtensionNew(name)
#else
#define COMPAT_WAIT_EVENT(name) PG_WAIT_EXTENSION
#endif

/* On 15 PGDLLEXPORT is empty, so that what the server looks up by name has to be made visible by hand. */
#define LLP_EXPORT __attribute__((visibility("default")))

#endif
