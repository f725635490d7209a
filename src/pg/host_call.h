/*
 * pg/host_call.h - what expressions ask of the database (base/host_call.h).
 */
#ifndef LLP_PG_HOST_CALL_H
#define LLP_PG_HOST_CALL_H

#include "postgres.h"

#include "base/host_call.h"

/*
 * Host.call: custom.name(…) and the rows of data sources.  An error of the user's SQL is raised and never
 * caught: it leaves the core, which owns nothing then but memory that ends with the evaluation.
 */
extern Status host_call_answer(void *context, HostCall *call);

#endif
