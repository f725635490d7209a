/*
 * llm/sha256.h - SHA-256 (FIPS 180-4) of short texts, for the checksum of Bitcoin addresses.
 */
#ifndef LLP_LLM_SHA256_H
#define LLP_LLM_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define LLP_SHA256_SIZE 32
/* Bytes that fit in one block with their padding. */
#define LLP_SHA256_MAX_INPUT 55

/* `size` is at most LLP_SHA256_MAX_INPUT. */
extern void llp_sha256_short(const uint8_t *bytes, size_t size, uint8_t hash[LLP_SHA256_SIZE]);

#endif
