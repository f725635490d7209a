/*
 * pg/audit_row.c - a row of llm_policy.evaluations in memory: its columns, its JSON.
 *
 * Knows the table's columns and nothing of what they mean.  The text of a value is the same whatever the
 * session's settings.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
#include "utils/xid8.h"

#include "pg/audit_row.h"
#include "pg/compat.h"
#include "pg/json_text.h"
#include "pg/timestamps.h"
#include "pg/uuid.h"

const char *const audit_column_names[AUDIT_COLUMN_COUNT] = {
#define AUDIT_COLUMN(name, type) #name,
#include "pg/audit_columns.def"
#undef AUDIT_COLUMN
};

const Oid audit_column_types[AUDIT_COLUMN_COUNT] = {
#define AUDIT_COLUMN(name, type) type,
#include "pg/audit_columns.def"
#undef AUDIT_COLUMN
};

void
audit_row_init(AuditRow *row)
{
	memset(row->values, 0, sizeof(row->values));
	memset(row->nulls, true, sizeof(row->nulls));
}

void
audit_row_set(AuditRow *row, AuditColumn column, Datum value)
{
	row->values[column] = value;
	row->nulls[column] = false;
}

Datum
audit_bytea(const uint8 *bytes, size_t size)
{
	bytea *result = palloc(VARHDRSZ + size);

	SET_VARSIZE(result, VARHDRSZ + size);
	memcpy(VARDATA(result), bytes, size);
	return PointerGetDatum(result);
}

static void
append_hex(StringInfo out, const bytea *value)
{
	int size = (int) VARSIZE_ANY_EXHDR(value);

	enlargeStringInfo(out, 2 * size);
	out->len += (int) hex_encode(VARDATA_ANY(value), (size_t) size, out->data + out->len);
	out->data[out->len] = '\0';
}

static Str
text_str(Datum value)
{
	text *bytes = DatumGetTextPP(value);

	return (Str){VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes)};
}

/* What needs no escapes, with quotes. */
static void
append_quoted(StringInfo out, Str text)
{
	json_text_literal(out, "\"");
	json_text_bytes(out, text.data, text.size);
	json_text_literal(out, "\"");
}

static void
append_text_array(StringInfo out, ArrayType *array)
{
	Datum *items;
	int count;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &items, NULL, &count);
	json_text_literal(out, "[");
	for (int i = 0; i < count; i++)
	{
		appendStringInfoString(out, i > 0 ? ", " : "");
		json_text_string(out, text_str(items[i]));
	}
	json_text_literal(out, "]");
}

static void
append_timestamp(StringInfo out, TimestampTz value)
{
	char text[TIMESTAMP_TEXT_SIZE];

	append_quoted(out, llp_timestamp_format(timestamp_to_unix(value), text));
}

static void
append_uuid(StringInfo out, const pg_uuid_t *value)
{
	char text[UUID_TEXT_SIZE];

	uuid_text(value, text);
	append_quoted(out, (Str){text, UUID_TEXT_SIZE - 1});
}

/* A value of one of the columns' types as JSON. */
static void
append_json(StringInfo out, Oid type, Datum value)
{
	switch (type)
	{
		case BOOLOID:
			appendStringInfoString(out, DatumGetBool(value) ? "true" : "false");
			break;
		case INT8OID:
			json_text_int(out, DatumGetInt64(value));
			break;
		case NUMERICOID:
			appendStringInfoString(out, DatumGetCString(DirectFunctionCall1(numeric_out, value)));
			break;
		case TEXTOID:
			json_text_string(out, text_str(value));
			break;
		case JSONBOID:
			json_text_jsonb(out, DatumGetJsonbP(value));
			break;
		case TEXTARRAYOID:
			append_text_array(out, DatumGetArrayTypeP(value));
			break;
		case BYTEAOID:
			json_text_literal(out, "\"");
			append_hex(out, DatumGetByteaPP(value));
			json_text_literal(out, "\"");
			break;
		case UUIDOID:
			append_uuid(out, DatumGetUUIDP(value));
			break;
		case TIMESTAMPTZOID:
			append_timestamp(out, DatumGetTimestampTz(value));
			break;
		case XID8OID:
			appendStringInfo(out, "\"" UINT64_FORMAT "\"",
							 U64FromFullTransactionId(DatumGetFullTransactionId(value)));
			break;
		case INETOID:
			json_text_string(out, llp_str(DatumGetCString(DirectFunctionCall1(inet_out, value))));
			break;
		default:
			elog(ERROR, "audit rows have no column of type %u", type);
	}
}

void
audit_row_json(const AuditRow *row, StringInfo out)
{
	const char *separator = "{";

	for (int i = 0; i < AUDIT_COLUMN_COUNT; i++)
	{
		if (row->nulls[i])
			continue;
		appendStringInfo(out, "%s\"%s\": ", separator, audit_column_names[i]);
		append_json(out, audit_column_types[i], row->values[i]);
		separator = ", ";
	}
	json_text_literal(out, "}");
}

static int
find_attribute(TupleDesc descriptor, int column)
{
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);

		if (!attribute->attisdropped &&
			strcmp(NameStr(attribute->attname), audit_column_names[column]) == 0 &&
			attribute->atttypid == audit_column_types[column])
			return i;
	}
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
					errmsg("the row has no column \"%s\" of type %s", audit_column_names[column],
						   format_type_be(audit_column_types[column]))));
}

void
audit_row_from_record(Datum record, AuditRow *row)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(record);
	TupleDesc descriptor =
		lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(header), .t_data = header};
	Datum *values = palloc((size_t) descriptor->natts * sizeof(Datum));
	bool *nulls = palloc((size_t) descriptor->natts * sizeof(bool));

	heap_deform_tuple(&tuple, descriptor, values, nulls);
	for (int i = 0; i < AUDIT_COLUMN_COUNT; i++)
	{
		int attribute = find_attribute(descriptor, i);

		row->values[i] = values[attribute];
		row->nulls[i] = nulls[attribute];
	}
	ReleaseTupleDesc(descriptor);
}
