/*
 * pg/data_source.c - prepares and runs the queries of data sources.
 *
 * Values reach a query as parameters only.  What a query may be is looked at when it is registered, and again
 * by llm_policy_check; that it changes nothing is made sure of whenever it runs (pg/as_role.h).
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/plancache.h"
#include "utils/snapmgr.h"

#include "pg/as_role.h"
#include "pg/data_source.h"
#include "pg/kept_plan.h"
#include "pg/sql_values.h"

/* --- What a query is ------------------------------------------------------------------------------------ */

#define REFUSE(data, hint, ...)                                                                              \
	ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg(__VA_ARGS__),                             \
					errdetail("Data source \"%s\": %s", (data)->name, (data)->query), errhint(hint)))

/* The one statement of the text. */
static RawStmt *
parse(const RegisteredData *data)
{
	List *statements = pg_parse_query(data->query);
	RawStmt *statement;

	if (list_length(statements) != 1)
		REFUSE(data, "Register one SELECT for each source.", "a data source is one statement, not %d",
			   list_length(statements));
	statement = linitial_node(RawStmt, statements);
	if (!IsA(statement->stmt, SelectStmt) || castNode(SelectStmt, statement->stmt)->intoClause != NULL)
		REFUSE(data, "Policies read data; they never change it.", "a data source has to be a SELECT");
	return statement;
}

static void
take_types(RegisteredData *data, const Oid *types, int count)
{
	if (count > MAX_REGISTERED_ARGUMENTS)
		REFUSE(data, "Pass a jsonb that holds them.", "a data source has at most %d parameters",
			   MAX_REGISTERED_ARGUMENTS);
	for (int i = 0; i < count; i++)
	{
		if (!OidIsValid(types[i]))
			ereport(ERROR, (errcode(ERRCODE_INDETERMINATE_DATATYPE),
							errmsg("could not determine data type of parameter $%d", i + 1),
							errhint("Number the parameters from $1 on, without gaps.")));
		if (!sql_value_type(types[i]))
			REFUSE(data, "Parameters are " SQL_VALUE_TYPES "; cast others in the query: $1::text::uuid.",
				   "parameter $%d is of type %s", i + 1, format_type_be(types[i]));
		data->argtypes[i] = types[i];
	}
	data->nargs = count;
}

/* Analysis needs a snapshot, which a caller outside of any query does not have. */
void
data_source_describe(RegisteredData *data)
{
	AsRole before = as_role_enter(data->role);
	Oid *types = NULL;
	int count = 0;

	(void) parse_analyze_varparams(parse(data), data->query, &types, &count, NULL);
	take_types(data, types, count);
	as_role_leave(&before);
}

/* Each column becomes a member of a map. */
static void
check_columns(const RegisteredData *data, TupleDesc columns)
{
	for (int i = 0; i < columns->natts; i++)
		for (int j = 0; j < i; j++)
			if (strcmp(NameStr(TupleDescAttr(columns, i)->attname),
					   NameStr(TupleDescAttr(columns, j)->attname)) == 0)
				REFUSE(data, "Give each column a name of its own with AS.", "two columns are named \"%s\"",
					   NameStr(TupleDescAttr(columns, i)->attname));
}

/* What views and row security have made of it counts as well. */
static void
check_rewritten(const RegisteredData *data, const CachedPlanSource *source)
{
	const ListCell *cell;

	foreach (cell, source->query_list)
		if (contain_volatile_functions(lfirst(cell)))
			REFUSE(data, "Call functions that are STABLE or IMMUTABLE.",
				   "a data source may not call a volatile function");
	check_columns(data, source->resultDesc);
}

static void
check_planned(const RegisteredData *data, SPIPlanPtr plan)
{
	CachedPlan *planned = SPI_plan_get_cached_plan(plan);
	const ListCell *cell;
	bool reads = planned != NULL;

	if (planned != NULL)
	{
		foreach (cell, planned->stmt_list)
			reads = reads && CommandIsReadOnly(lfirst_node(PlannedStmt, cell));
		ReleaseCachedPlan(planned, NULL); /* a plan that is not kept has no owner */
	}
	if (!reads)
		REFUSE(data, "Leave out FOR UPDATE and WITH … INSERT, UPDATE or DELETE.",
			   "a data source may neither lock nor change rows");
}

