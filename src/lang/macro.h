/*
 * lang/macro.h - the macros of expressions and what they expand to.
 */
#ifndef LLP_LANG_MACRO_H
#define LLP_LANG_MACRO_H

#include "lang/ast.h"
#include "lang/source.h"

/* A call that may be one of a macro. */
typedef struct MacroSite
{
	Arena *arena;
	const Source *source;
	DiagnosticList *findings;
	size_t offset; /* of the name */
	Str name;
	Expression *receiver; /* NULL: none */
	Expression **arguments;
	uint32_t count;
} MacroSite;

typedef struct Macro Macro;

/* The macro that is called there; NULL: it is an ordinary call. */
extern const Macro *llp_macro_find(const MacroSite *site);
/* The expansion; NULL after an error was reported, or when the arena is exhausted. */
extern Expression *llp_macro_expand(const Macro *macro, const MacroSite *site);

/* The names of all macros, for hints; empty at the end. */
extern Str llp_macro_name(size_t index);

/* The accumulator of the macros, a name that nobody can write. */
#define LLP_ACCUMULATOR STR("@result")

#endif
