/*
 * base/time_zone.c - reads compiled time zones (RFC 8536).
 *
 * A file lists the moments at which local time changed, up to some year, and ends with a rule for later ones
 * in the notation of POSIX's TZ.  A file of version 2 or later holds everything twice; the first copy, of 32
 * bits, is passed over.
 */
#include "base/time_zone.h"

#include "base/timestamp.h"

#define HEADER_SIZE 44
#define COUNTS_AT 20
#define TYPE_SIZE 6
#define SECONDS_PER_HOUR 3600
#define SECONDS_PER_DAY 86400
/* More of anything than a file holds. */
#define MAX_COUNT 65536

/* The header's counts, in their order. */
typedef struct Counts
{
	uint32_t utc_indicators;
	uint32_t standard_indicators;
	uint32_t leaps;
	uint32_t times;
	uint32_t types;
	uint32_t characters;
} Counts;

static int64_t
read_int(const char *at, int size)
{
	uint64_t value = (unsigned char) at[0] & 0x80 ? ~UINT64_C(0) : 0;

	for (int i = 0; i < size; i++)
		value = value << 8 | (unsigned char) at[i];
	return (int64_t) value;
}

static bool
read_header(Str file, Counts *counts)
{
	uint32_t *count = &counts->utc_indicators;

	if (file.size < HEADER_SIZE || memcmp(file.data, "TZif", 4) != 0 || file.data[4] < '2')
		return false;
	for (int i = 0; i < 6; i++)
	{
		int64_t value = read_int(file.data + COUNTS_AT + i * 4, 4);

		if (value < 0 || value > MAX_COUNT)
			return false;
		count[i] = (uint32_t) value;
	}
	return true;
}

/* Bytes of a copy behind its header. */
static size_t
body_size(const Counts *counts, size_t time_size)
{
	return counts->times * (time_size + 1) + counts->types * TYPE_SIZE + counts->characters +
		   counts->leaps * (time_size + 4) + counts->standard_indicators + counts->utc_indicators;
}

/* --- The rule at the end: std offset dst [offset],start[/time],end[/time] --- */

typedef struct Rule
{
	const char *at;
	const char *end;
	bool failed;
} Rule;

static bool
at_char(const Rule *rule, char c)
{
	return rule->at < rule->end && *rule->at == c;
}

static bool
take_char(Rule *rule, char c)
{
	if (!at_char(rule, c))
		return false;
	rule->at++;
	return true;
}

static int
take_number(Rule *rule)
{
	int number = 0;
	const char *start = rule->at;

	while (rule->at < rule->end && *rule->at >= '0' && *rule->at <= '9' && number < 10000)
		number = number * 10 + (*rule->at++ - '0');
	if (rule->at == start)
		rule->failed = true;
	return number;
}

