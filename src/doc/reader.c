/*
 * doc/reader.c - reads a text of YAML or JSON into positioned trees.
 *
 * Checks the text as a whole, drives libyaml event by event, and reads a second time when a repair turned out
 * to be misplaced.  The parser lives inside one call of read_once only.
 */
#include "doc/reader.h"

#include "base/utf8.h"
#include "doc/builder.h"
#include "doc/syntax.h"

#define EVENTS_PER_POLL 1000

/* Reports an error about a byte of the text. */
static void
report_byte(DiagnosticList *findings, Str text, size_t offset, const char *hint, const char *message)
{
	Position at = llp_position_of(text, offset);

	llp_diag_add(findings, SEVERITY_ERROR, at.line, at.column, STR(""), hint, "%s", message);
}

/* The first control character other than tab and line ends; the text's size when there is none. */
static size_t
find_control(Str text)
{
	size_t offset = 0;

	while (offset < text.size)
	{
		unsigned char c = (unsigned char) text.data[offset];

		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
			break;
		offset++;
	}
	return offset;
}

static bool
is_utf16(Str text)
{
	return llp_str_starts_with(text, STR("\xFF\xFE")) || llp_str_starts_with(text, STR("\xFE\xFF"));
}

/* The bytes of the text: UTF-8 and nothing that cannot be in a document. */
static bool
check_bytes(Str text, DiagnosticList *findings)
{
	size_t bad = llp_utf8_check(text);
	size_t control = find_control((Str){text.data, bad});

	if (is_utf16(text))
		report_byte(findings, text, 0, "Save the text as UTF-8.", "the text is UTF-16, not UTF-8");
	else if (control < bad)
		report_byte(findings, text, control, "Remove it, or write it as an escape in double quotes, \\u001b.",
					"a control character cannot stand in a document");
	else if (bad < text.size && text.data[bad] == '\0')
		report_byte(findings, text, bad, NULL, "a NUL byte cannot stand in a document");
	else if (bad < text.size)
		report_byte(findings, text, bad, "Save the text as UTF-8.", "a byte that is not UTF-8");
	else
		return true;
	return false;
}

static void
report_syntax_error(Builder *builder, const yaml_parser_t *parser, Str fed)
{
	SyntaxError error = llp_explain_syntax_error(parser, fed);
	Position at = llp_cursor_seek(&builder->cursor, error.index);
	Str path = llp_builder_path(builder);

	if (error.opened_at == NO_OPENING)
	{
		llp_diag_add(builder->findings, SEVERITY_ERROR, at.line, at.column, path, error.hint, "%s",
					 error.message);
		return;
	}
	llp_diag_add(builder->findings, SEVERITY_ERROR, at.line, at.column, path, error.hint,
				 "%s that opens in line %d", error.message,
				 llp_cursor_seek(&builder->cursor, error.opened_at).line);
}

/* Pulls one event; false at the end, after an error, or when the builder wants to stop. */
static bool
read_event(Builder *builder, yaml_parser_t *parser, Str fed)
{
	yaml_event_t event;
	bool last;

	if (!yaml_parser_parse(parser, &event))
	{
		if (parser->error == YAML_MEMORY_ERROR)
			builder->status = STATUS_NO_MEMORY;
		else
		{
			report_syntax_error(builder, parser, fed);
			builder->status = STATUS_INVALID;
		}
		return false;
	}
	llp_builder_take(builder, &event);
	last = event.type == YAML_STREAM_END_EVENT;
	yaml_event_delete(&event);
	return !last && builder->status == STATUS_OK;
}

static void
read_events(Builder *builder, yaml_parser_t *parser, Str fed)
{
	const Host *host = llp_arena_host(builder->arena);
	size_t events = 0;

	while (read_event(builder, parser, fed))
	{
		if (++events % EVENTS_PER_POLL == 0 && host->poll(host->context))
		{
			builder->status = STATUS_CANCELLED;
			break;
		}
	}
}

/* Reads the text once, with the repairs as they are. */
static void
read_once(Builder *builder, Str text)
{
	yaml_parser_t parser;
	Str fed = llp_repairs_apply(builder->arena, text, builder->repairs);

	if (fed.data == NULL || !yaml_parser_initialize(&parser))
	{
		builder->status = STATUS_NO_MEMORY;
		return;
	}
	if (llp_str_starts_with(fed, LLP_BYTE_ORDER_MARK))
		fed = (Str){fed.data + LLP_BYTE_ORDER_MARK.size, fed.size - LLP_BYTE_ORDER_MARK.size};
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *) fed.data, fed.size);
	read_events(builder, &parser, fed);
	yaml_parser_delete(&parser);
}

/* Takes back what was added to the list since `before` was copied from it. */
static void
forget_findings_since(DiagnosticList *findings, const DiagnosticList *before)
{
	*findings = *before;
	if (findings->last != NULL)
		findings->last->next = NULL;
}

static Status
read_text(Arena *arena, Str text, DocumentStream *stream, DiagnosticList *findings)
{
	const DiagnosticList before = *findings;
	Repairs repairs;
	Builder builder;

	if (!llp_repairs_find(arena, text, &repairs))
		return STATUS_NO_MEMORY;
	llp_builder_init(&builder, arena, text, &repairs, findings);
	read_once(&builder, text);
	if (builder.misplaced && (builder.status == STATUS_OK || builder.status == STATUS_INVALID))
	{
		forget_findings_since(findings, &before);
		repairs.checked = 0;
		llp_builder_init(&builder, arena, text, &repairs, findings);
		read_once(&builder, text);
	}
	*stream = llp_slices_finish(&builder.slices);
	return builder.status;
}

Status
llp_read_documents(Arena *arena, Str text, DocumentStream *stream, DiagnosticList *findings)
{
	size_t errors = findings->errors;
	Status status = STATUS_OK;

	*stream = (DocumentStream){0};
	if (text.size > LLP_MAX_DOCUMENT_SIZE)
	{
		llp_diag_add(findings, SEVERITY_ERROR, 0, 0, STR(""), "Apply the documents in several texts.",
					 "the text has %zu bytes, more than %d", text.size, LLP_MAX_DOCUMENT_SIZE);
		status = STATUS_LIMIT;
	}
	else if (text.size > 0 && check_bytes(text, findings))
		status = read_text(arena, text, stream, findings);
	if (status == STATUS_OK && stream->count == 0 && findings->errors == errors)
		llp_diag_add(findings, SEVERITY_ERROR, 1, 1, STR(""), NULL, "the text holds no document");
	if (findings->exhausted)
		return STATUS_NO_MEMORY;
	return status == STATUS_OK && findings->errors > errors ? STATUS_INVALID : status;
}
