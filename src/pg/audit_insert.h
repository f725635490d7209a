/*
 * pg/audit_insert.h - how an audit row gets into llm_policy.evaluations.
 */
#ifndef LLP_PG_AUDIT_INSERT_H
#define LLP_PG_AUDIT_INSERT_H

#include "postgres.h"

#include "pg/audit_row.h"

/*
 * Inserts the row as the extension's owner, in the current transaction, as a command of its own: later
 * commands of the transaction see it.  Everything that an INSERT sets off - routing to a partition, indexes,
 * triggers, constraints, row security, what a DBA added to the table - happens.
 */
extern void audit_insert(const AuditRow *row);

/* Called once, from _PG_init. */
extern void audit_insert_init(void);

#endif
