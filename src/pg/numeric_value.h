/*
 * pg/numeric_value.h - numeric as the core's number.
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

#endif
