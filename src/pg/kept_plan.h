/*
 * pg/kept_plan.h - plans of users' SQL, kept for the session.
 */
#ifndef LLP_PG_KEPT_PLAN_H
#define LLP_PG_KEPT_PLAN_H

#include "postgres.h"

#include "executor/spi.h"

/*
 * The plan of a statement for the current user, in the caller's SPI connection, for which it is valid; made
 * when there is none.  Plans go by what was asked for - user, text, types - and PostgreSQL itself notices
 * when what they stand on changes.
 */
extern SPIPlanPtr kept_plan(const char *sql, int nargs, const Oid *argtypes);

#endif
