/*
 * vm/candidates.h - asks the predicate index which entries of the walk a request can concern.
 *
 * Candidates come one after the other in walk order, so that whoever stops early has not paid for the rest.
 */
#ifndef LLP_VM_CANDIDATES_H
#define LLP_VM_CANDIDATES_H

#include "vm/interpreter.h"

/* A run of postings that has not been used up, or one number in an edge. */
typedef struct PostingRun
{
	const uint32_t *next;
	const uint32_t *end;
} PostingRun;

typedef struct Candidates
{
	Interpreter *vm;
	PostingRun *runs; /* a heap: the one with the smallest next number comes first */
	uint32_t count;
	uint32_t capacity;
} Candidates;

/* Probes the index below a root.  Failure is in vm->status; then there are no candidates. */
extern void llp_candidates_find(Candidates *candidates, Interpreter *vm, IndexRoot root);
/*
 * Of a root of entries: asks the processor for what the walk is going to read of the first candidates, all
 * at once.  In a large image each of them lies elsewhere, and waiting for one after the other would be most
 * of an evaluation's time.
 */
extern void llp_candidates_prefetch(const Candidates *candidates);
/* The next number, larger than all before; false at the end. */
extern bool llp_candidates_next(Candidates *candidates, uint32_t *number);

#endif
