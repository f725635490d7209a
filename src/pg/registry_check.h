/*
 * pg/registry_check.h - are registrations, and the policies that use them, still what they were?
 */
#ifndef LLP_PG_REGISTRY_CHECK_H
#define LLP_PG_REGISTRY_CHECK_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* Something that does not work any more. */
typedef struct RegistryProblem
{
	const char *kind; /* function, data or policy */
	const char *name;
	const char *problem;
	const char *hint; /* NULL: none */
} RegistryProblem;

/* A list of RegistryProblem in the current memory context; for those with the right admin everywhere. */
extern List *registry_check_all(void);

#endif
