/*
 * pg/timestamps.h - the server's timestamps as the core's, and back.
 */
#ifndef LLP_PG_TIMESTAMPS_H
#define LLP_PG_TIMESTAMPS_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "base/timestamp.h"

/* Both count microseconds; the server from 2000, the core from 1970. */
#define UNIX_TO_SERVER_EPOCH ((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

static inline Timestamp
timestamp_to_unix(TimestampTz time)
{
	return time + UNIX_TO_SERVER_EPOCH;
}

static inline TimestampTz
timestamp_from_unix(Timestamp time)
{
	return time - UNIX_TO_SERVER_EPOCH;
}

#endif
