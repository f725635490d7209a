/*
 * author/request_schema.h - what authors may expect of a request, as a JSON Schema says it.
 *
 * Of JSON Schema it knows type, properties, required, enum, items and additionalProperties.  A schema checks
 * no request: it only lets slips be seen in policies.
 */
#ifndef LLP_AUTHOR_REQUEST_SCHEMA_H
#define LLP_AUTHOR_REQUEST_SCHEMA_H

#include "base/diag.h"
#include "base/status.h"
#include "base/tree.h"

/* Types of JSON as bits; ORDER: llp_schema_types_write's table. */
typedef enum SchemaType
{
	SCHEMA_NULL = 1 << 0,
	SCHEMA_BOOLEAN = 1 << 1,
	SCHEMA_INTEGER = 1 << 2,
	SCHEMA_NUMBER = 1 << 3, /* any number: where this bit is set, the one above is */
	SCHEMA_STRING = 1 << 4,
	SCHEMA_ARRAY = 1 << 5,
	SCHEMA_OBJECT = 1 << 6,
	SCHEMA_OTHER = 1 << 7, /* what no JSON value is: never of a schema */
	SCHEMA_ANY = (1 << 7) - 1
} SchemaType;

typedef struct RequestSchema RequestSchema;

typedef struct SchemaProperty
{
	Str name;
	const RequestSchema *schema;
	bool optional; /* the object says what it requires, and not this */
} SchemaProperty;

/* What is known of a value. */
struct RequestSchema
{
	unsigned types;				 /* SchemaType bits */
	const TreeNode *values;		 /* the list of the values that it may have; NULL: any */
	const RequestSchema *items;	 /* of a list; NULL: not known */
	const RequestSchema *others; /* of members that are not listed; NULL: nothing is known of them */
	SchemaProperty *properties;
	size_t property_count;
	bool closed; /* other members than those listed are not known: a slip, most likely */
};

/*
 * Reads a schema, which is kept by reference.  What is wrong is an error in the findings (STATUS_INVALID),
 * and a keyword that is not known a note.  Findings have a path and no line.  STATUS_NO_MEMORY.
 */
extern Status llp_read_request_schema(Arena *arena, const TreeNode *document, DiagnosticList *findings,
									  const RequestSchema **schema);
/* The property of that name; NULL: it is not listed. */
extern const SchemaProperty *llp_schema_property(const RequestSchema *schema, Str name);
/* What is known of the member of that name; NULL: nothing. */
extern const RequestSchema *llp_schema_member(const RequestSchema *schema, Str name);
/* Writes "string or null". */
extern void llp_schema_types_write(StrBuf *out, unsigned types);

#endif
