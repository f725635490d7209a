/*
 * base/timestamp.c - RFC 3339 date-times to microseconds since 1970, and back.
 */
#include "base/timestamp.h"

#include <stdio.h>

#define MICROSECONDS INT64_C(1000000)
#define SECONDS_PER_DAY INT64_C(86400)

/* What is still to be read; a function that does not find what it looks for says false. */
typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

static bool
read_char(Cursor *cursor, const char *allowed)
{
	if (cursor->at == cursor->end || *cursor->at == '\0' || strchr(allowed, *cursor->at) == NULL)
		return false;
	cursor->at++;
	return true;
}

/* Exactly `digits` digits, between the bounds. */
static bool
read_number(Cursor *cursor, int digits, int low, int high, int *number)
{
	*number = 0;
	for (int i = 0; i < digits; i++)
	{
		if (cursor->at == cursor->end || *cursor->at < '0' || *cursor->at > '9')
			return false;
		*number = *number * 10 + (*cursor->at++ - '0');
	}
	return *number >= low && *number <= high;
}

/* The quotient rounded down; *rest is never negative. */
static int64_t
divide_down(int64_t value, int64_t divisor, int64_t *rest)
{
	int64_t quotient = value / divisor;

	*rest = value % divisor;
	if (*rest < 0)
	{
		*rest += divisor;
		quotient--;
	}
	return quotient;
}

static bool
is_leap_year(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int
llp_days_in_month(int64_t year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap_year(year) ? 1 : 0);
}

#define DAYS_BEFORE_1970 INT64_C(719162)
#define DAYS_IN_400_YEARS INT64_C(146097)

/* Days from the first of January of the year 1 to that of `year`. */
static int64_t
days_before_year(int64_t year)
{
	int64_t of_era;
	int64_t era = divide_down(year - 1, 400, &of_era);

	return era * DAYS_IN_400_YEARS + of_era * 365 + of_era / 4 - of_era / 100;
}

int64_t
llp_days_of_date(int64_t year, int month, int day)
{
	int64_t days = days_before_year(year) - DAYS_BEFORE_1970 + day - 1;

	for (int before = 1; before < month; before++)
		days += llp_days_in_month(year, before);
	return days;
}

static bool
read_date(Cursor *cursor, int64_t *days)
{
	int year, month, day;

	if (!read_number(cursor, 4, 1, 9999, &year) || !read_char(cursor, "-") ||
		!read_number(cursor, 2, 1, 12, &month) || !read_char(cursor, "-") ||
		!read_number(cursor, 2, 1, llp_days_in_month(year, month), &day))
		return false;
	*days = llp_days_of_date(year, month, day);
	return true;
}

/* The second 60 of a leap second counts as the first one of the next minute. */
static bool
read_time_of_day(Cursor *cursor, int64_t *seconds)
{
	int hour, minute, second;

	if (!read_number(cursor, 2, 0, 23, &hour) || !read_char(cursor, ":") ||
		!read_number(cursor, 2, 0, 59, &minute) || !read_char(cursor, ":") ||
		!read_number(cursor, 2, 0, 60, &second))
		return false;
	*seconds = (hour * 60 + minute) * 60 + second;
	return true;
}

/* Up to nine digits after a point, if there is one. */
static bool
read_fraction(Cursor *cursor, int64_t *microseconds)
{
	int64_t scale = MICROSECONDS;
	int digits = 0;
	int digit;

	*microseconds = 0;
	if (!read_char(cursor, "."))
		return true;
	while (digits < 9 && read_number(cursor, 1, 0, 9, &digit))
	{
		scale /= 10;
		*microseconds += digit * scale;
		digits++;
	}
	return digits > 0;
}

static bool
read_offset(Cursor *cursor, int64_t *seconds)
{
	bool west = cursor->at < cursor->end && *cursor->at == '-';
	int hours, minutes;

	*seconds = 0;
	if (read_char(cursor, "Zz"))
		return true;
	if (!read_char(cursor, "+-") || !read_number(cursor, 2, 0, 23, &hours) || !read_char(cursor, ":") ||
		!read_number(cursor, 2, 0, 59, &minutes))
		return false;
	*seconds = (hours * 60 + minutes) * 60 * (west ? -1 : 1);
	return true;
}

bool
llp_timestamp_parse(Str text, Timestamp *result)
{
	Cursor cursor = {text.data, text.data + text.size};
	int64_t days;
	int64_t seconds = 0;
	int64_t microseconds = 0;
	int64_t offset = 0;

	if (text.size == 0 || !read_date(&cursor, &days))
		return false;
	if (cursor.at != cursor.end && (!read_char(&cursor, "Tt ") || !read_time_of_day(&cursor, &seconds) ||
									!read_fraction(&cursor, &microseconds) || !read_offset(&cursor, &offset)))
		return false;
	*result = (days * SECONDS_PER_DAY + seconds - offset) * MICROSECONDS + microseconds;
	return cursor.at == cursor.end;
}

void
llp_date_of_days(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t rest = days + DAYS_BEFORE_1970;
	int64_t ignored;

	*year = divide_down(rest * 400, DAYS_IN_400_YEARS, &ignored) + 1;
	while (days_before_year(*year) > rest)
		(*year)--;
	while (days_before_year(*year + 1) <= rest)
		(*year)++;
	rest -= days_before_year(*year);
	for (*month = 1; rest >= llp_days_in_month(*year, *month); (*month)++)
		rest -= llp_days_in_month(*year, *month);
	*day = (int) rest + 1;
}

/* Digits with zeros before them up to a width, a sign counted, as "%04lld" writes; returns what follows. */
static char *
put_number(char *out, int64_t value, int width)
{
	char digits[20];
	uint64_t magnitude = value < 0 ? 0 - (uint64_t) value : (uint64_t) value;
	int count = 0;

	if (value < 0)
	{
		*out++ = '-';
		width--;
	}
	do
	{
		digits[count++] = (char) ('0' + magnitude % 10);
		magnitude /= 10;
	} while (magnitude > 0 || count < width);
	while (count > 0)
		*out++ = digits[--count];
	return out;
}

static char *
put_part(char *out, char before, int value)
{
	*out++ = before;
	return put_number(out, value, 2);
}

/* Six digits after a point without trailing zeros; nothing for zero. */
static char *
put_fraction(char *out, int microseconds)
{
	if (microseconds == 0)
		return out;
	*out++ = '.';
	out = put_number(out, microseconds, 6);
	while (out[-1] == '0')
		out--;
	return out;
}

Str
llp_timestamp_format(Timestamp timestamp, char *out)
{
	int64_t year, microseconds, second_of_day;
	int64_t seconds = divide_down(timestamp, MICROSECONDS, &microseconds);
	int64_t days = divide_down(seconds, SECONDS_PER_DAY, &second_of_day);
	int second = (int) second_of_day;
	int month, day;
	char *next;

	if (timestamp == TIMESTAMP_MIN || timestamp == TIMESTAMP_MAX)
	{
		(void) snprintf(out, TIMESTAMP_TEXT_SIZE, "%sinfinity", timestamp < 0 ? "-" : "");
		return llp_str(out);
	}
	llp_date_of_days(days, &year, &month, &day);
	next = put_number(out, year, 4);
	next = put_part(next, '-', month);
	next = put_part(next, '-', day);
	next = put_part(next, 'T', second / 3600);
	next = put_part(next, ':', second / 60 % 60);
	next = put_part(next, ':', second % 60);
	next = put_fraction(next, (int) microseconds);
	*next++ = 'Z';
	*next = '\0';
	return (Str){out, (size_t) (next - out)};
}
