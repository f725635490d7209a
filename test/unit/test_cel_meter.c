/*
 * test/unit/test_cel_meter.c - evaluations stop at their limits, whatever the limit, and say why.
 */
#include "cel_support.h"

#include "vm/cel_map.h"

/* Calls that work in proportion to the size of something, and their results. */
static const CelRow calls[] = {
	{"_+_", "'abcdefghijklmnopqrstuvwxyz0123456789', 'abcdefghijklmnopqrstuvwxyz0123456789'",
	 "'abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789'"},
	{"_+_", "[1, 2], [3, 4]", "[1, 2, 3, 4]"},
	{"_==_", "[[1, 2], {'a': [3]}], [[1, 2], {'a': [3]}]", "true"},
	{"@in", "4, [1, 2, 3, 4]", "true"},
	{"@map_insert", "{'a': 1}, {'b': 2}", "{'a': 1, 'b': 2}"},
	{"join", "['ab', 'cd', 'ef'], '--'", "'ab--cd--ef'"},
	{"replace", "'aaaa', 'a', 'bcd'", "'bcdbcdbcdbcd'"},
	{"split", "'a,b,c,d,e,f,g,h,i,j', ','", "['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']"},
	{"split", "'abcd', ''", "['a', 'b', 'c', 'd']"},
	{"lowerAscii", "'ABC'", "'abc'"},
	{"reverse", "'abc'", "'cba'"},
	{"trim", "'     a      '", "'a'"},
	{"lastIndexOf", "'aaaaaaaaaaaaaaaaaaaa', 'a'", "19"},
	{"strings.quote", "'\"\"\"'", "'\"\\\\\"\\\\\"\\\\\"\"'"},
	{"matches", "'abc', 'a.c'", "true"},
	{"format", "'%s %d %.40f %x %%', [{'a': [1, 2.5e-7]}, 2, 0.5, 'abc']",
	 "'{a: [1, 0.00000025]} 2 0.5000000000000000000000000000000000000000 616263 %'"},
	{"format", "'%q', [1]", "error: could not parse formatting clause: unrecognized formatting clause \"q\""},
	{"string", "12345", "'12345'"},
	{"string", "t'2026-06-01T12:00:00Z'", "'2026-06-01T12:00:00Z'"},
	{"hour", "t'2026-06-01T12:00:00Z', 'Europe/Berlin'", "14"},
	{"format", "t'2026-06-01T12:00:00Z', 'YYYY-MM'", "'2026-06'"},
	{"lists.range", "12", "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]"},
	{"flatten", "[[1], [[2]], 3], 3", "[1, 2, 3]"},
	{"sort", "['c', 'a', 'b']", "['a', 'b', 'c']"},
	{"@sort_by", "r'[1, 2, 3]', r'[3, 2, 1]'", "[3, 2, 1]"},
	{"distinct", "[1, 2, 1, [1], [1], 'a']", "[1, 2, [1], 'a']"},
	{"sets.equivalent", "[1, [2]], [[2], 1]", "true"},
	{"base64.encode", "b'abc'", "'YWJj'"},
	{"base64.decode", "'YWJj'", "b'abc'"},
	{"optional.unwrap", "[some(1), none]", "[1]"},
	{"math.greatest", "[1, 2, 3]", "3"},
	{"parse_json", "'{\"a\": [1, \"\\\\n\"]}'", "{'a': [1, '\\x0A']}"},
	{"slice", "r'[1, 2, 3]', 0, 2", "[1, 2]"},
};

#define CALLS (sizeof(calls) / sizeof(calls[0]))

/* Calls with so much left; the result is right, or the evaluation stopped for the reason. */
static bool
runs_with(const CelRow *call, CelMeter meter, const char *reason)
{
	CelContext ample = cel_context(CEL_AMPLE);
	CelContext context = cel_context(meter);
	CelValue args[CEL_MAX_ARGUMENTS];
	int count = cel_arguments(&ample, call->arguments, args);
	CelValue result = llp_cel_call(&context, cel_function(call->function), args, count);
	bool stopped = result.kind == CEL_STOPPED;
	const char *actual = cel_write(&context, result);

	if (strcmp(actual, stopped ? reason : call->result) != 0)
		unit_fail(__FILE__, __LINE__, "%s(%s) is %s, not %s", call->function, call->arguments, actual,
				  stopped ? reason : call->result);
	llp_arena_destroy(context.arena);
	llp_arena_destroy(ample.arena);
	return !stopped;
}

UNIT_TEST(cel_calls_stop_at_any_number_of_steps)
{
	for (size_t i = 0; i < CALLS; i++)
	{
		uint64_t steps = 0;

		while (!runs_with(&calls[i], (CelMeter){.steps = steps, .memory = 1 << 20}, "stopped: steps"))
			steps += 1 + steps / 16;
	}
}

UNIT_TEST(cel_calls_stop_at_any_amount_of_memory)
{
	for (size_t i = 0; i < CALLS; i++)
	{
		uint64_t memory = 0;

		while (!runs_with(&calls[i], (CelMeter){.steps = 100000, .memory = memory}, "stopped: memory"))
			memory += 1 + memory / 8;
	}
}

