/*
 * lang/source.c - places in the text of an expression.
 */
#include "lang/source.h"

#include <stdarg.h>

#include "base/utf8.h"

/* Where the line that holds `offset` begins; counts the lines before it. */
static size_t
find_line(Str text, size_t offset, int *line)
{
	size_t start = 0;

	*line = 1;
	for (size_t i = 0; i < offset; i++)
	{
		bool ends = text.data[i] == '\n' ||
					(text.data[i] == '\r' && (i + 1 == text.size || text.data[i + 1] != '\n'));

		if (ends)
		{
			start = i + 1;
			(*line)++;
		}
	}
	return start;
}

void
llp_source_place(const Source *source, size_t offset, int *line, int *column)
{
	size_t start;

	if (source->place != NULL)
	{
		source->place(source->context, offset, line, column);
		return;
	}
	if (offset > source->text.size)
		offset = source->text.size;
	start = find_line(source->text, offset, line);
	*column = 1 + (int) llp_utf8_length((Str){source->text.data + start, offset - start});
}

void
llp_source_report(const Source *source, DiagnosticList *findings, Severity severity, size_t offset,
				  const char *hint, const char *format, ...)
{
	int line = 0;
	int column = 0;
	va_list args;

	/* Finding a place costs the length of the text, and a finding too many is only counted. */
	if (findings->kept < LLP_MAX_DIAGNOSTICS)
		llp_source_place(source, offset, &line, &column);
	va_start(args, format);
	llp_diag_add_args(findings, severity, line, column, source->path, hint, format, args);
	va_end(args);
}
