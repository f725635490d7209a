/*
 * test/bench/tokens.c - how fast tokens are counted: MB/s of each kind of text, in pieces of 1 KB and 10 KB.
 *
 * Usage: tokens VOCABULARIES CORPUS, both folders.  Prints lines "ENCODING TEXT BYTES MB/s ns/token", and of
 * opening a vocabulary "ENCODING open 0 ms 0".  Seconds are those of the CPU, so that a busy machine disturbs
 * little; each figure is the median of ROUNDS rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "llm/encoding.h"

#define ROUNDS 9
#define ROUND_SECONDS 0.02
#define LONG_RUN 1000000

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

static int
compare(const void *a, const void *b)
{
	double left = *(const double *) a;
	double right = *(const double *) b;

	return (left > right) - (left < right);
}

static Str
read_file(const char *folder, const char *name)
{
	static char path[512];
	char *data = malloc(1 << 20);
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s.txt", folder, name);
	file = fopen(path, "rb");
	if (file == NULL || data == NULL)
	{
		perror(path);
		exit(2);
	}
	size = fread(data, 1, 1 << 20, file);
	fclose(file);
	return (Str){data, size};
}

static size_t
count(const Encoding *encoding, Str text)
{
	size_t tokens = 0;

	if (llp_count_tokens(encoding, text, LLP_NO_TOKEN_LIMIT, &llp_libc_host, &tokens) != STATUS_OK)
		exit(1);
	return tokens;
}

/* Seconds that one count of the text takes. */
static double
measure(const Encoding *encoding, Str text, size_t *tokens)
{
	double rounds[ROUNDS];

	for (int i = 0; i < ROUNDS; i++)
	{
		double start = now();
		double end;
		size_t runs = 0;

		do
		{
			*tokens = count(encoding, text);
			runs++;
			end = now();
		} while (end - start < ROUND_SECONDS);
		rounds[i] = (end - start) / (double) runs;
	}
	qsort(rounds, ROUNDS, sizeof(rounds[0]), compare);
	return rounds[ROUNDS / 2];
}

static void
print_figure(const Encoding *encoding, const char *name, Str text)
{
	size_t tokens = 0;
	double seconds = measure(encoding, text, &tokens);

	printf("%.*s %s %zu %.1f %.1f\n", STR_ARG(encoding->name), name, text.size,
		   (double) text.size / seconds / 1e6, seconds / (double) tokens * 1e9);
}

static void
bench(Encoding *encoding, const char *vocabularies, const char *corpus)
{
	static const char *const names[] = {"prose", "code", "json", "chinese", "digits"};
	static const size_t sizes[] = {1024, 10240};
	char path[512];
	const char *problem;
	char *run = malloc(LONG_RUN);
	double start = now();

	snprintf(path, sizeof(path), "%s/%.*s", vocabularies, STR_ARG(encoding->file));
	encoding->vocabulary = llp_vocabulary_map(path, &problem);
	if (encoding->vocabulary == NULL || run == NULL)
	{
		fprintf(stderr, "%s: %s\n", path, problem);
		exit(2);
	}
	printf("%.*s open 0 %.1f 0\n", STR_ARG(encoding->name), (now() - start) * 1000);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		Str text = read_file(corpus, names[i]);

		for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++)
			print_figure(encoding, names[i], (Str){text.data, text.size < sizes[j] ? text.size : sizes[j]});
	}
	memset(run, 'a', LONG_RUN);
	print_figure(encoding, "letter_a", (Str){run, LONG_RUN});
	free(run);
}

int
main(int argc, char **argv)
{
	static const char *const names[] = {"o200k_base", "cl100k_base"};

	if (argc != 3)
	{
		fprintf(stderr, "usage: %s VOCABULARIES CORPUS\n", argv[0]);
		return 2;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		Encoding encoding;

		if (!llp_encoding_named(llp_str(names[i]), &encoding))
			return 1;
		bench(&encoding, argv[1], argv[2]);
	}
	return 0;
}
