/*
 * pg/audit_hash.c - the hashes that an audit row carries of itself.
 *
 * Owns the bytes that are hashed, which must stay the same for ever: a hash is verified years later, on
 * another server, after a dump and a restore.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "port/pg_bswap.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "pg/audit_hash.h"
#include "pg/digest.h"
#include "pg/json_text.h"

#define JSONB_SEND_VERSION 1

/* --- Values as their types' send functions give them -----------------------------------------------------
 */

static void
put_bytes(StringInfo out, const void *bytes, size_t size)
{
	json_text_bytes(out, bytes, size);
}

static void
put_int32(StringInfo out, uint32 value)
{
	uint32 sent = pg_hton32(value);

	put_bytes(out, &sent, sizeof(sent));
}

static void
put_int64(StringInfo out, uint64 value)
{
	uint64 sent = pg_hton64(value);

	put_bytes(out, &sent, sizeof(sent));
}

static void
put_byte(StringInfo out, char byte)
{
	put_bytes(out, &byte, sizeof(byte));
}

/* What a text or bytea holds. */
static void
put_content(StringInfo out, const void *varlena)
{
	put_bytes(out, VARDATA_ANY(varlena), VARSIZE_ANY_EXHDR(varlena));
}

static void
put_element(StringInfo out, Datum element, bool is_null)
{
	const text *bytes = is_null ? NULL : DatumGetTextPP(element);

	put_int32(out, is_null ? (uint32) -1 : (uint32) VARSIZE_ANY_EXHDR(bytes));
	if (!is_null)
		put_content(out, bytes);
}

static void
put_text_array(StringInfo out, ArrayType *array)
{
	Datum *elements;
	bool *nulls;
	int count;

	put_int32(out, (uint32) ARR_NDIM(array));
	put_int32(out, ARR_HASNULL(array) ? 1 : 0);
	put_int32(out, ARR_ELEMTYPE(array));
	for (int i = 0; i < ARR_NDIM(array); i++)
	{
		put_int32(out, (uint32) ARR_DIMS(array)[i]);
		put_int32(out, (uint32) ARR_LBOUND(array)[i]);
	}
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
		put_element(out, elements[i], nulls[i]);
}

static void
put_jsonb(StringInfo out, const Jsonb *jsonb)
{
	put_byte(out, JSONB_SEND_VERSION);
	json_text_jsonb(out, jsonb);
}

static void
put_sent(StringInfo out, PGFunction send, Datum value)
{
	put_content(out, DatumGetByteaPP(DirectFunctionCall1(send, value)));
}

/* A value of one of the columns' types. */
static void
put_value(StringInfo out, Oid type, Datum value)
{
	switch (type)
	{
		case BOOLOID:
			put_byte(out, DatumGetBool(value) ? 1 : 0);
			break;
		case INT8OID:
		case TIMESTAMPTZOID:
		case XID8OID:
			put_int64(out, (uint64) DatumGetInt64(value));
			break;
		case TEXTOID:
		case BYTEAOID:
			put_content(out, PG_DETOAST_DATUM_PACKED(value));
			break;
		case UUIDOID:
			put_bytes(out, DatumGetUUIDP(value)->data, UUID_LEN);
			break;
		case JSONBOID:
			put_jsonb(out, DatumGetJsonbP(value));
			break;
		case TEXTARRAYOID:
			put_text_array(out, DatumGetArrayTypeP(value));
			break;
		case NUMERICOID:
			put_sent(out, numeric_send, value);
			break;
		case INETOID:
			put_sent(out, inet_send, value);
			break;
		default:
			elog(ERROR, "audit rows have no column of type %u", type);
	}
}

/* --- Columns ---------------------------------------------------------------------------------------------
 */

/* What precedes a column's value, in the order of bytes of the network. */
typedef struct ColumnHeader
{
	uint16 number;
	uint16 size[2];
} ColumnHeader;

