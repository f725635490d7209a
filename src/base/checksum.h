/*
 * base/checksum.h - tells damaged bytes from whole ones.  Not a defence against an attacker.
 */
#ifndef LLP_BASE_CHECKSUM_H
#define LLP_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Continues `seed` (0, or what an earlier call gave) over the bytes; several gigabytes a second. */
extern uint64_t llp_checksum(uint64_t seed, const void *data, size_t size);

#endif
