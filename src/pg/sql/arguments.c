/*
 * pg/sql/arguments.c - unpacks arguments of SQL functions.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "pg/compat.h"
#include "pg/sql/arguments.h"

void
argument_require(FunctionCallInfo fcinfo, int number, const char *name)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("argument \"%s\" must not be null", name)));
}

char *
argument_text(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

char *
argument_required_text(FunctionCallInfo fcinfo, int number, const char *name)
{
	argument_require(fcinfo, number, name);
	return argument_text(fcinfo, number);
}

Str
argument_required_str(FunctionCallInfo fcinfo, int number, const char *name)
{
	text *value;

	argument_require(fcinfo, number, name);
	value = PG_GETARG_TEXT_PP(number);
	return (Str){VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)};
}

int32
argument_required_int(FunctionCallInfo fcinfo, int number, const char *name)
{
	argument_require(fcinfo, number, name);
	return PG_GETARG_INT32(number);
}

bool
argument_bool(FunctionCallInfo fcinfo, int number, bool fallback)
{
	return PG_ARGISNULL(number) ? fallback : PG_GETARG_BOOL(number);
}
