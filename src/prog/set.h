/*
 * prog/set.h - a whole policy set, or an expression that stands alone, compiled and linked in one go, where
 * nobody keeps fragments.
 */
#ifndef LLP_PROG_SET_H
#define LLP_PROG_SET_H

#include "policy/model.h"
#include "prog/link.h"

/*
 * Compiles every policy and links them into an image in the arena, sealed.  STATUS_OK, or what
 * llp_compile_policy and llp_link say.
 */
extern Status llp_compile_set(Arena *arena, const PolicySet *set, const Image **image);

/*
 * The same of one expression and no policy: the program of the image's one policy that begins at its first
 * instruction is the expression's.
 */
extern Status llp_compile_expression_set(Arena *arena, const Expression *expression, const Image **image);

#endif
