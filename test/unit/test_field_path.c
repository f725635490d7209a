/*
 * test/unit/test_field_path.c - base/field_path.h.
 */
#include "unit.h"

#include "base/diag.h"
#include "base/field_path.h"
#include "base/tree.h"
#include "doc/reader.h"

UNIT_TEST(path_parses_into_steps)
{
	/* the steps joined by | , an index marked by # */
	static const struct
	{
		const char *path;
		const char *steps;
	} cases[] = {
		{"a", "a"},
		{"a.b.c", "a|b|c"},
		{"a[0]", "a|#0"},
		{"a.0", "a|#0"},
		{"a[12].b", "a|#12|b"},
		{"a[0][1]", "a|#0|#1"},
		{"a[\"x.y\"]", "a|x.y"},
		{"a['x']", "a|x"},
		{"a['it\\'s \"q\" \\\\']", "a|it's \"q\" \\"},
		{"a[\"]\"].b", "a|]|b"},
		{"a[\"\"]", "a|"},
		{"[\"a.b\"].c", "a.b|c"},
		{"[3]", "#3"},
		{"a[-1]", "a|-1"},
		{"a[01]", "a|01"},
		{"a[4294967295]", "a|#4294967295"},
		{"a[4294967296]", "a|4294967296"},
		{"a[99999999999999999999]", "a|99999999999999999999"},
		{"a[b]", "a|b"},
		{"user.roles.length", "user|roles|length"},
		{"with space.\xC3\xA9", "with space|\xC3\xA9"},
		{"it's", "it's"},
	};
	Arena *arena = llp_arena_create(&llp_libc_host, 0);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const char *problem = "";
		size_t offset = 0;
		FieldPath path = {0};
		StrBuf steps;

		llp_buf_init(&steps, arena);
		if (llp_path_parse(arena, llp_str(cases[i].path), &path, &problem, &offset) != STATUS_OK)
			unit_fail(__FILE__, __LINE__, "%s: %s at %zu", cases[i].path, problem, offset);
		CHECK(llp_path_valid(llp_str(cases[i].path)));
		for (size_t step = 0; step < path.count; step++)
		{
			llp_buf_append(&steps, step > 0 ? STR("|") : STR(""));
			if (path.steps[step].is_index)
				llp_buf_format(&steps, "#%u", (unsigned) path.steps[step].index);
			else
				llp_buf_append(&steps, path.steps[step].key);
		}
		CHECK_STR(llp_buf_str(&steps), cases[i].steps);
		CHECK_STR(path.text, cases[i].path);
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(path_errors_name_the_place)
{
	static const struct
	{
		const char *path;
		const char *problem;
		size_t offset;
	} cases[] = {
		{"", "empty path", 0},
		{".", "empty step", 0},
		{"a.", "empty step", 2},
		{"a..b", "empty step", 2},
		{".a", "empty step", 0},
		{"a.[0]", "empty step", 2},
		{"a[]", "empty step", 2},
		{"a[", "missing ]", 2},
		{"a[0", "missing ]", 3},
		{"a[b[0]]", "missing ]", 3},
		{"a['x", "missing closing quote", 4},
		{"a['x'", "missing ]", 5},
		{"a['x'y]", "missing ]", 5},
		{"a['\\n']", "unknown escape (known are \\\\, \\\" and \\')", 4},
		{"a['\\", "unknown escape (known are \\\\, \\\" and \\')", 4},
		{"a]", "] without [", 1},
		{"a[0]b", "a . or [ must follow ]", 4},
	};
	Arena *arena = llp_arena_create(&llp_libc_host, 0);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const char *problem = "none";
		size_t offset = 99;
		FieldPath path;

		if (llp_path_parse(arena, llp_str(cases[i].path), &path, &problem, &offset) != STATUS_INVALID)
			unit_fail(__FILE__, __LINE__, "%s was accepted", cases[i].path);
		CHECK_STR(llp_str(problem), cases[i].problem);
		CHECK_INT(offset, cases[i].offset);
		CHECK(!llp_path_valid(llp_str(cases[i].path)));
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(path_has_at_most_64_steps)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	const char *problem = "none";
	size_t offset = 0;
	FieldPath path;
	StrBuf text;

	llp_buf_init(&text, arena);
	llp_buf_append_char(&text, 'a');
	for (int i = 1; i < LLP_MAX_PATH_STEPS; i++)
		llp_buf_append(&text, STR(".b"));
	CHECK_INT(llp_path_parse(arena, llp_buf_str(&text), &path, &problem, &offset), STATUS_OK);
	CHECK_INT(path.count, LLP_MAX_PATH_STEPS);
	CHECK(llp_path_valid(llp_buf_str(&text)));
	llp_buf_append(&text, STR("[0]"));
	CHECK_INT(llp_path_parse(arena, llp_buf_str(&text), &path, &problem, &offset), STATUS_INVALID);
	CHECK_STR(llp_str(problem), "too many steps");
	CHECK(!llp_path_valid(llp_buf_str(&text)));
	llp_arena_destroy(arena);
}

static const char request[] =
	"{\"llm\": {\"model\": \"gp\xF0\x9F\x98\x80t\", \"maxTokens\": 5, \"none\": null},"
	" \"user\": {\"roles\": [\"a\", \"b\", {\"length\": \"own\", \"0\": \"zero\", \"-1\": \"minus\"}]},"
	" \"metadata\": {\"ticket.id\": \"T-1\", \"ticket\": {\"id\": \"T-2\"}},"
	" \"a.b\": \"top\", \"a\": {\"b\": \"nested\", \"c\": \"only nested\"},"
	" \"x[0]\": \"literal\", \"length\": 7}";

UNIT_TEST(path_fetches)
{
	/* the text form of what is there; NULL for nothing, "null" for null, the kind in <> for containers */
	static const struct
	{
		const char *path;
		const char *value;
	} cases[] = {
		{"llm.maxTokens", "5"},
		{"llm.none", "null"},
		{"llm.none.deeper", NULL},
		{"llm.absent", NULL},
		{"llm.model.length", "4"},
		{"llm.model[2]", "\xF0\x9F\x98\x80"},
		{"llm.model.3", "t"},
		{"llm.model[4]", NULL},
		{"llm.model[-1]", NULL},
		{"llm.maxTokens.length", NULL},
		{"llm", "<map>"},
		{"llm.length", NULL},
		{"user.roles", "<list>"},
		{"user.roles.length", "3"},
		{"user.roles[\"length\"]", "3"},
		{"user.roles[0]", "a"},
		{"user.roles.1", "b"},
		{"user.roles[3]", NULL},
		{"user.roles[-1]", NULL},
		{"user.roles[01]", NULL},
		{"user.roles.name", NULL},
		{"user.roles[2].length", "own"},
		{"user.roles[2].0", "zero"},
		{"user.roles[2][0]", "zero"},
		{"user.roles[2][-1]", "minus"},
		{"metadata[\"ticket.id\"]", "T-1"},
		{"metadata.ticket.id", "T-2"},
		{"a.b", "top"},
		{"a[\"b\"]", "nested"},
		{"a.c", "only nested"},
		{"x[0]", "literal"},
		{"length", "7"},
		{"[0]", NULL},
	};
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	DiagnosticList findings;
	DocumentStream stream;
	Value root;

	llp_diag_init(&findings, arena);
	CHECK_INT(llp_read_documents(arena, llp_str(request), &stream, &findings), STATUS_OK);
	root = llp_tree_value(stream.documents[0].root);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const char *problem;
		size_t offset;
		FieldPath path;
		Value value;
		Str text = STR("nothing");

		CHECK_INT(llp_path_parse(arena, llp_str(cases[i].path), &path, &problem, &offset), STATUS_OK);
		value = llp_path_fetch(&root, &path);
		if (value.kind == VALUE_STRING)
			text = value.as.string;
		else if (value.kind == VALUE_INT)
			text = value.as.integer == 7 ? STR("7") : (Str){&"0123456"[value.as.integer], 1};
		else if (value.kind == VALUE_NULL)
			text = STR("null");
		else if (value.kind != VALUE_MISSING)
			text = value.kind == VALUE_MAP ? STR("<map>") : STR("<list>");
		if (!llp_str_equal(text, llp_str(cases[i].value == NULL ? "nothing" : cases[i].value)))
			unit_fail(__FILE__, __LINE__, "%s is %.*s", cases[i].path, STR_ARG(text));
	}
	llp_arena_destroy(arena);
}

