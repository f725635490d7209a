/*
 * test/property/generate.h - random policy sets and requests that touch each other often.
 *
 * Few paths, few values, and requests that are made of what the policies compare with, then damaged.
 */
#ifndef LLP_TEST_GENERATE_H
#define LLP_TEST_GENERATE_H

#include "base/timestamp.h"
#include "base/tree.h"

/* Leaves of the set that a request may be derived from. */
#define MAX_HINTS 512

/* A path that some leaf reads, and what it compares it with. */
typedef struct Hint
{
	const char *path;
	const TreeNode *value;
} Hint;

typedef struct Generator
{
	Arena *arena;
	uint64_t state; /* of the random numbers: equal states give equal cases */
	Hint hints[MAX_HINTS];
	unsigned hint_count;
	bool wordy;			   /* many rules look for one of many words, so that literals fill several sets */
	unsigned deny_percent; /* how many rules deny: many denies end every walk early */
} Generator;

/* Rules and exceptions whose id begins so are to have a condition that errs. */
#define ERRING_ID "errs-"

extern void generate_begin(Generator *generator, Arena *arena, uint64_t seed);
/* A number below `bound`, which is not 0. */
extern unsigned generate_below(Generator *generator, unsigned bound);
extern bool generate_chance(Generator *generator, unsigned percent);
/* A list of policy documents. */
extern TreeNode *generate_policies(Generator *generator);
/* The text of a condition of the expression language, which the checker may refuse all the same. */
extern Str generate_expression(Generator *generator);
/*
 * A condition that has the given one in it beside others, of variables `v` and `w` of the policy and of its
 * data `d`.
 */
extern Str generate_surroundings(Generator *generator, Str expression);
/* A template for a value, of the same. */
extern Str generate_template(Generator *generator);
/* What data gives: a map with a row of `d`, or without. */
extern TreeNode *generate_rows(Generator *generator);
/* A request for the policies that were made last. */
extern TreeNode *generate_request(Generator *generator);
/*
 * Makes some numbers of a request such that neither an int nor a double shows them exactly, which only
 * expressions care about.
 */
extern void generate_losses(Generator *generator, TreeNode *request);
/* A moment that often is the beginning or the end of a validity. */
extern Timestamp generate_now(Generator *generator);

#endif
