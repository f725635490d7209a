/*
 * base/host.c - a Host made of libc alone.
 */
#include "base/host.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void *
libc_alloc(void *context, size_t size)
{
	(void) context;
	return malloc(size);
}

static void
libc_release(void *context, void *block)
{
	(void) context;
	free(block);
}

static bool
libc_poll(void *context)
{
	(void) context;
	return false;
}

/*
 * Every double reads back from 17 significant digits.  A normal one that has a shorter form shows it with 15
 * already, as %g drops trailing zeros; the subnormal ones have fewer digits in them.
 */
static void
libc_format_double(void *context, double value, char *out)
{
	(void) context;
	for (int precision = fabs(value) < DBL_MIN ? 1 : DBL_DIG; precision <= DBL_DECIMAL_DIG; precision++)
	{
		(void) snprintf(out, LLP_DOUBLE_TEXT_SIZE, "%.*g", precision, value);
		if (strtod(out, NULL) == value)
			return;
	}
}

const Host llp_libc_host = {NULL, libc_alloc, libc_release, libc_poll, libc_format_double};
