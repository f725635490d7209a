/*
 * pg/json_text.h - JSON text as the server writes it, without its detours.
 */
#ifndef LLP_PG_JSON_TEXT_H
#define LLP_PG_JSON_TEXT_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "base/str.h"

/* A string with its quotes, escaped as escape_json does. */
extern void json_text_string(StringInfo out, Str text);
extern void json_text_int(StringInfo out, int64 value);
/* The text of a jsonb: jsonb_out's. */
extern void json_text_jsonb(StringInfo out, const Jsonb *jsonb);

#endif
