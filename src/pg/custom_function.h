/*
 * pg/custom_function.h - functions of the database that policies call as custom.name.
 */
#ifndef LLP_PG_CUSTOM_FUNCTION_H
#define LLP_PG_CUSTOM_FUNCTION_H

#include "postgres.h"

#include "base/host_call.h"
#include "pg/registry.h"

/* What a registration has to find: a function that policies may call, as the current user sees it. */
typedef struct CustomFunction
{
	const char *sql; /* a call of it, with parameters */
	int nargs;
	Oid argtypes[MAX_REGISTERED_ARGUMENTS];
	Oid result;
} CustomFunction;

/* The function of a signature; NULL, or why it may not be called. */
extern const char *custom_function_find(const char *signature, CustomFunction *found);
/* Calls the function that is registered under the call's name.  Its own errors are raised. */
extern Status custom_function_call(HostCall *call);
/* Raises what is wrong with a registration now. */
extern void custom_function_require(const RegisteredFunction *function);

#endif
