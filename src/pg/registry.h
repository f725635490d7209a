/*
 * pg/registry.h - functions and data sources of the database that policies may use, as rows of the extension.
 *
 * A policy knows them by name.  What a name means is read under the active snapshot whenever it is used, so
 * that no program, cache or session remembers a registration that the statement does not see.
 */
#ifndef LLP_PG_REGISTRY_H
#define LLP_PG_REGISTRY_H

#include "postgres.h"

#include "base/diag.h"
#include "policy/model.h"

#define MAX_REGISTERED_ARGUMENTS 32

typedef struct RegisteredFunction
{
	const char *name;
	const char *signature; /* qualified, as regprocedure reads it */
	Oid role;			   /* InvalidOid: it was dropped */
} RegisteredFunction;

typedef struct RegisteredData
{
	const char *name;
	const char *query;
	int nargs;
	Oid argtypes[MAX_REGISTERED_ARGUMENTS];
	bool many;
	int32 max_rows; /* of many */
	Oid role;		/* InvalidOid: it was dropped */
} RegisteredData;

/* The registration of that name, in the current memory context; false when there is none. */
extern bool registry_find_function(const char *name, RegisteredFunction *found);
extern bool registry_find_data(const char *name, RegisteredData *found);

/*
 * Authoring.  The caller needs the right admin on every namespace and has to be a member of `role`; NULL is
 * the caller.  Registering a name again replaces what it was.  Removing what is not there raises 42704.
 */
extern void registry_add_function(const char *name, const char *signature, const char *role);
extern void
registry_add_data(const char *name, const char *query, const char *role, const char *rows, int32 max_rows);
extern void registry_remove_function(const char *name);
extern void registry_remove_data(const char *name);

/* Reports references of the policies to what is not registered, or takes another number of arguments. */
extern void registry_check_policies(Policy *const *policies, size_t count, DiagnosticList *findings);
/* The same as an error, and prepares the queries that the policies read, as whoever registered them. */
extern void registry_require(Arena *arena, Policy *const *policies, size_t count);

#endif
