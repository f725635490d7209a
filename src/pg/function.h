/*
 * pg/function.h - the one way to declare a SQL-callable function.
 *
 * Everything else in the library is hidden; on 15 PGDLLEXPORT is empty, so the attribute is spelt out.
 */
#ifndef LLP_PG_FUNCTION_H
#define LLP_PG_FUNCTION_H

#include "postgres.h"

#include "fmgr.h"

#define LLM_POLICY_FUNCTION(name)                                                                            \
	extern __attribute__((visibility("default"))) Datum name(PG_FUNCTION_ARGS);                              \
	extern __attribute__((visibility("default"))) const Pg_finfo_record *pg_finfo_##name(void);              \
	const Pg_finfo_record *pg_finfo_##name(void)                                                             \
	{                                                                                                        \
		static const Pg_finfo_record info = {1};                                                             \
                                                                                                             \
		return &info;                                                                                        \
	}                                                                                                        \
	extern int llm_policy_no_such_symbol

#endif
