/*
 * test/fuzz/fuzz_literals.c - a pattern, and texts: each a line of the input, lines may hold any byte but \n.
 *
 * The first line is a pattern, the others are texts and literals at once.  Where RE2 matches, a literal that
 * the pattern requires is found, or the text folds to ASCII; and the scan agrees with a plain search.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "match/literals.h"
#include "match/regex.h"

#define MAX_LINES 40
#define MAX_SIZE 4096 /* bytes of an input: the plain search is slow */

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

static size_t
split_lines(Str text, Str *lines)
{
	size_t count = 0;

	while (count < MAX_LINES)
	{
		const char *end = text.size > 0 ? memchr(text.data, '\n', text.size) : NULL;
		size_t size = end == NULL ? text.size : (size_t) (end - text.data);

		lines[count++] = (Str){text.data, size};
		if (end == NULL)
			break;
		text = (Str){end + 1, text.size - size - 1};
	}
	return count;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
}

static bool
occurs(Str text, Str literal)
{
	size_t size = literal.size < LLP_LITERAL_SIZE ? literal.size : LLP_LITERAL_SIZE;

	for (size_t start = 0; start + size <= text.size; start++)
	{
		size_t i = 0;

		while (i < size && lower(text.data[start + i]) == lower(literal.data[i]))
			i++;
		if (i == size)
			return true;
	}
	return false;
}

static LiteralDatabase *
make_database(Arena *arena, const Str *literals, size_t count)
{
	Str serialized;
	size_t size;
	char *room;

	require(llp_literals_compile(arena, literals, count, &serialized) == STATUS_OK, "a set is refused");
	size = llp_literals_database_size(serialized);
	require(size > 0, "a set without a size");
	room = llp_arena_alloc(arena, size + LLP_LITERALS_ALIGNMENT);
	require(room != NULL, "no memory");
	room += LLP_LITERALS_ALIGNMENT - (uintptr_t) room % LLP_LITERALS_ALIGNMENT;
	require(llp_literals_place(serialized, room) == STATUS_OK, "a set that cannot be placed");
	return (LiteralDatabase *) (void *) room;
}

/* The literals of the pattern, then every line that is not empty. */
static void
check_lines(Arena *arena, const Regex *regex, const Str *required, size_t required_count, const Str *lines,
			size_t line_count)
{
	Str literals[LLP_MAX_REGEX_LITERALS + MAX_LINES];
	size_t count = 0;
	LiteralDatabase *database;
	LiteralScanner *scanner = llp_literal_scanner_create(arena);

	for (size_t i = 0; i < required_count; i++)
		literals[count++] = required[i];
	for (size_t i = 0; i < line_count; i++)
		if (lines[i].size > 0)
			literals[count++] = lines[i];
	if (count == 0)
		return;
	database = make_database(arena, literals, count);
	for (size_t i = 0; i < line_count; i++)
	{
		uint64_t found = 0;
		bool possible = required_count == 0 || llp_text_folds_to_ascii(lines[i]);
		bool matched = false;

		require(llp_literals_scan(scanner, database, lines[i], &found) == STATUS_OK, "a scan fails");
		for (size_t j = 0; j < count; j++)
			require((found >> j & 1) == occurs(lines[i], literals[j]), "another search finds otherwise");
		possible = possible || (found & ((UINT64_C(1) << required_count) - 1)) != 0;
		if (regex == NULL || llp_utf8_check(lines[i]) != lines[i].size)
			continue;
		require(llp_regex_matches(regex, lines[i], &matched) == STATUS_OK, "a match without an answer");
		require(!matched || possible, "a match without a required literal");
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Str lines[MAX_LINES];
	size_t line_count = split_lines((Str){(const char *) data, size}, lines);
	Regex *regex = NULL;
	Str problem;
	Str *required = NULL;
	size_t count = 0;

	require(arena != NULL, "no arena");
	if (size <= MAX_SIZE)
	{
		Status status = STATUS_INVALID;

		if (llp_utf8_check(lines[0]) == lines[0].size)
		{
			status = llp_regex_compile(arena, lines[0], &regex, &problem);
			require(llp_regex_required(arena, lines[0], &required, &count) == status, "two opinions");
		}
		require(count <= LLP_MAX_REGEX_LITERALS && (status == STATUS_OK || count == 0), "too many literals");
		for (size_t i = 0; i < count; i++)
			require(required[i].size >= LLP_LITERAL_MIN, "a literal that is too short");
		check_lines(arena, regex, required, count, lines + 1, line_count - 1);
	}
	llp_arena_destroy(arena);
	return 0;
}
