/*
 * pg/custom_function.c - finds and calls functions that policies may call.
 *
 * A function may be altered, replaced or dropped after it was registered, so that what it is is looked at
 * before every call: that is a problem of the policy, which its rule errs by, not an error of the statement.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "pg/as_role.h"
#include "pg/custom_function.h"
#include "pg/kept_plan.h"
#include "pg/sql_values.h"

/* InvalidOid when there is none. */
static Oid
function_of(const char *signature)
{
	LOCAL_FCINFO(fcinfo, 1);
	Datum result;

	InitFunctionCallInfoData(*fcinfo, NULL, 1, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = CStringGetTextDatum(signature);
	fcinfo->args[0].isnull = false;
	result = to_regprocedure(fcinfo);
	return fcinfo->isnull ? InvalidOid : DatumGetObjectId(result);
}

static bool
may_execute(Oid function)
{
	return DatumGetBool(DirectFunctionCall2(has_function_privilege_id, ObjectIdGetDatum(function),
											CStringGetTextDatum("EXECUTE")));
}

static const char *
problem_of_types(const FormData_pg_proc *function)
{
	if (function->pronargs > MAX_REGISTERED_ARGUMENTS)
		return psprintf("it takes more than %d arguments", MAX_REGISTERED_ARGUMENTS);
	for (int i = 0; i < function->pronargs; i++)
		if (!sql_value_type(function->proargtypes.values[i]))
			return psprintf("argument %d is of type %s", i + 1,
							format_type_be(function->proargtypes.values[i]));
	if (!sql_value_type(function->prorettype))
		return psprintf("it returns %s", format_type_be(function->prorettype));
	return NULL;
}

static const char *
problem_of(const FormData_pg_proc *function)
{
	if (function->prokind != PROKIND_FUNCTION)
		return "it is no plain function";
	if (function->proretset)
		return "it returns a set";
	if (OidIsValid(function->provariadic))
		return "it is variadic";
	if (function->provolatile == PROVOLATILE_VOLATILE)
		return "it is VOLATILE";
	if (function->proparallel != PROPARALLEL_SAFE)
		return "it is not PARALLEL SAFE";
	return problem_of_types(function);
}

static const char *
call_of(const FormData_pg_proc *function)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(
		&sql, "SELECT %s(",
		quote_qualified_identifier(get_namespace_name(function->pronamespace), NameStr(function->proname)));
	for (int i = 1; i <= function->pronargs; i++)
		appendStringInfo(&sql, "%s$%d", i > 1 ? ", " : "", i);
	appendStringInfoChar(&sql, ')');
	return sql.data;
}

const char *
custom_function_find(const char *signature, CustomFunction *found)
{
	Oid oid = function_of(signature);
	HeapTuple tuple = OidIsValid(oid) ? SearchSysCache1(PROCOID, ObjectIdGetDatum(oid)) : NULL;
	const FormData_pg_proc *function;
	const char *problem;

	if (!HeapTupleIsValid(tuple))
		return "it does not exist";
	function = (const FormData_pg_proc *) GETSTRUCT(tuple);
	problem = problem_of(function);
	if (problem == NULL && !may_execute(oid))
		problem = psprintf("role \"%s\" may not execute it", GetUserNameFromId(GetUserId(), false));
	if (problem == NULL)
	{
		found->sql = call_of(function);
		found->nargs = function->pronargs;
		memcpy(found->argtypes, function->proargtypes.values, sizeof(Oid) * found->nargs);
		found->result = function->prorettype;
	}
	ReleaseSysCache(tuple);
	return problem;
}

static Status
refuse(HostCall *call, const char *problem)
{
	call->problem = llp_str_copy(call->arena, llp_str(problem));
	return STATUS_INVALID;
}

static Status
execute(HostCall *call, const CustomFunction *function, Datum *values, const char *nulls)
{
	SPIPlanPtr plan = kept_plan(function->sql, function->nargs, function->argtypes);
	int result = SPI_execute_plan(plan, values, nulls, true, 2);
	bool isnull;
	Datum datum;

	if (result != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "a call of custom.%.*s gave no row", STR_ARG(call->name));
	datum = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return sql_value_answer(call, datum, isnull, function->result);
}

static Status
call_function(HostCall *call, const CustomFunction *function)
{
	Datum values[MAX_REGISTERED_ARGUMENTS];
	char nulls[MAX_REGISTERED_ARGUMENTS + 1];
	const char *problem;

	if (call->count != (uint32) function->nargs)
		return refuse(call, psprintf("custom.%.*s takes %d arguments, not %u", STR_ARG(call->name),
									 function->nargs, call->count));
	for (int i = 0; i < function->nargs; i++)
	{
		bool isnull;

		if (!sql_value_argument(call->args[i], function->argtypes[i], &values[i], &isnull, &problem))
			return refuse(call,
						  psprintf("argument %d of custom.%.*s: %s", i + 1, STR_ARG(call->name), problem));
		nulls[i] = isnull ? 'n' : ' ';
	}
	nulls[function->nargs] = '\0';
	return execute(call, function, values, nulls);
}

Status
custom_function_call(HostCall *call)
{
	RegisteredFunction registered;
	CustomFunction function;
	const char *problem;
	AsRole before;
	Status status;

	if (!registry_find_function(pnstrdup(call->name.data, call->name.size), &registered))
		return refuse(call, psprintf("no function is registered as custom.%.*s", STR_ARG(call->name)));
	if (!OidIsValid(registered.role))
		return refuse(call, psprintf("the role of custom.%.*s does not exist", STR_ARG(call->name)));
	SPI_connect();
	before = as_role_enter(registered.role);
	problem = custom_function_find(registered.signature, &function);
	if (problem == NULL)
		status = call_function(call, &function);
	else
		status = refuse(call, psprintf("custom.%.*s cannot be called: %s", STR_ARG(call->name), problem));
	as_role_leave(&before);
	SPI_finish();
	return status;
}

void
custom_function_require(const RegisteredFunction *registered)
{
	CustomFunction function;
	const char *problem;
	AsRole before;

	if (!OidIsValid(registered->role))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("the role of custom.%s does not exist", registered->name),
						errhint("Register the function again, for another role.")));
	SPI_connect();
	before = as_role_enter(registered->role);
	problem = custom_function_find(registered->signature, &function);
	if (problem != NULL)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
			 errmsg("function %s cannot be called by policies: %s", registered->signature, problem),
			 errhint("Policies call functions that are STABLE or IMMUTABLE and PARALLEL SAFE; arguments and "
					 "results are " SQL_VALUE_TYPES ".")));
	(void) kept_plan(function.sql, function.nargs, function.argtypes);
	as_role_leave(&before);
	SPI_finish();
}
