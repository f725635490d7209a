/*
 * test/unit/test_lang_conformance.c - the expressions of test/conformance/cel through the front end.
 *
 * What they evaluate to is not the business of lang/: every expression has to parse, to survive being
 * printed, and to be accepted by the checker if it has a value.
 */
#include "unit.h"

#include "doc/reader.h"
#include "expression_support.h"
#include "lang/check.h"

typedef struct Case
{
	Arena *arena;
	const TreeNode *node;
	Str id;
	Source source;
} Case;

static Str
string_of(const TreeNode *node, const char *key)
{
	const TreeNode *value = llp_tree_get(node, llp_str(key));

	return value != NULL && value->kind == VALUE_STRING ? value->as.string : STR("");
}

static bool
flag_of(const TreeNode *node, const char *key)
{
	return llp_tree_get(node, llp_str(key)) != NULL;
}

static const CelType *
declared_type(void *context, Str name)
{
	const Case *test = context;
	const TreeNode *environment = llp_tree_get(test->node, STR("type_env"));
	const TreeNode *bindings = llp_tree_get(test->node, STR("bindings"));
	const TreeNode *type = environment != NULL ? llp_tree_get(environment, name) : NULL;

	if (type != NULL)
		return type_of_text(test->arena, type->as.string);
	return bindings != NULL && llp_tree_get(bindings, name) != NULL ? &llp_type_DYN : NULL;
}

static void
fail(const Case *test, const char *what, const DiagnosticList *findings)
{
	Str message = findings != NULL && findings->first != NULL ? findings->first->message : STR("");

	unit_fail(__FILE__, __LINE__, "%.*s: %s: %.*s", STR_ARG(test->id), what, STR_ARG(message));
}

static void
check_type(const Case *test, const Expression *expr)
{
	Str deduced = string_of(llp_tree_get(test->node, STR("expect")), "deduced_type");
	const CelType *type = deduced.size > 0 ? type_of_text(test->arena, deduced) : NULL;

	if (type != NULL &&
		!llp_str_equal(written_type(test->arena, type), written_type(test->arena, expr->type)))
		fail(test, "another type was deduced", NULL);
}

static void
check_case(Case *test)
{
	const Environment environment = {
		.variable = declared_type,
		.context = test,
		.container = string_of(test->node, "container"),
		.untyped = flag_of(test->node, "disable_check"),
	};
	ParseOptions options = llp_default_parse_options;
	DiagnosticList findings;
	Expression *expr;
	Status status;

	options.without_macros = flag_of(test->node, "disable_macros");
	llp_diag_init(&findings, test->arena);
	if (llp_expression_parse(test->arena, &test->source, &options, &findings, &expr) != STATUS_OK)
	{
		fail(test, "does not parse", &findings);
		return;
	}
	if (!prints_back(test->arena, expr))
		fail(test, "is another tree when printed and parsed", NULL);
	status = llp_expression_check(test->arena, &test->source, &environment, &findings, expr);
	if (status != STATUS_OK && flag_of(llp_tree_get(test->node, STR("expect")), "value"))
		fail(test, "is not accepted by the checker", &findings);
	check_type(test, expr);
}

/* A character that no case uses stands for NUL while a case is read, because no document may hold one. */
#define NUL_ESCAPE "\\u0000"
#define STAND_IN_ESCAPE "\\uE000"
#define STAND_IN "\xEE\x80\x80"

/* A copy of the text with `from` replaced by `to`. */
static Str
replaced(Arena *arena, Str text, Str from, Str to)
{
	StrBuf out;
	ptrdiff_t at;

	llp_buf_init(&out, arena);
	while ((at = llp_str_find(text, from)) >= 0)
	{
		llp_buf_append(&out, (Str){text.data, (size_t) at});
		llp_buf_append(&out, to);
		text = (Str){text.data + at + from.size, text.size - (size_t) at - from.size};
	}
	llp_buf_append(&out, text);
	return llp_buf_str(&out);
}

/* Runs one line; cel.block is an internal form of an optimiser. */
static void
check_line(Str line)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	DiagnosticList findings;
	DocumentStream stream;
	Case test = {.arena = arena};

	llp_diag_init(&findings, arena);
	line = replaced(arena, line, STR(NUL_ESCAPE), STR(STAND_IN_ESCAPE));
	if (llp_read_documents(arena, line, &stream, &findings) != STATUS_OK || stream.count != 1)
		unit_fail(__FILE__, __LINE__, "not a case: %.*s", STR_ARG(line));
	else
	{
		test.node = stream.documents[0].root;
		test.id = string_of(test.node, "id");
		test.source.text = replaced(arena, string_of(test.node, "expr"), STR(STAND_IN), (Str){"", 1});
		if (!llp_str_equal(string_of(test.node, "tier"), STR("ext:block")))
			check_case(&test);
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(lang_accepts_the_conformance_cases)
{
	static Str text;
	Str rest = text = unit_read_file("test/conformance/cel/cel.jsonl");
	int lines = 0;

	while (rest.size > 0)
	{
		const char *end = memchr(rest.data, '\n', rest.size);
		size_t size = end != NULL ? (size_t) (end - rest.data) : rest.size;

		check_line((Str){rest.data, size});
		lines++;
		rest.data += size + (end != NULL);
		rest.size -= size + (end != NULL);
	}
	CHECK(lines > 1000);
}
