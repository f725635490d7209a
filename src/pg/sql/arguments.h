/*
 * pg/sql/arguments.h - arguments of SQL functions, with the errors that a null where none may be deserves.
 */
#ifndef LLP_PG_SQL_ARGUMENTS_H
#define LLP_PG_SQL_ARGUMENTS_H

#include "postgres.h"

#include "fmgr.h"

#include "base/str.h"

/* Raises 22004, naming the argument, when it is null. */
extern void argument_require(FunctionCallInfo fcinfo, int number, const char *name);

/* A text argument as a C string; NULL (or 22004) when it is null. */
extern char *argument_text(FunctionCallInfo fcinfo, int number);
extern char *argument_required_text(FunctionCallInfo fcinfo, int number, const char *name);
/* The same without a copy, for what may be long. */
extern Str argument_required_str(FunctionCallInfo fcinfo, int number, const char *name);
extern int32 argument_required_int(FunctionCallInfo fcinfo, int number, const char *name);
/* A boolean argument; `fallback` when it is null. */
extern bool argument_bool(FunctionCallInfo fcinfo, int number, bool fallback);

#endif
