/*
 * test/unit/test_timestamp.c - base/timestamp.h.
 */
#include "unit.h"

#include "base/timestamp.h"

UNIT_TEST(timestamp_reads_and_writes)
{
	static const struct
	{
		const char *text;
		int64_t microseconds;
		const char *form;
	} cases[] = {
		{"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"},
		{"1970-01-01", 0, "1970-01-01T00:00:00Z"},
		{"2026-07-02T09:30:00Z", 1782984600000000, "2026-07-02T09:30:00Z"},
		{"2026-07-02 09:30:00z", 1782984600000000, "2026-07-02T09:30:00Z"},
		{"2026-07-02t11:30:00+02:00", 1782984600000000, "2026-07-02T09:30:00Z"},
		{"2026-07-02T00:00:00-09:30", 1782984600000000, "2026-07-02T09:30:00Z"},
		{"1969-12-31T23:59:59.5Z", -500000, "1969-12-31T23:59:59.5Z"},
		{"2000-01-01T00:00:00.123456789Z", 946684800123456, "2000-01-01T00:00:00.123456Z"},
		{"2000-01-01T00:00:00.000001Z", 946684800000001, "2000-01-01T00:00:00.000001Z"},
		{"2000-02-29", 951782400000000, "2000-02-29T00:00:00Z"},
		{"2016-12-31T23:59:60Z", 1483228800000000, "2017-01-01T00:00:00Z"},
		{"0001-01-01", -62135596800000000, "0001-01-01T00:00:00Z"},
		{"9999-12-31T23:59:59.999999Z", 253402300799999999, "9999-12-31T23:59:59.999999Z"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		char out[TIMESTAMP_TEXT_SIZE];
		Timestamp timestamp = 0;

		if (!llp_timestamp_parse(llp_str(cases[i].text), &timestamp))
			unit_fail(__FILE__, __LINE__, "%s was refused", cases[i].text);
		CHECK_INT(timestamp, cases[i].microseconds);
		CHECK_STR(llp_timestamp_format(timestamp, out), cases[i].form);
	}
}

UNIT_TEST(timestamp_refuses)
{
	static const char *const cases[] = {
		"",
		"2026",
		"2026-07",
		"2026-7-2",
		"2026-13-01",
		"2026-00-01",
		"2026-02-29",
		"1900-02-29",
		"2026-04-31",
		"2026-04-00",
		"0000-01-01",
		"10000-01-01",
		"2026-07-02T09:30:00",
		"2026-07-02T09:30Z",
		"2026-07-02T24:00:00Z",
		"2026-07-02T09:60:00Z",
		"2026-07-02T09:30:61Z",
		"2026-07-02T09:30:00.Z",
		"2026-07-02T09:30:00.1234567890Z",
		"2026-07-02T09:30:00+2:00",
		"2026-07-02T09:30:00+24:00",
		"2026-07-02T09:30:00+02",
		"2026-07-02T09:30:00Zx",
		"2026-07-02x",
		" 2026-07-02",
		"2026/07/02",
		"tomorrow",
	};
	Timestamp timestamp;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (llp_timestamp_parse(llp_str(cases[i]), &timestamp))
			unit_fail(__FILE__, __LINE__, "%s was accepted", cases[i]);
}

UNIT_TEST(timestamp_counts_days)
{
	const int64_t day = INT64_C(86400000000);

	for (int64_t days = -719162; days <= 2932896; days += 3)
	{
		char out[TIMESTAMP_TEXT_SIZE];
		Timestamp back = 0;
		Str text = llp_timestamp_format(days * day, out);

		if (!llp_timestamp_parse(text, &back) || back != days * day)
			unit_fail(__FILE__, __LINE__, "day %lld is %.*s", (long long) days, STR_ARG(text));
	}
}

UNIT_TEST(timestamp_formats_the_ends_of_time)
{
	char out[TIMESTAMP_TEXT_SIZE];

	CHECK_STR(llp_timestamp_format(TIMESTAMP_MIN, out), "-infinity");
	CHECK_STR(llp_timestamp_format(TIMESTAMP_MAX, out), "infinity");
	CHECK_STR(llp_timestamp_format(TIMESTAMP_MAX - 1, out), "294247-01-10T04:00:54.775806Z");
	CHECK_STR(llp_timestamp_format(TIMESTAMP_MIN + 1, out), "-290308-12-21T19:59:05.224193Z");
}

UNIT_TEST(calendar_counts_days_of_every_date)
{
	int64_t year = 1968, days = -731;
	int month = 1, day = 1;

	for (; year < 2105; days++)
	{
		int64_t same_year;
		int same_month, same_day;

		CHECK_INT(llp_days_of_date(year, month, day), days);
		llp_date_of_days(days, &same_year, &same_month, &same_day);
		CHECK(same_year == year && same_month == month && same_day == day);
		if (++day <= llp_days_in_month(year, month))
			continue;
		day = 1;
		month = month % 12 + 1;
		year += month == 1;
	}
	CHECK_INT(llp_days_in_month(1900, 2), 28);
	CHECK_INT(llp_days_in_month(2000, 2), 29);
}
