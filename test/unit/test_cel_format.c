/*
 * test/unit/test_cel_format.c - string.format.
 */
#include "cel_support.h"

UNIT_TEST(cel_format_writes_every_clause)
{
	static const CelRow rows[] = {
		{"format", "'no substitution', []", "'no substitution'"},
		{"format", "'%% %s%%', ['a']", "'% a%'"},
		{"format", "'%%%s', ['a']", "'%a'"},
		{"format", "'%s %s %s', [1, 2u, 'a']", "'1 2 a'"},
		{"format", "'%.3f', [1.2345]", "'1.234'"},
		{"format", "'%.0f', [2.5]", "'2'"},
		{"format", "'%.0f', [3.5]", "'4'"},
		{"format", "'%.3f', [-123.4994]", "'-123.499'"},
		{"format", "'%f', [3u]", "'3.000000'"},
		{"format", "'%f', [NaN]", "'NaN'"},
		{"format", "'%f', [-Infinity]", "'-Infinity'"},
		{"format", "'%.6e', [1052.032911275]", "'1.052033e+03'"},
		{"format", "'%e', [2]", "'2.000000e+00'"},
		{"format", "'%e', [Infinity]", "'Infinity'"},
		{"format", "'%d', [-12]", "'-12'"},
		{"format", "'%d', [2.5]", "'2.5'"},
		{"format", "'%d', [Infinity]", "'Infinity'"},
		{"format", "'%b', [5]", "'101'"},
		{"format", "'%b', [-5]", "'-101'"},
		{"format", "'%b', [true]", "'1'"},
		{"format", "'%b', [-9223372036854775808]",
		 "'-1000000000000000000000000000000000000000000000000000000000000000'"},
		{"format", "'%o', [65535u]", "'177777'"},
		{"format", "'%x', [-30]", "'-1e'"},
		{"format", "'%X', [6000u]", "'1770'"},
		{"format", "'%x', ['Hello']", "'48656c6c6f'"},
		{"format", "'%X', [b'\\xFAb']", "'FA62'"},
		{"format", "'%s', [b'xyz']", "'xyz'"},
		{"format", "'%s', [T'string']", "'string'"},
		{"format", "'%s', [null]", "'null'"},
		{"format", "'%s', [1e21]", "'1000000000000000000000'"},
		{"format", "'%s', [1.5e22]", "'15000000000000000000000'"},
		{"format", "'%s', [-1.5e-7]", "'-0.00000015'"},
		{"format", "'%s', [d'8747s']", "'8747s'"},
		{"format", "'%s', [['abc', 3.14, null, [9], t'2023-02-03T23:31:20Z']]",
		 "'[abc, 3.14, null, [9], 2023-02-03T23:31:20Z]'"},
		{"format", "'%s', [{'strKey': 'x', 6: d'422s', true: 42}]", "'{6: 422s, strKey: x, true: 42}'"},
		{"format", "'%s', [{}]", "'{}'"},
		{"format", "'%s', r'[{\"a\": [1.5]}]'", "'{a: [1.5]}'"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_format_refuses_with_the_messages_of_the_library)
{
	static const CelRow rows[] = {
		{"format", "'%a', [1]",
		 "error: could not parse formatting clause: unrecognized formatting clause \"a\""},
		{"format", "'%E', [0.5]",
		 "error: could not parse formatting clause: unrecognized formatting clause \"E\""},
		{"format", "'%d %d %d', [0, 1]", "error: index 2 out of range"},
		{"format", "'%', []", "error: could not parse formatting clause: unexpected end of string"},
		{"format", "'%', [0]", "error: could not parse formatting clause: unexpected end of string"},
		{"format", "'%.', [0]", "error: could not parse formatting clause: error while parsing precision"},
		{"format", "'%.1001f', [0]",
		 "error: could not parse formatting clause: error while parsing precision"},
		{"format", "'%.99999999999999999999f', [0]",
		 "error: could not parse formatting clause: error while parsing precision"},
		{"format", "'%b', ['abc']",
		 "error: error during formatting: only integers and bools can be formatted as binary, was given string"},
		{"format", "'%d', [d'30m']",
		 "error: error during formatting: decimal clause can only be used on integers, was given "
		 "google.protobuf.Duration"},
		{"format", "'%o', ['a']",
		 "error: error during formatting: octal clause can only be used on integers, was given string"},
		{"format", "'%x', [0.5]",
		 "error: error during formatting: only integers, byte buffers, and strings can be formatted as hex, was "
		 "given double"},
		{"format", "'%e', [null]",
		 "error: error during formatting: scientific clause can only be used on doubles, was given null_type"},
		{"format", "'%f', [null]",
		 "error: error during formatting: fixed-point clause can only be used on doubles, was given null_type"},
		{"format", "'%s', [[some(1)]]",
		 "error: error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, "
		 "maps, lists, types, durations, and timestamps, was given optional_type"},
	};

	CEL_CHECK_ROWS(rows);
}
