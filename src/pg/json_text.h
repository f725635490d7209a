/*
 * pg/json_text.h - JSON text as the server writes it, without its detours.
 */
#ifndef LLP_PG_JSON_TEXT_H
#define LLP_PG_JSON_TEXT_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "base/str.h"

/* Room for so many bytes, which count as written. */
static inline char *
json_text_room(StringInfo out, size_t size)
{
	char *place;

	if (size >= (size_t) (out->maxlen - out->len))
		enlargeStringInfo(out, (int) size);
	place = out->data + out->len;
	out->len += (int) size;
	out->data[out->len] = '\0';
	return place;
}

/* appendBinaryStringInfo without a call where there is room, which is nearly always. */
static inline void
json_text_bytes(StringInfo out, const char *data, size_t size)
{
	memcpy(json_text_room(out, size), data, size);
}

/* Characters of a C literal. */
#define json_text_literal(out, literal) json_text_bytes((out), (literal), sizeof(literal) - 1)

/* A string with its quotes, escaped as escape_json does. */
extern void json_text_string(StringInfo out, Str text);
extern void json_text_int(StringInfo out, int64 value);
/* The text of a jsonb: jsonb_out's. */
extern void json_text_jsonb(StringInfo out, const Jsonb *jsonb);

#endif
