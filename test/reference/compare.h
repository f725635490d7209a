/*
 * test/reference/compare.h - does the engine say what the linear reference says?
 */
#ifndef LLP_TEST_COMPARE_H
#define LLP_TEST_COMPARE_H

#include "linear.h"
#include "vm/program.h"

typedef struct Comparison
{
	const PolicySet *set;
	const Value *request;
	const bool *selected; /* a flag for each policy of the set; NULL: all count */
	Timestamp now;
	Verdict default_decision;
	bool trace;
} Comparison;

/* What the reference says, as text: one line for each thing. */
extern Str compare_reference(Arena *arena, const Comparison *comparison);
/* What a program of the same set says, in the same form. */
extern Str compare_engine(Arena *arena, Program *program, const Comparison *comparison);

#endif
