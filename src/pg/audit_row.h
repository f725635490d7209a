/*
 * pg/audit_row.h - a row of llm_policy.evaluations in memory: its columns, its JSON.
 */
#ifndef LLP_PG_AUDIT_ROW_H
#define LLP_PG_AUDIT_ROW_H

#include "postgres.h"

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

/* {"id": …, …} on one line, without the columns that are null. */
extern void audit_row_json(const AuditRow *row, StringInfo out);

/* The row that a composite value of the table's type holds. */
extern void audit_row_from_record(Datum record, AuditRow *row);

#endif
