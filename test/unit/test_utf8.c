/*
 * test/unit/test_utf8.c - base/utf8.h.
 */
#include "unit.h"

#include "base/utf8.h"

UNIT_TEST(utf8_check_finds_the_first_bad_byte)
{
	static const struct
	{
		Str text;
		size_t bad;
	} cases[] = {
		{STR(""), 0},
		{STR("plain"), 5},
		{STR("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 9},
		{STR("\xEF\xBF\xBF\xF4\x8F\xBF\xBF\xEE\x80\x80\xED\x9F\xBF"), 13},
		{STR("a\x80"), 1},			  /* a continuation alone */
		{STR("ab\xC3"), 2},			  /* cut off */
		{STR("\xC3("), 0},			  /* not continued */
		{STR("\xC0\x80"), 0},		  /* overlong NUL */
		{STR("\xC1\xBF"), 0},		  /* overlong, two bytes */
		{STR("\xE0\x9F\xBF"), 0},	  /* overlong, three bytes */
		{STR("\xF0\x8F\xBF\xBF"), 0}, /* overlong, four bytes */
		{STR("x\xED\xA0\x80"), 1},	  /* a surrogate */
		{STR("\xF4\x90\x80\x80"), 0}, /* beyond U+10FFFF */
		{STR("\xF5\x80\x80\x80"), 0},
		{STR("\xFF\xFE"), 0},
		{STR("\xE2\x82\xAC\xE2\x82"), 3}, /* cut off after a good one */
		{STR("\xE2\x82("), 0},
		{STR("\xF0\x9F\x98("), 0},
		{STR("ab\0c"), 2}, /* NUL */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		if (llp_utf8_check(cases[i].text) != cases[i].bad)
			unit_fail(__FILE__, __LINE__, "case %zu: %zu, not %zu", i, llp_utf8_check(cases[i].text),
					  cases[i].bad);
	}
}

UNIT_TEST(utf8_check_finds_a_bad_byte_at_any_place_of_a_long_text)
{
	static const char bad[] = {'\0', '\x80', '\xFF'};
	char text[40];

	for (size_t size = 1; size <= sizeof(text); size++)
		for (size_t at = 0; at < size; at++)
			for (size_t i = 0; i < sizeof(bad); i++)
			{
				memset(text, '\x01', sizeof(text));
				CHECK_INT(llp_utf8_check((Str){text, size}), size);
				text[at] = bad[i];
				CHECK_INT(llp_utf8_check((Str){text, size}), at);
			}
}

UNIT_TEST(utf8_indexes_by_code_point)
{
	Str text = STR("a\xC3\xA9\xF0\x9F\x98\x80z");

	CHECK_INT(llp_utf8_length(text), 4);
	CHECK_STR(llp_utf8_at(text, 0), "a");
	CHECK_STR(llp_utf8_at(text, 1), "\xC3\xA9");
	CHECK_STR(llp_utf8_at(text, 2), "\xF0\x9F\x98\x80");
	CHECK_STR(llp_utf8_at(text, 3), "z");
	CHECK_INT(llp_utf8_at(text, 4).size, 0);
	CHECK_INT(llp_utf8_at(STR(""), 0).size, 0);
	CHECK_INT(llp_utf8_length(STR("")), 0);
}
