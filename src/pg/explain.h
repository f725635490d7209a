/*
 * pg/explain.h - the program of a namespace, shown to those who may read its policies.
 */
#ifndef LLP_PG_EXPLAIN_H
#define LLP_PG_EXPLAIN_H

#include "postgres.h"

#include "prog/disassemble.h"

/*
 * The rows about the current program of `ns` (NULL: the setting), in the current memory context; of one
 * policy when `policy` ("namespace/id", or an id) is not NULL.  Raises 42501 without the right to read, 42704
 * when there is no such namespace or policy.
 */
extern Disassembly explain_program(Oid reader, const char *ns, const char *policy);

#endif
