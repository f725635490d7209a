/*
 * pg/data_source.h - queries over tables of the database whose rows policies read as data.name.
 */
#ifndef LLP_PG_DATA_SOURCE_H
#define LLP_PG_DATA_SOURCE_H

#include "postgres.h"

#include "base/host_call.h"
#include "pg/registry.h"

/* Answers a call with the rows of the source that is registered under its name.  Errors of the query are
 * raised. */
extern Status data_source_fetch(HostCall *call);
/*
 * Prepares the query as its role and raises what is wrong: that it is not one SELECT, would lock or change
 * something, calls a volatile function, has columns without names of their own, or PostgreSQL's own errors.
 */
extern void data_source_require(const RegisteredData *data);
/* Finds out what the query's parameters are, as the role of `data`, and fills that in; raises likewise. */
extern void data_source_describe(RegisteredData *data);

#endif
