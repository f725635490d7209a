/*
 * pg/jsonb_writer.c - writes jsonb in its binary form, front to back, into one buffer.
 *
 * The form is what utils/jsonb.h describes and jsonb_util.c writes: byte for byte the same, without the tree
 * of JsonbValue in between.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "pg/compat.h"
#include "pg/jsonb_writer.h"
#include "pg/numeric_value.h"

/* The server's own limits. */
#define MAX_ELEMENTS Min(MaxAllocSize / sizeof(JsonbValue), JB_CMASK)
#define MAX_PAIRS Min(MaxAllocSize / sizeof(JsonbPair), JB_CMASK)

/* Bounds of the room that a writer begins with. */
#define MIN_ROOM 64
#define MAX_ROOM (1024 * 1024)

/* What a scalar takes around its payload, and more than a container does. */
#define SCALAR_ROOM (VARHDRSZ + sizeof(uint32) + sizeof(JEntry) + ALIGNOF_INT)

/* Room for so many bytes, which count as written; where they are until the next one grows the buffer. */
static inline char *
reserve(JsonbWriter *writer, int size)
{
	char *place;

	/* The server's function is not inline, and there is room as a rule. */
	if (size >= writer->buffer.maxlen - writer->buffer.len)
		enlargeStringInfo(&writer->buffer, size);
	place = writer->buffer.data + writer->buffer.len;
	writer->buffer.len += size;
	return place;
}

static void
pad_to_int(JsonbWriter *writer)
{
	int padding = (int) INTALIGN(writer->buffer.len) - writer->buffer.len;

	if (padding > 0)
		memset(reserve(writer, padding), 0, (size_t) padding);
}

static void
check_count(uint32 kind, uint32 count)
{
	if (kind & JB_FOBJECT ? count > MAX_PAIRS : count > MAX_ELEMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many %s for jsonb", kind & JB_FOBJECT ? "object pairs" : "array elements")));
}

/* The same bound for an entry's end within its container and for a whole container. */
static void
check_size(int size, bool is_map)
{
	if ((uint32) size > JENTRY_OFFLENMASK)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("total size of jsonb %s elements exceeds the maximum of %u bytes",
							   is_map ? "object" : "array", JENTRY_OFFLENMASK)));
}

void
jsonb_writer_init(JsonbWriter *writer, uint32 size)
{
	int room = (int) Min(Max(size, MIN_ROOM), MAX_ROOM);

	/* What initStringInfo does, with another size. */
	writer->buffer.data = palloc((Size) room);
	writer->buffer.maxlen = room;
	resetStringInfo(&writer->buffer);
	(void) reserve(writer, VARHDRSZ);
}

Jsonb *
jsonb_writer_finish(JsonbWriter *writer)
{
	Jsonb *jsonb = (Jsonb *) (void *) writer->buffer.data;

	SET_VARSIZE(jsonb, writer->buffer.len);
	return jsonb;
}

void
jsonb_writer_begin(JsonbWriter *writer, JsonbFrame *frame, uint32 kind, uint32 count)
{
	uint32 header = kind | count;
	uint32 entries = kind & JB_FOBJECT ? count * 2 : count;

	check_count(kind, count);
	frame->start = writer->buffer.len;
	pad_to_int(writer);
	memcpy(reserve(writer, sizeof(header)), &header, sizeof(header));
	frame->entries = writer->buffer.len;
	(void) reserve(writer, (int) (entries * sizeof(JEntry)));
	frame->payload = frame->first = writer->buffer.len;
	frame->next = 0;
	frame->is_map = (kind & JB_FOBJECT) != 0;
}

/* Every JB_OFFSET_STRIDE-th entry says where it ends, the others how long they are, padding included. */
void
jsonb_writer_entry(JsonbWriter *writer, JsonbFrame *frame, JEntry type)
{
	JEntry *entries = (JEntry *) (void *) (writer->buffer.data + frame->entries);
	int end = writer->buffer.len - frame->first;

	check_size(end, frame->is_map);
	if (frame->next % JB_OFFSET_STRIDE == 0)
		entries[frame->next] = type | JENTRY_HAS_OFF | (uint32) end;
	else
		entries[frame->next] = type | (uint32) (writer->buffer.len - frame->payload);
	frame->payload = writer->buffer.len;
	frame->next++;
}

void
jsonb_writer_end(JsonbWriter *writer, const JsonbFrame *frame)
{
	check_size(writer->buffer.len - frame->start, frame->is_map);
}

JEntry
jsonb_writer_string(JsonbWriter *writer, Str text)
{
	if (text.size > JENTRY_OFFLENMASK)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("string too long for jsonb")));
	if (text.size > 0)
		memcpy(reserve(writer, (int) text.size), text.data, text.size);
	return JENTRY_ISSTRING;
}

JEntry
jsonb_writer_int(JsonbWriter *writer, int64 value)
{
	StoredInt stored;
	int size = numeric_store_int(&stored, value);

	pad_to_int(writer);
	memcpy(reserve(writer, size), &stored, (size_t) size);
	return JENTRY_ISNUMERIC;
}

JEntry
jsonb_writer_numeric(JsonbWriter *writer, const void *numeric)
{
	int size = (int) VARSIZE_ANY(numeric);

	pad_to_int(writer);
	memcpy(reserve(writer, size), numeric, (size_t) size);
	return JENTRY_ISNUMERIC;
}

JEntry
jsonb_writer_copy(JsonbWriter *writer, const JsonbEntry *entry)
{
	if (entry->type == JENTRY_ISNUMERIC || entry->type == JENTRY_ISCONTAINER)
		pad_to_int(writer);
	if (entry->size > 0)
		memcpy(reserve(writer, (int) entry->size), entry->data, entry->size);
	return entry->type;
}

Jsonb *
jsonb_from_entry(const JsonbEntry *entry)
{
	JsonbWriter writer;
	JsonbFrame frame;

	jsonb_writer_init(&writer, entry->size + SCALAR_ROOM);
	if (entry->type == JENTRY_ISCONTAINER)
		(void) jsonb_writer_copy(&writer, entry);
	else
	{
		jsonb_writer_begin(&writer, &frame, JB_FARRAY | JB_FSCALAR, 1);
		jsonb_writer_entry(&writer, &frame, jsonb_writer_copy(&writer, entry));
		jsonb_writer_end(&writer, &frame);
	}
	return jsonb_writer_finish(&writer);
}
