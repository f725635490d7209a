/*
 * test/conformance/core_tokens.c - runs a file of token cases (README.md) through the core.
 *
 * A case has to give the recorded ids, and counting has to give as many.  Prints one line for each case that
 * fails, and ends with "tokens N/M"; cases of an encoding that is not shipped are left out where its
 * vocabulary is not there.
 */
#include "conformance.h"

#include <stdio.h>
#include <stdlib.h>

#include "doc/reader.h"
#include "llm/encoding.h"

#define FOLDER "build/encodings/"
#define MAX_ENCODINGS 32
#define NOT_SHIPPED "llama3" /* may be missing: README.md */

/* The encoding of that name with its vocabulary, mapped at its first use; NULL when there is none. */
static const Encoding *
find_encoding(Str name)
{
	static Encoding known[MAX_ENCODINGS];
	static size_t count;
	char path[256];
	const char *problem;

	for (size_t i = 0; i < count; i++)
		if (llp_str_equal(known[i].name, name))
			return &known[i];
	if (count == MAX_ENCODINGS || !llp_encoding_named(name, &known[count]))
		return NULL;
	snprintf(path, sizeof(path), FOLDER "%.*s", STR_ARG(known[count].file));
	known[count].vocabulary = llp_vocabulary_map(path, &problem);
	if (known[count].vocabulary == NULL)
	{
		if (!llp_str_equal(name, STR(NOT_SHIPPED)))
			printf("%s: %s\n", path, problem);
		return NULL;
	}
	return &known[count++];
}

/* Counted to the end, and to less than that. */
static bool
check_counts(const Encoding *encoding, Str text, size_t expected)
{
	size_t count = 0;
	size_t some = 0;

	if (llp_count_tokens(encoding, text, LLP_NO_TOKEN_LIMIT, &llp_libc_host, &count) != STATUS_OK ||
		count != expected)
	{
		printf("%zu tokens counted, not %zu: %.*s\n", count, expected, STR_ARG(text));
		return false;
	}
	return expected == 0 ||
		   (llp_count_tokens(encoding, text, expected / 2, &llp_libc_host, &some) == STATUS_OK &&
			some > expected / 2 && some <= expected);
}

static bool
check_ids(const TreeNode *ids, const TokenList *tokens)
{
	bool same = ids->as.list.count == tokens->count;

	for (size_t i = 0; same && i < tokens->count; i++)
		same = ids->as.list.items[i]->as.integer == (int64_t) tokens->ids[i];
	return same;
}

typedef enum Outcome
{
	FAILED,
	PASSED,
	LEFT_OUT
} Outcome;

static Outcome
run_case(Arena *arena, const TreeNode *test_case)
{
	const TreeNode *name = llp_tree_get(test_case, STR("encoding"));
	const TreeNode *text = llp_tree_get(test_case, STR("text"));
	const TreeNode *ids = llp_tree_get(test_case, STR("ids"));
	bool special = llp_tree_get(test_case, STR("allow_special")) != NULL;
	const Encoding *encoding = find_encoding(name->as.string);
	TokenList tokens = {0};

	if (encoding == NULL && llp_str_equal(name->as.string, STR(NOT_SHIPPED)))
		return LEFT_OUT;
	if (encoding == NULL)
	{
		printf("no encoding %.*s\n", STR_ARG(name->as.string));
		return FAILED;
	}
	if (llp_tokenize(encoding, text->as.string, special, arena, &tokens) != STATUS_OK)
		abort();
	if (!check_ids(ids, &tokens))
	{
		printf("%.*s: other tokens, %zu instead of %u: %.*s\n", STR_ARG(name->as.string), tokens.count,
			   ids->as.list.count, STR_ARG(text->as.string));
		return FAILED;
	}
	return special || check_counts(encoding, text->as.string, tokens.count) ? PASSED : FAILED;
}

static Outcome
run_line(Str line)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	DiagnosticList findings;
	DocumentStream stream;
	Outcome outcome = FAILED;

	llp_diag_init(&findings, arena);
	if (arena != NULL && llp_read_documents(arena, line, &stream, &findings) == STATUS_OK)
		outcome = run_case(arena, stream.documents[0].root);
	else
		printf("not a case: %.*s\n", STR_ARG(line));
	llp_arena_destroy(arena);
	return outcome;
}

bool
run_tokens(Str text)
{
	int passed = 0;
	int left_out = 0;
	int cases = 0;
	Str line;

	while (next_line(&text, &line))
	{
		if (line.size == 0)
			continue;
		switch (run_line(line))
		{
			case LEFT_OUT:
				left_out++;
				continue;
			case PASSED:
				passed++;
				break;
			case FAILED:
				break;
		}
		cases++;
	}
	if (left_out > 0)
		printf("left out: %d cases of " NOT_SHIPPED ", whose vocabulary is not here (its licence)\n",
			   left_out);
	printf("tokens %d/%d\n", passed, cases);
	return cases > 0 && passed == cases;
}
