/*
 * vm/cel_time_parts.h - a timestamp by the calendar and the clock.
 */
#ifndef LLP_VM_CEL_TIME_PARTS_H
#define LLP_VM_CEL_TIME_PARTS_H

#include "vm/value.h"

#define CEL_SECONDS_PER_DAY 86400

typedef struct CelTimeParts
{
	int year;
	int month;		 /* from 1 */
	int day;		 /* from 1 */
	int day_of_year; /* from 0 */
	int weekday;	 /* Sunday is 0 */
	int hour;
	int minute;
	int second;
	int nanosecond;
} CelTimeParts;

/* As seen `offset` seconds east of UTC; less than a day. */
extern CelTimeParts llp_cel_time_parts(CelValue timestamp, int offset);
/* The timestamp, or the error of one out of range. */
extern CelValue llp_cel_timestamp_within(int64_t seconds, int32_t nanoseconds);

#endif
