/*
 * base/checksum.c - four independent chains of multiply and rotate, eight bytes a step each.
 */
#include "base/checksum.h"

#include <string.h>

#define LANES 4
#define FACTOR UINT64_C(0x9E3779B97F4A7C15)

static uint64_t
mix(uint64_t state, uint64_t word)
{
	state = (state ^ word) * FACTOR;
	return state << 29 | state >> 35;
}

uint64_t
llp_checksum(uint64_t seed, const void *data, size_t size)
{
	const unsigned char *bytes = data;
	uint64_t lane[LANES] = {seed, seed + 1, seed + 2, seed + 3};
	uint64_t sum = (uint64_t) size;
	size_t at = 0;

	for (; size - at >= sizeof(lane); at += sizeof(lane))
	{
		uint64_t words[LANES];

		memcpy(words, bytes + at, sizeof(words));
		for (int i = 0; i < LANES; i++)
			lane[i] = mix(lane[i], words[i]);
	}
	for (; at < size; at++)
		lane[at % LANES] = mix(lane[at % LANES], bytes[at]);
	for (int i = 0; i < LANES; i++)
		sum = mix(sum, lane[i]);
	return sum ^ sum >> 31;
}
