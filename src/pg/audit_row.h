/*
 * pg/audit_row.h - a row of llm_policy.evaluations in memory: its columns, its hash, its JSON.
 */
#ifndef LLP_PG_AUDIT_ROW_H
#define LLP_PG_AUDIT_ROW_H

#include "postgres.h"

#include "common/sha2.h"
#include "lib/stringinfo.h"

#define AUDIT_SALT_SIZE 16

/* AUDIT_id, AUDIT_evaluated_at, … one enumerator a line of pg/audit_columns.def. */
typedef enum AuditColumn
{
#define AUDIT_COLUMN(name, type) AUDIT_##name,
#include "pg/audit_columns.def"
#undef AUDIT_COLUMN
	AUDIT_COLUMN_COUNT
} AuditColumn;

extern const char *const audit_column_names[AUDIT_COLUMN_COUNT];
extern const Oid audit_column_types[AUDIT_COLUMN_COUNT];

typedef struct AuditRow
{
	Datum values[AUDIT_COLUMN_COUNT];
	bool nulls[AUDIT_COLUMN_COUNT];
} AuditRow;

/* Every column null. */
extern void audit_row_init(AuditRow *row);
extern void audit_row_set(AuditRow *row, AuditColumn column, Datum value);
/* Bytes as a value of type bytea. */
extern Datum audit_bytea(const uint8 *bytes, size_t size);

/*
 * SHA-256 over the columns that are not null, in their order, each as two netstrings: its name and its value
 * as JSON.  context, context_salt and row_hash are left out; context_digest stands for the first two.  A
 * context that is not the one of the digest goes in too, so that erasing it changes nothing and altering it
 * shows.
 */
extern void audit_row_hash(const AuditRow *row, uint8 out[PG_SHA256_DIGEST_LENGTH]);

/* Sets the columns that come of the others: context_digest, sha256(context_salt || text of context), and
 * row_hash. */
extern void audit_row_seal(AuditRow *row);

/* {"id": …, …} on one line, without the columns that are null. */
extern void audit_row_json(const AuditRow *row, StringInfo out);

/* The row that a composite value of the table's type holds. */
extern void audit_row_from_record(Datum record, AuditRow *row);

#endif
