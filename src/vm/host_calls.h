/*
 * vm/host_calls.h - what expressions ask of the surroundings, each thing once an evaluation.
 */
#ifndef LLP_VM_HOST_CALLS_H
#define LLP_VM_HOST_CALLS_H

#include "base/host_call.h"
#include "vm/cel_context.h"

/* An answer of this evaluation, in a list that ends with it. */
typedef struct AnsweredCall
{
	const struct AnsweredCall *before;
	Str question; /* kind, name and arguments */
	CelValue answer;
} AnsweredCall;

/*
 * Calls what is registered as `name`, unless `answers` knows what it gave.  An argument that failed is the
 * result; what has no answer is an error.  Arguments and answer are JSON, but for an answer that is a point
 * in time; arguments are charged for as text.
 */
extern CelValue llp_host_call(CelContext *context, AnsweredCall **answers, HostCallKind kind, Str name,
							  const CelValue *args, uint32_t count);

#endif
