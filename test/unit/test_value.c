/*
 * test/unit/test_value.c - values of requests as values of expressions.
 */
#include "cel_support.h"

static const char *
read_request(CelContext *context, const char *json)
{
	Value value = llp_tree_value(vm_json(context->arena, json));

	return cel_write(context, llp_cel_of_value(&value));
}

#define NOT_EXACT "error: number of the request that neither an int nor a double holds exactly"

UNIT_TEST(values_of_a_request_keep_their_types)
{
	static const char *const rows[][2] = {
		{"null", "null"},
		{"true", "true"},
		{"\"a\"", "'a'"},
		{"1", "1"},
		{"1.0", "1"},
		{"1e3", "1000"},
		{"-0", "0"},
		{"1.5", "1.5"},
		{"0.1", "0.1"},
		{"9223372036854775807", "9223372036854775807"},
		{"-9223372036854775808", "-9223372036854775808"},
		/* Integral, beyond int64, but a double is exactly that. */
		{"9223372036854775808", "9223372036854776000.0"},
		{"18446744073709551616", "18446744073709552000.0"},
		{"1e22", "1e+22"},
		{"9223372036854775809", NOT_EXACT},
		{"1e23", NOT_EXACT},
		{"-123456789012345678901234567890", NOT_EXACT},
		{"1e309", NOT_EXACT},
		{"-1e400", NOT_EXACT},
		{"1797693134862315800000000000000000000000000e400", NOT_EXACT},
		/* Not integral: the nearest double, also where that is. */
		{"9007199254740993.5", "9007199254740994.0"},
		{"0.99999999999999999999", "1.0"},
		{"9223372036854775807.5", "9223372036854776000.0"},
		{"1e-400", "0.0"},
		{"[1, {\"a\": [9223372036854775809]}]", "[1, {'a': [" NOT_EXACT "]}]"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		CelContext context = cel_context(CEL_AMPLE);

		CHECK_STR(llp_str(read_request(&context, rows[i][0])), rows[i][1]);
		llp_arena_destroy(context.arena);
	}
}

UNIT_TEST(a_copied_number_is_as_exact_as_its_original)
{
	CelContext context = cel_context(CEL_AMPLE);
	Value value = llp_tree_value(vm_json(context.arena, "[9223372036854775809, 9007199254740993.5]"));

	value = llp_tree_value(llp_tree_copy(context.arena, &value, 2));
	CHECK_STR(llp_str(cel_write(&context, llp_cel_of_value(&value))), "[" NOT_EXACT ", 9007199254740994.0]");
	llp_arena_destroy(context.arena);
}

UNIT_TEST(what_a_request_lacks_is_no_such_key)
{
	CelValue missing = llp_cel_of_value(&llp_missing);

	CHECK_INT(missing.kind, CEL_ERROR);
	CHECK_INT(missing.count, CEL_ERROR_ABSENT);
	CHECK_STR(missing.as.string, "no such key");
}

/* An error that lies in a list does not hide what is behind it, but a comparison that depends on it. */
UNIT_TEST(an_unreadable_element_is_an_error_where_it_matters)
{
	static const CelRow rows[] = {
		{"@in", "2, r'[9223372036854775809, 2]'", "true"},
		{"@in", "3, r'[9223372036854775809, 2]'", NOT_EXACT},
		{"_==_", "r'[1, 9223372036854775809]', [2, 3]", "false"},
		{"_==_", "r'[1, 9223372036854775809]', [1, 3]", NOT_EXACT},
		{"_==_", "r'{\"a\": 9223372036854775809}', {'a': 1}", NOT_EXACT},
		{"_[_]", "r'[9223372036854775809]', 0", NOT_EXACT},
		{"_[?_]", "r'[9223372036854775809]', 0", NOT_EXACT},
		{"join", "r'[\"a\", 9223372036854775809]'", NOT_EXACT},
		{"sort", "r'[9223372036854775809]'", NOT_EXACT},
		{"distinct", "r'[9223372036854775809]'", NOT_EXACT},
		{"_+_", "r'[9223372036854775809]', [1]", NOT_EXACT},
		{"format", "'%s', r'[[9223372036854775809]]'", NOT_EXACT},
		{"size", "r'[9223372036854775809]'", "1"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(a_value_is_small)
{
	CHECK_INT(sizeof(CelValue), 24);
}

UNIT_TEST(integers_equal_to_a_number_are_found)
{
	static const struct
	{
		const char *number;
		const char *integer; /* NULL: none */
	} rows[] = {
		{"1", "1"},
		{"1u", "1"},
		{"9223372036854775808u", "9223372036854775808u"},
		{"1.0", "1"},
		{"-0.0", "0"},
		{"9223372036854775808.0", "9223372036854775808u"},
		{"-9223372036854775808.0", "-9223372036854775808"},
		{"18446744073709549568.0", "18446744073709549568u"},
		{"18446744073709551616.0", NULL},
		{"-9223372036854777856.0", NULL},
		{"1.5", NULL},
		{"NaN", NULL},
		{"Infinity", NULL},
		{"'1'", NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		CelContext context = cel_context(CEL_AMPLE);
		CelValue integer = llp_cel_null;
		bool found = llp_cel_as_integer(cel_read(&context, rows[i].number), &integer);

		CHECK_INT(found, rows[i].integer != NULL);
		if (found)
			CHECK_STR(llp_str(cel_write(&context, integer)), rows[i].integer);
		llp_arena_destroy(context.arena);
	}
}
