/*
 * prog/intern.h - numbers for texts: the same text, the same number, from 0 in order of arrival.
 */
#ifndef LLP_PROG_INTERN_H
#define LLP_PROG_INTERN_H

#include "base/str.h"

#define INTERN_NONE UINT32_MAX

typedef struct Interner
{
	Arena *arena;
	uint64_t seed; /* of the hash: secret where texts may be chosen to collide */
	Str *texts;
	uint32_t count;
	uint32_t capacity;
	uint32_t *table;	 /* number + 1; 0: free */
	uint32_t table_size; /* a power of two, at least twice count; 0 before the first text */
} Interner;

extern void llp_intern_init(Interner *interner, Arena *arena, uint64_t seed);
/* The number of a text, which must stay where it is; INTERN_NONE when the arena is exhausted. */
extern uint32_t llp_intern(Interner *interner, Str text);
/* The number of a text that has one, else INTERN_NONE. */
extern uint32_t llp_intern_find(const Interner *interner, Str text);

#endif
