/*
 * base/diag.h - findings about a text: what, where, what to do.
 */
#ifndef LLP_BASE_DIAG_H
#define LLP_BASE_DIAG_H

#include <stdarg.h>

#include "base/arena.h"
#include "base/str.h"

typedef enum Severity
{
	SEVERITY_ERROR,
	SEVERITY_WARNING,
	SEVERITY_NOTE
} Severity;

typedef struct Diagnostic
{
	Severity severity;
	int line;	 /* from 1; 0 when the finding has no place in a text */
	int column;	 /* from 1, in code points */
	Str path;	 /* "rules[2].condition.operator", "" for the document itself */
	Str message; /* lower case, no full stop: "unknown operator \"equals\"" */
	Str hint;	 /* a sentence, or empty */
	struct Diagnostic *next;
} Diagnostic;

/* Findings in order of arrival; at most LLP_MAX_DIAGNOSTICS are kept, all are counted. */
#define LLP_MAX_DIAGNOSTICS 100

typedef struct DiagnosticList
{
	Arena *arena;
	Diagnostic *first;
	Diagnostic *last;
	size_t kept;
	size_t errors;	 /* counted, kept or not */
	size_t warnings; /* likewise */
	bool exhausted;	 /* no memory for a finding: the list is incomplete, errors is still right */
} DiagnosticList;

extern void llp_diag_init(DiagnosticList *list, Arena *arena);
/*
 * Adds a finding; path and hint are copied, the message is formatted.  The hint may be NULL.  When memory
 * runs out the finding is counted only.
 */
extern void llp_diag_add(DiagnosticList *list, Severity severity, int line, int column, Str path,
						 const char *hint, const char *format, ...) __attribute__((format(printf, 7, 8)));
extern void
llp_diag_add_args(DiagnosticList *list, Severity severity, int line, int column, Str path, const char *hint,
				  const char *format, va_list args) __attribute__((format(printf, 7, 0)));
/* Sorts by line and column, keeping the order of arrival among equals. */
extern void llp_diag_sort(DiagnosticList *list);
/* "error", "warning", "note" */
extern const char *llp_severity_name(Severity severity);

#endif
