/*
 * test/unit/test_cel_strings.c - functions of texts.
 */
#include "cel_support.h"

UNIT_TEST(cel_strings_are_searched)
{
	static const CelRow rows[] = {
		{"contains", "'hello', 'he'", "true"},
		{"contains", "'hello', ''", "true"},
		{"contains", "'', ''", "true"},
		{"contains", "'', 'something'", "false"},
		{"contains", "'🐱😀😁', '😀'", "true"},
		{"startsWith", "'foobar', 'foo'", "true"},
		{"startsWith", "'foobar', ''", "true"},
		{"startsWith", "'fo', 'foo'", "false"},
		{"startsWith", "'завтра', 'за'", "true"},
		{"endsWith", "'foobar', 'bar'", "true"},
		{"endsWith", "'foobar', 'foo'", "false"},
		{"endsWith", "'', ''", "true"},
		{"endsWith", "'r', 'bar'", "false"},
		{"endsWith", "'forté', 'té'", "true"},
		{"indexOf", "'tacocat', ''", "0"},
		{"indexOf", "'tacocat', 'ac'", "1"},
		{"indexOf", "'tacocat', 'none'", "-1"},
		{"indexOf", "'tacocat', '', 3", "3"},
		{"indexOf", "'tacocat', 'a', 3", "5"},
		{"indexOf", "'tacocat', 'at', 3", "5"},
		{"indexOf", "'ta©o©αT', '©'", "2"},
		{"indexOf", "'ta©o©αT', '©', 3", "4"},
		{"indexOf", "'ta©o©αT', '©α', 3", "4"},
		{"indexOf", "'ta©o©αT', '©α', 5", "-1"},
		{"indexOf", "'hello wello', 'elbo room!!'", "-1"},
		{"indexOf", "'tacocat', 'a', 7", "-1"},
		{"indexOf", "'tacocat', '', 7", "7"},
		{"indexOf", "'tacocat', 'a', 30", "error: index out of range: 30"},
		{"indexOf", "'tacocat', 'a', -1", "error: index out of range: -1"},
		{"indexOf", "'©', '', 2", "error: index out of range: 2"},
		{"indexOf", "'a', 'a', -9223372036854775808", "error: index out of range: -9223372036854775808"},
		{"lastIndexOf", "'tacocat', ''", "7"},
		{"lastIndexOf", "'', ''", "0"},
		{"lastIndexOf", "'', 'a'", "-1"},
		{"lastIndexOf", "'tacocat', 'at'", "5"},
		{"lastIndexOf", "'tacocat', 'none'", "-1"},
		{"lastIndexOf", "'tacocat', '', 3", "3"},
		{"lastIndexOf", "'tacocat', 'a', 3", "1"},
		{"lastIndexOf", "'ta©o©αT', '©'", "4"},
		{"lastIndexOf", "'ta©o©αT', '©', 3", "2"},
		{"lastIndexOf", "'ta©o©αT', '©α', 4", "4"},
		{"lastIndexOf", "'hello wello', 'ello', 6", "1"},
		{"lastIndexOf", "'hello wello', 'low'", "-1"},
		{"lastIndexOf", "'aaaa', 'aa'", "2"},
		{"lastIndexOf", "'aaaa', 'aa', 1", "1"},
		{"lastIndexOf", "'tacocat', 'a', -1", "error: index out of range: -1"},
		{"lastIndexOf", "'tacocat', 'a', 30", "error: index out of range: 30"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_strings_have_parts)
{
	static const CelRow rows[] = {
		{"charAt", "'tacocat', 3", "'o'"},
		{"charAt", "'tacocat', 7", "''"},
		{"charAt", "'', 0", "''"},
		{"charAt", "'©αT', 0", "'©'"},
		{"charAt", "'©αT', 1", "'α'"},
		{"charAt", "'©αT', 2", "'T'"},
		{"charAt", "'©αT', 3", "''"},
		{"charAt", "'©αT', 4", "error: index out of range: 4"},
		{"charAt", "'tacocat', 30", "error: index out of range: 30"},
		{"charAt", "'tacocat', -1", "error: index out of range: -1"},
		{"substring", "'tacocat', 4", "'cat'"},
		{"substring", "'tacocat', 7", "''"},
		{"substring", "'tacocat', 0, 4", "'taco'"},
		{"substring", "'tacocat', 4, 4", "''"},
		{"substring", "'ta©o©αT', 2, 6", "'©o©α'"},
		{"substring", "'ta©o©αT', 7, 7", "''"},
		{"substring", "'tacocat', 40", "error: index out of range: 40"},
		{"substring", "'tacocat', -1", "error: index out of range: -1"},
		{"substring", "'tacocat', 1, 50", "error: index out of range: 50"},
		{"substring", "'tacocat', 49, 50", "error: index out of range: 49"},
		{"substring", "'tacocat', 4, 3", "error: invalid substring range. start: 4, end: 3"},
		{"trim", "' \\x0C\\n\\x0D\\x09\\x0Btext  '", "'text'"},
		{"trim", "'\u00a0\u1680text\xC2\x85'", "'text'"},
		{"trim", "'\u2000\u200atext\u2028\u2029\u202F\u205F\u3000'", "'text'"},
		{"trim", "'\u180etext\u200b\u2060\ufeff'", "'\u180etext\u200b\u2060\ufeff'"},
		{"trim", "' \u3000 '", "''"},
		{"trim", "''", "''"},
		{"lowerAscii", "'TacoCÆt Xii'", "'tacocÆt xii'"},
		{"upperAscii", "'tacoCαt[`{'", "'TACOCαT[`{'"},
		{"reverse", "'Ta©oCαt'", "'tαCo©aT'"},
		{"reverse", "''", "''"},
		{"size", "'πέντε'", "5"},
		{"size", "'🐱😀'", "2"},
		{"size", "b'\\xC3\\xBF'", "2"},
		{"_+_", "'¢', 'ÿ'", "'¢ÿ'"},
		{"_+_", "'', ''", "''"},
		{"_+_", "'a', ''", "'a'"},
		{"_+_", "b'', b'\\xFF'", "b'\\xFF'"},
		{"_+_", "b'a', b'\\xFF'", "b'a\\xFF'"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_strings_are_taken_apart_and_put_together)
{
	static const CelRow rows[] = {
		{"join", "['x', 'y']", "'xy'"},
		{"join", "['x', 'y'], '-'", "'x-y'"},
		{"join", "[], '-'", "''"},
		{"join", "['x'], '-'", "'x'"},
		{"join", "['x', 1]", "error: no such overload"},
		{"join", "r'[\"x\", \"y\"]', '/'", "'x/y'"},
		{"replace", "'hello hello', 'he', 'we'", "'wello wello'"},
		{"replace", "'hello hello', 'he', 'we', -1", "'wello wello'"},
		{"replace", "'hello hello', 'he', 'we', 1", "'wello hello'"},
		{"replace", "'hello hello', 'he', 'we', 0", "'hello hello'"},
		{"replace", "'12 days', '{0}', '2'", "'12 days'"},
		{"replace", "'aaa', 'aa', 'b'", "'ba'"},
		{"replace", "'©α', '', '-'", "'-©-α-'"},
		{"replace", "'ab', '', '-', 2", "'-a-b'"},
		{"replace", "'', '', '-'", "'-'"},
		{"replace", "'', 'a', '-'", "''"},
		{"replace", "'abc', 'b', ''", "'ac'"},
		{"split", "'hello hello hello', ' '", "['hello', 'hello', 'hello']"},
		{"split", "'hello hello hello', ' ', 0", "[]"},
		{"split", "'hello hello hello', ' ', 1", "['hello hello hello']"},
		{"split", "'hello hello hello', ' ', 2", "['hello', 'hello hello']"},
		{"split", "'o©o©o', '©', -1", "['o', 'o', 'o']"},
		{"split", "'o©o', '©', -9223372036854775808", "['o', 'o']"},
		{"split", "'oo', '', -9223372036854775808", "['o', 'o']"},
		{"replace", "'oo', 'o', 'x', -9223372036854775808", "'xx'"},
		{"split", "'o©o', ''", "['o', '©', 'o']"},
		{"split", "'o©o', '', 2", "['o', '©o']"},
		{"split", "'', ''", "[]"},
		{"split", "'', ','", "['']"},
		{"split", "',', ','", "['', '']"},
		{"strings.quote", "'\\x08\\x0C\\n\\x0D\\x09\\x0B\\x07'", "'\"\\\\b\\\\f\\\\n\\\\r\\\\t\\\\v\\\\a\"'"},
		{"strings.quote", "'a \" b \\\\'", "'\"a \\\\\" b \\\\\\\\\"'"},
		{"strings.quote", "'😀'", "'\"😀\"'"},
		{"strings.quote", "''", "'\"\"'"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_matches_is_a_search_and_refuses_bad_patterns)
{
	static const CelRow rows[] = {
		{"matches", "'hubba', 'ubb'", "true"},
		{"matches", "'', 'foo|bar'", "false"},
		{"matches", "'cows', ''", "true"},
		{"matches", "'banana', 'ba(na)*$'", "true"},
		{"matches", "'🐱😀😀', '(a|😀){2}'", "true"},
		{"matches", "'a', '('", "error: invalid regular expression"},
		{"matches", "'a', '(\\\\pL{1,30}\\\\s){20}'", "error: regular expression too large"},
	};

	CEL_CHECK_ROWS(rows);
}

UNIT_TEST(cel_patterns_are_compiled_once_an_evaluation)
{
	CelContext context = cel_context(CEL_AMPLE);
	uint64_t before = context.meter.steps;
	uint64_t first;

	CHECK(cel_call(&context, "matches", "'abc', 'b+'").as.boolean);
	first = before - context.meter.steps;
	before = context.meter.steps;
	CHECK(!cel_call(&context, "matches", "'acc', 'b+'").as.boolean);
	CHECK(first > 100);
	CHECK(before - context.meter.steps < 10);
	llp_arena_destroy(context.arena);
}
