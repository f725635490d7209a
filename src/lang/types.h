/*
 * lang/types.h - types as the checker knows them.
 *
 * A type is a kind and, for list, map, optional and type, what it is a list (and so on) of.  Types are shared
 * and never change; a variable of the checker is the one thing in them that may get a value later.
 */
#ifndef LLP_LANG_TYPES_H
#define LLP_LANG_TYPES_H

#include "base/functions.h"
#include "base/str.h"

typedef struct CelType CelType; /* as in lang/ast.h */

struct CelType
{
	TypeKind kind;
	const CelType *parameters[2]; /* of a list, an optional or a type: one; of a map: key and value */
	/*
	 * Of a variable of the checker, and of a type that has one among its parameters: what it is known to be.
	 * For a variable the type that it stands for, for others the same type without variables, once made.
	 * NULL for all other types, and for the variables of signatures.
	 */
	const CelType **known;
	uint32_t age; /* of a variable: how many there were before it */
};

/* The types of base/types.def: llp_type_INT, llp_type_LIST_A. */
#define TYPE(symbol, kind, first, second) extern const CelType llp_type_##symbol;
#include "base/types.def"

/* The type that a name denotes in an expression (`int`, `net.IP`); NULL: none. */
extern const CelType *llp_type_of_name(Str name);
/* Parameters that a type of the kind has. */
extern int llp_kind_parameters(TypeKind kind);
/* Writes a type: "map(string, list(int))", "list(A)"; deep ones end in "...".  A variable of the checker is a
 * dyn. */
extern void llp_type_write(StrBuf *out, const CelType *type);

#endif
