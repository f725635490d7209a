/*
 * base/time_zone.h - local time by a file of the IANA time zone database.
 */
#ifndef LLP_BASE_TIME_ZONE_H
#define LLP_BASE_TIME_ZONE_H

#include "base/str.h"

/*
 * What a compiled zone (RFC 8536, TZif version 2 or later) says: seconds east of UTC, `seconds` after
 * 1970-01-01T00:00:00Z.  False when the bytes are not such a file.
 */
extern bool llp_time_zone_offset(Str file, int64_t seconds, int *offset);

#endif
