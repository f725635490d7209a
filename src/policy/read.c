/*
 * policy/read.c - from a text to policies.
 *
 * Puts the parts together and decides what the caller gets: what a document means is policy/document.c's.
 */
#include "policy/read.h"

#include "doc/reader.h"
#include "policy/document.h"

/* Notes stand behind errors, so that a caller who shows only some shows what matters. */
static void
hand_over_lint(Reader *reader)
{
	DiagnosticList *lint = &reader->lint;
	size_t warnings = 0;

	for (const Diagnostic *d = lint->first; d != NULL; d = d->next)
	{
		warnings += d->severity == SEVERITY_WARNING;
		llp_diag_add(reader->findings, d->severity, d->line, d->column, d->path, d->hint.data, "%.*s",
					 STR_ARG(d->message));
	}
	/* What the list could not keep is counted all the same. */
	reader->findings->warnings += lint->warnings - warnings;
}

static bool
check_namespace(Reader *reader)
{
	Str shown = llp_excerpt(reader->arena, reader->ns);

	if (reader->ns.size == 0 || llp_namespace_valid(reader->ns))
		return true;
	llp_diag_add(reader->findings, SEVERITY_ERROR, 0, 0, STR(""),
				 "A namespace is segments of letters, digits, _ and -, joined by points.",
				 "invalid namespace \"%.*s\"", STR_ARG(shown));
	return false;
}

/* The line in which a document ends, or begins the next one. */
static int
last_line(const Document *document)
{
	int line = document->line;

	for (size_t i = 0; i < document->source.size; i++)
		line += document->source.data[i] == '\n';
	return line;
}

/* Does one of the reader's own errors lie within the document?  In doubt, as where they share a line, yes. */
static bool
is_damaged(const Reader *reader, const Document *document, size_t reader_errors)
{
	const Diagnostic *finding = reader->findings->first;
	int last;

	if (reader_errors == 0)
		return false;
	if (reader_errors > LLP_MAX_DIAGNOSTICS)
		return true;
	last = last_line(document);
	for (; finding != NULL; finding = finding->next)
	{
		if (finding->severity == SEVERITY_ERROR && finding->line >= document->line && finding->line <= last)
			return true;
	}
	return false;
}

/* Keeps the policies of the stream that are without error. */
static void
read_stream(Reader *reader, const DocumentStream *stream, size_t reader_errors, PolicyList *list)
{
	TreeNode *taken = llp_tree_map(reader->arena);

	list->policies = llp_arena_array(reader->arena, stream->count, sizeof(Policy *));
	if (list->policies == NULL)
		return;
	for (size_t i = 0; i < stream->count && !llp_reader_stopped(reader); i++)
	{
		size_t errors = reader->findings->errors;
		Policy *policy = llp_read_policy(reader, &stream->documents[i], taken);

		if (policy != NULL && reader->findings->errors == errors &&
			!is_damaged(reader, &stream->documents[i], reader_errors))
			list->policies[list->count++] = policy;
	}
}

static Status
outcome(const Reader *reader, Status documents, size_t errors_before)
{
	if (reader->stopped != STATUS_OK)
		return reader->stopped;
	if (llp_arena_exhausted(reader->arena) || reader->findings->exhausted)
		return STATUS_NO_MEMORY;
	if (documents != STATUS_OK)
		return documents;
	return reader->findings->errors > errors_before ? STATUS_INVALID : STATUS_OK;
}

Status
llp_read_policies(Arena *arena, Str text, Str ns, PolicyList *list, DiagnosticList *findings)
{
	Reader reader = {.arena = arena, .findings = findings, .text = text, .ns = ns};
	DocumentStream stream = {NULL, 0};
	size_t errors_before = findings->errors;
	Status documents;

	*list = (PolicyList){NULL, 0};
	llp_diag_init(&reader.lint, arena);
	if (!check_namespace(&reader))
		return STATUS_INVALID;
	documents = llp_read_documents(arena, text, &stream, findings);
	if (documents == STATUS_NO_MEMORY || documents == STATUS_CANCELLED)
		return documents;
	read_stream(&reader, &stream, findings->errors - errors_before, list);
	hand_over_lint(&reader);
	llp_diag_sort(findings);
	return outcome(&reader, documents, errors_before);
}
