/*
 * test/unit/unit.c - the runner of unit.h.
 *
 * Usage: unit [part of a test's name]
 */
#include "unit.h"

#include <stdarg.h>
#include <stdlib.h>

#define MAX_TESTS 2000

typedef struct UnitTest
{
	const char *file;
	const char *name;
	UnitFunction function;
} UnitTest;

static UnitTest tests[MAX_TESTS];
static int test_count;
static int failures_in_test;

void
unit_register(const char *file, const char *name, UnitFunction function)
{
	if (test_count == MAX_TESTS)
		abort();
	tests[test_count++] = (UnitTest){file, name, function};
}

void
unit_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	failures_in_test++;
	printf("# %s:%d: ", file, line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

Str
unit_read_file(const char *path)
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
		data = realloc(data, size + 65536 + 1);
		if (data == NULL)
			abort();
		got = fread(data + size, 1, 65536, file);
		size += got;
	} while (got > 0);
	fclose(file);
	data[size] = '\0';
	return (Str){data, size};
}

/* A host that counts its blocks and refuses one allocation. */
typedef struct FailingHost
{
	long allocations; /* asked for so far */
	long fail_at;	  /* this one is refused, counting from 1 */
	long live;		  /* blocks not yet given back */
} FailingHost;

static void *
failing_alloc(void *context, size_t size)
{
	FailingHost *self = context;
	void *block;

	if (++self->allocations == self->fail_at)
		return NULL;
	block = malloc(size);
	if (block == NULL)
		abort();
	self->live++;
	return block;
}

static void
failing_release(void *context, void *block)
{
	((FailingHost *) context)->live--;
	free(block);
}

void
unit_every_allocation_fails(bool (*body)(Arena *arena, void *data), void *data)
{
	for (long n = 1;; n++)
	{
		FailingHost self = {.fail_at = n};
		Host host = llp_libc_host;
		Arena *arena;
		bool finished = false;

		host.context = &self;
		host.alloc = failing_alloc;
		host.release = failing_release;
		arena = llp_arena_create(&host, 0);
		if (arena != NULL)
			finished = body(arena, data);
		llp_arena_destroy(arena);
		if (self.live != 0)
			unit_fail(__FILE__, __LINE__, "%ld blocks leaked when allocation %ld failed", self.live, n);
		if (self.allocations < n)
		{
			if (!finished)
				unit_fail(__FILE__, __LINE__, "exhaustion reported although no allocation failed");
			return;
		}
	}
}

static int
compare_tests(const void *a, const void *b)
{
	const UnitTest *left = a;
	const UnitTest *right = b;
	int order = strcmp(left->file, right->file);

	return order != 0 ? order : strcmp(left->name, right->name);
}

int
main(int argc, char **argv)
{
	int passed = 0;
	int failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	qsort(tests, (size_t) test_count, sizeof(UnitTest), compare_tests);
	for (int i = 0; i < test_count; i++)
	{
		if (argc > 1 && strstr(tests[i].name, argv[1]) == NULL)
			continue;
		failures_in_test = 0;
		tests[i].function();
		if (failures_in_test == 0)
			passed++;
		else
			failed++;
		printf("%s %d - %s\n", failures_in_test == 0 ? "ok" : "not ok", passed + failed, tests[i].name);
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed > 0 || passed == 0;
}
