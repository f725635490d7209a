/*
 * base/functions.h - the functions, overloads and kinds of types of the expression language as enumerations.
 *
 * Made of base/functions.def and base/types.def.  What a function means to the checker is told by
 * lang/functions.h, what an overload does by whoever runs it.
 */
#ifndef LLP_BASE_FUNCTIONS_H
#define LLP_BASE_FUNCTIONS_H

/* A name that can be called. */
typedef enum Function
{
	FUNCTION_NONE,
#define FUNCTION(symbol, name, evaluation) FUNCTION_##symbol,
#include "base/functions.def"
	FUNCTION_END
} Function;

/* One of the operations that a name stands for, by the types of its arguments.  Those of a name stand
 * together. */
typedef enum Overload
{
	FN_NONE,
#define OVERLOAD(symbol, style, library, arguments, result) FN_##symbol,
#include "base/functions.def"
	FN_END
} Overload;

/* What a value is; of a type, what its values are. */
typedef enum TypeKind
{
#define KIND(symbol, name) KIND_##symbol,
#include "base/types.def"
	KIND_END
} TypeKind;

#endif
