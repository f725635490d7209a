/*
 * test/unit/test_cel_numbers.c - arithmetic, equality, order, the library math, conversions.
 */
#include "cel_support.h"

#define INT_MAX_TEXT "9223372036854775807"
#define INT_MIN_TEXT "-9223372036854775808"
#define UINT_MAX_TEXT "18446744073709551615u"

UNIT_TEST(cel_integers_never_wrap_around)
{
	static const CelRow rows[] = {
		{"_+_", "40, 2", "42"},
		{"_+_", INT_MAX_TEXT ", 1", "error: integer overflow"},
		{"_+_", INT_MIN_TEXT ", -1", "error: integer overflow"},
		{"_+_", UINT_MAX_TEXT ", 1u", "error: unsigned integer overflow"},
		{"_-_", INT_MIN_TEXT ", 1", "error: integer overflow"},
		{"_-_", "0, " INT_MIN_TEXT, "error: integer overflow"},
		{"_-_", "-1, " INT_MIN_TEXT, INT_MAX_TEXT},
		{"_-_", "0u, 1u", "error: unsigned integer overflow"},
		{"_*_", "5000000000, 5000000000", "error: integer overflow"},
		{"_*_", INT_MIN_TEXT ", -1", "error: integer overflow"},
		{"_*_", UINT_MAX_TEXT ", 2u", "error: unsigned integer overflow"},
		{"_/_", INT_MIN_TEXT ", -1", "error: integer overflow"},
		{"_/_", "15, 0", "error: divide by zero"},
		{"_/_", "15u, 0u", "error: divide by zero"},
		{"_/_", "-7, 2", "-3"},
		{"_/_", "1.0, 0.0", "Infinity"},
		{"_/_", "0.0, 0.0", "NaN"},
		{"_%_", INT_MIN_TEXT ", -1", "error: integer overflow"},
		{"_%_", "43, -5", "3"},
		{"_%_", "-42, -5", "-2"},
		{"_%_", "7, -1", "0"},
		{"_%_", "34, 0", "error: modulus by zero"},
		{"_%_", "34u, 0u", "error: modulus by zero"},
		{"_%_", "1.0, 1.0", "error: no such overload"},
		{"-_", INT_MIN_TEXT, "error: integer overflow"},
		{"-_", INT_MAX_TEXT, "-9223372036854775807"},
		{"-_", "0.0", "-0.0"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_numbers_compare_exactly)
{
	static const CelRow rows[] = {
		{"_==_", "1, 1u", "true"},
		{"_==_", "1, 1.0", "true"},
		{"_==_", "9007199254740993, 9007199254740992.0", "false"},
		{"_>_", "9007199254740993, 9007199254740992.0", "true"},
		{"_<_", "9007199254740992.0, 9007199254740993u", "true"},
		{"_==_", "-1, 18446744073709551615u", "false"},
		{"_<_", "-1, 0u", "true"},
		{"_<_", "1, 9223372036854775808u", "true"},
		{"_==_", "NaN, NaN", "false"},
		{"_!=_", "NaN, NaN", "true"},
		{"_<_", "NaN, 1", "false"},
		{"_>=_", "NaN, 1u", "false"},
		{"_<_", "1, Infinity", "true"},
		{"_>_", "1u, -Infinity", "true"},
		{"_==_", "0.0, -0.0", "true"},
		{"_<_", "-0.5, 0u", "true"},
		{"_<_", "-1, -0.5", "true"},
		/* The doubles at the ends of the ranges stand for the ends. */
		{"_<_", INT_MAX_TEXT ", 9223372036854775808.0", "false"},
		{"_==_", INT_MAX_TEXT ", 9223372036854775808.0", "true"},
		{"_<_", INT_MAX_TEXT ", 9223372036854777857.0", "true"},
		{"_<_", "9223372036854775806, 9223372036854775808.0", "true"},
		{"_<_", INT_MIN_TEXT ", -9223372036854775809.0", "false"},
		{"_>_", INT_MIN_TEXT ", -9223372036854777857.0", "true"},
		{"_==_", UINT_MAX_TEXT ", 18446744073709551616.0", "true"},
		{"_<_", "18446744073709551614u, 18446744073709551616.0", "true"},
		{"_<_", UINT_MAX_TEXT ", 18446744073709590000.0", "true"},
		{"_>_", "18446744073709553665.0, " UINT_MAX_TEXT, "true"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_values_of_other_types_are_never_equal)
{
	static const CelRow rows[] = {
		{"_==_", "1, '1'", "false"},
		{"_==_", "null, false", "false"},
		{"_==_", "'a', b'a'", "false"},
		{"_==_", "[], {}", "false"},
		{"_==_", "null, null", "true"},
		{"_==_", "T'int', T'int'", "true"},
		{"_==_", "T'int', T'uint'", "false"},
		{"_==_", "'ίδιο', 'ίδιο'", "true"},
		{"_==_", "[1, null], [1.0, null]", "true"},
		{"_==_", "[1, 2], [2, 1]", "false"},
		{"_==_", "[NaN], [NaN]", "false"},
		{"_==_", "{1: 1.0, 2u: 3u}, {1u: 1, 2: 3.0}", "true"},
		{"_==_", "{'k': 1, 'l': 2}, {'l': 2, 'k': 1}", "true"},
		{"_==_", "{'k': 1}, {'K': 1}", "false"},
		{"_==_", "none, none", "true"},
		{"_==_", "none, some(1)", "false"},
		{"_==_", "some(1), some(1.0)", "true"},
		{"_==_", "r'[1, {\"a\": 1.5}]', [1u, {'a': 1.5}]", "true"},
		{"_==_", "{'a': [1]}, r'{\"a\": [1]}'", "true"},
		{"_<_", "'f', '\u1EBF'", "true"},
		{"_<_", "'\uFFFD', '\U0001F600'", "true"},
		{"_<_", "'abc', 'abcd'", "true"},
		{"_<_", "b'\\xC3\\xA1', b'b'", "false"},
		{"_<_", "false, true", "true"},
		{"_<=_", "true, false", "false"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_math)
{
	static const CelRow rows[] = {
		{"math.greatest", "1, 3, 10", "10"},
		{"math.greatest", "1, 1.0", "1"},
		{"math.greatest", "5.4, 10, 3u, -5.0, " INT_MAX_TEXT, INT_MAX_TEXT},
		{"math.greatest", "[5.4, 10u, 3u]", "10u"},
		{"math.greatest", "[]", "error: math.greatest and math.least need at least one number"},
		{"math.greatest", "[1, 'a']", "error: no such overload"},
		{"math.least", "-5", "-5"},
		{"math.least", "5.4, 10, 3u, -5.0", "-5.0"},
		{"math.least", "r'[3, 2.5]'", "2.5"},
		{"math.ceil", "-1.2", "-1.0"},
		{"math.floor", "-1.2", "-2.0"},
		{"math.round", "-1.5", "-2.0"},
		{"math.round", "2.5", "3.0"},
		{"math.round", "0.49999999999999994", "0.0"},
		{"math.trunc", "-1.9", "-1.0"},
		{"math.abs", "-11", "11"},
		{"math.abs", "1u", "1u"},
		{"math.abs", "-1.5", "1.5"},
		{"math.abs", INT_MIN_TEXT, "error: integer overflow"},
		{"math.sign", "-11", "-1"},
		{"math.sign", "0u", "0u"},
		{"math.sign", "-32.0", "-1.0"},
		{"math.sign", "NaN", "NaN"},
		{"math.sqrt", "81", "9.0"},
		{"math.sqrt", "4u", "2.0"},
		{"math.sqrt", "-1.0", "NaN"},
		{"math.isNaN", "NaN", "true"},
		{"math.isInf", "-Infinity", "true"},
		{"math.isFinite", "1.5", "true"},
		{"math.isFinite", "NaN", "false"},
		{"math.bitAnd", "1, -1", "1"},
		{"math.bitAnd", "1u, 3u", "1u"},
		{"math.bitOr", "4, -2", "-2"},
		{"math.bitXor", "4, -2", "-6"},
		{"math.bitNot", "1", "-2"},
		{"math.bitNot", "0u", UINT_MAX_TEXT},
		{"math.bitShiftLeft", "1, 63", INT_MIN_TEXT},
		{"math.bitShiftLeft", "-1, 64", "0"},
		{"math.bitShiftLeft", "1u, -1", "error: math.bitShiftLeft() negative offset"},
		{"math.bitShiftRight", "-1024, 3", "2305843009213693824"},
		{"math.bitShiftRight", "-1024, 64", "0"},
		{"math.bitShiftRight", "1024u, 2", "256u"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_conversions_to_numbers)
{
	static const CelRow rows[] = {
		{"int", "42u", "42"},
		{"int", UINT_MAX_TEXT, "error: int out of range"},
		{"int", "-7.9", "-7"},
		{"int", "9223372036854775807.0", "error: int out of range"},
		{"int", "-9223372036854775808.0", "error: int out of range"},
		{"int", "9223372036854774784.0", "9223372036854774784"},
		{"int", "NaN", "error: int out of range"},
		{"int", "'987'", "987"},
		{"int", "'+987'", "987"},
		{"int", "'" INT_MIN_TEXT "'", INT_MIN_TEXT},
		{"int", "'9223372036854775808'", "error: int out of range"},
		{"int", "'99999999999999999999999999'", "error: int out of range"},
		{"int", "' 1'", "error: text is not an int"},
		{"int", "'1 '", "error: text is not an int"},
		{"int", "'1.0'", "error: text is not an int"},
		{"int", "'0x1'", "error: text is not an int"},
		{"int", "'-'", "error: text is not an int"},
		{"int", "''", "error: text is not an int"},
		{"int", "t'2004-09-16T23:59:59Z'", "1095379199"},
		{"int", "t'1969-12-31T23:59:59.5Z'", "-1"},
		{"int", "null", "error: no such overload"},
		{"uint", "-1", "error: uint out of range"},
		{"uint", "25.5", "25u"},
		{"uint", "-0.5", "error: uint out of range"},
		{"uint", "1e19", "10000000000000000000u"},
		{"uint", "18446744073709551616.0", "error: uint out of range"},
		{"uint", "'300'", "300u"},
		{"uint", "'-1'", "error: text is not a uint"},
		{"uint", "'18446744073709551616'", "error: uint out of range"},
		{"double", INT_MAX_TEXT, "9223372036854776000.0"},
		{"double", "'-0.0'", "-0.0"},
		{"double", "'6.02214e23'", "6.02214e+23"},
		{"double", "'.5'", "0.5"},
		{"double", "'5.'", "5.0"},
		{"double", "'+1E2'", "100.0"},
		{"double", "'1e400'", "error: double out of range"},
		{"double", "'1e-400'", "0.0"},
		{"double", "'NaN'", "NaN"},
		{"double", "'-Infinity'", "-Infinity"},
		{"double", "'1e'", "error: text is not a double"},
		{"double", "'.'", "error: text is not a double"},
		{"double", "'1_0'", "error: text is not a double"},
		{"double", "'0x1p3'", "error: text is not a double"},
		{"double", "''", "error: text is not a double"},
		{"bool", "'TRUE'", "true"},
		{"bool", "'t'", "true"},
		{"bool", "'0'", "false"},
		{"bool", "'TrUe'", "error: text is not a bool"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_conversions_to_texts)
{
	static const CelRow rows[] = {
		{"string", "-456", "'-456'"},
		{"string", UINT_MAX_TEXT, "'18446744073709551615'"},
		{"string", "123.456", "'123.456'"},
		{"string", "-4.5e-3", "'-0.0045'"},
		{"string", "1e6", "'1000000'"},
		{"string", "1e21", "'1e+21'"},
		{"string", "-0.0", "'-0'"},
		{"string", "NaN", "'NaN'"},
		{"string", "-Infinity", "'-Infinity'"},
		{"string", "true", "'true'"},
		{"string", "b'\\xC3\\xBF'", "'ÿ'"},
		{"string", "b'a\\x00b'", "'a\\x00b'"},
		{"string", "b'\\x00\\xFF'", "error: bytes are not valid UTF-8"},
		{"string", "b'\\xED\\xA0\\x80'", "error: bytes are not valid UTF-8"},
		{"string", "t'2009-02-13T23:31:30.5Z'", "'2009-02-13T23:31:30.5Z'"},
		{"string", "d'1000000s'", "'1000000s'"},
		{"string", "i'2001:DB8::68'", "'2001:db8::68'"},
		{"string", "c'192.168.0.0/24'", "'192.168.0.0/24'"},
		{"string", "null", "error: no such overload"},
		{"string", "[1]", "error: no such overload"},
		{"bytes", "'ÿ'", "b'\\xC3\\xBF'"},
		{"type", "1", "T'int'"},
		{"type", "null", "T'null_type'"},
		{"type", "T'int'", "T'type'"},
		{"type", "some(1)", "T'optional_type'"},
		{"type", "i'::1'", "T'net.IP'"},
		{"type", "d'1s'", "T'google.protobuf.Duration'"},
		{"dyn", "1u", "1u"},
	};

	CEL_CHECK_ROWS(rows);
}
