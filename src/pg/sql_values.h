/*
 * pg/sql_values.h - values of expressions as arguments of SQL, and results of SQL as values of expressions.
 */
#ifndef LLP_PG_SQL_VALUES_H
#define LLP_PG_SQL_VALUES_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "utils/jsonb.h"

#include "base/host_call.h"

/* Types that arguments and results may have, as messages list them. */
#define SQL_VALUE_TYPES                                                                                      \
	"text, boolean, smallint, integer, bigint, double precision, numeric, timestamptz, jsonb and text[]"

extern bool sql_value_type(Oid type);
/* The type of that name, as format_type_be writes it; InvalidOid: it is none of these. */
extern Oid sql_value_type_of(const char *name);

/*
 * A value as a Datum of the type, in the current memory context; a null is a null of every type.  False, with
 * *problem, when it is no value of that type.  Does not raise for what a request may hold.
 */
extern bool
sql_value_argument(const TreeNode *value, Oid type, Datum *datum, bool *isnull, const char **problem);
/* Puts a Datum of one of the types into the answer.  STATUS_OK; STATUS_INVALID for what expressions have no
 * value for; STATUS_LIMIT, STATUS_NO_MEMORY. */
extern Status sql_value_answer(HostCall *call, Datum datum, bool isnull, Oid type);
/* Puts a jsonb into the answer, likewise. */
extern Status sql_value_answer_jsonb(HostCall *call, Jsonb *jsonb);
/* A row as a jsonb, by the rules of to_jsonb. */
extern Jsonb *sql_value_row(HeapTuple row, TupleDesc descriptor);

#endif
