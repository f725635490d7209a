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

/* The calendar: proleptic Gregorian, months and days from 1, days counted from 1970-01-01. */
extern int llp_days_in_month(int64_t year, int month);
extern int64_t llp_days_of_date(int64_t year, int month, int day);
extern void llp_date_of_days(int64_t days, int64_t *year, int *month, int *day);

#endif
