/*
 * base/timestamp.h - points in time, as the documents write them.
 */
#ifndef LLP_BASE_TIMESTAMP_H
#define LLP_BASE_TIMESTAMP_H

#include <stdint.h>

#include "base/str.h"

/* Microseconds since 1970-01-01T00:00:00Z, proleptic Gregorian, no leap seconds. */
typedef int64_t Timestamp;

#define TIMESTAMP_MIN INT64_MIN /* "since ever" */
#define TIMESTAMP_MAX INT64_MAX /* "for ever" */
#define TIMESTAMP_TEXT_SIZE 80

/*
 * Reads an RFC 3339 date-time with an offset (2026-07-02T09:30:00Z, …+02:00, "T" or a space, up to nine
 * digits of fraction of which six count), or a date alone, which is its first moment in UTC.  Years 0001 to
 * 9999.
 */
extern bool llp_timestamp_parse(Str text, Timestamp *result);
/* 2026-07-02T09:30:00Z, with a fraction only if there is one; `out` has TIMESTAMP_TEXT_SIZE bytes.
 * The two ends of time are "-infinity" and "infinity". */
extern Str llp_timestamp_format(Timestamp timestamp, char *out);

#endif
