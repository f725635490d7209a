/*
 * base/host.h - what the core asks of its surroundings.
 *
 * The server, the command line and the tests each fill in one Host.  No function of it but `call` may raise,
 * throw or longjmp through the core.
 */
#ifndef LLP_BASE_HOST_H
#define LLP_BASE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct HostCall HostCall;

typedef struct Host
{
	void *context; /* passed to every function below */

	/* `size` bytes aligned for any type, or NULL. */
	void *(*alloc)(void *context, size_t size);
	/* Gives back what alloc returned; never called with NULL. */
	void (*release)(void *context, void *block);
	/* Should the work stop (a cancel is pending)?  Cheap; called every few microseconds of work. */
	bool (*poll)(void *context);
	/*
	 * The shortest decimal that reads back as `value` (finite): digits, optionally with point and exponent,
	 * in any notation strtod accepts, NUL-terminated.  LLP_DOUBLE_TEXT_SIZE bytes are there.
	 */
	void (*format_double)(void *context, double value, char *out);
	/*
	 * Seconds east of UTC of local time in a time zone of the IANA database, `seconds` after
	 * 1970-01-01T00:00:00Z; false when there is no such zone.  The core asks for names of letters, digits and
	 * "_+-/" only, NUL-terminated, at most LLP_TIME_ZONE_SIZE bytes with it.
	 */
	bool (*time_zone_offset)(void *context, const char *name, int64_t seconds, int *offset);
	/*
	 * Answers a call (base/host_call.h): STATUS_OK; STATUS_INVALID, with the problem; STATUS_LIMIT;
	 * STATUS_NO_MEMORY. NULL: nothing is registered here.  It may leave the core by a longjmp, and it may
	 * evaluate again before it returns: whoever calls it owns nothing outside of arenas then.
	 */
	Status (*call)(void *context, HostCall *call);
} Host;

#define LLP_DOUBLE_TEXT_SIZE 40
#define LLP_TIME_ZONE_SIZE 64

/*
 * A Host made of libc alone: malloc, no cancel, printf (so LC_NUMERIC must be "C"), the files of the time
 * zone database.  For clients and tests; the server brings its own.
 */
extern const Host llp_libc_host;

#endif
