/*
 * test/unit/test_reader.c - doc/reader.h.
 */
#include "unit.h"

#include <time.h>

#include "doc/reader.h"

/* One text, read. */
typedef struct Reading
{
	Arena *arena;
	Status status;
	DocumentStream stream;
	DiagnosticList findings;
} Reading;

/* With `memory` bytes at most, 0 for no limit. */
static Reading
read_within(size_t memory, Str text)
{
	Reading reading = {.arena = llp_arena_create(&llp_libc_host, memory)};

	llp_diag_init(&reading.findings, reading.arena);
	reading.status = llp_read_documents(reading.arena, text, &reading.stream, &reading.findings);
	return reading;
}

static Reading
read_text(Str text)
{
	return read_within(0, text);
}

static void
end_reading(Reading *reading)
{
	llp_arena_destroy(reading->arena);
}

/* All documents as JSON, one a line. */
static Str
documents_as_json(const Reading *reading)
{
	StrBuf out;

	llp_buf_init(&out, reading->arena);
	for (size_t i = 0; i < reading->stream.count; i++)
	{
		if (i > 0)
			llp_buf_append_char(&out, '\n');
		llp_tree_write_json(&out, reading->stream.documents[i].root);
	}
	return llp_buf_str(&out);
}

/* All findings, "line:column path: message", one a line. */
static Str
findings_as_text(const Reading *reading)
{
	StrBuf out;

	llp_buf_init(&out, reading->arena);
	for (const Diagnostic *finding = reading->findings.first; finding != NULL; finding = finding->next)
	{
		if (out.size > 0)
			llp_buf_append_char(&out, '\n');
		llp_buf_format(&out, "%d:%d %.*s: %.*s", finding->line, finding->column, STR_ARG(finding->path),
					   STR_ARG(finding->message));
	}
	return llp_buf_str(&out);
}

static void
check_reads(Str text, const char *json)
{
	Reading reading = read_text(text);
	Str got = documents_as_json(&reading);

	if (reading.status != STATUS_OK || reading.findings.errors != 0 || !llp_str_equal(got, llp_str(json)))
		unit_fail(__FILE__, __LINE__, "<<%.*s>> gave status %d, <<%.*s>>, <<%.*s>>", STR_ARG(text),
				  reading.status, STR_ARG(got), STR_ARG(findings_as_text(&reading)));
	end_reading(&reading);
}

static void
check_refuses(Str text, Status status, const char *findings)
{
	Reading reading = read_text(text);
	Str got = findings_as_text(&reading);

	if (reading.status != status || !llp_str_equal(got, llp_str(findings)))
		unit_fail(__FILE__, __LINE__, "<<%.*s>> gave status %d, <<%.*s>>", STR_ARG(text), reading.status,
				  STR_ARG(got));
	CHECK(reading.findings.errors > 0);
	end_reading(&reading);
}

typedef struct Case
{
	const char *text;
	const char *expected;
} Case;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

