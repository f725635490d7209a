/*
 * pg/uuid.h - UUIDs that sort by time (RFC 9562, version 7).
 */
#ifndef LLP_PG_UUID_H
#define LLP_PG_UUID_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/uuid.h"

#define UUID_TEXT_SIZE 37 /* with the NUL */

/*
 * A new version 7 UUID: 48 bits of milliseconds since 1970, 12 of the millisecond's fraction (section 6.2,
 * method 3), the rest random.  Raises when there is no randomness.
 */
extern pg_uuid_t uuid_v7(TimestampTz time);
extern void uuid_text(const pg_uuid_t *uuid, char out[UUID_TEXT_SIZE]);

#endif
