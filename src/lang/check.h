/*
 * lang/check.h - the checker: what names mean, which types values have, which operations calls may be.
 */
#ifndef LLP_LANG_CHECK_H
#define LLP_LANG_CHECK_H

#include "base/status.h"
#include "lang/ast.h"
#include "lang/source.h"
#include "lang/types.h"

/* What an expression finds around it. */
typedef struct Environment
{
	/* The type of a variable; NULL: none is declared under that name, which may be qualified ("a.b").  The
	 * function may be NULL: there are no declared variables. */
	const CelType *(*variable)(void *context, Str name);
	void *context;
	Str container; /* names are looked up in it first ("a.b": as a.b.x, a.x, x); empty: none */
	bool open;	   /* every other name is a variable too, of any type */
	bool untyped;  /* only resolve names; what does not fit together is left to the evaluation */
	bool registry; /* custom.f(x) is a call of whatever the surroundings have registered under f */
	/* Why there is no function of that name, "a.b", though somebody may expect one: a hint; NULL: there is no
	 * reason to.  The function may be NULL. */
	const char *(*expected)(Str name);
} Environment;

/*
 * Checks a tree and completes it (see the comments "checked" in lang/ast.h):
 *
 *  - every node has a type without variables, dyn where it is not known
 *  - an identifier is a variable of a comprehension (binder), a type (denoted) or a variable of the
 * environment
 *  - a.b.c that is the name of a variable or a type has become an identifier; what belongs to the longest
 * name that is declared counts
 *  - a.f(x) whose f is the function a.f has become a call without receiver, and so has custom.f(x)
 *  - a call knows its function, if there is one, and the overloads that may apply; at run time the first of
 * them that fits the values does
 *
 * STATUS_INVALID: the findings say why.  STATUS_LIMIT: its types are too large; likewise.  STATUS_NO_MEMORY.
 */
extern Status llp_expression_check(Arena *arena, const Source *source, const Environment *environment,
								   DiagnosticList *findings, Expression *expr);

#endif
