/*
 * vm/cel_time_text.c - timestamps and durations to texts and back.
 *
 * Timestamps are read as RFC 3339 has them, strictly: capital T and Z, two digits for each part, one to nine
 * digits of fraction behind a point, no second 60.  Durations are read as Go writes them: 1h30m, -1.5s,
 * 250ms.
 */
#include <stdio.h>

#include "base/timestamp.h"
#include "vm/cel_functions.h"
#include "vm/cel_time.h"
#include "vm/cel_time_parts.h"

#define NANOSECONDS INT64_C(1000000000)

typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

static bool
take(Cursor *cursor, char c)
{
	if (cursor->at == cursor->end || *cursor->at != c)
		return false;
	cursor->at++;
	return true;
}

static bool
at_digit(const Cursor *cursor)
{
	return cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9';
}

/* Exactly `digits` digits. */
static bool
take_number(Cursor *cursor, int digits, int low, int high, int *number)
{
	*number = 0;
	for (int i = 0; i < digits; i++)
	{
		if (!at_digit(cursor))
			return false;
		*number = *number * 10 + (*cursor->at++ - '0');
	}
	return *number >= low && *number <= high;
}

static bool
take_date(Cursor *cursor, int64_t *days)
{
	int year, month, day;

	if (!take_number(cursor, 4, 1, 9999, &year) || !take(cursor, '-') ||
		!take_number(cursor, 2, 1, 12, &month) || !take(cursor, '-') ||
		!take_number(cursor, 2, 1, llp_days_in_month(year, month), &day))
		return false;
	*days = llp_days_of_date(year, month, day);
	return true;
}

static bool
take_fraction(Cursor *cursor, int32_t *nanoseconds)
{
	int32_t scale = (int32_t) NANOSECONDS;

	*nanoseconds = 0;
	if (!take(cursor, '.'))
		return true;
	while (at_digit(cursor) && scale > 1)
	{
		scale /= 10;
		*nanoseconds += (*cursor->at++ - '0') * scale;
	}
	return scale < NANOSECONDS && !at_digit(cursor);
}

static bool
take_offset(Cursor *cursor, int64_t *seconds)
{
	bool west = cursor->at < cursor->end && *cursor->at == '-';
	int hours, minutes;

	*seconds = 0;
	if (take(cursor, 'Z'))
		return true;
	if ((!west && !take(cursor, '+')) || (west && !take(cursor, '-')) ||
		!take_number(cursor, 2, 0, 23, &hours) || !take(cursor, ':') ||
		!take_number(cursor, 2, 0, 59, &minutes))
		return false;
	*seconds = (hours * 60 + minutes) * 60 * (west ? -1 : 1);
	return true;
}

static CelValue
timestamp_of(Str text)
{
	Cursor cursor = {text.data, text.data + text.size};
	int hour, minute, second;
	int64_t days, offset;
	int32_t nanoseconds;

	if (text.size == 0 || !take_date(&cursor, &days) || !take(&cursor, 'T') ||
		!take_number(&cursor, 2, 0, 23, &hour) || !take(&cursor, ':') ||
		!take_number(&cursor, 2, 0, 59, &minute) || !take(&cursor, ':') ||
		!take_number(&cursor, 2, 0, 59, &second) || !take_fraction(&cursor, &nanoseconds) ||
		!take_offset(&cursor, &offset) || cursor.at != cursor.end)
		return llp_cel_error("text is not a timestamp of RFC 3339 in range");
	return llp_cel_timestamp_within(days * CEL_SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - offset,
									nanoseconds);
}

CelValue
llp_cel_to_timestamp(CEL_ARGS)
{
	if (args[0].kind == CEL_STRING)
		return timestamp_of(args[0].as.string);
	if (args[0].kind == CEL_INT)
		return llp_cel_timestamp_within(args[0].as.integer, 0);
	return args[0];
}

/* Nanoseconds of a unit, longest names first; 0 where there is none. */
static int64_t
take_unit(Cursor *cursor)
{
	static const struct
	{
		const char *name;
		int64_t nanoseconds;
	} units[] = {
		{"ns", 1},
		{"us", 1000},
		{"ms", 1000000},
		{"s", NANOSECONDS},
		{"m", 60 * NANOSECONDS},
		{"h", 3600 * NANOSECONDS},
	};
	Str rest = {cursor->at, (size_t) (cursor->end - cursor->at)};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
	{
		if (!llp_str_starts_with(rest, llp_str(units[i].name)))
			continue;
		cursor->at += strlen(units[i].name);
		return units[i].nanoseconds;
	}
	return 0;
}

