/*
 * pg/numeric_value.h - numeric as the core's number, and the core's int as numeric.
 */
#ifndef LLP_PG_NUMERIC_VALUE_H
#define LLP_PG_NUMERIC_VALUE_H

#include "postgres.h"

#include "base/request.h"

/*
 * The value of a numeric (with a four-byte header, as jsonb holds it): an int where integral and within
 * int64, else the nearest double, clamped.  Neither allocates nor raises, which no function of numeric.h
 * promises.
 */
extern Value numeric_value(const void *numeric);

/* Is it an int64 that is written without a fraction, not even ".0"? */
extern bool numeric_is_int(const void *numeric, int64 *value);

/* Any int64 as a numeric, with its four-byte header. */
typedef struct StoredInt
{
	int32 size; /* the header */
	uint16 words[6];
} StoredInt;

/* Stores the int as int64_to_numeric would and returns the bytes that it takes of `stored`. */
extern int numeric_store_int(StoredInt *stored, int64 value);

#endif
