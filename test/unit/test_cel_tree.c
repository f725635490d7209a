/*
 * test/unit/test_cel_tree.c - what expressions computed as JSON.
 */
#include "cel_support.h"

#include "vm/cel_tree.h"

UNIT_TEST(cel_values_become_json)
{
	static const char *const rows[][2] = {
		{"null", "null"},
		{"true", "true"},
		{"-1", "-1"},
		{"9223372036854775807u", "9223372036854775807"},
		{"1.0", "1"},
		{"1.5", "1.5"},
		{"'a\"'", "\"a\\\"\""},
		{"b'abc'", "\"YWJj\""},
		{"t'2026-06-01T12:00:00Z'", "\"2026-06-01T12:00:00Z\""},
		{"d'90s'", "\"90s\""},
		{"i'::1'", "\"::1\""},
		{"c'10.0.0.0/8'", "\"10.0.0.0/8\""},
		{"T'int'", "\"int\""},
		{"none", "null"},
		{"some([1])", "[1]"},
		{"[1, [2, {}]]", "[1,[2,{}]]"},
		{"{'a': 1, 2: 'b', true: null, 3u: 4}", "{\"a\":1,\"2\":\"b\",\"true\":null,\"3\":4}"},
		{"r'{\"a\": [1, 1.5, \"x\", null, false, {}]}'", "{\"a\":[1,1.5,\"x\",null,false,{}]}"},
		{"[r'[9223372036854775809]']", "[[9223372036854776000]]"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		CelContext context = cel_context(CEL_AMPLE);
		CelValue problem = llp_cel_null;
		TreeNode *tree = llp_cel_tree(&context, cel_read(&context, rows[i][0]), &problem);

		CHECK(tree != NULL);
		if (tree != NULL)
			CHECK_STR(vm_json_text(context.arena, tree), rows[i][1]);
		llp_arena_destroy(context.arena);
	}
}

static void
check_problem(CelMeter meter, const char *value, const char *expected)
{
	CelContext context = cel_context(CEL_AMPLE);
	CelValue read = cel_read(&context, value);
	CelValue problem = llp_cel_null;

	context.meter = meter;
	CHECK(llp_cel_tree(&context, read, &problem) == NULL);
	CHECK_STR(llp_str(cel_write(&context, problem)), expected);
	llp_arena_destroy(context.arena);
}

UNIT_TEST(cel_values_without_a_json_form_are_errors)
{
	static const char *const rows[][2] = {
		{"NaN", "error: a double that is not finite has no JSON form"},
		{"[Infinity]", "error: a double that is not finite has no JSON form"},
		{"{'a': 9223372036854775808u}", "error: a uint beyond the range of int has no JSON form"},
		{"{1: 2, '1': 3}", "error: two keys of a map have the same text"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_problem(CEL_AMPLE, rows[i][0], rows[i][1]);
}

UNIT_TEST(cel_trees_are_metered)
{
	check_problem((CelMeter){.steps = 2, .memory = 1 << 20}, "[1, 2, 3]", "stopped: steps");
	check_problem((CelMeter){.steps = 100, .memory = 100}, "r'[1, 2, 3]'", "stopped: memory");
}

static bool
make_tree(Arena *arena, void *data)
{
	CelContext ample = cel_context(CEL_AMPLE);
	CelValue value = cel_read(&ample, "[{'a': b'x', 1: r'[{\"b\": 1.5}]'}]");
	CelValue problem;
	CelContext context;
	TreeNode *tree;

	(void) data;
	llp_cel_context_init(&context, arena, CEL_AMPLE, llp_cel_timestamp(0, 0));
	tree = llp_cel_tree(&context, value, &problem);
	if (tree == NULL)
		CHECK_INT(context.status, STATUS_NO_MEMORY);
	llp_arena_destroy(ample.arena);
	return tree != NULL;
}

UNIT_TEST(cel_trees_notice_each_failed_allocation)
{
	unit_every_allocation_fails(make_tree, NULL);
}