/* 2^63: as many nanoseconds are a duration only with a minus. */
#define MAGNITUDE_BOUND ((__int128) 1 << 63)
/* Digits of a fraction that can matter: an hour has 3.6 * 10^12 nanoseconds. */
#define FRACTION_SCALE (NANOSECONDS * 10000)

/* Behind a point; *any says whether there are digits. */
static void
take_digits_of_fraction(Cursor *cursor, int64_t *fraction, int64_t *scale, bool *any)
{
	*fraction = 0;
	*scale = 1;
	for (; at_digit(cursor); cursor->at++)
	{
		*any = true;
		if (*scale == FRACTION_SCALE)
			continue;
		*scale *= 10;
		*fraction = *fraction * 10 + (*cursor->at - '0');
	}
}

/* A number with a unit: digits, perhaps with a point among them.  Parts of a nanosecond do not count. */
static bool
take_part(Cursor *cursor, __int128 *sum)
{
	uint64_t whole = 0;
	int64_t fraction = 0;
	int64_t scale = 1;
	int64_t unit;
	bool any = at_digit(cursor);

	for (; at_digit(cursor); cursor->at++)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
			__builtin_add_overflow(whole, (uint64_t) (*cursor->at - '0'), &whole))
			return false;
	if (take(cursor, '.'))
		take_digits_of_fraction(cursor, &fraction, &scale, &any);
	unit = take_unit(cursor);
	*sum += (__int128) whole * unit + (__int128) fraction * unit / scale;
	return any && unit > 0 && *sum <= MAGNITUDE_BOUND;
}

static CelValue
duration_of(Str text)
{
	Cursor cursor = {text.data, text.data + text.size};
	bool negative = take(&cursor, '-');
	__int128 sum = 0;

	if (!negative)
		(void) take(&cursor, '+');
	if (cursor.end - cursor.at == 1 && *cursor.at == '0')
		return llp_cel_duration(0);
	do
	{
		if (!take_part(&cursor, &sum))
			return llp_cel_error("text is not a duration in range");
	} while (cursor.at < cursor.end);
	if (!negative && sum == MAGNITUDE_BOUND)
		return llp_cel_error("text is not a duration in range");
	return llp_cel_duration((int64_t) (negative ? -sum : sum));
}

CelValue
llp_cel_to_duration(CEL_ARGS)
{
	if (args[0].kind == CEL_STRING)
		return llp_cel_charge_bytes(context, args[0].as.string.size) ? duration_of(args[0].as.string)
																	 : llp_cel_stopped;
	if (args[0].kind == CEL_INT)
		return llp_cel_duration(args[0].as.integer);
	return args[0];
}

/* A point and nine digits without trailing zeros; nothing for zero. */
static int
put_fraction(char *out, int nanoseconds)
{
	int size;

	if (nanoseconds == 0)
		return 0;
	size = snprintf(out, 11, ".%09d", nanoseconds);
	while (out[size - 1] == '0')
		size--;
	return size;
}

Str
llp_cel_timestamp_text(CelValue timestamp, char *out)
{
	CelTimeParts parts = llp_cel_time_parts(timestamp, 0);
	int size = snprintf(out, CEL_TIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", parts.year, parts.month,
						parts.day, parts.hour, parts.minute, parts.second);

	size += put_fraction(out + size, timestamp.as.time.nanoseconds);
	out[size++] = 'Z';
	return (Str){out, (size_t) size};
}

Str
llp_cel_duration_text(CelValue duration, char *out)
{
	int64_t nanoseconds = duration.as.integer;
	uint64_t magnitude = nanoseconds < 0 ? 0 - (uint64_t) nanoseconds : (uint64_t) nanoseconds;
	int size = snprintf(out, CEL_TIME_TEXT_SIZE, "%s%llu", nanoseconds < 0 ? "-" : "",
						(unsigned long long) (magnitude / (uint64_t) NANOSECONDS));

	size += put_fraction(out + size, (int) (magnitude % (uint64_t) NANOSECONDS));
	out[size++] = 's';
	return (Str){out, (size_t) size};
}
