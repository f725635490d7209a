/*
 * lang/functions.h - base/functions.def as tables.
 */
#ifndef LLP_LANG_FUNCTIONS_H
#define LLP_LANG_FUNCTIONS_H

#include "lang/types.h"

typedef enum CallStyle
{
	STYLE_OPERATOR,
	STYLE_GLOBAL,
	STYLE_RECEIVER,
	STYLE_EITHER,
	STYLE_MEMBER
} CallStyle;

typedef enum Library
{
	LIBRARY_STANDARD,
	LIBRARY_STRINGS,
	LIBRARY_MATH,
	LIBRARY_LISTS,
	LIBRARY_SETS,
	LIBRARY_ENCODERS,
	LIBRARY_OPTIONALS,
	LIBRARY_NETWORK,
	LIBRARY_POLICY
} Library;

#define LLP_MAX_PARAMETERS 4

typedef struct OverloadInfo
{
	CallStyle style;
	Library library;
	int count; /* of parameters, the receiver among them */
	bool many; /* the one parameter stands for one or more arguments */
	const CelType *parameters[LLP_MAX_PARAMETERS];
	const CelType *result;
} OverloadInfo;

typedef struct FunctionInfo
{
	Str name;
	bool lazy;
	Overload first; /* its overloads end where those of the next function begin */
} FunctionInfo;

/* By Overload; FN_NONE has no content. */
extern const OverloadInfo llp_overloads[];
/* By Function; FUNCTION_NONE has no content, and FUNCTION_END ends the overloads of the last one. */
extern const FunctionInfo llp_functions[];

/* The number of overloads of a function, at most 32. */
extern int llp_function_overloads(Function function);
/* The function of a name; FUNCTION_NONE: there is none. */
extern Function llp_function_of_name(Str name);
/* The name that a function is printed by: `name`, unless that is another spelling. */
extern Str llp_function_spelling(Str name);
/* Is the function written with signs, or a word between its operands? */
extern bool llp_is_operator(Function function);
/* Can the overload be called in that form, with so many arguments (the receiver counts)? */
extern bool llp_overload_takes(const OverloadInfo *overload, bool receiver, uint32_t count);
/* The overload that is the field `name` of a value without fields; FN_NONE: there is none. */
extern Overload llp_overload_of_member(Str name);
/* Writes "string.startsWith(string)", as it is called. */
extern void llp_overload_write(StrBuf *out, Function function, const OverloadInfo *overload);

#endif