static FieldPath
parse(Arena *arena, const char *text)
{
	FieldPath path = {0};
	const char *problem;
	size_t offset;

	CHECK_INT(llp_path_parse(arena, llp_str(text), &path, &problem, &offset), STATUS_OK);
	return path;
}

UNIT_TEST(path_conflicts_with_its_prefixes)
{
	static const struct
	{
		const char *a;
		const char *b;
		bool conflict;
	} cases[] = {
		{"a.b", "a.b", true},  {"a", "a.b", true},		{"a.b.c", "a", true},
		{"a.b", "a.c", false}, {"a[0]", "a.0", true},	{"ab", "a", false},
		{"a.b", "b", false},   {"a['b']", "a.b", true}, {"a['b.c']", "a.b.c", false},
	};
	Arena *arena = llp_arena_create(&llp_libc_host, 0);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		FieldPath a = parse(arena, cases[i].a);
		FieldPath b = parse(arena, cases[i].b);

		CHECK_INT(llp_path_conflicts(&a, &b), cases[i].conflict);
		CHECK_INT(llp_path_conflicts(&b, &a), cases[i].conflict);
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(path_becomes_a_json_pointer)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	FieldPath path = parse(arena, "llm.maxTokens");

	CHECK_STR(llp_path_pointer(arena, &path), "/llm/maxTokens");
	path = parse(arena, "a[0]['x/y~z']");
	CHECK_STR(llp_path_pointer(arena, &path), "/a/0/x~1y~0z");
	llp_arena_destroy(arena);
}

static bool
parse_and_point(Arena *arena, void *data)
{
	const char *problem;
	size_t offset;
	FieldPath path;
	Status status = llp_path_parse(arena, STR("a.b['c\\'d'][0]"), &path, &problem, &offset);

	(void) data;
	CHECK(status == STATUS_OK || status == STATUS_NO_MEMORY);
	return status == STATUS_OK && llp_path_pointer(arena, &path).size > 0;
}

UNIT_TEST(path_survives_every_failing_allocation)
{
	unit_every_allocation_fails(parse_and_point, NULL);
}
