/*
 * pg/jsonb_writer.h - writes jsonb in its binary form, front to back, into one buffer.
 *
 * A container is begun with the number of its entries, then its entries follow: of a list its elements, of a
 * map its keys in the order of jsonb_compare_keys and after them the values in the order of their keys.  An
 * entry is its payload, written by one of the functions below or by a container begun and ended, and then
 * jsonb_writer_entry with the type of it.
 *
 *     jsonb_writer_begin(&writer, &list, JB_FARRAY, 1);
 *     jsonb_writer_entry(&writer, &list, jsonb_writer_string(&writer, text));
 *     jsonb_writer_end(&writer, &list);
 *
 * Whoever writes is trusted to keep to that; what is too large for jsonb is refused as the server does
 * (54000).
 */
#ifndef LLP_PG_JSONB_WRITER_H
#define LLP_PG_JSONB_WRITER_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "base/str.h"
#include "pg/jsonb_entries.h"

typedef struct JsonbWriter
{
	StringInfoData buffer;
} JsonbWriter;

/* A container under way.  Positions are offsets: the buffer moves when it grows. */
typedef struct JsonbFrame
{
	int start;	 /* of the padding before the container */
	int entries; /* of the array of JEntry */
	int payload; /* end of what the entries so far take */
	int first;	 /* where payloads begin */
	uint32 next; /* number of the next entry */
	bool is_map;
} JsonbFrame;

/* Begins in the current memory context, with room for so many bytes; there will be more when needed. */
extern void jsonb_writer_init(JsonbWriter *writer, uint32 size);
/* The finished jsonb; its root is the container begun first. */
extern Jsonb *jsonb_writer_finish(JsonbWriter *writer);

/* kind: JB_FOBJECT or JB_FARRAY, with JB_FSCALAR for the list that stands for a scalar root. */
extern void jsonb_writer_begin(JsonbWriter *writer, JsonbFrame *frame, uint32 kind, uint32 count);
extern void jsonb_writer_entry(JsonbWriter *writer, JsonbFrame *frame, JEntry type);
extern void jsonb_writer_end(JsonbWriter *writer, const JsonbFrame *frame);

/* Payloads.  Each gives the type that jsonb_writer_entry wants; null and booleans have no payload. */
extern JEntry jsonb_writer_string(JsonbWriter *writer, Str text);
extern JEntry jsonb_writer_int(JsonbWriter *writer, int64 value);
extern JEntry jsonb_writer_numeric(JsonbWriter *writer, const void *numeric);
/* An entry of another jsonb as it is: its bytes mean the same anywhere. */
extern JEntry jsonb_writer_copy(JsonbWriter *writer, const JsonbEntry *entry);

/* An entry as a jsonb of its own, in the current memory context. */
extern Jsonb *jsonb_from_entry(const JsonbEntry *entry);

#endif
