/*
 * pg/request_schema.h - what requests of a namespace look like, as its authors have said.
 */
#ifndef LLP_PG_REQUEST_SCHEMA_H
#define LLP_PG_REQUEST_SCHEMA_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "author/request_schema.h"

/*
 * Stores the schema of a namespace, or takes it away when it is NULL.  Raises 42501 unless `author` is one of
 * the namespace, 22023 for what is no schema; says in a NOTICE which keywords are ignored.
 */
extern void request_schema_set(Oid author, const char *ns, Jsonb *schema);
/* The schema that counts in a namespace: its own, else the nearest one above; NULL: none. */
extern Jsonb *request_schema_in_force(const char *ns);
/*
 * The same as the core reads it, in the arena; NULL also for a role that may not read policies of the
 * namespace, and for a schema that today's engine cannot read.
 */
extern const RequestSchema *request_schema_for(Arena *arena, Oid reader, const char *ns);

#endif
