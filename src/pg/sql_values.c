/*
 * pg/sql_values.c - between the core's values and Datums.
 *
 * Arguments come from requests, which are hostile: what does not fit is a problem to report, not an error to
 * raise.  Nothing is converted silently: a number is no text, and a text is no number.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "base/timestamp.h"

#include "pg/compat.h"
#include "pg/jsonb_tree.h"
#include "pg/numeric_value.h"
#include "pg/sql_values.h"
#include "pg/timestamps.h"

typedef struct SqlType
{
	Oid oid;
	const char *name;
} SqlType;

static const SqlType types[] = {
	{TEXTOID, "text"},		 {BOOLOID, "boolean"},
	{INT2OID, "smallint"},	 {INT4OID, "integer"},
	{INT8OID, "bigint"},	 {FLOAT8OID, "double precision"},
	{NUMERICOID, "numeric"}, {TIMESTAMPTZOID, "timestamp with time zone"},
	{JSONBOID, "jsonb"},	 {TEXTARRAYOID, "text[]"},
};

bool
sql_value_type(Oid type)
{
	for (size_t i = 0; i < lengthof(types); i++)
		if (types[i].oid == type)
			return true;
	return false;
}

Oid
sql_value_type_of(const char *name)
{
	for (size_t i = 0; i < lengthof(types); i++)
		if (strcmp(types[i].name, name) == 0)
			return types[i].oid;
	return InvalidOid;
}

/* --- Arguments ------------------------------------------------------------------------------------------ */

/* What a text of the server cannot hold. */
static bool
has_nul(Str text)
{
	return text.size > 0 && memchr(text.data, '\0', text.size) != NULL;
}

static bool
text_argument(const TreeNode *value, Datum *datum)
{
	if (value->kind != VALUE_STRING || has_nul(value->as.string))
		return false;
	*datum = PointerGetDatum(cstring_to_text_with_len(value->as.string.size > 0 ? value->as.string.data : "",
													  (int) value->as.string.size));
	return true;
}

/* An int between two others; a double that is integral is one too. */
static bool
int_argument(const TreeNode *value, int64 least, int64 most, int64 *result)
{
	if (value->kind != VALUE_INT || value->as.integer < least || value->as.integer > most)
		return false;
	*result = value->as.integer;
	return true;
}

static bool
float_argument(const TreeNode *value, Datum *datum)
{
	if (value->kind != VALUE_INT && value->kind != VALUE_DOUBLE)
		return false;
	*datum = Float8GetDatum(value->kind == VALUE_INT ? (double) value->as.integer : value->as.real);
	return true;
}

/* A number of a request keeps all its digits. */
static bool
numeric_argument(const TreeNode *value, Datum *datum)
{
	char text[DOUBLE_SHORTEST_DECIMAL_LEN];

	if (value->kind != VALUE_INT && value->kind != VALUE_DOUBLE)
		return false;
	if (value->as.exact != NULL)
		*datum = datumCopy(PointerGetDatum(value->as.exact), false, -1);
	else if (value->kind == VALUE_INT)
		*datum = NumericGetDatum(int64_to_numeric(value->as.integer));
	else
	{
		double_to_shortest_decimal_buf(value->as.real, text);
		*datum = DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid),
									 Int32GetDatum(-1));
	}
	return true;
}

static bool
time_argument(const TreeNode *value, Datum *datum)
{
	Timestamp time;

	if (value->kind != VALUE_STRING || !llp_timestamp_parse(value->as.string, &time))
		return false;
	*datum = TimestampTzGetDatum(timestamp_from_unix(time));
	return true;
}

static bool
texts_argument(const TreeNode *value, Datum *datum)
{
	Datum *elements;

	if (value->kind != VALUE_LIST)
		return false;
	elements = palloc(sizeof(Datum) * Max(value->as.list.count, 1));
	for (uint32 i = 0; i < value->as.list.count; i++)
		if (!text_argument(value->as.list.items[i], &elements[i]))
			return false;
	*datum = PointerGetDatum(
		construct_array(elements, (int) value->as.list.count, TEXTOID, -1, false, TYPALIGN_INT));
	return true;
}

static bool
holds_nul(const TreeNode *value)
{
	check_stack_depth();
	if (value->kind == VALUE_STRING)
		return has_nul(value->as.string);
	for (uint32 i = 0; value->kind == VALUE_LIST && i < value->as.list.count; i++)
		if (holds_nul(value->as.list.items[i]))
			return true;
	for (uint32 i = 0; value->kind == VALUE_MAP && i < value->as.map.count; i++)
		if (has_nul(value->as.map.members[i].key) || holds_nul(value->as.map.members[i].value))
			return true;
	return false;
}

static bool
convert(const TreeNode *value, Oid type, Datum *datum)
{
	int64 integer = 0;
	bool fits;

	switch (type)
	{
		case TEXTOID:
			return text_argument(value, datum);
		case BOOLOID:
			*datum = BoolGetDatum(value->as.boolean);
			return value->kind == VALUE_BOOL;
		case INT2OID:
			fits = int_argument(value, PG_INT16_MIN, PG_INT16_MAX, &integer);
			*datum = Int16GetDatum((int16) integer);
			return fits;
		case INT4OID:
			fits = int_argument(value, PG_INT32_MIN, PG_INT32_MAX, &integer);
			*datum = Int32GetDatum((int32) integer);
			return fits;
		case INT8OID:
			fits = int_argument(value, PG_INT64_MIN, PG_INT64_MAX, &integer);
			*datum = Int64GetDatum(integer);
			return fits;
		case FLOAT8OID:
			return float_argument(value, datum);
		case NUMERICOID:
			return numeric_argument(value, datum);
		case TIMESTAMPTZOID:
			return time_argument(value, datum);
		case TEXTARRAYOID:
			return texts_argument(value, datum);
		case JSONBOID:
			if (holds_nul(value))
				return false;
			*datum = JsonbPGetDatum(jsonb_from_tree(value));
			return true;
		default:
			return false;
	}
}

