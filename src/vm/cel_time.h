/*
 * vm/cel_time.h - timestamps and durations: arithmetic and texts.
 *
 * A timestamp lies between 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z; a duration is an int64 of
 * nanoseconds, some 292 years.  Beyond either is an error.
 */
#ifndef LLP_VM_CEL_TIME_H
#define LLP_VM_CEL_TIME_H

#include "vm/value.h"

extern CelValue llp_cel_timestamp_plus(CelValue timestamp, CelValue duration);
extern CelValue llp_cel_timestamp_minus(CelValue timestamp, CelValue duration);
extern CelValue llp_cel_timestamp_difference(CelValue a, CelValue b);
extern CelValue llp_cel_duration_plus(CelValue a, CelValue b);
extern CelValue llp_cel_duration_minus(CelValue a, CelValue b);

#define CEL_TIME_TEXT_SIZE 48
/* RFC 3339 in UTC, with as many digits of fraction as there are; `out` has CEL_TIME_TEXT_SIZE bytes. */
extern Str llp_cel_timestamp_text(CelValue timestamp, char *out);
/* Seconds in decimal, then "s": 90s, 1.5s, -0.000000001s. */
extern Str llp_cel_duration_text(CelValue duration, char *out);

#endif
