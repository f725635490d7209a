/*
 * vm/cel_time.c - arithmetic with timestamps and durations, and their parts.
 */
#include "vm/cel_time.h"

#include "base/character.h"
#include "base/timestamp.h"
#include "vm/cel_functions.h"
#include "vm/cel_time_parts.h"

#define NANOSECONDS INT64_C(1000000000)

/* Seconds of 0001-01-01T00:00:00Z and of 9999-12-31T23:59:59Z. */
#define FIRST_SECOND INT64_C(-62135596800)
#define LAST_SECOND INT64_C(253402300799)

static CelValue
timestamp_range(void)
{
	return llp_cel_error("timestamp out of range");
}

static CelValue
duration_range(void)
{
	return llp_cel_error("duration out of range");
}

CelValue
llp_cel_timestamp_within(int64_t seconds, int32_t nanoseconds)
{
	if (seconds < FIRST_SECOND || seconds > LAST_SECOND)
		return timestamp_range();
	return llp_cel_timestamp(seconds, nanoseconds);
}

/* Floors: the rest is never negative. */
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

/* A timestamp and seconds and nanoseconds of any sign, each far from overflow. */
static CelValue
moved(CelValue timestamp, int64_t seconds, int64_t nanoseconds)
{
	int64_t rest;
	int64_t carry = divide_down(timestamp.as.time.nanoseconds + nanoseconds, NANOSECONDS, &rest);

	return llp_cel_timestamp_within(timestamp.as.time.seconds + seconds + carry, (int32_t) rest);
}

CelValue
llp_cel_timestamp_plus(CelValue timestamp, CelValue duration)
{
	return moved(timestamp, duration.as.integer / NANOSECONDS, duration.as.integer % NANOSECONDS);
}

CelValue
llp_cel_timestamp_minus(CelValue timestamp, CelValue duration)
{
	return moved(timestamp, -(duration.as.integer / NANOSECONDS), -(duration.as.integer % NANOSECONDS));
}

CelValue
llp_cel_timestamp_difference(CelValue a, CelValue b)
{
	__int128 seconds = (__int128) a.as.time.seconds - b.as.time.seconds;
	__int128 nanoseconds = seconds * NANOSECONDS + a.as.time.nanoseconds - b.as.time.nanoseconds;

	if (nanoseconds < INT64_MIN || nanoseconds > INT64_MAX)
		return duration_range();
	return llp_cel_duration((int64_t) nanoseconds);
}

CelValue
llp_cel_duration_plus(CelValue a, CelValue b)
{
	int64_t sum;

	return __builtin_add_overflow(a.as.integer, b.as.integer, &sum) ? duration_range()
																	: llp_cel_duration(sum);
}

CelValue
llp_cel_duration_minus(CelValue a, CelValue b)
{
	int64_t difference;

	return __builtin_sub_overflow(a.as.integer, b.as.integer, &difference) ? duration_range()
																		   : llp_cel_duration(difference);
}

CelTimeParts
llp_cel_time_parts(CelValue timestamp, int offset)
{
	CelTimeParts parts;
	int64_t second_of_day;
	int64_t days = divide_down(timestamp.as.time.seconds + offset, CEL_SECONDS_PER_DAY, &second_of_day);
	int64_t weekday;
	int64_t year;

	llp_date_of_days(days, &year, &parts.month, &parts.day);
	(void) divide_down(days + 4, 7, &weekday); /* 1970-01-01 was a Thursday */
	parts.year = (int) year;
	parts.day_of_year = (int) (days - llp_days_of_date(year, 1, 1));
	parts.weekday = (int) weekday;
	parts.hour = (int) second_of_day / 3600;
	parts.minute = (int) second_of_day / 60 % 60;
	parts.second = (int) second_of_day % 60;
	parts.nanosecond = timestamp.as.time.nanoseconds;
	return parts;
}

/* --- Time zones --- */

/* [+-]hh:mm */
static bool
fixed_offset(Str name, int *offset)
{
	bool west = name.size > 0 && name.data[0] == '-';
	const char *at = name.data;
	int hours, minutes;

	if (name.size == 6 && (west || *at == '+'))
		at++;
	else if (name.size != 5)
		return false;
	if (!is_digit(at[0]) || !is_digit(at[1]) || at[2] != ':' || !is_digit(at[3]) || !is_digit(at[4]))
		return false;
	hours = (at[0] - '0') * 10 + at[1] - '0';
	minutes = (at[3] - '0') * 10 + at[4] - '0';
	*offset = (hours * 60 + minutes) * 60 * (west ? -1 : 1);
	return hours < 24 && minutes < 60;
}

/*
 * Could it be a name of the IANA database?  Digits are in few of these; hosts may take other names that have
 * some for rules in POSIX's notation, each in its own way.
 */
