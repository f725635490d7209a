/*
 * test/unit/test_number.c - base/number.h.
 */
#include "unit.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/number.h"

UNIT_TEST(number_grammars)
{
	static const struct
	{
		const char *text;
		bool json;
		bool plain;
	} cases[] = {
		{"0", true, true},		 {"-0", true, true},	  {"12", true, true},	   {"1.5", true, true},
		{"-12.050", true, true}, {"1e3", true, false},	  {"1E+3", true, false},   {"-1.5e-07", true, false},
		{"", false, false},		 {"-", false, false},	  {"+1", false, false},	   {"01", false, false},
		{"-012", false, false},	 {".5", false, false},	  {"5.", false, false},	   {"1e", false, false},
		{"1e+", false, false},	 {"1.5.2", false, false}, {" 1", false, false},	   {"1 ", false, false},
		{"0x1F", false, false},	 {"1_000", false, false}, {"12:30", false, false}, {"NaN", false, false},
		{"1e5x", false, false},	 {"--1", false, false},	  {"1.e5", false, false},  {"e5", false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		if (llp_is_json_number(llp_str(cases[i].text)) != cases[i].json ||
			llp_is_plain_decimal(llp_str(cases[i].text)) != cases[i].plain)
			unit_fail(__FILE__, __LINE__, "\"%s\"", cases[i].text);
	}
}

/* Text, kind and ECMAScript's form of it; jsonb and literals in documents must agree on all of these. */
UNIT_TEST(number_parses_and_prints)
{
	static const struct
	{
		const char *text;
		ValueKind kind;
		const char *form;
	} cases[] = {
		{"0", VALUE_INT, "0"},
		{"-0", VALUE_INT, "0"},
		{"-0.0e5", VALUE_INT, "0"},
		{"1.0", VALUE_INT, "1"},
		{"1e3", VALUE_INT, "1000"},
		{"10e-1", VALUE_INT, "1"},
		{"-25e-1", VALUE_DOUBLE, "-2.5"},
		{"9007199254740993", VALUE_INT, "9007199254740993"},
		{"9223372036854775807", VALUE_INT, "9223372036854775807"},
		{"9223372036854775807.000", VALUE_INT, "9223372036854775807"},
		{"9223372036854775808", VALUE_DOUBLE, "9223372036854776000"},
		{"-9223372036854775808", VALUE_INT, "-9223372036854775808"},
		{"-92233720368547758.08e2", VALUE_INT, "-9223372036854775808"},
		{"99999999999999999999", VALUE_DOUBLE, "100000000000000000000"},
		{"123456789012345680000", VALUE_DOUBLE, "123456789012345680000"},
		{"1e21", VALUE_DOUBLE, "1e+21"},
		{"999999999999999900000", VALUE_DOUBLE, "999999999999999900000"},
		{"1.5e300", VALUE_DOUBLE, "1.5e+300"},
		{"1e400", VALUE_DOUBLE, "1.7976931348623157e+308"},
		{"-1e400", VALUE_DOUBLE, "-1.7976931348623157e+308"},
		{"1e999999999999999999999999", VALUE_DOUBLE, "1.7976931348623157e+308"},
		{"1e-400", VALUE_INT, "0"},
		{"1e-999999999999999999999999", VALUE_INT, "0"},
		{"0e999999999999999999999999", VALUE_INT, "0"},
		{"5e-324", VALUE_DOUBLE, "5e-324"},
		{"1e-323", VALUE_DOUBLE, "1e-323"},
		{"2.2250738585072014e-308", VALUE_DOUBLE, "2.2250738585072014e-308"},
		{"0.000001", VALUE_DOUBLE, "0.000001"},
		{"0.00000123", VALUE_DOUBLE, "0.00000123"},
		{"1e-7", VALUE_DOUBLE, "1e-7"},
		{"1.25e-7", VALUE_DOUBLE, "1.25e-7"},
		{"0.1", VALUE_DOUBLE, "0.1"},
		{"0.30000000000000004", VALUE_DOUBLE, "0.30000000000000004"},
		{"123.456", VALUE_DOUBLE, "123.456"},
		{"123456789012345678901234567890e-20", VALUE_DOUBLE, "1234567890.1234567"},
		{"1234567890000000000000e-12", VALUE_INT, "1234567890"},
		{"0.00000000000000000000000000000000000000000000001e47", VALUE_INT, "1"},
		{"0.99999999999999999999999", VALUE_INT, "1"},
		{"2251799813685248.5", VALUE_DOUBLE, "2251799813685248.5"},
		{"4503599627370497.5", VALUE_INT, "4503599627370498"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		char out[LLP_NUMBER_TEXT_SIZE];
		Value value = llp_number_parse(llp_str(cases[i].text));
		Str form = llp_scalar_text(&llp_libc_host, &value, out);

		if (value.kind != cases[i].kind || !llp_str_equal(form, llp_str(cases[i].form)))
			unit_fail(__FILE__, __LINE__, "%s: %s %.*s", cases[i].text, llp_kind_name(value.kind),
					  STR_ARG(form));
	}
}

/* The 54th bit decides, and after it the 1000th digit. */
UNIT_TEST(number_rounds_long_texts_correctly)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	StrBuf tie;
	Value value;

	llp_buf_init(&tie, arena);
	llp_buf_append(&tie, STR("36893488147419107328.")); /* halfway between two doubles, 2^65 + 2^12 */
	for (int i = 0; i < 2000; i++)
		llp_buf_append_char(&tie, '0');
	value = llp_number_parse(llp_buf_str(&tie));
	CHECK(value.as.real == 36893488147419103232.0);
	llp_buf_append_char(&tie, '1');
	value = llp_number_parse(llp_buf_str(&tie));
	CHECK(value.as.real == 36893488147419111424.0);
	llp_arena_destroy(arena);
}

UNIT_TEST(number_of_a_megabyte_is_read_in_no_time)
{
	enum
	{
		SIZE = 1000000
	};
	char *digits = malloc(SIZE);
	Value value;

	if (digits == NULL)
		abort();
	memset(digits, '9', SIZE);
	CHECK(llp_is_json_number((Str){digits, SIZE}));
	value = llp_number_parse((Str){digits, SIZE});
	CHECK(value.kind == VALUE_DOUBLE && value.as.real == DBL_MAX);
	memcpy(digits, "0.", 2);
	memset(digits + 2, '0', SIZE - 3);
	value = llp_number_parse((Str){digits, SIZE});
	CHECK(value.kind == VALUE_INT && value.as.integer == 0);
	free(digits);
}

UNIT_TEST(number_from_double_normalises)
{
	Value value = llp_number_from_double(NAN);

	CHECK(value.kind == VALUE_INT && value.as.integer == 0);
	value = llp_number_from_double(INFINITY);
	CHECK(value.kind == VALUE_DOUBLE && value.as.real == DBL_MAX);
	value = llp_number_from_double(-INFINITY);
	CHECK(value.kind == VALUE_DOUBLE && value.as.real == -DBL_MAX);
	value = llp_number_from_double(-0.0);
	CHECK(value.kind == VALUE_INT && value.as.integer == 0);
	value = llp_number_from_double(-9223372036854775808.0);
	CHECK(value.kind == VALUE_INT && value.as.integer == INT64_MIN);
	value = llp_number_from_double(9223372036854775808.0);
	CHECK(value.kind == VALUE_DOUBLE);
	value = llp_number_from_double(0.5);
	CHECK(value.kind == VALUE_DOUBLE && value.as.real == 0.5);
}

static Value
of_int(int64_t integer)
{
	return (Value){.kind = VALUE_INT, .as.integer = integer};
}

static Value
of_double(double real)
{
	return (Value){.kind = VALUE_DOUBLE, .as.real = real};
}

UNIT_TEST(number_comparison_is_exact)
{
	const struct
	{
		Value a, b;
		int order;
	} cases[] = {
		{of_int(1), of_int(2), -1},
		{of_int(INT64_MIN), of_int(INT64_MAX), -1},
		{of_int(9007199254740993), of_double(9007199254740992.0), 1},
		{of_int(9007199254740992), of_double(9007199254740992.0), 0},
		{of_int(9007199254740991), of_double(9007199254740992.0), -1},
		{of_int(INT64_MAX), of_double(9223372036854775808.0), -1},
		{of_int(INT64_MIN), of_double(-9223372036854775808.0), 0},
		{of_int(INT64_MIN), of_double(-1e300), 1},
		{of_int(INT64_MAX), of_double(DBL_MAX), -1},
		{of_int(1), of_double(1.5), -1},
		{of_int(2), of_double(1.5), 1},
		{of_int(-1), of_double(-1.5), 1},
		{of_int(0), of_double(-0.5), 1},
		{of_int(0), of_double(5e-324), -1},
		{of_double(1.5), of_double(2.5), -1},
		{of_double(1.5), of_double(1.5), 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		CHECK_INT(llp_number_compare(&cases[i].a, &cases[i].b), cases[i].order);
		CHECK_INT(llp_number_compare(&cases[i].b, &cases[i].a), -cases[i].order);
	}
}

UNIT_TEST(number_form_of_a_bool)
{
	char out[LLP_NUMBER_TEXT_SIZE];
	Value value = {.kind = VALUE_BOOL, .as.boolean = true};

	CHECK_STR(llp_scalar_text(&llp_libc_host, &value, out), "true");
	value.as.boolean = false;
	CHECK_STR(llp_scalar_text(&llp_libc_host, &value, out), "false");
}

/* Any double's text form is a JSON number that reads back as the same double. */
UNIT_TEST(number_forms_read_back)
{
	uint64_t state = 88172645463325252u;

	for (int i = 0; i < 20000; i++)
	{
		char out[LLP_NUMBER_TEXT_SIZE];
		double real;
		Value value, back;
		Str form;

		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		memcpy(&real, &state, sizeof(real));
		if (!isfinite(real))
			continue;
		value = llp_number_from_double(real);
		form = llp_scalar_text(&llp_libc_host, &value, out);
		back = llp_number_parse(form);
		if (!llp_is_json_number(form) || llp_number_compare(&value, &back) != 0)
			unit_fail(__FILE__, __LINE__, "%.17g became %.*s", real, STR_ARG(form));
	}
}

UNIT_TEST(number_says_what_it_lost)
{
	static const struct
	{
		const char *text;
		NumberLoss loss;
	} cases[] = {
		{"0", LOSS_NONE},
		{"0.1", LOSS_NONE},
		{"1e3", LOSS_NONE},
		{"9223372036854775807", LOSS_NONE},
		{"9223372036854775808", LOSS_NONE},
		{"36893488147419103232.000", LOSS_NONE},
		{"1e22", LOSS_NONE},
		{"-9223372036854775809", LOSS_OF_INTEGER},
		{"1e23", LOSS_OF_INTEGER},
		{"123456789012345678901", LOSS_OF_INTEGER},
		{"1e309", LOSS_OF_INTEGER},
		{"-1e999999999999", LOSS_OF_INTEGER},
		{"9007199254740993.5", LOSS_OF_FRACTION},
		{"-0.99999999999999999999", LOSS_OF_FRACTION},
		{"1e-400", LOSS_OF_FRACTION},
		{"9223372036854775807.5", LOSS_OF_FRACTION},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (llp_number_parse(llp_str(cases[i].text)).as.loss != cases[i].loss)
			unit_fail(__FILE__, __LINE__, "%s", cases[i].text);
}

UNIT_TEST(number_is_read_as_a_double)
{
	double value;

	CHECK(llp_double_parse(STR("0.1"), &value) && value == 0.1);
	CHECK(llp_double_parse(STR(".5"), &value) && value == 0.5);
	CHECK(llp_double_parse(STR("5."), &value) && value == 5);
	CHECK(llp_double_parse(STR("9007199254740993"), &value) && value == 9007199254740992.0);
	CHECK(llp_double_parse(STR("1e-400"), &value) && value == 0);
	CHECK(!llp_double_parse(STR("1e309"), &value));
}
