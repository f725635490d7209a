/*
 * tools/make_vocabulary.c - turns a list of tokens into a vocabulary file (llm/vocabulary.h).
 *
 * Usage: make_vocabulary [--first-id=N] [--skipped-id=N] TOKENS OUTPUT
 *
 * TOKENS is a list by rank: for each token one byte of length and its bytes (255: two more bytes of length),
 * as share/encodings/NAME.ranks.bin, or lines "BASE64 RANK" as tiktoken reads them (a name in .tiktoken).
 * Lists of llm/encodings.def are numbered as it says, unless options do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "llm/encoding.h"

static void
fail(const char *path, const char *problem)
{
	fprintf(stderr, "make_vocabulary: %s: %s\n", path, problem);
	exit(1);
}

/* Reads a whole file, or ends the program. */
static Str
read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *data = NULL;
	size_t size = 0;
	size_t got;

	if (file == NULL)
		fail(path, "cannot be opened");
	do
	{
		data = realloc(data, size + 65536);
		if (data == NULL)
			fail(path, "out of memory");
		got = fread(data + size, 1, 65536, file);
		size += got;
	} while (got > 0);
	fclose(file);
	return (Str){data, size};
}

static int
base64_value(char c)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c == '\0' ? NULL : strchr(alphabet, c);

	return at == NULL ? -1 : (int) (at - alphabet);
}

/* Appends a token in base64, its length before it. */
static void
append_base64(StrBuf *out, Str text)
{
	char token[LLP_MAX_TOKEN_SIZE + 4];
	size_t size = 0;
	unsigned bits = 0;
	int have = 0;

	for (size_t i = 0; i < text.size && size < sizeof(token); i++)
	{
		int value = base64_value(text.data[i]);

		if (value < 0)
			break;
		bits = (bits << 6 | (unsigned) value) & 0xFFFF;
		have += 6;
		if (have >= 8)
		{
			have -= 8;
			token[size++] = (char) (bits >> have & 0xFF);
		}
	}
	llp_buf_append_char(out, (char) (size < 255 ? size : 255));
	if (size >= 255)
	{
		llp_buf_append_char(out, (char) (size & 0xFF));
		llp_buf_append_char(out, (char) (size >> 8));
	}
	llp_buf_append(out, (Str){token, size});
}

/* Lines "BASE64 RANK" as a list by rank: ranks have to come one after the other, from the first id on. */
static Str
read_lines(Arena *arena, const char *path, Str text, TokenNumbering *numbering)
{
	unsigned long expected = 0;
	StrBuf out;

	llp_buf_init(&out, arena);
	while (text.size > 0)
	{
		const char *newline = memchr(text.data, '\n', text.size);
		size_t size = newline == NULL ? text.size : (size_t) (newline - text.data);
		const char *space = memchr(text.data, ' ', size);
		unsigned long rank;

		if (size > 0 && space == NULL)
			fail(path, "a line is not \"BASE64 RANK\"");
		if (size > 0)
		{
			rank = strtoul(space + 1, NULL, 10);
			if (expected == 0)
				numbering->first_id = (uint32_t) rank;
			else if (rank == expected + 1 && numbering->skipped_id == 0)
				numbering->skipped_id = (uint32_t) expected;
			else if (rank != expected)
				fail(path, "ranks do not follow each other");
			expected = rank + 1;
			append_base64(&out, (Str){text.data, (size_t) (space - text.data)});
		}
		size += newline == NULL ? 0 : 1;
		text = (Str){text.data + size, text.size - size};
	}
	if (out.failed)
		fail(path, "out of memory");
	return llp_buf_str(&out);
}

static bool
ends_with(const char *path, const char *suffix)
{
	return strlen(path) >= strlen(suffix) && strcmp(path + strlen(path) - strlen(suffix), suffix) == 0;
}

/* NAME of a path …/NAME.ranks.bin */
static Str
listed_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *start = slash == NULL ? path : slash + 1;
	const char *dot = strchr(start, '.');

	return (Str){start, dot == NULL ? strlen(start) : (size_t) (dot - start)};
}

/* Under another name first: a file of the name may be mapped, and must not change under who uses it. */
static void
write_file(const char *path, Str block)
{
	char *other = malloc(strlen(path) + sizeof(".new"));
	FILE *file;

	if (other == NULL)
		fail(path, "out of memory");
	memcpy(other, path, strlen(path));
	memcpy(other + strlen(path), ".new", sizeof(".new"));
	file = fopen(other, "wb");
	if (file == NULL || fwrite(block.data, 1, block.size, file) != block.size || fclose(file) != 0 ||
		rename(other, path) != 0)
		fail(path, "cannot be written");
	free(other);
}

int
main(int argc, char **argv)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	TokenNumbering numbering = {0, 0};
	const char *problem = "out of memory";
	Str list;
	Str block;

	if (argc < 3 || arena == NULL)
	{
		fprintf(stderr, "usage: make_vocabulary [--first-id=N] [--skipped-id=N] TOKENS OUTPUT\n");
		return 2;
	}
	list = read_file(argv[argc - 2]);
	(void) llp_vocabulary_numbering(listed_name(argv[argc - 2]), &numbering);
	if (ends_with(argv[argc - 2], ".tiktoken"))
		list = read_lines(arena, argv[argc - 2], list, &numbering);
	for (int i = 1; i < argc - 2; i++)
	{
		if (strncmp(argv[i], "--first-id=", 11) == 0)
			numbering.first_id = (uint32_t) strtoul(argv[i] + 11, NULL, 10);
		else if (strncmp(argv[i], "--skipped-id=", 13) == 0)
			numbering.skipped_id = (uint32_t) strtoul(argv[i] + 13, NULL, 10);
		else
			fail(argv[i], "unknown option");
	}
	if (llp_vocabulary_build(arena, list, numbering, &block, &problem) != STATUS_OK)
		fail(argv[argc - 2], problem);
	write_file(argv[argc - 1], block);
	return 0;
}