static bool
is_zone_name(Str name)
{
	static const char *const with_digits[] = {"EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT",
											  "GMT0",	 "GMT+0",	"GMT-0"};
	bool digits = false;

	if (name.size == 0 || name.size >= LLP_TIME_ZONE_SIZE)
		return false;
	for (size_t i = 0; i < name.size; i++)
	{
		char c = name.data[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

		digits = digits || is_digit(c);
		if (!letter && (i == 0 || (!is_digit(c) && c != '_' && c != '+' && c != '-' && c != '/')))
			return false;
	}
	if (!digits || llp_str_starts_with(name, STR("Etc/")))
		return true;
	for (size_t i = 0; i < sizeof(with_digits) / sizeof(with_digits[0]); i++)
		if (llp_str_equal(name, llp_str(with_digits[i])))
			return true;
	return false;
}

/* Looking into the database is worth that many steps. */
#define ZONE_STEPS 100

static bool
offset_of_zone(CelContext *context, Str name, int64_t seconds, int *offset)
{
	const Host *host = llp_arena_host(context->arena);
	char text[LLP_TIME_ZONE_SIZE] = {0};

	*offset = 0;
	if (llp_str_equal(name, STR("UTC")) || fixed_offset(name, offset))
		return true;
	if (!is_zone_name(name) || !llp_cel_charge(context, ZONE_STEPS))
		return false;
	memcpy(text, name.data, name.size);
	return host->time_zone_offset(host->context, text, seconds, offset);
}

/* The parts in UTC, or in the time zone of a second argument; else *failure. */
static bool
parts_of(CelContext *context, const CelValue *args, int count, CelTimeParts *parts, CelValue *failure)
{
	int offset = 0;

	if (count == 2 && !offset_of_zone(context, args[1].as.string, args[0].as.time.seconds, &offset))
	{
		*failure = context->status == STATUS_OK ? llp_cel_error("unknown time zone") : llp_cel_stopped;
		return false;
	}
	*parts = llp_cel_time_parts(args[0], offset);
	return true;
}

/* --- Functions --- */

CelValue
llp_cel_now(CEL_ARGS)
{
	return context->now;
}

CelValue
llp_cel_add_days(CEL_ARGS)
{
	int64_t seconds;

	if (__builtin_mul_overflow(args[1].as.integer, CEL_SECONDS_PER_DAY, &seconds) ||
		__builtin_add_overflow(args[0].as.time.seconds, seconds, &seconds))
		return timestamp_range();
	return llp_cel_timestamp_within(seconds, args[0].as.time.nanoseconds);
}

/* A function of the parts of a timestamp. */
#define PART(function, expression)                                                                           \
	CelValue function(CEL_ARGS)                                                                              \
	{                                                                                                        \
		CelTimeParts parts;                                                                                  \
		CelValue failure;                                                                                    \
                                                                                                             \
		if (!parts_of(context, args, count, &parts, &failure))                                               \
			return failure;                                                                                  \
		return llp_cel_int(expression);                                                                      \
	}

PART(llp_cel_get_full_year, parts.year)
PART(llp_cel_month, parts.month)
PART(llp_cel_get_month, parts.month - 1)
PART(llp_cel_get_date, parts.day)
PART(llp_cel_get_day_of_month, parts.day - 1)
PART(llp_cel_get_day_of_week, parts.weekday)
PART(llp_cel_weekday, (parts.weekday + 6) % 7)
PART(llp_cel_get_day_of_year, parts.day_of_year)
static PART(hour_of_timestamp, parts.hour) static PART(minute_of_timestamp, parts.minute) static PART(
	second_of_timestamp, parts.second) static PART(millisecond_of_timestamp, parts.nanosecond / 1000000)

	/* Of a duration these are all of its hours, minutes, seconds, towards zero … */
	CelValue llp_cel_get_hours(CelContext *context, const CelValue *args, int count)
{
	if (args[0].kind == CEL_DURATION)
		return llp_cel_int(args[0].as.integer / (3600 * NANOSECONDS));
	return hour_of_timestamp(context, args, count);
}

CelValue
llp_cel_get_minutes(CEL_ARGS)
{
	if (args[0].kind == CEL_DURATION)
		return llp_cel_int(args[0].as.integer / (60 * NANOSECONDS));
	return minute_of_timestamp(context, args, count);
}

CelValue
llp_cel_get_seconds(CEL_ARGS)
{
	if (args[0].kind == CEL_DURATION)
		return llp_cel_int(args[0].as.integer / NANOSECONDS);
	return second_of_timestamp(context, args, count);
}

/* … but of milliseconds those beside its seconds. */
CelValue
llp_cel_get_milliseconds(CEL_ARGS)
{
	if (args[0].kind == CEL_DURATION)
		return llp_cel_int(args[0].as.integer % NANOSECONDS / 1000000);
	return millisecond_of_timestamp(context, args, count);
}
