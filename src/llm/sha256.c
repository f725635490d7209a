/*
 * llm/sha256.c - SHA-256 of one block.  Not for keys or passwords: the server has its own for those.
 */
#include "llm/sha256.h"

#include <string.h>

#define WORDS 8
#define ROUNDS 64

static const uint32_t round_constants[ROUNDS] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t
rotate(uint32_t word, int bits)
{
	return word >> bits | word << (32 - bits);
}

/* The message schedule of the one block that the input makes. */
static void
schedule(const uint8_t *bytes, size_t size, uint32_t words[ROUNDS])
{
	uint8_t block[64] = {0};

	memcpy(block, bytes, size);
	block[size] = 0x80;
	block[62] = (uint8_t) (size * 8 >> 8);
	block[63] = (uint8_t) (size * 8);
	for (int i = 0; i < 16; i++)
		words[i] = (uint32_t) block[4 * i] << 24 | (uint32_t) block[4 * i + 1] << 16 |
				   (uint32_t) block[4 * i + 2] << 8 | block[4 * i + 3];
	for (int i = 16; i < ROUNDS; i++)
	{
		uint32_t a = words[i - 15];
		uint32_t b = words[i - 2];

		words[i] = words[i - 16] + words[i - 7] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) +
				   (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
	}
}

void
llp_sha256_short(const uint8_t *bytes, size_t size, uint8_t hash[LLP_SHA256_SIZE])
{
	static const uint32_t first[WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
										  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	uint32_t words[ROUNDS];
	uint32_t s[WORDS];

	schedule(bytes, size, words);
	memcpy(s, first, sizeof(s));
	for (int i = 0; i < ROUNDS; i++)
	{
		uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
		uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
		uint32_t one = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) + choice +
					   round_constants[i] + words[i];
		uint32_t two = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) + majority;

		memmove(s + 1, s, sizeof(s) - sizeof(*s));
		s[4] += one;
		s[0] = one + two;
	}
	for (int i = 0; i < WORDS; i++)
	{
		uint32_t word = s[i] + first[i];

		for (int j = 0; j < 4; j++)
			hash[4 * i + j] = (uint8_t) (word >> (24 - 8 * j));
	}
}
