/*
 * author/guards.h - which members of the request are known to be there, where an expression goes on.
 */
#ifndef LLP_AUTHOR_GUARDS_H
#define LLP_AUTHOR_GUARDS_H

#include "lang/ast.h"

/* A path that is there with all that it leads through; the newest first. */
typedef struct Guard
{
	Str path;
	size_t count; /* of those behind it and itself */
	const struct Guard *next;
} Guard;

/*
 * The path that is read, as ".a.b"; names of macros' variables begin it as "@x".  Empty: it is none, or has
 * steps that are computed.
 */
extern Str llp_guard_path(Arena *arena, const Expression *expr);
/* Is the path known to be there? */
extern bool llp_guards_cover(const Guard *guards, Str path);
extern void llp_guards_add(Arena *arena, const Guard **guards, Str path);
/* Adds what is there where the expression is true, or where it is false. */
extern void llp_guards_learn(Arena *arena, const Guard **guards, const Expression *expr, bool truth);

#endif
