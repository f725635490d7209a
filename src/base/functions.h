/*
 * base/functions.h - the functions, operations and kinds of types of the expression language as enumerations.
 *
 * Made of base/functions.def and base/types.def.  What a function means to the checker is told by
 * lang/functions.h, what an operation does by whoever runs it.
 */
#ifndef LLP_BASE_FUNCTIONS_H
#define LLP_BASE_FUNCTIONS_H

/* A name that is called; its overloads are operations. */
typedef enum FunctionId
{
	FUNCTION_NONE,
#define FUNCTION(symbol, name, evaluation) FUNCTION_##symbol,
#include "base/functions.def"
	FUNCTION_END
} FunctionId;

/* ORDER: the operations of a function stand together, in the order of its overloads. */
typedef enum Operation
{
	FN_NONE,
#define OVERLOAD(symbol, style, library, arguments, result) FN_##symbol,
#include "base/functions.def"
	FN_END
} Operation;

typedef enum TypeKind
{
#define KIND(symbol, name) KIND_##symbol,
#include "base/types.def"
	KIND_END
} TypeKind;

#endif
