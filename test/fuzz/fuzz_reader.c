/*
 * test/fuzz/fuzz_reader.c - hostile bytes into the document reader.
 *
 * Beyond not crashing, a text that is read must be told consistently: a status that agrees with the findings,
 * parts that lie inside the text and read alone give the same documents, and trees that survive being written
 * as JSON and read back.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "doc/reader.h"

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition, const char *what, Str text)
{
	if (condition)
		return;
	fprintf(stderr, "%s\n<<%.*s>>\n", what, STR_ARG(text));
	abort();
}

static void
check_findings(Status status, const DiagnosticList *findings, Str text)
{
	size_t kept = 0;

	for (const Diagnostic *finding = findings->first; finding != NULL; finding = finding->next)
	{
		require(finding->line >= 1 && finding->column >= 1, "a finding without a place", text);
		require(finding->message.size > 0, "a finding without a message", text);
		kept++;
	}
	require(kept == findings->kept, "findings miscounted", text);
	require((status == STATUS_OK) == (findings->errors == 0), "status and findings disagree", text);
}

static Status
read_text(Arena *arena, Str text, DocumentStream *stream)
{
	DiagnosticList findings;
	Status status;

	llp_diag_init(&findings, arena);
	status = llp_read_documents(arena, text, stream, &findings);
	check_findings(status, &findings, text);
	return status;
}

/* Reads `text`, which must hold one document equal to `expected`. */
static void
check_reads_as(Arena *arena, Str text, const TreeNode *expected, const char *what)
{
	DocumentStream stream;
	Value a = llp_tree_value(expected);
	Value b;

	require(read_text(arena, text, &stream) == STATUS_OK, what, text);
	require(stream.count == 1, what, text);
	b = llp_tree_value(stream.documents[0].root);
	require(llp_value_equal(&a, &b), what, text);
}

/* libyaml takes keys of at most 1024 characters on one line. */
static bool
has_long_key(const TreeNode *node)
{
	if (node->kind == VALUE_LIST)
	{
		for (uint32_t i = 0; i < node->as.list.count; i++)
			if (has_long_key(node->as.list.items[i]))
				return true;
	}
	else if (node->kind == VALUE_MAP)
	{
		for (uint32_t i = 0; i < node->as.map.count; i++)
			if (node->as.map.members[i].key.size > 150 || has_long_key(node->as.map.members[i].value))
				return true;
	}
	return false;
}

static void
check_json_round_trip(Arena *arena, const TreeNode *root)
{
	StrBuf json;

	if (root->expanded_size > 10000 || has_long_key(root))
		return;
	llp_buf_init(&json, arena);
	llp_buf_append(&json, STR("["));
	llp_tree_write_json(&json, root);
	llp_buf_append(&json, STR("]"));
	check_reads_as(arena, llp_buf_str(&json), root, "JSON does not read back");
}

/*
 * Is a document one that a policy could be?  A scalar, or a pair without braces, in a flow list may be
 * written in a way that has no meaning outside of one, and a list is a list of documents there.
 */
static bool
is_substantial(const TreeNode *root)
{
	return root->kind == VALUE_MAP && root->as.map.count > 1;
}

static void
check_document(Arena *arena, Str text, const Document *document)
{
	const char *end = document->source.data + document->source.size;

	require(document->source.data >= text.data && end <= text.data + text.size, "a part outside of the text",
			text);
	require(document->line >= 1, "a document without a line", text);
	if (is_substantial(document->root))
		check_reads_as(arena, document->source, document->root, "a part does not stand alone");
	check_json_round_trip(arena, document->root);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Str text = {(const char *) data, size};
	DocumentStream stream;
	Status status = read_text(arena, text, &stream);

	for (size_t i = 0; status == STATUS_OK && i < stream.count && i < 50; i++)
		check_document(arena, text, &stream.documents[i]);
	llp_arena_destroy(arena);
	return 0;
}
