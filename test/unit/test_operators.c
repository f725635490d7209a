/*
 * test/unit/test_operators.c - every operator on every kind of value.
 *
 * A row is a field, an operator and a constant, both in JSON; NULL is a field that is not there.
 */
#include "vm_support.h"

#include "vm/operators.h"

typedef struct OperatorRow
{
	const char *field;
	const char *op;
	const char *constant;
	bool holds;
} OperatorRow;

static const OperatorRow rows[] = {
	/* eq: numbers by value */
	{"5", "eq", "5", true},
	{"5", "eq", "5.0", true},
	{"5", "eq", "50e-1", true},
	{"5", "eq", "6", false},
	{"0.1", "eq", "1e-1", true},
	{"-0", "eq", "0", true},
	{"9007199254740993", "eq", "9007199254740992", false},
	{"9007199254740993", "eq", "9007199254740993.0", true},
	{"9223372036854775807", "eq", "9223372036854775808", false},
	{"1e400", "eq", "1.7976931348623157e308", true},
	/* eq: text forms across kinds */
	{"5", "eq", "\"5\"", true},
	{"\"5\"", "eq", "5", true},
	{"\"5.0\"", "eq", "5", false},
	{"5.5", "eq", "\"5.5\"", true},
	{"1e-7", "eq", "\"1e-7\"", true},
	{"0.000001", "eq", "\"0.000001\"", true},
	{"1e21", "eq", "\"1e+21\"", true},
	{"true", "eq", "\"true\"", true},
	{"\"false\"", "eq", "false", true},
	{"true", "eq", "true", true},
	{"true", "eq", "false", false},
	{"true", "eq", "1", false},
	{"\"True\"", "eq", "true", false},
	{"\"a\"", "eq", "\"a\"", true},
	{"\"a\"", "eq", "\"A\"", false},
	{"\"\"", "eq", "\"\"", true},
	{"\"\"", "eq", "0", false},
	{"\" 5\"", "eq", "5", false},
	/* eq: null, nothing */
	{"null", "eq", "null", true},
	{"null", "eq", "\"null\"", false},
	{"\"null\"", "eq", "null", false},
	{"null", "eq", "0", false},
	{"null", "eq", "false", false},
	{"null", "eq", "\"\"", false},
	{"null", "eq", "[]", false},
	{NULL, "eq", "null", false},
	{NULL, "eq", "\"\"", false},
	{NULL, "eq", "false", false},
	/* eq: containers */
	{"[1, 2]", "eq", "[1.0, 2]", true},
	{"[1, 2]", "eq", "[2, 1]", false},
	{"[1, \"2\"]", "eq", "[1, 2]", false},
	{"[]", "eq", "[]", true},
	{"[]", "eq", "{}", false},
	{"[5]", "eq", "5", false},
	{"[\"a\"]", "eq", "\"a\"", false},
	{"\"[1]\"", "eq", "[1]", false},
	{"{\"a\": 1, \"b\": [null]}", "eq", "{\"b\": [null], \"a\": 1.0}", true},
	{"{\"a\": 1}", "eq", "{\"a\": 1, \"b\": 2}", false},
	{"{\"a\": 1}", "eq", "{\"a\": \"1\"}", false},
	{"{\"a\": null}", "eq", "{\"b\": null}", false},
	{"{}", "eq", "{}", true},
	{"{}", "eq", "null", false},
	/* ne: exactly the negation */
	{"5", "ne", "\"5\"", false},
	{"5", "ne", "6", true},
	{NULL, "ne", "5", true},
	{NULL, "ne", "null", true},
	{"null", "ne", "null", false},
	{"[1]", "ne", "1", true},
	{"[1]", "ne", "[1]", false},
	/* gt, lt: numbers and plain decimals compare as numbers */
	{"10", "gt", "9", true},
	{"10", "gt", "10", false},
	{"9", "gt", "10", false},
	{"\"10\"", "gt", "9", true},
	{"10", "gt", "\"9\"", true},
	{"\"10\"", "gt", "\"9\"", true},
	{"\"10.5\"", "gt", "\"10.25\"", true},
	{"\"-1\"", "gt", "\"-2\"", true},
	{"\"-10\"", "lt", "\"-9\"", true},
	{"9007199254740993", "gt", "9007199254740992.0", true},
	{"9223372036854775807", "lt", "9223372036854775808", true},
	{"0.1", "lt", "0.2", true},
	/* gt, lt: anything else by code point of the text forms */
	{"\"010\"", "gt", "\"9\"", false},
	{"\"1e3\"", "gt", "\"2\"", false},
	{"\"1e3\"", "lt", "\"2\"", true},
	{"\"+5\"", "lt", "\"4\"", true},
	{"\".5\"", "lt", "\"0.1\"", true},
	{"\"5.\"", "gt", "\"40\"", true},
	{"\" 10\"", "gt", "9", false},
	{"\"b\"", "gt", "\"a\"", true},
	{"\"a\"", "gt", "\"B\"", true},
	{"\"abc\"", "gt", "\"ab\"", true},
	{"\"ab\"", "lt", "\"abc\"", true},
	{"\"\"", "lt", "\"a\"", true},
	{"\"abc\"", "gt", "5", true},
	{"5", "lt", "\"abc\"", true},
	{"1e300", "lt", "\"1x\"", true},
	{"\"\xf0\x90\x80\x80\"", "gt", "\"\xef\xbf\xbd\"", true},
	/* gt, lt: never with nothing, null, bool, list, object */
	{NULL, "gt", "5", false},
	{NULL, "lt", "5", false},
	{"null", "gt", "-1", false},
	{"null", "lt", "1", false},
	{"true", "gt", "0", false},
	{"true", "lt", "\"zzz\"", false},
	{"1", "gt", "false", false},
	{"[2]", "gt", "1", false},
	{"{}", "lt", "\"z\"", false},
	{"5", "gt", "null", false},
	{"5", "gt", "[1]", false},
	/* gte, lte: gt or eq, lt or eq */
	{"10", "gte", "10", true},
	{"10", "gte", "\"10\"", true},
	{"10", "gte", "11", false},
	{"10", "lte", "10.0", true},
	{"9", "lte", "10", true},
	{"\"10.0\"", "gte", "10", false},
	{"\"10.0\"", "gte", "9", true},
	{"null", "gte", "null", true},
	{"null", "lte", "null", true},
	{"true", "gte", "true", true},
	{"true", "lte", "\"true\"", true},
	{"true", "gte", "false", false},
	{"[1]", "gte", "[1]", true},
	{"[1]", "lte", "[2]", false},
	{NULL, "gte", "0", false},
	{NULL, "lte", "null", false},
	/* in, not_in */
	{"\"a\"", "in", "[\"b\", \"a\"]", true},
	{"\"a\"", "in", "[]", false},
	{"5", "in", "[\"5\"]", true},
	{"\"5\"", "in", "[1, 5]", true},
	{"null", "in", "[null]", true},
	{"null", "in", "[0, \"\", false]", false},
	{NULL, "in", "[null, \"\"]", false},
	{"[1]", "in", "[[1], 2]", true},
	{"[1]", "in", "[1]", false},
	{"{\"a\": 1}", "in", "[{\"a\": 1}]", true},
	{"\"a\"", "in", "\"a\"", false},
	{"\"a\"", "in", "\"abc\"", false},
	{"\"a\"", "in", "{\"x\": \"a\"}", false},
	{"\"a\"", "not_in", "[\"b\", \"a\"]", false},
	{"\"c\"", "not_in", "[\"b\", \"a\"]", true},
	{NULL, "not_in", "[1]", true},
	{"\"a\"", "not_in", "\"a\"", true},
	/* contains on strings: substring of the text form */
	{"\"hello world\"", "contains", "\"lo w\"", true},
	{"\"hello\"", "contains", "\"\"", true},
	{"\"\"", "contains", "\"\"", true},
	{"\"\"", "contains", "\"a\"", false},
	{"\"hello\"", "contains", "\"Hello\"", false},
	{"\"room 101\"", "contains", "101", true},
	{"\"room 101\"", "contains", "101.0", true},
	{"\"it is true\"", "contains", "true", true},
	{"\"null\"", "contains", "null", false},
	{"\"[1]\"", "contains", "[1]", false},
	{"\"{}\"", "contains", "{}", false},
	{"\"a\xc3\xa9\"", "contains", "\"\xc3\xa9\"", true},
	/* contains on lists and objects: an item, a member's value */
	{"[1, 2]", "contains", "2", true},
	{"[1, 2]", "contains", "\"2\"", true},
	{"[\"ab\"]", "contains", "\"a\"", false},
	{"[null]", "contains", "null", true},
	{"[]", "contains", "null", false},
	{"[[1]]", "contains", "[1]", true},
	{"[[1]]", "contains", "1", false},
	{"{\"a\": \"x\"}", "contains", "\"x\"", true},
	{"{\"a\": \"x\"}", "contains", "\"a\"", false},
	{"{\"a\": 5}", "contains", "\"5\"", true},
	{"{}", "contains", "\"\"", false},
	/* contains on anything else */
	{"12345", "contains", "\"23\"", false},
	{"true", "contains", "\"true\"", false},
	{"null", "contains", "null", false},
	{NULL, "contains", "\"\"", false},
	{NULL, "contains", "null", false},
	{"\"hello\"", "not_contains", "\"ell\"", false},
	{"\"hello\"", "not_contains", "\"x\"", true},
	{"5", "not_contains", "\"5\"", true},
	{NULL, "not_contains", "\"a\"", true},
	{"[1]", "not_contains", "1", false},
	/* matches on the text form */
	{"\"gpt-4\"", "matches", "\"^gpt\"", true},
	{"\"gpt-4\"", "matches", "\"^4\"", false},
	{"\"gpt-4\"", "matches", "\"\"", true},
	{"\"\"", "matches", "\"^$\"", true},
	{"1234", "matches", "\"^12\"", true},
	{"1.50", "matches", "\"^1\\\\.5$\"", true},
	{"true", "matches", "\"^tr\"", true},
	{"null", "matches", "\"null\"", false},
	{"null", "matches", "\"\"", false},
	{"[\"a\"]", "matches", "\"a\"", false},
	{"{}", "matches", "\"\"", false},
	{NULL, "matches", "\"\"", false},
	/* exists */
	{"1", "exists", "true", true},
	{"null", "exists", "true", true},
	{"false", "exists", "true", true},
	{NULL, "exists", "true", false},
	{"1", "exists", "false", false},
	{"null", "exists", "false", false},
	{NULL, "exists", "false", true},
};