static void
require_role(const RegisteredData *data)
{
	if (!OidIsValid(data->role))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("the role of data source \"%s\" does not exist", data->name),
						errhint("Register the source again, for another role.")));
}

void
data_source_require(const RegisteredData *data)
{
	AsRole before;
	SPIPlanPtr plan;
	List *sources;

	require_role(data);
	SPI_connect();
	before = as_role_enter(data->role);
	(void) parse(data);
	plan = SPI_prepare(data->query, data->nargs, (Oid *) data->argtypes);
	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", data->query, SPI_result_code_string(SPI_result));
	sources = SPI_plan_get_plan_sources(plan);
	check_rewritten(data, linitial(sources));
	check_planned(data, plan);
	SPI_freeplan(plan);
	as_role_leave(&before);
	SPI_finish();
}

/* --- Its rows ------------------------------------------------------------------------------------------- */

static Status
refuse(HostCall *call, const char *problem)
{
	call->problem = llp_str_copy(call->arena, llp_str(problem));
	return STATUS_INVALID;
}

/* All rows as a jsonb array. */
static Jsonb *
list_of_rows(void)
{
	JsonbParseState *state = NULL;
	JsonbValue *list;

	(void) pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		JsonbValue row;

		JsonbToJsonbValue(sql_value_row(SPI_tuptable->vals[i], SPI_tuptable->tupdesc), &row);
		(void) pushJsonbValue(&state, WJB_ELEM, &row);
	}
	list = pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	return JsonbValueToJsonb(list);
}

static Status
answer_rows(HostCall *call, const RegisteredData *data)
{
	if (data->many && SPI_processed > (uint64) data->max_rows)
		return refuse(call, psprintf("data source \"%s\" has more than %d rows", data->name, data->max_rows));
	if (data->many)
		return sql_value_answer_jsonb(call, list_of_rows());
	if (SPI_processed > 1)
		return refuse(call, psprintf("data source \"%s\" has more than one row", data->name));
	if (SPI_processed == 0)
		return STATUS_OK;
	return sql_value_answer_jsonb(call, sql_value_row(SPI_tuptable->vals[0], SPI_tuptable->tupdesc));
}

static Status
execute(HostCall *call, const RegisteredData *data)
{
	Datum values[MAX_REGISTERED_ARGUMENTS];
	char nulls[MAX_REGISTERED_ARGUMENTS + 1];
	const char *problem;
	int result;

	for (int i = 0; i < data->nargs; i++)
	{
		bool isnull;

		if (!sql_value_argument(call->args[i], data->argtypes[i], &values[i], &isnull, &problem))
			return refuse(call,
						  psprintf("argument %d of data source \"%s\": %s", i + 1, data->name, problem));
		nulls[i] = isnull ? 'n' : ' ';
	}
	nulls[data->nargs] = '\0';
	result = SPI_execute_plan(kept_plan(data->query, data->nargs, data->argtypes), values, nulls, true,
							  data->many ? (long) data->max_rows + 1 : 2);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "data source \"%s\" is no query: %s", data->name, SPI_result_code_string(result));
	return answer_rows(call, data);
}

Status
data_source_fetch(HostCall *call)
{
	RegisteredData data;
	AsRole before;
	Status status;

	if (!registry_find_data(pnstrdup(call->name.data, call->name.size), &data))
		return refuse(call, psprintf("no data source is registered as \"%.*s\"", STR_ARG(call->name)));
	if (!OidIsValid(data.role))
		return refuse(call, psprintf("the role of data source \"%s\" does not exist", data.name));
	if (call->count != (uint32) data.nargs)
		return refuse(call, psprintf("data source \"%s\" takes %d argument%s, not %u", data.name, data.nargs,
									 data.nargs == 1 ? "" : "s", call->count));
	SPI_connect();
	before = as_role_enter(data.role);
	status = execute(call, &data);
	as_role_leave(&before);
	SPI_finish();
	return status;
}
