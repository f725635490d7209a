/*
 * base/diag.c - collects findings about a text.
 */
#include "base/diag.h"

#include <stdio.h>

void
llp_diag_init(DiagnosticList *list, Arena *arena)
{
	*list = (DiagnosticList){.arena = arena};
}

__attribute__((format(printf, 2, 0))) static Str
format_message(Arena *arena, const char *format, va_list args)
{
	va_list again;
	int length;
	char *data;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		return STR("");
	data = llp_arena_alloc(arena, (size_t) length + 1);
	if (data == NULL)
		return (Str){NULL, 0};
	(void) vsnprintf(data, (size_t) length + 1, format, args);
	return (Str){data, (size_t) length};
}

static void
count(DiagnosticList *list, Severity severity)
{
	if (severity == SEVERITY_ERROR)
		list->errors++;
	else if (severity == SEVERITY_WARNING)
		list->warnings++;
}

static void
link_last(DiagnosticList *list, Diagnostic *diagnostic)
{
	if (list->last == NULL)
		list->first = diagnostic;
	else
		list->last->next = diagnostic;
	list->last = diagnostic;
	list->kept++;
}

void
llp_diag_add_args(DiagnosticList *list, Severity severity, int line, int column, Str path, const char *hint,
				  const char *format, va_list args)
{
	Diagnostic *diagnostic;

	count(list, severity);
	if (list->kept == LLP_MAX_DIAGNOSTICS)
		return;
	diagnostic = llp_arena_new(list->arena, Diagnostic);
	if (diagnostic == NULL)
	{
		list->exhausted = true;
		return;
	}
	diagnostic->severity = severity;
	diagnostic->line = line;
	diagnostic->column = column;
	diagnostic->path = llp_str_copy(list->arena, path);
	diagnostic->hint = llp_str_copy(list->arena, llp_str(hint));
	diagnostic->message = format_message(list->arena, format, args);
	if (diagnostic->path.data == NULL || diagnostic->hint.data == NULL || diagnostic->message.data == NULL)
		list->exhausted = true;
	else
		link_last(list, diagnostic);
}

void
llp_diag_add(DiagnosticList *list, Severity severity, int line, int column, Str path, const char *hint,
			 const char *format, ...)
{
	va_list args;

	va_start(args, format);
	llp_diag_add_args(list, severity, line, column, path, hint, format, args);
	va_end(args);
}

static bool
stands_before(const Diagnostic *a, const Diagnostic *b)
{
	return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* Insertion into a sorted list: at most LLP_MAX_DIAGNOSTICS findings are kept. */
void
llp_diag_sort(DiagnosticList *list)
{
	Diagnostic *sorted = NULL;
	Diagnostic *rest = list->first;

	while (rest != NULL)
	{
		Diagnostic *moving = rest;
		Diagnostic **place = &sorted;

		rest = rest->next;
		while (*place != NULL && !stands_before(moving, *place))
			place = &(*place)->next;
		moving->next = *place;
		*place = moving;
		if (moving->next == NULL)
			list->last = moving;
	}
	list->first = sorted;
}

const char *
llp_severity_name(Severity severity)
{
	static const char *const names[] = {"error", "warning", "note"};

	return names[severity];
}
