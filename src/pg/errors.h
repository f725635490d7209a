/*
 * pg/errors.h - the engine's own SQLSTATEs, and how findings of the core become one ereport.
 */
#ifndef LLP_PG_ERRORS_H
#define LLP_PG_ERRORS_H

#include "postgres.h"

#include "base/diag.h"
#include "base/status.h"

/* ERRCODE_LLP_INVALID_DOCUMENT …, one enumerator a line of pg/errors.def. */
enum
{
#define LLP_ERROR(symbol, digit, meaning) ERRCODE_LLP_##symbol = MAKE_SQLSTATE('L', 'P', '0', '0', digit),
#include "pg/errors.def"
#undef LLP_ERROR
};

/*
 * Raises what a call of the core reported.  STATUS_CANCELLED services the interrupt first; STATUS_NO_MEMORY
 * is 53200, STATUS_LIMIT 54000, STATUS_INVALID `sqlstate`.  The message is `what` followed by the first error
 * of the findings, DETAIL says line, column and path of it and lists further errors, HINT is the first
 * error's. Returns only for STATUS_OK.
 */
extern void core_check(Status status, const DiagnosticList *findings, int sqlstate, const char *what);
/*
 * The same as a message of `level`, ERROR or WARNING, for a caller that can do without the result: true only
 * for STATUS_OK.  What says nothing of the input, STATUS_NO_MEMORY and STATUS_CANCELLED, is raised all the
 * same.
 */
extern bool
core_report(int level, Status status, const DiagnosticList *findings, int sqlstate, const char *what);

#endif
