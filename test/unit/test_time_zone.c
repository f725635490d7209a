/*
 * test/unit/test_time_zone.c - compiled time zones, those of this machine and ones that are wrong.
 */
#include "unit.h"

#include "base/time_zone.h"

/* A file with no changes, one type of local time (UTC+1, "CET") and a rule for ever. */
#define EMPTY_COPY                                                                                           \
	"TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" ZERO ZERO ZERO ZERO "\0\0\0\1"                                     \
	"\0\0\0\1"
#define ZERO "\0\0\0\0"
#define EMPTY_BODY                                                                                           \
	"\0\0\x0E\x10\0\0"                                                                                       \
	"\0"
#define WITH_RULE(rule) STR(EMPTY_COPY EMPTY_BODY EMPTY_COPY EMPTY_BODY "\n" rule "\n")

#define JULY 1782907200	   /* 2026-07-01T12:00:00Z */
#define JANUARY 1767268800 /* 2026-01-01T12:00:00Z */

UNIT_TEST(time_zone_rules_are_those_of_posix)
{
	static const struct
	{
		Str file;
		int64_t seconds;
		int offset;
	} rows[] = {
		{WITH_RULE(""), JULY, 3600},
		{WITH_RULE("UTC0"), JULY, 0},
		{WITH_RULE("EST5"), JULY, -5 * 3600},
		{WITH_RULE("<+0530>-5:30"), JULY, 19800},
		{WITH_RULE("<-03>3:00:10"), JULY, -10810},
		{WITH_RULE("CET-1CEST,M3.5.0,M10.5.0/3"), JULY, 7200},
		{WITH_RULE("CET-1CEST,M3.5.0,M10.5.0/3"), JANUARY, 3600},
		{WITH_RULE("AEST-10AEDT,M10.1.0,M4.1.0/3"), JANUARY, 11 * 3600},
		{WITH_RULE("AEST-10AEDT,M10.1.0,M4.1.0/3"), JULY, 10 * 3600},
		{WITH_RULE("IST-1GMT0,M10.5.0,M3.5.0/1"), JANUARY, 0},
		{WITH_RULE("IST-1GMT0,M10.5.0,M3.5.0/1"), JULY, 3600},
		{WITH_RULE("XXX3YYY,J1/0,J365/25"), JULY, -2 * 3600},
		{WITH_RULE("XXX0YYY,181,182"), JULY, 3600},
		{WITH_RULE("XXX0YYY,182,183"), JULY, 0},
		{WITH_RULE("XXX0YYY,J182,J183"), JULY, 3600},
		{WITH_RULE("<-02>2<-01>,M3.5.0/-1,M10.5.0/0"), JULY, -3600},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		int offset = -1;

		CHECK(llp_time_zone_offset(rows[i].file, rows[i].seconds, &offset));
		CHECK_INT(offset, rows[i].offset);
	}
}

UNIT_TEST(time_zone_files_that_are_wrong_are_refused)
{
	static const Str files[] = {
		{NULL, 0},
		STR("TZif"),
		WITH_RULE("5"),
		WITH_RULE("EST"),
		WITH_RULE("<EST5"),
		WITH_RULE("EST5EDT"),
		WITH_RULE("EST5EDT,M3.2.0"),
		WITH_RULE("EST5EDT,M13.2.0,M11.1.0"),
		WITH_RULE("EST5EDT,M3.6.0,M11.1.0"),
		WITH_RULE("EST5EDT,M3.2.7,M11.1.0"),
	};
	Str whole = WITH_RULE("");
	int offset;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		CHECK(!llp_time_zone_offset(files[i], JULY, &offset));
	/* Up to the end of the second copy. */
	for (size_t size = 0; size < whole.size - 2; size++)
		CHECK(!llp_time_zone_offset((Str){whole.data, size}, JULY, &offset));
}

static bool
host_offset(const char *name, int64_t seconds, int *offset)
{
	return llp_libc_host.time_zone_offset(llp_libc_host.context, name, seconds, offset);
}

UNIT_TEST(host_of_libc_reads_the_time_zones_of_its_machine)
{
	int offset;

	CHECK(host_offset("Europe/Berlin", JULY, &offset));
	CHECK_INT(offset, 7200);
	/* Before the first change there is the local mean time. */
	CHECK(host_offset("Europe/Berlin", INT64_C(-62135596800), &offset));
	CHECK_INT(offset, 3208);
	CHECK(!host_offset("Europe/Nowhere", JULY, &offset));
	CHECK(!host_offset("Europe", JULY, &offset));
}
