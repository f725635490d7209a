/*
 * lang/source.h - the text of an expression, and where its bytes stand for the reader of a message.
 *
 * An expression is seldom a text of its own: it is a scalar of a document.  Everything in lang/ knows places
 * as byte offsets; only the owner of the text can say which line and column of the document that is.
 */
#ifndef LLP_LANG_SOURCE_H
#define LLP_LANG_SOURCE_H

#include "base/diag.h"

typedef struct Source
{
	Str text; /* must live as long as what is made of it */
	Str path; /* of findings: "rules[2].when" */
	/* The line and column, both from 1, of a byte; NULL: those within the text. */
	void (*place)(void *context, size_t offset, int *line, int *column);
	void *context;
} Source;

/* The line and column of a byte, or of the end of the text.  Columns count code points; lines end at LF, CR
 * or CR LF. */
extern void llp_source_place(const Source *source, size_t offset, int *line, int *column);
/* Adds a finding about the text at `offset`.  The hint may be NULL. */
extern void
llp_source_report(const Source *source, DiagnosticList *findings, Severity severity, size_t offset,
				  const char *hint, const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