static Value
json(Arena *arena, const char *text)
{
	return text == NULL ? llp_missing : llp_tree_value(vm_json(arena, text));
}

static Regex *
pattern_of(Arena *arena, Operator op, const Value *constant)
{
	Regex *regex = NULL;
	Str problem;

	if (op == OPERATOR_MATCHES)
		CHECK_INT(llp_regex_compile(arena, constant->as.string, &regex, &problem), STATUS_OK);
	return regex;
}

UNIT_TEST(operators_hold_as_the_language_says)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		const OperatorRow *row = &rows[i];
		Arena *arena = vm_arena();
		Value field = json(arena, row->field);
		Value constant = json(arena, row->constant);
		Operator op = llp_operator_of(llp_str(row->op));
		bool holds = !row->holds;

		CHECK(op != OPERATOR_NONE);
		CHECK_INT(llp_operator_holds(llp_arena_host(arena), op, &field, &constant,
									 pattern_of(arena, op, &constant), &holds),
				  STATUS_OK);
		if (holds != row->holds)
			unit_fail(__FILE__, __LINE__, "%s %s %s is %s", row->field == NULL ? "nothing" : row->field,
					  row->op, row->constant, holds ? "true" : "false");
		llp_arena_destroy(arena);
	}
}

/* Values of every kind, several of which are equal or nearly so. */
static const char *const samples[] = {
	NULL,		"null",	 "true",	 "false", "0",	 "1",		"1.5",	  "-1", "1e300",	  "\"\"", "\"1\"",
	"\"true\"", "\"a\"", "\"null\"", "[]",	  "[1]", "[\"1\"]", "[null]", "{}", "{\"a\": 1}", "[[1]]"};

