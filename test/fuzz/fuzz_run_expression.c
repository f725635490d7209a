/*
 * test/fuzz/fuzz_run_expression.c - hostile expressions compiled and run over a request.
 *
 * The input is an expression.  What the checker accepts compiles, unless it needs too much room; the verifier
 * accepts what was compiled; a run ends within its limits, and gives the same once more.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "doc/reader.h"
#include "policy/expression.h"
#include "prog/expression.h"
#include "prog/set.h"
#include "prog/verify.h"
#include "vm/evaluate.h"

#define MEMORY_LIMIT (512u * 1024 * 1024)
/* 2026-07-02T09:30:00Z */
#define NOW INT64_C(1782984600000000)

static const char request_text[] =
	"{\"i\": 7, \"d\": 2.5, \"s\": \"a \\u00e9 text\", \"b\": true, \"n\": null, \"l\": [1, 2.5, \"x\", null, [3]],"
	" \"m\": {\"k\": 1, \"x.y\": {\"z\": [true]}}, \"a\": {\"b\": {\"c\": \"deep\"}}, \"big\": 18446744073709551617}";

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static const TreeNode *
request_tree(Arena *arena)
{
	DiagnosticList findings;
	DocumentStream stream;

	llp_diag_init(&findings, arena);
	if (llp_read_documents(arena, llp_str(request_text), &stream, &findings) != STATUS_OK)
		abort();
	return stream.documents[0].root;
}

/* The result as a text, that of an error likewise. */
static Str
outcome(Arena *arena, Program *program, const Value *request)
{
	DiagnosticList findings;
	TreeNode *result = NULL;
	Status status;
	StrBuf text;

	llp_diag_init(&findings, arena);
	llp_buf_init(&text, arena);
	status = llp_evaluate_expression(arena, program, request, NOW, NULL, &result, &findings);
	llp_buf_format(&text, "%d ", (int) status);
	if (status == STATUS_OK)
		llp_tree_write_json(&text, result);
	else if (findings.first != NULL)
		llp_buf_append(&text, findings.first->message);
	require(status != STATUS_CANCELLED, "nobody has cancelled");
	return llp_buf_str(&text);
}

static void
run_image(Arena *arena, const Image *image)
{
	Value request = llp_tree_value(request_tree(arena));
	Program *program = llp_program_open(arena, image);
	const char *problem;

	if (llp_image_verify(arena, image, (size_t) image->size, &problem) == STATUS_INVALID)
		require(false, problem);
	if (program != NULL)
		require(llp_str_equal(outcome(arena, program, &request), outcome(arena, program, &request)),
				"two runs disagree");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena *arena = llp_arena_create(&llp_libc_host, MEMORY_LIMIT);
	const Expression *expression;
	DiagnosticList findings;
	const Image *image;
	Status status;

	llp_diag_init(&findings, arena);
	if (llp_read_single_expression(arena, (Str){(const char *) data, size}, &findings, &expression) ==
		STATUS_OK)
	{
		status = llp_compile_expression_set(arena, expression, &image);
		require(status == STATUS_OK || status == STATUS_LIMIT || status == STATUS_NO_MEMORY,
				"what was checked does not compile");
		if (status == STATUS_OK)
			run_image(arena, image);
	}
	llp_arena_destroy(arena);
	return 0;
}
