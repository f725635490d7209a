/*
 * test/unit/cel_support.h - what tests of expressions' values share: values written as texts.
 *
 *   null true false 1 -1 1u 1.0 1e3 NaN Infinity -Infinity 'text' b'bytes' [1, 2] {'a': 1}
 *   t'2026-01-01T00:00:00Z' d'1.5s' i'127.0.0.1' c'10.0.0.0/8' T'int' none some(1)
 *   r'…'  a value of a request, from JSON
 *
 * In quotes, \' \\ \n and \xFF (a byte) are escapes.  A result that is an error is written "error: …", and
 * one of an evaluation that stopped "stopped: …".
 */
#ifndef LLP_TEST_CEL_SUPPORT_H
#define LLP_TEST_CEL_SUPPORT_H

#include "vm_support.h"

#include "vm/cel_call.h"

/* More than any test needs. */
#define CEL_AMPLE ((CelMeter){.steps = 10000000, .memory = (uint64_t) 1 << 30})

typedef struct CelRow
{
	const char *function;
	const char *arguments; /* separated by commas */
	const char *result;
} CelRow;

/* Calls each function and compares the results' texts. */
extern void cel_check_rows(const CelRow *rows, size_t count);
#define CEL_CHECK_ROWS(rows) cel_check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

/* A context with an arena of its own, which the caller destroys; now is VM_NOW. */
extern CelContext cel_context(CelMeter meter);
/* The value that a text says; ends the test program when it is wrong. */
extern CelValue cel_read(CelContext *context, const char *text);
/* The text of a value, in the context's arena. */
extern const char *cel_write(CelContext *context, CelValue value);
/* The function of a name; ends the test program when there is none. */
extern Function cel_function(const char *name);
#define CEL_MAX_ARGUMENTS 16
/* Reads arguments, separated by commas, and returns how many there are. */
extern int cel_arguments(CelContext *context, const char *text, CelValue *args);
/* Calls the function of that name, with the arguments that a text says. */
extern CelValue cel_call(CelContext *context, const char *function, const char *arguments);
#endif