static bool
run_call(Arena *arena, void *data)
{
	const CelRow *call = data;
	CelContext ample = cel_context(CEL_AMPLE);
	CelValue args[CEL_MAX_ARGUMENTS];
	int count = cel_arguments(&ample, call->arguments, args);
	CelContext context;
	CelValue result;

	llp_cel_context_init(&context, arena, CEL_AMPLE, llp_cel_timestamp(0, 0));
	result = llp_cel_call(&context, cel_function(call->function), args, count);
	if (result.kind == CEL_STOPPED)
		CHECK_INT(context.status, STATUS_NO_MEMORY);
	llp_arena_destroy(ample.arena);
	return result.kind != CEL_STOPPED;
}

UNIT_TEST(cel_calls_notice_each_failed_allocation)
{
	for (size_t i = 0; i < CALLS; i++)
		unit_every_allocation_fails(run_call, (void *) (uintptr_t) &calls[i]);
}

/* Doubles a text or list until the evaluation stops; how often that worked. */
static int
doublings(CelContext *context, CelValue value)
{
	int count = 0;

	for (;; count++)
	{
		CelValue args[2] = {value, value};

		value = llp_cel_call(context, FUNCTION_ADD, args, 2);
		if (value.kind == CEL_STOPPED)
			return count;
	}
}

UNIT_TEST(cel_doubling_stops_within_the_limits)
{
	CelContext context = cel_context((CelMeter){.steps = 1000000, .memory = 16 << 20});

	CHECK(doublings(&context, llp_cel_string(STR("abcdefgh"))) < 21);
	CHECK_INT(context.status, STATUS_LIMIT);
	llp_arena_destroy(context.arena);
	context = cel_context((CelMeter){.steps = 1000000, .memory = 16 << 20});
	CHECK(doublings(&context, cel_read(&context, "[1, 2]")) < 19);
	llp_arena_destroy(context.arena);
}

UNIT_TEST(cel_large_results_stop_before_they_are_made)
{
	static const CelRow rows[] = {
		{"lists.range", "9223372036854775807", "stopped: memory"},
		{"lists.range", "4000000000", "stopped: memory"},
		{"lists.range", "1000000", "stopped: steps"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		CelContext context = cel_context((CelMeter){.steps = 100000, .memory = 64 << 20});

		CHECK_STR(llp_str(cel_write(&context, cel_call(&context, rows[i].function, rows[i].arguments))),
				  rows[i].result);
		llp_arena_destroy(context.arena);
	}
}

/* A list in a list in a list … */
static CelValue
nested_list(CelContext *context, int depth)
{
	CelValue list = llp_cel_list(NULL, 0);

	for (int i = 0; i < depth; i++)
	{
		CelItems items;

		llp_cel_items_init(&items, context);
		llp_cel_items_append(&items, list);
		list = llp_cel_items_value(&items);
	}
	return list;
}

UNIT_TEST(cel_deep_values_stop_the_evaluation)
{
	static const Function functions[] = {FUNCTION_EQUAL, FUNCTION_FLATTEN, FUNCTION_FORMAT};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
	{
		CelContext context = cel_context(CEL_AMPLE);
		CelValue deep = nested_list(&context, 100000);
		CelValue args[2] = {deep, deep};

		if (functions[i] == FUNCTION_FLATTEN)
			args[1] = llp_cel_int(INT64_MAX);
		if (functions[i] == FUNCTION_FORMAT)
			args[0] = llp_cel_string(STR("%s"));
		CHECK_STR(llp_str(cel_write(&context, llp_cel_call(&context, functions[i], args, 2))),
				  "stopped: depth");
		llp_arena_destroy(context.arena);
	}
}

UNIT_TEST(cel_stopped_stays_stopped)
{
	CelContext context = cel_context((CelMeter){.steps = 3, .memory = 1 << 20});

	CHECK_INT(cel_call(&context, "_==_", "[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]").kind, CEL_STOPPED);
	CHECK(!llp_cel_charge(&context, 0));
	CHECK_INT(llp_cel_stop(&context, STATUS_NO_MEMORY, NULL).kind, CEL_STOPPED);
	CHECK_INT(context.status, STATUS_LIMIT);
	llp_arena_destroy(context.arena);
}

static bool
poll_yes(void *data)
{
	(*(int *) data)++;
	return true;
}

UNIT_TEST(cel_long_work_asks_whether_to_stop)
{
	int polls = 0;
	Host host = llp_libc_host;
	CelContext context;

	host.context = &polls;
	host.poll = poll_yes;
	llp_cel_context_init(&context, llp_arena_create(&host, 0), CEL_AMPLE, llp_cel_timestamp(0, 0));
	CHECK_INT(cel_call(&context, "lists.range", "100").kind, CEL_LIST);
	CHECK_INT(polls, 0);
	CHECK_INT(cel_call(&context, "lists.range", "100000").kind, CEL_STOPPED);
	CHECK_INT(context.status, STATUS_CANCELLED);
	CHECK_INT(polls, 1);
	llp_arena_destroy(context.arena);
}
