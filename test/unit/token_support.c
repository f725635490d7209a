/*
 * test/unit/token_support.c - shipped encodings and random numbers for tests of tokens.
 */
#include "token_support.h"

#include <stdlib.h>

#define MAX_ENCODINGS 16

const Encoding *
shipped_encoding(const char *name)
{
	static Encoding known[MAX_ENCODINGS];
	static size_t count;
	char path[128];
	const char *problem = "unknown";

	for (size_t i = 0; i < count; i++)
		if (llp_str_equal(known[i].name, llp_str(name)))
			return &known[i];
	if (count < MAX_ENCODINGS && llp_encoding_named(llp_str(name), &known[count]))
	{
		snprintf(path, sizeof(path), "build/encodings/%.*s", STR_ARG(known[count].file));
		known[count].vocabulary = llp_vocabulary_map(path, &problem);
		if (known[count].vocabulary != NULL)
			return &known[count++];
	}
	fprintf(stderr, "encoding %s: %s; make encodings\n", name, problem);
	exit(2);
}

uint32_t
random_below(uint64_t *state, uint32_t bound)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t) (*state >> 16) % bound;
}

size_t
encode_utf8(unsigned code, char *out)
{
	size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned leads[] = {0, 0, 0xC0, 0xE0, 0xF0};

	for (size_t i = size; i > 1; i--)
	{
		out[i - 1] = (char) (0x80 | (code & 0x3F));
		code >>= 6;
	}
	out[0] = (char) (leads[size] | code);
	return size;
}