bool
sql_value_argument(const TreeNode *value, Oid type, Datum *datum, bool *isnull, const char **problem)
{
	*isnull = value->kind == VALUE_NULL && type != JSONBOID;
	*datum = (Datum) 0;
	if (*isnull || convert(value, type, datum))
		return true;
	*problem = psprintf("%s is no %s", llp_kind_name(value->kind), format_type_be(type));
	return false;
}

/* --- Results -------------------------------------------------------------------------------------------- */

/* Bytes of the answer, copied into its arena. */
static Status
copy_bytes(HostCall *call, const void *bytes, size_t size, void **copy)
{
	*copy = NULL;
	if (size > call->room)
		return STATUS_LIMIT;
	*copy = llp_arena_alloc(call->arena, size);
	if (*copy == NULL)
		return STATUS_NO_MEMORY;
	memcpy(*copy, bytes, size);
	call->size = size;
	return STATUS_OK;
}

Status
sql_value_answer_jsonb(HostCall *call, Jsonb *jsonb)
{
	void *copy;
	Status status = copy_bytes(call, jsonb, VARSIZE(jsonb), &copy);

	if (status == STATUS_OK)
		call->value = jsonb_value(copy);
	return status;
}

static Status
answer_text(HostCall *call, Datum datum)
{
	text *bytes = DatumGetTextPP(datum);
	size_t size = VARSIZE_ANY_EXHDR(bytes);
	void *copy;
	Status status = copy_bytes(call, VARDATA_ANY(bytes), size, &copy);

	if (status == STATUS_OK)
		call->value = (Value){.kind = VALUE_STRING, .as.string = {copy, size}};
	return status;
}

/* What JSON has no number for. */
static Status
answer_no_number(HostCall *call)
{
	call->problem = STR("the result is NaN or infinite");
	return STATUS_INVALID;
}

/* A double whatever its value: the function's type says so. */
static Status
answer_float(HostCall *call, double value)
{
	if (isnan(value) || isinf(value))
		return answer_no_number(call);
	call->value = (Value){.kind = VALUE_DOUBLE, .as.real = value};
	return STATUS_OK;
}

static Status
answer_numeric(HostCall *call, Numeric value)
{
	void *copy;
	Status status;

	if (numeric_is_nan(value) || numeric_is_inf(value))
		return answer_no_number(call);
	status = copy_bytes(call, value, VARSIZE(value), &copy);
	if (status == STATUS_OK)
		call->value = numeric_value(copy);
	return status;
}

static Status
answer_time(HostCall *call, TimestampTz time)
{
	if (TIMESTAMP_NOT_FINITE(time))
	{
		call->problem = STR("the result is an infinite time");
		return STATUS_INVALID;
	}
	call->is_time = true;
	call->time = timestamp_to_unix(time);
	return STATUS_OK;
}

static Status
answer_int(HostCall *call, int64 value)
{
	call->value = (Value){.kind = VALUE_INT, .as.integer = value};
	return STATUS_OK;
}

/* By way of to_jsonb, which is what every other value goes through. */
static Jsonb *
to_jsonb_of(Datum datum, Oid type)
{
	FmgrInfo info;
	Node *argument = (Node *) makeNullConst(type, -1, InvalidOid);

	fmgr_info(F_TO_JSONB, &info);
	fmgr_info_set_expr((Node *) makeFuncExpr(F_TO_JSONB, JSONBOID, list_make1(argument), InvalidOid,
											 InvalidOid, COERCE_EXPLICIT_CALL),
					   &info);
	return DatumGetJsonbP(FunctionCall1(&info, datum));
}

Status
sql_value_answer(HostCall *call, Datum datum, bool isnull, Oid type)
{
	if (isnull)
	{
		call->value = (Value){.kind = VALUE_NULL};
		return STATUS_OK;
	}
	switch (type)
	{
		case TEXTOID:
			return answer_text(call, datum);
		case BOOLOID:
			call->value = (Value){.kind = VALUE_BOOL, .as.boolean = DatumGetBool(datum)};
			return STATUS_OK;
		case INT2OID:
			return answer_int(call, DatumGetInt16(datum));
		case INT4OID:
			return answer_int(call, DatumGetInt32(datum));
		case INT8OID:
			return answer_int(call, DatumGetInt64(datum));
		case FLOAT8OID:
			return answer_float(call, DatumGetFloat8(datum));
		case NUMERICOID:
			return answer_numeric(call, DatumGetNumeric(datum));
		case TIMESTAMPTZOID:
			return answer_time(call, DatumGetTimestampTz(datum));
		case JSONBOID:
			return sql_value_answer_jsonb(call, DatumGetJsonbP(datum));
		default:
			return sql_value_answer_jsonb(call, to_jsonb_of(datum, type));
	}
}

Jsonb *
sql_value_row(HeapTuple row, TupleDesc descriptor)
{
	return to_jsonb_of(heap_copy_tuple_as_datum(row, BlessTupleDesc(descriptor)), RECORDOID);
}
