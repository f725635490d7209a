/*
 * lang/infer.h - types with variables: what can stand for what, and what the variables are then.
 *
 * This is the unification of CEL's checker: a type is assignable to another one if it fits with some types
 * for the variables in both; `dyn` fits everywhere.  What was learnt about variables can be taken back, so
 * that one overload after the other may be tried.
 */
#ifndef LLP_LANG_INFER_H
#define LLP_LANG_INFER_H

#include "base/arena.h"
#include "lang/types.h"

typedef struct Learnt
{
	const CelType **known;
	const CelType *before;
} Learnt;

typedef struct Inference
{
	Arena *arena;
	uint32_t steps; /* left; at 0 nothing is assignable any more, and the caller has to give up */
	Learnt *trail;	/* what was learnt, newest last */
	size_t count;
	size_t capacity;
	uint32_t variables; /* so many were made */
} Inference;

extern void llp_infer_init(Inference *inference, Arena *arena);
/* A variable about which nothing is known.  dyn when the arena is exhausted, as everywhere here. */
extern const CelType *llp_infer_variable(Inference *inference);
/* A type of a kind with parameters; `second` only for maps. */
extern const CelType *
llp_infer_type(Inference *inference, TypeKind kind, const CelType *first, const CelType *second);
/* The type of a signature with variables of its own, which `fresh` keeps for the next types of it; both NULL
 * at first. */
extern const CelType *
llp_infer_instantiate(Inference *inference, const CelType *type, const CelType *fresh[2]);
/* What is known of a type: itself, or what a variable stands for. */
extern const CelType *llp_infer_known(const CelType *type);
/* Does `from` fit where `to` is wanted?  Learns from it; what was learnt before a failure stays. */
extern bool llp_infer_assign(Inference *inference, const CelType *from, const CelType *to);
/* Forgets what was learnt since the trail had that length. */
extern void llp_infer_forget(Inference *inference, size_t count);
/* The type of things of which some have the one type and some the other: dyn, where neither fits. */
extern const CelType *llp_infer_join(Inference *inference, const CelType *a, const CelType *b);
/* The same type, for what is known so far? */
extern bool llp_infer_same(Inference *inference, const CelType *a, const CelType *b);
/* The type without variables; those of which nothing is known become dyn. */
extern const CelType *llp_infer_close(Inference *inference, const CelType *type);

#endif