UNIT_TEST(reader_plain_scalars_follow_json)
{
	static const Case cases[] = {
		{"[no, yes, on, 012, +1, .5, 5., 12:30, 0x1F, 1_000, .inf, 1e]",
		 "\"no\"\n\"yes\"\n\"on\"\n\"012\"\n\"+1\"\n\".5\"\n\"5.\"\n\"12:30\"\n\"0x1F\"\n\"1_000\"\n\".inf\"\n"
		 "\"1e\""},
		{"[True, NULL, Null, nil, -]", "\"True\"\n\"NULL\"\n\"Null\"\n\"nil\"\n\"-\""},
		{"[true, false, null, ~]", "true\nfalse\nnull\nnull"},
		{"[1, -1, 1.0, 1.5, 1e3, -0, 1e400]", "1\n-1\n1\n1.5\n1000\n0\n1.7976931348623157e+308"},
		{"['1', \"true\", 'null', '~', '']", "\"1\"\n\"true\"\n\"null\"\n\"~\"\n\"\""},
		{"a: |\n  1\nb: >-\n  true\n", "{\"a\":\"1\\n\",\"b\":\"true\"}"},
		{"a:\nb: ''\n? c\n", "{\"a\":null,\"b\":\"\",\"c\":null}"},
		{"1: a\ntrue: b\n~: c\n'': d\n", "{\"1\":\"a\",\"true\":\"b\",\"~\":\"c\",\"\":\"d\"}"},
		{"2026-07-02: 2026-07-02T09:30:00Z", "{\"2026-07-02\":\"2026-07-02T09:30:00Z\"}"},
		{"when: a && b # comment", "{\"when\":\"a && b\"}"},
		{"<<: {a: 1}", "{\"<<\":{\"a\":1}}"},
		{"{a: 1, b, c: }", "{\"a\":1,\"b\":null,\"c\":null}"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		check_reads(llp_str(cases[i].text), cases[i].expected);
}

UNIT_TEST(reader_takes_json)
{
	static const Case cases[] = {
		{"{\"a\":{\"b\":[1,2,{\"c\":null}]},\"d\":\"\"}", "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"d\":\"\"}"},
		{"{\r\n\t\"a\" :\t1 ,\r\n\t\"b\": [\t]\r\n}\r\n", "{\"a\":1,\"b\":[]}"},
		{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\xC3\xA9\xE2\x82\xAC\""},
		{"{\"a\":\"http://x/#y\",\"b\":\"k: v, [x]\"}", "{\"a\":\"http://x/#y\",\"b\":\"k: v, [x]\"}"},
		{"\xEF\xBB\xBF{\"a\":1}", "{\"a\":1}"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		check_reads(llp_str(cases[i].text), cases[i].expected);
}

UNIT_TEST(reader_takes_surrogate_pairs_in_double_quotes_only)
{
	static const Case cases[] = {
		{"{\"e\":\"\\ud83d\\ude00\",\"f\":1}", "{\"e\":\"\xF0\x9F\x98\x80\",\"f\":1}"},
		{"\"\\uD800\\uDC00\\uDBFF\\uDFFF\"", "\"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\""},
		{"{\"\\ud83d\\ude00\": \"x\\ud83d\\ude00y\"}", "{\"\xF0\x9F\x98\x80\":\"x\xF0\x9F\x98\x80y\"}"},
		{"\"\\\\ud83d\\\\ude00\"", "\"\\\\ud83d\\\\ude00\""},
		{"\"\\\\\\ud83d\\ude00\"", "\"\\\\\xF0\x9F\x98\x80\""},
		{"a: '\\ud83d\\ude00'\nb: \"\\ud83d\\ude00\"\nc: \\ud83d\\ude00\nd: |\n  \\ud83d\\ude00\n"
		 "e: \"\\ud83d\\ude00\"",
		 "{\"a\":\"\\\\ud83d\\\\ude00\",\"b\":\"\xF0\x9F\x98\x80\",\"c\":\"\\\\ud83d\\\\ude00\","
		 "\"d\":\"\\\\ud83d\\\\ude00\\n\",\"e\":\"\xF0\x9F\x98\x80\"}"},
		{"# \\ud83d\\ude00\na: \"\\ud83d\\ude00\" # \\ud83d\\ude00", "{\"a\":\"\xF0\x9F\x98\x80\"}"},
		{"a: it's \"\\ud83d\\ude00\"", "{\"a\":\"it's \\\"\\\\ud83d\\\\ude00\\\"\"}"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		check_reads(llp_str(cases[i].text), cases[i].expected);
}

UNIT_TEST(reader_refuses_lone_surrogates)
{
	static const char *const cases[] = {
		"a: \"\\ud83d\"",  "a: \"\\ude00\"",		  "a: \"\\ude00\\ud83d\"", "a: \"\\ud83d\\ud83d\\ude00\"",
		"a: \"\\ud83dx\"", "a: \"\\ud83d\\\\ude00\"",
	};

	for (size_t i = 0; i < COUNT(cases); i++)
	{
		Reading reading = read_text(llp_str(cases[i]));

		CHECK_INT(reading.status, STATUS_INVALID);
		CHECK_STR(reading.findings.first->message, "an escape names no character");
		CHECK_INT(reading.findings.errors, 1);
		end_reading(&reading);
	}
}

/* Findings of the first reading are not repeated by the second one. */
UNIT_TEST(reader_reports_once_when_it_reads_twice)
{
	check_refuses(STR("a: '\\ud83d\\ude00'\na: \"\\ud83d\\ude00\"\nb: 1\nb: 2"), STATUS_INVALID,
				  "2:1 a: duplicate key \"a\", which stands already in line 1\n"
				  "4:1 b: duplicate key \"b\", which stands already in line 3");
}

UNIT_TEST(reader_keeps_characters_of_json_that_yaml_would_not)
{
	check_reads(STR("{\"a\": \"x \xE2\x80\xA8 y\", \"b\": \"x \xC2\x85 y\xE2\x80\xA9\"}"),
				"{\"a\":\"x \xE2\x80\xA8 y\",\"b\":\"x \xC2\x85 y\xE2\x80\xA9\"}");
	check_reads(STR("[\"\x7F\xC2\x80\xEF\xBF\xBE\xEF\xBF\xBF\"]"),
				"\"\x7F\xC2\x80\xEF\xBF\xBE\xEF\xBF\xBF\"");
	check_reads(STR("# \x7F \xE2\x80\xA8 still the comment\na: 1"), "{\"a\":1}");
	check_refuses(STR("a: 1\nb: x\xE2\x80\xA8y\nc: '\x7F'\n"), STATUS_INVALID,
				  "2:4 b: the character U+2028 can stand in a double-quoted string only\n"
				  "3:4 c: the character U+007F can stand in a double-quoted string only");
}

UNIT_TEST(reader_positions_count_code_points_of_the_text)
{
	static const Case cases[] = {
		{"\xEF\xBB\xBF"
		 "a: 1\na: 2",
		 "2:1 a: duplicate key \"a\", which stands already in line 1"},
		{"{\xC3\xA9: 1, a: 1, a: 2}", "1:14 a: duplicate key \"a\", which stands already in line 1"},
		{"{x: \"\\ud83d\\ude00\", a: 1, a: 2}",
		 "1:27 a: duplicate key \"a\", which stands already in line 1"},
		{"{x: \"\xE2\x80\xA8\", a: 1, a: 2}", "1:16 a: duplicate key \"a\", which stands already in line 1"},
		{"x: '\\ud83d\\ude00'\ny: \"\\ud83d\\ude00\"\nx: 1",
		 "3:1 x: duplicate key \"x\", which stands already in line 1"},
		{"a: 1\r\nb: 1\rb: 2\n", "3:1 b: duplicate key \"b\", which stands already in line 2"},
		{"a: \"\\ud83d\\ude00\" x", "1:19 : unexpected text after a closing quote"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		check_refuses(llp_str(cases[i].text), STATUS_INVALID, cases[i].expected);
}

UNIT_TEST(reader_nodes_know_their_places)
{
	Reading reading =
		read_text(STR("metadata:\n  name: x\nrules:\n  - id: r\n    value: [1, \xC3\xA9, 3]\n"));
	const TreeNode *root = reading.stream.documents[0].root;
	const TreeMember *name = llp_tree_member(llp_tree_get(root, STR("metadata")), STR("name"));
	const TreeNode *rule = llp_tree_get(root, STR("rules"))->as.list.items[0];
	const TreeNode *last = llp_tree_get(rule, STR("value"))->as.list.items[2];

	CHECK_INT(reading.status, STATUS_OK);
	CHECK_INT(root->line * 100 + root->column, 101);
	CHECK_INT(name->line * 100 + name->column, 203);
	CHECK_INT(name->value->line * 100 + name->value->column, 209);
	CHECK_INT(rule->line * 100 + rule->column, 405);
	CHECK_INT(last->line * 100 + last->column, 519);
	CHECK_INT(root->expanded_size, 10);
	CHECK_INT(root->height, 4);
	end_reading(&reading);
}

UNIT_TEST(reader_resolves_aliases)
{
	static const Case cases[] = {
		{"a: &x [1, 2]\nb: *x\n", "{\"a\":[1,2],\"b\":[1,2]}"},
		{"a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}"},
		{"&k key: 1\nb: *k\n", "{\"key\":1,\"b\":\"key\"}"},
		{"a: &x\nb: *x\n", "{\"a\":null,\"b\":null}"},
		{"a: &x {y: &y 1, z: *y}\nb: [*x, *y]", "{\"a\":{\"y\":1,\"z\":1},\"b\":[{\"y\":1,\"z\":1},1]}"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		check_reads(llp_str(cases[i].text), cases[i].expected);
}

UNIT_TEST(reader_refuses_what_yaml_allows)
{
	static const Case cases[] = {
		{"a: 1\na: 2\nb: {c: 3, c: 4, \"c\": 5}",
		 "2:1 a: duplicate key \"a\", which stands already in line 1\n"
		 "3:11 b.c: duplicate key \"c\", which stands already in line 3\n"
		 "3:17 b.c: duplicate key \"c\", which stands already in line 3"},
		{"rules:\n- a: 1\n- b: {x.y: 1, x.y: 2}",
		 "3:15 rules[1].b[\"x.y\"]: duplicate key \"x.y\", which stands already in line 3"},
		{"? [1]\n: 2\n? {a: b}\n: 3\nc: 4\nc: 5",
		 "1:3 : a key cannot be a list or a map\n3:3 : a key cannot be a list or a map\n"
		 "6:1 c: duplicate key \"c\", which stands already in line 5"},
		{"a: !!str 1\nb: !x [1]\nc: !!map {}\n? !!str d\n: 1",
		 "1:4 a: a tag (tag:yaml.org,2002:str) is not allowed\n2:4 b: a tag (!x) is not allowed\n"
		 "3:4 c: a tag (tag:yaml.org,2002:map) is not allowed\n"
		 "4:3 : a tag (tag:yaml.org,2002:str) is not allowed"},
		{"a: *x", "1:4 a: unknown anchor in the alias *x"},
		{"a: &x [1, *x]", "1:11 a[1]: the alias *x stands inside of what it refers to"},
		{"a: &x {b: {c: *x}}", "1:15 a.b.c: the alias *x stands inside of what it refers to"},
		{"a: &x k\n*x : 1", "2:1 : an alias cannot be a key"},
		{"[&x {a: 1}, {b: *x}]", "1:17 b: unknown anchor in the alias *x"},
		{"a: &x 1\n---\nb: *x", "3:4 b: unknown anchor in the alias *x"},
		{"a: \"x\\0\"\n\"\\u0000\": 1", "1:4 a: a string must not contain the character U+0000\n"
										"2:1 : a string must not contain the character U+0000"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		check_refuses(llp_str(cases[i].text), STATUS_INVALID, cases[i].expected);
}

UNIT_TEST(reader_explains_syntax_errors)
{
	static const Case cases[] = {
		{"a: \"x\nb: 1", "1:4 a: a quoted string is never closed"},
		{"a: 'x", "1:4 a: a quoted string is never closed"},
		{"a: x\n---\n\"foo\n--- x\"", "3:1 : a quoted string is not closed before the next document"},
		{"a:\n  - [1, 2\n", "2:5 a[0][2]: expected \",\" or \"]\" to go on in the list"},
		{"{\"a\": 1", "1:1 : expected \",\" or \"}\" to go on in the map"},
		{"a: [\n1,\n2\n}", "4:1 a[2]: expected \",\" or \"]\" to go on in the list that opens in line 1"},
		{"a: {b: 1\nc: 2", "2:2 a: expected \",\" or \"}\" to go on in the map that opens in line 1"},
		{"a:\n\tb: 1", "2:1 a: a tab is used as indentation"},
		{"a: 1\n\tb: 2", "2:1 a: a tab is used as indentation"},
		{"\ta: 1", "1:1 : a tab is used as indentation"},
		{"a: |\n\tx", "2:1 a: a tab is used as indentation"},
		{"a: b: c", "1:5 : a colon cannot stand here"},
		{"a: 1\n  b: 2", "2:4 : a colon cannot stand here"},
		{"a:\n  - x\n y: 1", "3:2 : expected a key of the surrounding map"},
		{"- a\nb: 1", "2:1 : expected a dash of the surrounding list"},
		{"a: 1\n- b", "2:1 : a list item cannot stand among the keys of a map"},
		{"a: 1\nfoo\nb: 2", "2:1 : expected \":\" after this key"},
		{"a: -\n", "1:4 a: a list item cannot stand here"},
		{"a: ]", "1:4 a: expected a value here"},
		{"a: @x", "1:4 a: a value cannot start with this character"},
		{"a: \"\\q\"", "1:5 a: unknown escape in a double-quoted string"},
		{"a: \"\\u12\"", "1:7 a: an escape lacks hexadecimal digits"},
		{"a: 'b' c", "1:8 : unexpected text after a closing quote"},
		{"a: *", "1:5 a: expected the name of an anchor"},
		{"a: !x!y z", "1:4 a: a tag cannot stand here"},
		{"{} {}", "1:4 : expected the end of the document here"},
		{"%YAML 2.0\n---\na", "1:1 : unknown version of YAML"},
		{"%x", "1:1 : unknown directive"},
		{"a: |0\n x", "1:5 a: the indentation of a block of text cannot be 0"},
		{"a: >x\n y", "1:5 a: expected the end of the line here"},
		{"a: !<x", "1:7 a: did not find the expected '>'"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		check_refuses(llp_str(cases[i].text), STATUS_INVALID, cases[i].expected);
}

UNIT_TEST(reader_refuses_bytes_that_are_no_text)
{
	check_refuses(STR("a: 1\nb: \xC3("), STATUS_INVALID, "2:4 : a byte that is not UTF-8");
	check_refuses(STR("a: \xC3\xA9\xED\xA0\x80"), STATUS_INVALID, "1:5 : a byte that is not UTF-8");
	check_refuses(STR("a\0b"), STATUS_INVALID, "1:2 : a NUL byte cannot stand in a document");
	check_refuses(STR("a: \x1B[0m\xFF"), STATUS_INVALID,
				  "1:4 : a control character cannot stand in a document");
	check_refuses(STR("\xFF\xFE"
					  "a\0"),
				  STATUS_INVALID, "1:1 : the text is UTF-16, not UTF-8");
	check_refuses(STR("\xFE\xFF\0a"), STATUS_INVALID, "1:1 : the text is UTF-16, not UTF-8");
}

UNIT_TEST(reader_refuses_a_text_without_documents)
{
	static const char *const cases[] = {"",	  " \n\n",		 "# only a comment\n", "---\n", "---\n---\n# x\n",
										"[]", "\xEF\xBB\xBF"};

	for (size_t i = 0; i < COUNT(cases); i++)
		check_refuses(llp_str(cases[i]), STATUS_INVALID, "1:1 : the text holds no document");
	check_refuses((Str){NULL, 0}, STATUS_INVALID, "1:1 : the text holds no document");
}

UNIT_TEST(reader_keeps_the_documents_before_a_syntax_error)
{
	Reading reading = read_text(STR("a: 1\na: 2\n---\nb: 1\n---\nc: ]\n"));

	CHECK_INT(reading.status, STATUS_INVALID);
	CHECK_INT(reading.stream.count, 2);
	CHECK_STR(documents_as_json(&reading), "{\"a\":1}\n{\"b\":1}");
	CHECK_STR(findings_as_text(&reading), "2:1 a: duplicate key \"a\", which stands already in line 1\n"
										  "6:4 c: expected a value here");
	end_reading(&reading);
}

/* The parts of a text as a test writes them: "line<<part>>" joined. */
static Str
sources(const Reading *reading)
{
	StrBuf out;

	llp_buf_init(&out, reading->arena);
	for (size_t i = 0; i < reading->stream.count; i++)
		llp_buf_format(&out, "%d<<%.*s>>", reading->stream.documents[i].line,
					   STR_ARG(reading->stream.documents[i].source));
	return llp_buf_str(&out);
}

/* Read alone, each part gives its document again. */
static void
check_parts_stand_alone(const Reading *reading)
{
	for (size_t i = 0; i < reading->stream.count; i++)
	{
		const Document *document = &reading->stream.documents[i];
		Reading alone = read_text(document->source);
		Value a = llp_tree_value(document->root);

		if (alone.status != STATUS_OK || alone.stream.count != 1)
			unit_fail(__FILE__, __LINE__, "<<%.*s>> alone: status %d, %zu documents",
					  STR_ARG(document->source), alone.status, alone.stream.count);
		else
		{
			Value b = llp_tree_value(alone.stream.documents[0].root);

			CHECK(llp_value_equal(&a, &b));
			CHECK_STR(alone.stream.documents[0].source, llp_str_copy(alone.arena, document->source).data);
		}
		end_reading(&alone);
	}
}

UNIT_TEST(reader_gives_each_document_its_part_of_the_text)
{
	static const Case cases[] = {
		{"# c\na: 1\n", "1<<# c\na: 1\n>>"},
		{"\xEF\xBB\xBF"
		 "a: 1",
		 "1<<\xEF\xBB\xBF"
		 "a: 1>>"},
		{"---\na: 1\n---\n# only a comment\n---\nb: 2\n...\n", "1<<---\na: 1\n>>5<<---\nb: 2\n...\n>>"},
		{"# head\n%YAML 1.2\n---\na: 1\n--- # x\nb: 2\n",
		 "1<<# head\n%YAML 1.2\n---\na: 1\n>>5<<--- # x\nb: 2\n>>"},
		{"a: 1\n...\n# between\n---\nb: 2\n", "1<<a: 1\n...\n# between\n>>4<<---\nb: 2\n>>"},
		{"--- {a: 1}\n--- {b: 2}", "1<<--- {a: 1}\n>>2<<--- {b: 2}>>"},
		{"[{\"a\":1},\n {\"b\":[1,\"x\"]} , 3]", "1<<{\"a\":1}>>2<<{\"b\":[1,\"x\"]}>>2<<3>>"},
		{"[{\"a\":\"\\ud83d\\ude00\"},{\"b\":\"\xC3\xA9\"},\"x\"]",
		 "1<<{\"a\":\"\\ud83d\\ude00\"}>>1<<{\"b\":\"\xC3\xA9\"}>>1<<\"x\">>"},
		{"[{\"a\":1}]", "1<<[{\"a\":1}]>>"},
		{"- a: 1\n  b: 2\n# c - d\n\n-\n  c: 3\n", "1<<- a: 1\n  b: 2\n# c - d\n\n>>5<<-\n  c: 3\n>>"},
		{"---\n  - a: 1\n    b: 2\n  - {c: 3}\n---\nd: 4\n",
		 "2<<  - a: 1\n    b: 2\n>>4<<  - {c: 3}\n>>5<<---\nd: 4\n>>"},
		{"- |\n  text\n\n- 'q'\r\n- \"\\ud83d\\ude00\" # c\n# end",
		 "1<<- |\n  text\n\n>>4<<- 'q'\r\n>>5<<- \"\\ud83d\\ude00\" # c\n# end>>"},
		{"- - a\n  - b\n- &x {y: &z 1, w: *z}\n-\n",
		 "1<<- - a\n  - b\n>>3<<- &x {y: &z 1, w: *z}\n>>4<<-\n>>"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
	{
		Reading reading = read_text(llp_str(cases[i].text));

		CHECK_INT(reading.status, STATUS_OK);
		CHECK_STR(sources(&reading), cases[i].expected);
		check_parts_stand_alone(&reading);
		end_reading(&reading);
	}
}

/* A text of `head`, `unit` over and over, and `tail`. */
static Str
repeat(Arena *arena, const char *head, const char *unit, size_t count, const char *tail)
{
	StrBuf text;

	llp_buf_init(&text, arena);
	llp_buf_append(&text, llp_str(head));
	for (size_t i = 0; i < count; i++)
		llp_buf_append(&text, llp_str(unit));
	llp_buf_append(&text, llp_str(tail));
	return llp_buf_str(&text);
}

UNIT_TEST(reader_bounds_depth)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	StrBuf text;
	Reading reading;

	llp_buf_init(&text, arena);
	llp_buf_append(&text, repeat(arena, "{\"a\":", "[", LLP_MAX_DOCUMENT_DEPTH - 1, ""));
	llp_buf_append(&text, repeat(arena, "", "]", LLP_MAX_DOCUMENT_DEPTH - 1, "}"));
	reading = read_text(llp_buf_str(&text));
	CHECK_INT(reading.status, STATUS_OK);
	CHECK_INT(reading.stream.documents[0].root->height, LLP_MAX_DOCUMENT_DEPTH);
	end_reading(&reading);

	reading = read_text(repeat(arena, "{\"a\":", "[", LLP_MAX_DOCUMENT_DEPTH, "]"));
	CHECK_INT(reading.status, STATUS_LIMIT);
	CHECK_INT(reading.findings.errors, 1);
	CHECK_INT(reading.findings.first->column, 6 + LLP_MAX_DOCUMENT_DEPTH - 1);
	CHECK_STR(reading.findings.first->message, "more than 100 lists and maps inside each other");
	end_reading(&reading);
	llp_arena_destroy(arena);
}

UNIT_TEST(reader_bounds_depth_through_aliases)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Reading reading;
	StrBuf text;

	llp_buf_init(&text, arena);
	llp_buf_append(&text, STR("a0: &a0 [x]\n"));
	for (int i = 1; i < 200; i++)
		llp_buf_format(&text, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	reading = read_within(100000, llp_buf_str(&text));
	CHECK_INT(reading.status, STATUS_LIMIT);
	CHECK_INT(reading.findings.first->line, LLP_MAX_DOCUMENT_DEPTH);
	end_reading(&reading);
	llp_arena_destroy(arena);
}

UNIT_TEST(reader_refuses_an_alias_bomb)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Reading reading;
	StrBuf text;

	llp_buf_init(&text, arena);
	llp_buf_append(&text, STR("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"));
	for (int i = 1; i < 30; i++)
	{
		llp_buf_format(&text, "a%d: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			llp_buf_format(&text, "%s*a%d", j > 0 ? ", " : "", i - 1);
		llp_buf_append(&text, STR("]\n"));
	}
	reading = read_text(llp_buf_str(&text));
	CHECK_INT(reading.status, STATUS_LIMIT);
	CHECK_STR(reading.findings.first->message, "more than 1000000 values, counting those of aliases");
	end_reading(&reading);
	llp_arena_destroy(arena);
}

UNIT_TEST(reader_bounds_size_and_number)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Reading reading = read_text(repeat(arena, "", "x", LLP_MAX_DOCUMENT_SIZE + 1, ""));

	CHECK_INT(reading.status, STATUS_LIMIT);
	CHECK_STR(reading.findings.first->message, "the text has 4194305 bytes, more than 4194304");
	end_reading(&reading);
	reading = read_text(repeat(arena, "", "x", LLP_MAX_DOCUMENT_SIZE, ""));
	CHECK_INT(reading.status, STATUS_OK);
	end_reading(&reading);
	reading = read_text(repeat(arena, "", "--- x\n", LLP_MAX_DOCUMENTS, ""));
	CHECK_INT(reading.status, STATUS_OK);
	CHECK_INT(reading.stream.count, LLP_MAX_DOCUMENTS);
	end_reading(&reading);
	reading = read_text(repeat(arena, "[", "x,", LLP_MAX_DOCUMENTS + 1, "]"));
	CHECK_INT(reading.status, STATUS_LIMIT);
	CHECK_STR(findings_as_text(&reading), "1:40002 : more than 20000 documents");
	end_reading(&reading);
	reading = read_text(repeat(arena, "{a: [", "x,", LLP_MAX_DOCUMENT_NODES, "]}"));
	CHECK_INT(reading.status, STATUS_LIMIT);
	end_reading(&reading);
	llp_arena_destroy(arena);
}

/* Findings beyond the kept ones are counted, in bounded memory. */
UNIT_TEST(reader_survives_many_findings)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Reading reading = read_text(repeat(arena, "", "k: 1\n", 10001, ""));

	CHECK_INT(reading.status, STATUS_INVALID);
	CHECK_INT(reading.findings.errors, 10000);
	CHECK_INT(reading.findings.kept, LLP_MAX_DIAGNOSTICS);
	end_reading(&reading);
	llp_arena_destroy(arena);
}

/*
 * Texts that make naive readers quadratic.  Each is a megabyte; what is checked is only that none takes many
 * times as long as an ordinary text of that size does, however slow the machine.
 */
UNIT_TEST(reader_is_linear_in_hostile_texts)
{
	static const struct
	{
		const char *head, *unit, *tail;
	} cases[] = {
		{"", "[", ""},
		{"", "{a: ", ""},
		{"", "- ", ""},
		{"", "? ", ""},
		{"a: \"", "\\", "\""},
		{"a: \"", "\\ud83d\\ude00", "\""},
		{"a: '", "\\ud83d\\ude00", "'"},
		{"a: \"", "\xE2\x80\xA8", "\""},
		{"", "k: 1\n", ""},
		{"", "*a : 1\n", ""},
		{"[", "&a x,", "]"},
		{"", "---\n", ""},
		{"", "# x\n", ""},
		{"a: 1e", "9", ""},
		{"a: \"", "x\n\n", "\""},
	};
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	clock_t start = clock();
	clock_t ordinary;
	Reading reading = read_text(repeat(arena, "a:\n", "- {b: [1, \"two\"]}\n", 1000000 / 18, ""));

	ordinary = clock() - start;
	CHECK_INT(reading.status, STATUS_OK);
	end_reading(&reading);
	for (size_t i = 0; i < COUNT(cases); i++)
	{
		Str text =
			repeat(arena, cases[i].head, cases[i].unit, 1000000 / strlen(cases[i].unit), cases[i].tail);

		start = clock();
		reading = read_text(text);
		if (clock() - start > 20 * ordinary)
			unit_fail(__FILE__, __LINE__, "\"%s\" over and over takes %ld times an ordinary text's time",
					  cases[i].unit, (long) ((clock() - start) / ordinary));
		end_reading(&reading);
	}
	llp_arena_destroy(arena);
}

static bool
cancel_at_once(void *context)
{
	(*(int *) context)++;
	return true;
}

UNIT_TEST(reader_stops_when_the_host_asks)
{
	int polls = 0;
	Host host = llp_libc_host;
	Arena *source = llp_arena_create(&llp_libc_host, 0);
	Arena *arena;
	DiagnosticList findings;
	DocumentStream stream;

	host.context = &polls;
	host.poll = cancel_at_once;
	arena = llp_arena_create(&host, 0);
	llp_diag_init(&findings, arena);
	CHECK_INT(llp_read_documents(arena, repeat(source, "a:\n", "- 1\n", 5000, ""), &stream, &findings),
			  STATUS_CANCELLED);
	CHECK_INT(polls, 1);
	CHECK_INT(findings.errors, 0);
	llp_arena_destroy(arena);
	llp_arena_destroy(source);
}

static bool
read_all(Arena *arena, void *data)
{
	const Str *text = data;
	DiagnosticList findings;
	DocumentStream stream;
	Status status;

	llp_diag_init(&findings, arena);
	status = llp_read_documents(arena, *text, &stream, &findings);
	if (status == STATUS_NO_MEMORY)
		return false;
	CHECK(status == STATUS_INVALID);
	CHECK_INT(findings.errors, 3);
	CHECK_INT(findings.kept, 3);
	return true;
}

UNIT_TEST(reader_survives_every_failing_allocation)
{
	Str text = STR("metadata: &m {name: x, tags: [a, b, c, d, e], \"\\ud83d\\ude00\": '\\ud83d\\ude00'}\n"
				   "m1: 1\nm2: 2\nm3: 3\nm4: 4\nm5: 5\nm6: 6\nm7: 7\nm8: 1.5\nm9: 9\nm1: *m\n"
				   "? [k]\n: v\n---\n- x\n- y\n---\n{a: [}");

	unit_every_allocation_fails(read_all, &text);
}
