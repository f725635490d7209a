/*
 * lang/overload.h - which overloads of its function a call may be.
 */
#ifndef LLP_LANG_OVERLOAD_H
#define LLP_LANG_OVERLOAD_H

#include "lang/ast.h"
#include "lang/infer.h"

/*
 * Finds the overloads that the types of the arguments allow, learns from them, and notes them in the call;
 * returns the type of its result, dyn where that depends on which of them it is, or NULL when there is none.
 */
extern const CelType *llp_overloads_find(Inference *inference, Call *call);
/* Likewise by the number of arguments alone. */
extern void llp_overloads_find_untyped(Call *call);

/* For messages: the function as it is written ("+", "startsWith"), the types of the arguments ("(int,
 * string)"), and a hint with the signatures that there are. */
extern Str llp_overloads_name(Arena *arena, const Call *call);
extern Str llp_overloads_operands(Arena *arena, const Call *call);
extern const char *llp_overloads_hint(Arena *arena, Function function);

#endif
