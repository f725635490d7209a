/*
 * llm/findings.h - the findings of a text while it is read: of those that overlap, the best.
 *
 * They come nearly in the order of the text.  Those that overlap wait in a cluster until one comes that lies
 * behind them all; then the one with the highest score is taken, of equals the longest, then what is left
 * beside it.
 */
#ifndef LLP_LLM_FINDINGS_H
#define LLP_LLM_FINDINGS_H

#include "llm/detector.h"

#define LLP_CLUSTER_SIZE 64

typedef struct FindingList
{
	Arena *arena;
	Finding *items;
	size_t count;
	size_t capacity;
	Finding cluster[LLP_CLUSTER_SIZE];
	size_t clustered;
	size_t cluster_end;
	bool failed; /* no memory */
} FindingList;

extern void llp_finding_list_begin(FindingList *list, Arena *arena);
extern void llp_finding_list_add(FindingList *list, const Finding *finding);
/* Settles what is left; then items and count are the result. */
extern void llp_finding_list_end(FindingList *list);

#endif
