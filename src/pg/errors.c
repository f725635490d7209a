/*
 * pg/errors.c - findings of the core as one ereport.
 *
 * Reports only: what a status means was decided where it was made.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "pg/errors.h"

/* Further errors that DETAIL lists one by one. */
#define MAX_LISTED 10

static void
append_place(StringInfo out, const Diagnostic *finding)
{
	const char *separator = "";

	if (finding->line > 0)
	{
		appendStringInfo(out, "line %d, column %d", finding->line, finding->column);
		separator = ", ";
	}
	if (finding->path.size > 0)
		appendStringInfo(out, "%s%.*s", separator, STR_ARG(finding->path));
}

static const Diagnostic *
next_error(const Diagnostic *finding)
{
	while (finding && finding->severity != SEVERITY_ERROR)
		finding = finding->next;
	return finding;
}

/* "Line 3, column 7, rules[0].id" and a line for each further error; NULL when there is nothing to say. */
static char *
describe_places(const DiagnosticList *findings, const Diagnostic *first)
{
	StringInfoData out;
	size_t listed = 1;

	initStringInfo(&out);
	append_place(&out, first);
	if (out.len > 0)
	{
		out.data[0] = first->line > 0 ? 'L' : out.data[0];
		appendStringInfoChar(&out, '.');
	}
	for (const Diagnostic *finding = next_error(first->next); finding && listed <= MAX_LISTED;
		 finding = next_error(finding->next), listed++)
	{
		appendStringInfo(&out, "%sAlso ", out.len > 0 ? "\n" : "");
		append_place(&out, finding);
		appendStringInfo(&out, ": %.*s", STR_ARG(finding->message));
	}
	if (findings->errors > listed)
		appendStringInfo(&out, "\nAnd %zu more errors.", findings->errors - listed);
	return out.len > 0 ? out.data : NULL;
}

static int
sqlstate_of(Status status, int sqlstate_of_invalid)
{
	switch (status)
	{
		case STATUS_NO_MEMORY:
			return ERRCODE_OUT_OF_MEMORY;
		case STATUS_LIMIT:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case STATUS_CANCELLED:
			return ERRCODE_QUERY_CANCELED;
		default:
			return sqlstate_of_invalid;
	}
}

static const char *
words_of(Status status)
{
	switch (status)
	{
		case STATUS_NO_MEMORY:
			return "out of memory";
		case STATUS_LIMIT:
			return "a limit was exceeded";
		case STATUS_CANCELLED:
			return "cancelled";
		default:
			return "invalid input";
	}
}

bool
core_report(int level, Status status, const DiagnosticList *findings, int sqlstate, const char *what)
{
	const Diagnostic *first;
	char *detail;

	if (status == STATUS_OK)
		return true;
	if (status == STATUS_CANCELLED)
		CHECK_FOR_INTERRUPTS();
	if (status == STATUS_CANCELLED || status == STATUS_NO_MEMORY)
		level = ERROR;

	first = findings && status != STATUS_NO_MEMORY ? next_error(findings->first) : NULL;
	if (first == NULL)
	{
		ereport(level, (errcode(sqlstate_of(status, sqlstate)), errmsg("%s: %s", what, words_of(status))));
		return false;
	}
	detail = describe_places(findings, first);
	ereport(level, (errcode(sqlstate_of(status, sqlstate)), errmsg("%s: %.*s", what, STR_ARG(first->message)),
					detail ? errdetail("%s", detail) : 0,
					first->hint.size > 0 ? errhint("%.*s", STR_ARG(first->hint)) : 0));
	return false;
}

void
core_check(Status status, const DiagnosticList *findings, int sqlstate, const char *what)
{
	(void) core_report(ERROR, status, findings, sqlstate, what);
}