#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

static bool
holds_between(const Host *host, Operator op, const Value *a, const Value *b)
{
	bool holds = false;

	CHECK_INT(llp_operator_holds(host, op, a, b, NULL, &holds), STATUS_OK);
	return holds;
}

UNIT_TEST(operators_negations_are_exact_on_every_pair)
{
	static const Operator pairs[][2] = {{OPERATOR_EQ, OPERATOR_NE},
										{OPERATOR_IN, OPERATOR_NOT_IN},
										{OPERATOR_CONTAINS, OPERATOR_NOT_CONTAINS}};
	Arena *arena = vm_arena();
	const Host *host = llp_arena_host(arena);

	for (size_t i = 0; i < SAMPLES; i++)
		for (size_t j = 1; j < SAMPLES; j++)
		{
			Value a = json(arena, samples[i]);
			Value b = json(arena, samples[j]);

			for (size_t k = 0; k < sizeof(pairs) / sizeof(pairs[0]); k++)
				CHECK(holds_between(host, pairs[k][0], &a, &b) != holds_between(host, pairs[k][1], &a, &b));
		}
	llp_arena_destroy(arena);
}

UNIT_TEST(operators_order_is_consistent_on_every_pair)
{
	Arena *arena = vm_arena();
	const Host *host = llp_arena_host(arena);

	for (size_t i = 0; i < SAMPLES; i++)
		for (size_t j = 1; j < SAMPLES; j++)
		{
			Value a = json(arena, samples[i]);
			Value b = json(arena, samples[j]);
			bool eq = holds_between(host, OPERATOR_EQ, &a, &b);
			bool gt = holds_between(host, OPERATOR_GT, &a, &b);
			bool lt = holds_between(host, OPERATOR_LT, &a, &b);

			CHECK(!(gt && lt));
			CHECK(gt == holds_between(host, OPERATOR_LT, &b, &a));
			CHECK(eq == holds_between(host, OPERATOR_EQ, &b, &a));
			CHECK(holds_between(host, OPERATOR_GTE, &a, &b) == (gt || eq));
			CHECK(holds_between(host, OPERATOR_LTE, &a, &b) == (lt || eq));
		}
	llp_arena_destroy(arena);
}