/* Leaves room for the header and gives the place where the value begins. */
static int
begin_column(StringInfo out)
{
	(void) json_text_room(out, sizeof(ColumnHeader));
	return out->len;
}

static void
end_column(StringInfo out, int column, int start)
{
	uint32 size = pg_hton32((uint32) (out->len - start));
	ColumnHeader header = {.number = pg_hton16((uint16) (column + 1))};

	memcpy(header.size, &size, sizeof(size));
	memcpy(out->data + start - sizeof(header), &header, sizeof(header));
}

static bool
is_hashed(const AuditRow *row, int column)
{
	return !row->nulls[column] && column != AUDIT_context && column != AUDIT_context_salt &&
		   column != AUDIT_row_hash;
}

static void
put_columns(StringInfo out, const AuditRow *row)
{
	for (int i = 0; i < AUDIT_COLUMN_COUNT; i++)
		if (is_hashed(row, i))
		{
			int start = begin_column(out);

			put_value(out, audit_column_types[i], row->values[i]);
			end_column(out, i, start);
		}
}

/* --- Hashes ----------------------------------------------------------------------------------------------
 */

/* sha256(context_salt || text of context); `text` is room for it. */
static void
digest_context(const AuditRow *row, Digest *sha256, StringInfo text, uint8 out[PG_SHA256_DIGEST_LENGTH])
{
	resetStringInfo(text);
	if (!row->nulls[AUDIT_context_salt])
		put_content(text, DatumGetByteaPP(row->values[AUDIT_context_salt]));
	json_text_jsonb(text, DatumGetJsonbP(row->values[AUDIT_context]));
	digest_add(sha256, text->data, (size_t) text->len);
	digest_next(sha256, out);
}

/*
 * A content other than the one of context_digest goes into the hash, which the row then cannot have: a
 * content that was put in the place of another shows, whatever was done to salt and digest.  No content is an
 * erased one.
 */
static void
put_foreign_content(StringInfo out, const AuditRow *row, Digest *sha256, StringInfo text)
{
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	bytea *recorded;
	int start;

	if (row->nulls[AUDIT_context])
		return;
	digest_context(row, sha256, text, digest);
	recorded = row->nulls[AUDIT_context_digest] ? NULL : DatumGetByteaPP(row->values[AUDIT_context_digest]);
	if (recorded && VARSIZE_ANY_EXHDR(recorded) == sizeof(digest) &&
		memcmp(VARDATA_ANY(recorded), digest, sizeof(digest)) == 0)
		return;
	start = begin_column(out);
	put_bytes(out, digest, sizeof(digest));
	end_column(out, AUDIT_context, start);
}

void
audit_row_hash(const AuditRow *row, uint8 out[PG_SHA256_DIGEST_LENGTH])
{
	StringInfoData columns;
	StringInfoData text;
	Digest sha256 = digest_begin();

	initStringInfo(&columns);
	initStringInfo(&text);
	put_columns(&columns, row);
	put_foreign_content(&columns, row, &sha256, &text);
	digest_add(&sha256, columns.data, (size_t) columns.len);
	digest_finish(&sha256, out);
	pfree(text.data);
	pfree(columns.data);
}

static void
set_digest(AuditRow *row, AuditColumn column, const uint8 digest[PG_SHA256_DIGEST_LENGTH])
{
	audit_row_set(row, column, audit_bytea(digest, PG_SHA256_DIGEST_LENGTH));
}

/* The content is the digest's own here, so that the hash has none that is foreign. */
void
audit_row_seal(AuditRow *row)
{
	StringInfoData bytes;
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	Digest sha256 = digest_begin();

	initStringInfo(&bytes);
	digest_context(row, &sha256, &bytes, digest);
	set_digest(row, AUDIT_context_digest, digest);
	resetStringInfo(&bytes);
	put_columns(&bytes, row);
	digest_add(&sha256, bytes.data, (size_t) bytes.len);
	digest_finish(&sha256, digest);
	set_digest(row, AUDIT_row_hash, digest);
	pfree(bytes.data);
}