/* A name: letters, or anything in angle brackets. */
static void
skip_name(Rule *rule)
{
	const char *start = rule->at;

	if (take_char(rule, '<'))
	{
		while (rule->at < rule->end && *rule->at != '>')
			rule->at++;
		rule->failed |= !take_char(rule, '>');
		return;
	}
	while (rule->at < rule->end &&
		   ((*rule->at >= 'A' && *rule->at <= 'Z') || (*rule->at >= 'a' && *rule->at <= 'z')))
		rule->at++;
	rule->failed |= rule->at == start;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static int
take_time(Rule *rule)
{
	bool negative = take_char(rule, '-');
	int seconds;

	if (!negative)
		(void) take_char(rule, '+');
	seconds = take_number(rule) * SECONDS_PER_HOUR;
	if (take_char(rule, ':'))
		seconds += take_number(rule) * 60;
	if (take_char(rule, ':'))
		seconds += take_number(rule);
	return negative ? -seconds : seconds;
}

/* The day of Mm.w.d in a year: the w-th weekday d of month m, 5 being the last. */
static int64_t
month_day(Rule *rule, int64_t year)
{
	int month = take_number(rule);
	int week = take_char(rule, '.') ? take_number(rule) : 0;
	int weekday = take_char(rule, '.') ? take_number(rule) : 0;
	int64_t first;
	int day;

	if (month < 1 || month > 12 || week < 1 || week > 5 || weekday > 6)
	{
		rule->failed = true;
		return 0;
	}
	first = llp_days_of_date(year, month, 1);
	/* 1970-01-01 was a Thursday, 4. */
	day = (int) (((weekday - 4 - first) % 7 + 7) % 7);
	day += (week - 1) * 7;
	while (day >= llp_days_in_month(year, month))
		day -= 7;
	return first + day;
}

/* The moment of a change, in local time counted from 1970. */
static int64_t
take_change(Rule *rule, int64_t year)
{
	bool julian;
	int64_t days;
	int64_t time = 2 * SECONDS_PER_HOUR;

	if (take_char(rule, 'M'))
		days = month_day(rule, year);
	else
	{
		julian = take_char(rule, 'J');
		days = llp_days_of_date(year, 1, 1) + take_number(rule);
		/* Jn counts from 1 and never the 29th of February. */
		if (julian && days - 1 >= llp_days_of_date(year, 1, 1) + 59 && llp_days_in_month(year, 2) == 29)
			days++;
		if (julian)
			days--;
	}
	if (take_char(rule, '/'))
		time = take_time(rule);
	return days * SECONDS_PER_DAY + time;
}

static bool
is_daylight_saving(Rule *rule, int64_t seconds, int standard, int daylight)
{
	int64_t local = seconds + standard;
	int64_t days = local / SECONDS_PER_DAY - (local % SECONDS_PER_DAY < 0);
	int64_t year, start, end;
	int month, day;

	llp_date_of_days(days, &year, &month, &day);
	rule->failed |= !take_char(rule, ',');
	start = take_change(rule, year) - standard;
	rule->failed |= !take_char(rule, ',');
	end = take_change(rule, year) - daylight;
	return start < end ? seconds >= start && seconds < end : seconds >= start || seconds < end;
}

static bool
offset_by_rule(Str text, int64_t seconds, int *offset)
{
	Rule rule = {text.data, text.data + text.size, false};
	int daylight;

	skip_name(&rule);
	*offset = -take_time(&rule);
	if (rule.failed || rule.at == rule.end)
		return !rule.failed;
	skip_name(&rule);
	daylight = at_char(&rule, ',') ? *offset + SECONDS_PER_HOUR : -take_time(&rule);
	if (is_daylight_saving(&rule, seconds, *offset, daylight))
		*offset = daylight;
	return !rule.failed;
}

/* --- The list of changes --- */

/* The number of changes at or before a moment; they are in order. */
static uint32_t
changes_before(const char *times, uint32_t count, int64_t seconds)
{
	uint32_t low = 0;
	uint32_t high = count;

	while (low < high)
	{
		uint32_t middle = low + (high - low) / 2;

		if (read_int(times + (size_t) middle * 8, 8) <= seconds)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What follows the second copy: a rule between two newlines, possibly empty. */
static Str
footer(Str file, size_t at)
{
	size_t end;

	if (at >= file.size || file.data[at] != '\n')
		return STR("");
	end = at + 1;
	while (end < file.size && file.data[end] != '\n')
		end++;
	return (Str){file.data + at + 1, end - at - 1};
}

static bool
offset_in_body(Str body, const Counts *counts, int64_t seconds, int *offset)
{
	const char *indexes = body.data + (size_t) counts->times * 8;
	const char *types = indexes + counts->times;
	uint32_t changes = changes_before(body.data, counts->times, seconds);
	Str rule = footer(body, body_size(counts, 8));
	uint32_t type = 0;

	if (changes == counts->times && rule.size > 0)
		return offset_by_rule(rule, seconds, offset);
	if (changes > 0)
		type = (unsigned char) indexes[changes - 1];
	if (type >= counts->types)
		return false;
	*offset = (int) read_int(types + (size_t) type * TYPE_SIZE, 4);
	return true;
}

bool
llp_time_zone_offset(Str file, int64_t seconds, int *offset)
{
	Counts counts;
	size_t skipped;

	if (!read_header(file, &counts))
		return false;
	skipped = HEADER_SIZE + body_size(&counts, 4);
	if (skipped > file.size)
		return false;
	file = (Str){file.data + skipped, file.size - skipped};
	if (!read_header(file, &counts) || HEADER_SIZE + body_size(&counts, 8) > file.size)
		return false;
	file = (Str){file.data + HEADER_SIZE, file.size - HEADER_SIZE};
	return offset_in_body(file, &counts, seconds, offset);
}
