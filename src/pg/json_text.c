/*
 * pg/json_text.c - JSON text as the server writes it, without its detours.
 *
 * Hashes of audit rows cover this text: it is the same, byte for byte, on every server and for ever.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "pg/json_text.h"
#include "pg/jsonb_entries.h"
#include "pg/numeric_value.h"

#define LOW_BITS UINT64CONST(0x0101010101010101)
#define HIGH_BITS UINT64CONST(0x8080808080808080)

#define INT64_TEXT_SIZE 21 /* with sign and NUL */

static void write_container(StringInfo out, const JsonbContainer *container);

static bool
needs_escape(unsigned char c)
{
	return c < ' ' || c == '"' || c == '\\';
}

/* Has one of eight bytes the value?  (x - 0x01…) & ~x & 0x80… finds zeros; all arithmetic on whole words. */
static inline bool
has_byte(uint64 word, unsigned char value)
{
	uint64 zeroed = word ^ (LOW_BITS * value);

	return ((zeroed - LOW_BITS) & ~zeroed & HIGH_BITS) != 0;
}

/* Eight bytes of which one may need an escape.  (Bytes of other characters than ASCII never do.) */
static inline bool
may_need_escape(const char *data)
{
	uint64 word;

	memcpy(&word, data, sizeof(word));
	return ((word - LOW_BITS * ' ') & ~word & HIGH_BITS) != 0 || has_byte(word, '"') || has_byte(word, '\\');
}

/* Where the next byte that needs an escape is; the end if none does. */
static size_t
find_escape(Str text, size_t at)
{
	while (text.size - at >= sizeof(uint64) && !may_need_escape(text.data + at))
		at += sizeof(uint64);
	while (at < text.size && !needs_escape((unsigned char) text.data[at]))
		at++;
	return at;
}

static void
write_escape(StringInfo out, char c)
{
	static const char plain[] = "\b\f\n\r\t\"\\";
	static const char escaped[] = "bfnrt\"\\";
	const char *known = strchr(plain, c);

	if (known && c != '\0')
	{
		json_text_literal(out, "\\");
		appendStringInfoChar(out, escaped[known - plain]);
	}
	else
		appendStringInfo(out, "\\u%04x", (unsigned int) c);
}

static void
write_escaped(StringInfo out, Str text)
{
	size_t start = 0;
	size_t end;

	json_text_literal(out, "\"");
	while ((end = find_escape(text, start)) < text.size)
	{
		json_text_bytes(out, text.data + start, end - start);
		write_escape(out, text.data[end]);
		start = end + 1;
	}
	json_text_bytes(out, text.data + start, end - start);
	json_text_literal(out, "\"");
}

/* Copies what needs no escape, which is nearly everything; false when something does. */
static inline bool
copy_plain(char *to, Str text)
{
	size_t at = 0;

	for (; text.size - at >= sizeof(uint64); at += sizeof(uint64))
	{
		if (may_need_escape(text.data + at))
			break;
		memcpy(to + at, text.data + at, sizeof(uint64));
	}
	for (; at < text.size; at++)
	{
		if (needs_escape((unsigned char) text.data[at]))
			return false;
		to[at] = text.data[at];
	}
	return true;
}

void
json_text_string(StringInfo out, Str text)
{
	int start = out->len;
	char *to = json_text_room(out, text.size + 2);

	to[0] = '"';
	to[text.size + 1] = '"';
	if (!copy_plain(to + 1, text))
	{
		out->len = start;
		write_escaped(out, text);
	}
}

void
json_text_int(StringInfo out, int64 value)
{
	char text[INT64_TEXT_SIZE];

	json_text_bytes(out, text, (size_t) pg_lltoa(value, text));
}

static void
write_numeric(StringInfo out, const void *numeric)
{
	int64 value;

	if (numeric_is_int(numeric, &value))
		json_text_int(out, value);
	else
		appendStringInfoString(out,
							   DatumGetCString(DirectFunctionCall1(numeric_out, PointerGetDatum(numeric))));
}

static void
write_entry(StringInfo out, const JsonbEntry *entry)
{
	switch (entry->type)
	{
		case JENTRY_ISNULL:
			json_text_literal(out, "null");
			break;
		case JENTRY_ISBOOL_TRUE:
			json_text_literal(out, "true");
			break;
		case JENTRY_ISBOOL_FALSE:
			json_text_literal(out, "false");
			break;
		case JENTRY_ISSTRING:
			json_text_string(out, jsonb_entry_str(entry));
			break;
		case JENTRY_ISNUMERIC:
			write_numeric(out, entry->data);
			break;
		default:
			write_container(out, jsonb_entry_container(entry));
			break;
	}
}

static void
write_list(StringInfo out, const JsonbContainer *list)
{
	JsonbCursor elements = jsonb_cursor(list);

	json_text_literal(out, "[");
	for (uint32 i = 0; i < JsonContainerSize(list); i++)
	{
		JsonbEntry element = jsonb_cursor_next(&elements);

		if (i > 0)
			json_text_literal(out, ", ");
		write_entry(out, &element);
	}
	json_text_literal(out, "]");
}

static void
write_map(StringInfo out, const JsonbContainer *map)
{
	JsonbCursor keys = jsonb_cursor(map);
	JsonbCursor values = jsonb_cursor_at_values(map);

	json_text_literal(out, "{");
	for (uint32 i = 0; i < JsonContainerSize(map); i++)
	{
		JsonbEntry key = jsonb_cursor_next(&keys);
		JsonbEntry value = jsonb_cursor_next(&values);

		if (i > 0)
			json_text_literal(out, ", ");
		json_text_string(out, jsonb_entry_str(&key));
		json_text_literal(out, ": ");
		write_entry(out, &value);
	}
	json_text_literal(out, "}");
}

static void
write_container(StringInfo out, const JsonbContainer *container)
{
	check_stack_depth();
	if (JsonContainerIsObject(container))
		write_map(out, container);
	else
		write_list(out, container);
}

void
json_text_jsonb(StringInfo out, const Jsonb *jsonb)
{
	JsonbCursor cursor = jsonb_cursor(&jsonb->root);
	JsonbEntry scalar;

	if (!JsonContainerIsScalar(&jsonb->root))
	{
		write_container(out, &jsonb->root);
		return;
	}
	scalar = jsonb_cursor_next(&cursor);
	write_entry(out, &scalar);
}
