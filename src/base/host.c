/*
 * base/host.c - a Host made of libc alone.
 */
#include "base/host.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time_zone.h"

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

#define ZONE_DIRECTORY "/usr/share/zoneinfo/"
/* The largest one has less than 4 KB. */
#define MAX_ZONE_FILE 16384

/* Reads the file each time: the functions of libc know one time zone for the whole process. */
static bool
libc_time_zone_offset(void *context, const char *name, int64_t seconds, int *offset)
{
	char path[sizeof(ZONE_DIRECTORY) + LLP_TIME_ZONE_SIZE];
	char bytes[MAX_ZONE_FILE];
	FILE *file;
	size_t size;

	(void) context;
	(void) snprintf(path, sizeof(path), ZONE_DIRECTORY "%.*s", LLP_TIME_ZONE_SIZE, name);
	file = fopen(path, "rb");
	if (file == NULL)
		return false;
	size = fread(bytes, 1, sizeof(bytes), file);
	(void) fclose(file);
	return llp_time_zone_offset((Str){bytes, size}, seconds, offset);
}

const Host llp_libc_host = {
	NULL, libc_alloc, libc_release, libc_poll, libc_format_double, libc_time_zone_offset, NULL};
