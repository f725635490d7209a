/*
 * test/conformance/conformance.c - runs a file of recorded cases (README.md) through the core.
 *
 * Usage: conformance operators|cel FILE.  Exits with 0 only when the score is good enough.
 */
#include "conformance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads a whole file, or ends the program. */
static Str
read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *data = NULL;
	size_t size = 0;
	size_t got;

	if (file == NULL)
	{
		perror(path);
		exit(2);
	}
	do
	{
		data = realloc(data, size + 65536);
		if (data == NULL)
			abort();
		got = fread(data + size, 1, 65536, file);
		size += got;
	} while (got > 0);
	fclose(file);
	return (Str){data, size};
}

bool
next_line(Str *text, Str *line)
{
	const char *end;

	if (text->size == 0)
		return false;
	end = memchr(text->data, '\n', text->size);
	line->data = text->data;
	line->size = end == NULL ? text->size : (size_t) (end - text->data);
	text->data += line->size + (end == NULL ? 0 : 1);
	text->size -= line->size + (end == NULL ? 0 : 1);
	return true;
}

int
main(int argc, char **argv)
{
	bool passed;

	if (argc != 3 || (strcmp(argv[1], "operators") != 0 && strcmp(argv[1], "cel") != 0))
	{
		fprintf(stderr, "usage: %s operators|cel FILE\n", argv[0]);
		return 2;
	}
	passed = strcmp(argv[1], "cel") == 0 ? run_cel(read_file(argv[2])) : run_operators(read_file(argv[2]));
	return passed ? 0 : 1;
}
