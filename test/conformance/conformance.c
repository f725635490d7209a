/*
 * test/conformance/conformance.c - runs a file of recorded cases (README.md) through the core.
 *
 * Usage: conformance operators|cel|injection|tokens FILE, which exits with 0 only when the score is good
 * enough, or conformance detect FILE, which prints findings for others to judge.
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

typedef struct Runner
{
	const char *name;
	bool (*run)(Str text);
} Runner;

static const Runner runners[] = {{"operators", run_operators},
								 {"cel", run_cel},
								 {"injection", run_injection},
								 {"tokens", run_tokens},
								 {"detect", run_detect}};

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < sizeof(runners) / sizeof(runners[0]); i++)
		if (strcmp(argv[1], runners[i].name) == 0)
			return runners[i].run(read_file(argv[2])) ? 0 : 1;
	fprintf(stderr, "usage: %s operators|cel|injection|tokens|detect FILE\n", argv[0]);
	return 2;
}
