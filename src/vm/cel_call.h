/*
 * vm/cel_call.h - calling the functions of the expression language.
 */
#ifndef LLP_VM_CEL_CALL_H
#define LLP_VM_CEL_CALL_H

#include "base/functions.h"
#include "vm/cel_context.h"

/*
 * Calls a strict function with the overload that fits the arguments' kinds.  CEL_STOPPED among the arguments,
 * else the first error among them, is the result; without an overload that fits it is the error no such
 * overload.  Lazy functions (base/functions.def) have no operation to call.
 */
extern CelValue llp_cel_call(CelContext *context, Function function, const CelValue *args, int count);
/* value.name, where that is a function of style MEMBER; no such overload for others. */
extern CelValue llp_cel_call_member(CelContext *context, CelValue value, Str name);

#endif
