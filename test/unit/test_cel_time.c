/*
 * test/unit/test_cel_time.c - timestamps, durations, time zones.
 */
#include "cel_support.h"

#define NOT_A_TIMESTAMP "error: text is not a timestamp of RFC 3339 in range"
#define NOT_A_DURATION "error: text is not a duration in range"

UNIT_TEST(cel_timestamps_are_read_strictly)
{
	static const CelRow rows[] = {
		{"timestamp", "'2009-02-13T23:31:30Z'", "t'2009-02-13T23:31:30Z'"},
		{"timestamp", "'2009-02-13T23:31:30.123456789Z'", "t'2009-02-13T23:31:30.123456789Z'"},
		{"timestamp", "'2009-02-13T23:31:30.100Z'", "t'2009-02-13T23:31:30.1Z'"},
		{"timestamp", "'2009-02-14T01:31:30+02:00'", "t'2009-02-13T23:31:30Z'"},
		{"timestamp", "'2009-02-13T21:01:30-02:30'", "t'2009-02-13T23:31:30Z'"},
		{"timestamp", "'2009-02-13T23:31:30-00:00'", "t'2009-02-13T23:31:30Z'"},
		{"timestamp", "'0001-01-01T00:00:00Z'", "t'0001-01-01T00:00:00Z'"},
		{"timestamp", "'9999-12-31T23:59:59.999999999Z'", "t'9999-12-31T23:59:59.999999999Z'"},
		{"timestamp", "'2000-02-29T00:00:00Z'", "t'2000-02-29T00:00:00Z'"},
		{"timestamp", "'0001-01-01T00:00:00+00:01'", "error: timestamp out of range"},
		{"timestamp", "'9999-12-31T23:59:59-00:01'", "error: timestamp out of range"},
		{"timestamp", "'1900-02-29T00:00:00Z'", NOT_A_TIMESTAMP},
		{"timestamp", "'0000-01-01T00:00:00Z'", NOT_A_TIMESTAMP},
		{"timestamp", "'10000-01-01T00:00:00Z'", NOT_A_TIMESTAMP},
		{"timestamp", "'2009-02-13t23:31:30Z'", NOT_A_TIMESTAMP},
		{"timestamp", "'2009-02-13T23:31:30z'", NOT_A_TIMESTAMP},
		{"timestamp", "'2009-02-13 23:31:30Z'", NOT_A_TIMESTAMP},
		{"timestamp", "'2009-02-13T23:31:30'", NOT_A_TIMESTAMP},
		{"timestamp", "'2009-02-13T23:31Z'", NOT_A_TIMESTAMP},
		{"timestamp", "'2009-02-13T3:31:30Z'", NOT_A_TIMESTAMP},
		{"timestamp", "'2009-02-13T24:00:00Z'", NOT_A_TIMESTAMP},
		{"timestamp", "'2016-12-31T23:59:60Z'", NOT_A_TIMESTAMP},
		{"timestamp", "'2009-02-13T23:31:30,5Z'", NOT_A_TIMESTAMP},
		{"timestamp", "'2009-02-13T23:31:30.Z'", NOT_A_TIMESTAMP},
		{"timestamp", "'2009-02-13T23:31:30.1234567890Z'", NOT_A_TIMESTAMP},
		{"timestamp", "'2009-02-13T23:31:30+0200'", NOT_A_TIMESTAMP},
		{"timestamp", "'2009-02-13T23:31:30+24:00'", NOT_A_TIMESTAMP},
		{"timestamp", "'2009-02-13T23:31:30Z '", NOT_A_TIMESTAMP},
		{"timestamp", "'2009-02-13'", NOT_A_TIMESTAMP},
		{"timestamp", "''", NOT_A_TIMESTAMP},
		{"timestamp", "1234567890", "t'2009-02-13T23:31:30Z'"},
		{"timestamp", "-62135596800", "t'0001-01-01T00:00:00Z'"},
		{"timestamp", "-62135596801", "error: timestamp out of range"},
		{"timestamp", "253402300800", "error: timestamp out of range"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_durations_are_read_in_units)
{
	static const CelRow rows[] = {
		{"duration", "'1000000s'", "d'1000000s'"},
		{"duration", "'1h45m47s'", "d'6347s'"},
		{"duration", "'-1.5s'", "d'-1.5s'"},
		{"duration", "'+1.5h'", "d'5400s'"},
		{"duration", "'.5s'", "d'0.5s'"},
		{"duration", "'1.s'", "d'1s'"},
		{"duration", "'250ms'", "d'0.25s'"},
		{"duration", "'3us7ns'", "d'0.000003007s'"},
		{"duration", "'-999999999ns'", "d'-0.999999999s'"},
		{"duration", "'0.9999999999s'", "d'0.999999999s'"},
		{"duration", "'0'", "d'0s'"},
		{"duration", "'9223372036854775807ns'", "d'9223372036.854775807s'"},
		{"duration", "'-9223372036854775808ns'", "d'-9223372036.854775808s'"},
		{"duration", "'9223372036854775808ns'", NOT_A_DURATION},
		{"duration", "'320000000000s'", NOT_A_DURATION},
		{"duration", "'-320000000000s'", NOT_A_DURATION},
		{"duration", "'99999999999999999999999s'", NOT_A_DURATION},
		{"duration", "'2562047h48m'", NOT_A_DURATION},
		{"duration", "'1'", NOT_A_DURATION},
		{"duration", "''", NOT_A_DURATION},
		{"duration", "'-'", NOT_A_DURATION},
		{"duration", "'.s'", NOT_A_DURATION},
		{"duration", "'1 s'", NOT_A_DURATION},
		{"duration", "'1d'", NOT_A_DURATION},
		{"duration", "'1s-1s'", NOT_A_DURATION},
		{"duration", "90000000000", "d'90s'"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_times_are_added_within_their_ranges)
{
	static const CelRow rows[] = {
		{"_+_", "t'2009-02-13T23:00:00Z', d'240s'", "t'2009-02-13T23:04:00Z'"},
		{"_+_", "d'120s', t'2009-02-13T23:01:00Z'", "t'2009-02-13T23:03:00Z'"},
		{"_+_", "t'0001-01-01T00:00:01.000000001Z', d'-999999999ns'", "t'0001-01-01T00:00:00.000000002Z'"},
		{"_+_", "t'0001-01-01T00:00:01.999999999Z', d'999999999ns'", "t'0001-01-01T00:00:02.999999998Z'"},
		{"_-_", "t'2009-02-13T23:10:00Z', d'600s'", "t'2009-02-13T23:00:00Z'"},
		{"_-_", "t'2009-02-13T23:31:00Z', t'2009-02-13T23:29:00.5Z'", "d'119.5s'"},
		{"_-_", "t'2009-02-13T23:29:00.5Z', t'2009-02-13T23:31:00Z'", "d'-119.5s'"},
		{"_-_", "d'900s', d'42s'", "d'858s'"},
		{"_+_", "t'0001-01-01T00:00:00Z', d'-1ns'", "error: timestamp out of range"},
		{"_+_", "t'9999-12-31T23:59:59.999999999Z', d'1ns'", "error: timestamp out of range"},
		{"_-_", "t'2000-01-01T00:00:00Z', d'-9223372036854775808ns'", "t'2292-04-10T23:47:16.854775808Z'"},
		{"_-_", "t'9999-12-31T23:59:59Z', t'0001-01-01T00:00:00Z'", "error: duration out of range"},
		{"_+_", "d'9223372036s', d'9223372036s'", "error: duration out of range"},
		{"_-_", "d'-9223372036s', d'9223372036s'", "error: duration out of range"},
		{"_==_", "d'60s', d'1m'", "true"},
		{"_<_", "d'-1s', d'0s'", "true"},
		{"_<=_", "t'2009-02-13T23:00:00Z', t'2009-02-13T22:59:59Z'", "false"},
		{"_>_", "t'2009-02-13T23:00:00.000000001Z', t'2009-02-13T23:00:00Z'", "true"},
		{"_==_", "t'1970-01-01T00:00:00Z', null", "false"},
		{"add_days", "t'2026-02-27T12:00:00.5Z', 2", "t'2026-03-01T12:00:00.5Z'"},
		{"add_days", "t'2026-03-01T12:00:00Z', -1", "t'2026-02-28T12:00:00Z'"},
		{"add_days", "t'2026-03-01T12:00:00Z', 9223372036854775807", "error: timestamp out of range"},
		{"add_days", "t'2026-03-01T12:00:00Z', 10000000", "error: timestamp out of range"},
		{"now", "", "t'2026-06-01T12:00:00Z'"},
	};

	CEL_CHECK_ROWS(rows);
}

#define MOMENT "t'2009-02-13T23:31:30.123456789Z'"

UNIT_TEST(cel_times_have_parts)
{
	static const CelRow rows[] = {
		{"getFullYear", MOMENT, "2009"},
		{"getMonth", MOMENT, "1"},
		{"getDate", MOMENT, "13"},
		{"getDayOfMonth", MOMENT, "12"},
		{"getDayOfWeek", MOMENT, "5"},
		{"getDayOfYear", MOMENT, "43"},
		{"getDayOfYear", "t'2024-12-31T00:00:00Z'", "365"},
		{"getHours", MOMENT, "23"},
		{"getMinutes", MOMENT, "31"},
		{"getSeconds", MOMENT, "30"},
		{"getMilliseconds", MOMENT, "123"},
		{"getFullYear", "t'0001-01-01T00:00:00Z'", "1"},
		{"getDayOfWeek", "t'1969-12-28T00:00:00Z'", "0"},
		{"getHours", "d'10000s'", "2"},
		{"getMinutes", "d'-3730s'", "-62"},
		{"getSeconds", "d'3730s'", "3730"},
		{"getMilliseconds", "d'123.321456789s'", "321"},
		{"year", MOMENT, "2009"},
		{"month", MOMENT, "2"},
		{"day", MOMENT, "13"},
		{"hour", MOMENT, "23"},
		{"minute", MOMENT, "31"},
		{"second", MOMENT, "30"},
		{"weekday", MOMENT, "4"},
		{"weekday", "t'2026-06-01T12:00:00Z'", "0"},
		{"format", MOMENT ", 'YYYY-MM-DD'", "'2009-02-13'"},
		{"format", MOMENT ", 'YYYY-MM-DDTHH:mm:ssZ'", "'2009-02-13T23:31:30Z'"},
		{"format", MOMENT ", 'HH24:MI:SS.MS / DD.MM.'", "'23:31:30.123 / 13.02.'"},
		{"format", MOMENT ", ''", "''"},
		{"format", MOMENT ", 'Day'", "error: unknown element in the pattern of a timestamp's format"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_times_are_seen_in_time_zones)
{
	static const CelRow rows[] = {
		{"getDate", MOMENT ", 'Australia/Sydney'", "14"},
		{"getDayOfMonth", MOMENT ", 'America/Chicago'", "12"},
		{"getDayOfMonth", MOMENT ", '+11:00'", "13"},
		{"getDayOfMonth", "t'2009-02-13T02:00:00Z', '-02:30'", "11"},
		{"getDayOfMonth", "t'2009-02-13T02:00:00Z', 'America/St_Johns'", "11"},
		{"getHours", MOMENT ", '02:00'", "1"},
		{"getMinutes", MOMENT ", 'Asia/Kathmandu'", "16"},
		{"getSeconds", MOMENT ", '-00:00'", "30"},
		{"getDayOfWeek", MOMENT ", 'UTC'", "5"},
		{"hour", "t'2026-07-01T12:00:00Z', 'Europe/Berlin'", "14"},
		{"hour", "t'2026-12-01T12:00:00Z', 'Europe/Berlin'", "13"},
		/* The rule for years that no file lists, on both sides of a change and of the equator. */
		{"hour", "t'2100-03-28T00:59:59Z', 'Europe/Berlin'", "1"},
		{"hour", "t'2100-03-28T01:00:00Z', 'Europe/Berlin'", "3"},
		{"hour", "t'2100-10-31T00:59:59Z', 'Europe/Berlin'", "2"},
		{"hour", "t'2100-10-31T01:00:00Z', 'Europe/Berlin'", "2"},
		{"hour", "t'2100-01-01T00:00:00Z', 'Australia/Sydney'", "11"},
		{"hour", "t'2100-07-01T00:00:00Z', 'Australia/Sydney'", "10"},
		{"hour", "t'2026-07-01T12:00:00Z', 'EST5EDT'", "8"},
		{"hour", "t'2026-07-01T12:00:00Z', 'Etc/GMT+3'", "9"},
		{"year", "t'9999-12-31T23:59:59Z', '+01:00'", "10000"},
		{"year", "t'0001-01-01T00:00:00Z', '-01:00'", "0"},
		{"hour", MOMENT ", 'Europe/Nowhere'", "error: unknown time zone"},
		{"hour", MOMENT ", 'Foo3'", "error: unknown time zone"},
		{"hour", MOMENT ", '../../etc/passwd'", "error: unknown time zone"},
		{"hour", MOMENT ", '/etc/localtime'", "error: unknown time zone"},
		{"hour", MOMENT ", ''", "error: unknown time zone"},
		{"hour", MOMENT ", '+1:00'", "error: unknown time zone"},
		{"hour", MOMENT ", '+24:00'", "error: unknown time zone"},
		{"hour", MOMENT ", '+01:60'", "error: unknown time zone"},
	};

	CEL_CHECK_ROWS(rows);
}
