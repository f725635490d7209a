/*
 * test/conformance/core_cel.c - runs a file of cases of the expression language (README.md) through the core.
 *
 * An expression is parsed, checked, compiled, verified, linked and run; its value has to be of the recorded
 * type and equal to the recorded one.  Prints one line for each case that fails or is left out, and a table
 * of the tiers at the end.
 */
#include "conformance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "doc/reader.h"
#include "expression_support.h"
#include "lang/check.h"
#include "lang/parser.h"
#include "prog/set.h"
#include "prog/verify.h"
#include "vm/cel_functions.h"
#include "vm/cel_map.h"
#include "vm/cel_tree.h"
#include "vm/compare.h"
#include "vm/expression.h"

/* The whole of the core, and of every other tier so many of a hundred. */
#define OTHER_TIERS_PERCENT 98
#define MAX_TIERS 32
/* The "now" of evaluations, of which no case knows: 2026-06-01T12:00:00Z. */
#define NOW ((Timestamp) 1780315200 * 1000000)

/* A character that no case uses stands for NUL while a case is read, because no document may hold one. */
#define NUL_ESCAPE "\\u0000"
#define STAND_IN_ESCAPE "\\uE000"
#define STAND_IN "\xEE\x80\x80"

typedef struct Tier
{
	char name[32];
	int total;
	int passed;
	int left_out;
} Tier;

typedef struct Case
{
	Arena *arena;
	const TreeNode *node;
	Source source;
	DiagnosticList findings;
	CelContext values; /* what the case's own values are made and compared with */
} Case;

/* What came of a case. */
typedef struct Outcome
{
	bool erred; /* at whatever step */
	Str message;
	CelValue value;
} Outcome;

/* --- Reading -------------------------------------------------------------------------------------------- */

/* The line with the escape of a NUL as that of the stand-in. */
static Str
without_nul_escapes(Arena *arena, Str line)
{
	StrBuf out;
	size_t at = 0;

	llp_buf_init(&out, arena);
	while (at < line.size)
	{
		Str rest = {line.data + at, line.size - at};
		size_t size = rest.data[0] == '\\' && rest.size > 1 ? 2 : 1;

		if (llp_str_starts_with(rest, STR(NUL_ESCAPE)))
		{
			llp_buf_append(&out, STR(STAND_IN_ESCAPE));
			size = sizeof(NUL_ESCAPE) - 1;
		}
		else
			llp_buf_append(&out, (Str){rest.data, size});
		at += size;
	}
	return llp_buf_str(&out);
}

/* The text with NULs in place of their stand-ins. */
static Str
with_nuls(Arena *arena, Str text)
{
	StrBuf out;
	ptrdiff_t at;

	llp_buf_init(&out, arena);
	while ((at = llp_str_find(text, STR(STAND_IN))) >= 0)
	{
		llp_buf_append(&out, (Str){text.data, (size_t) at});
		llp_buf_append_char(&out, '\0');
		text.data += (size_t) at + sizeof(STAND_IN) - 1;
		text.size -= (size_t) at + sizeof(STAND_IN) - 1;
	}
	llp_buf_append(&out, text);
	return llp_str_copy(arena, llp_buf_str(&out));
}

static Str
string_of(const TreeNode *node, Str key)
{
	const TreeNode *value = node == NULL ? NULL : llp_tree_get(node, key);

	return value != NULL && value->kind == VALUE_STRING ? value->as.string : STR("");
}

static bool
flag_of(const TreeNode *node, Str key)
{
	const TreeNode *value = llp_tree_get(node, key);

	return value != NULL && (value->kind != VALUE_BOOL || value->as.boolean);
}

/* --- Types ---------------------------------------------------------------------------------------------- */

/* The type that a case declares for a variable, "map(string,list(int))"; any for one that it only binds. */
static const CelType *
declared_type(void *context, Str name)
{
	const Case *test = context;
	const TreeNode *types = llp_tree_get(test->node, STR("type_env"));
	const TreeNode *bindings = llp_tree_get(test->node, STR("bindings"));
	const TreeNode *type = types == NULL ? NULL : llp_tree_get(types, name);

	if (type == NULL)
		return bindings != NULL && llp_tree_get(bindings, name) != NULL ? &llp_type_DYN : NULL;
	return type_of_text(test->arena, type->as.string);
}

/* --- Typed values --------------------------------------------------------------------------------------- */

static CelValue read_value(CelContext *context, const TreeNode *typed);

static CelValue
read_list(CelContext *context, const TreeNode *items)
{
	CelItems list;

	llp_cel_items_init(&list, context);
	for (uint32_t i = 0; i < items->as.list.count; i++)
		llp_cel_items_append(&list, read_value(context, items->as.list.items[i]));
	return llp_cel_items_value(&list);
}

static CelValue
read_map(CelContext *context, const TreeNode *pairs)
{
	CelMap *map = llp_cel_map_new(context, pairs->as.list.count);

	for (uint32_t i = 0; i < pairs->as.list.count; i++)
	{
		TreeNode **pair = pairs->as.list.items[i]->as.list.items;
		CelValue added =
			llp_cel_map_add(context, map, read_value(context, pair[0]), read_value(context, pair[1]));

		if (llp_cel_failed(added))
			return added;
	}
	return llp_cel_map(map);
}

static CelValue
read_type_value(Str name)
{
	for (int kind = 0; kind < CEL_STOPPED; kind++)
		if (llp_str_equal(llp_cel_kind_name((CelKind) kind), name))
			return llp_cel_type((CelKind) kind);
	return llp_cel_error("no such type");
}

/* A scalar that is written as a text, which the language itself can read. */
static CelValue
read_scalar(CelContext *context, Str type, Str text)
{
	CelValue string = llp_cel_string(text);

	if (llp_str_equal(type, STR("int")))
		return llp_cel_to_int(context, &string, 1);
	if (llp_str_equal(type, STR("uint")))
		return llp_cel_to_uint(context, &string, 1);
	if (llp_str_equal(type, STR("double")))
		return llp_cel_double(strtod(llp_str_copy(context->arena, text).data, NULL));
	if (llp_str_equal(type, STR("bytes")))
		return llp_cel_base64_decode(context, &string, 1);
	if (llp_str_equal(type, STR("timestamp")))
		return llp_cel_to_timestamp(context, &string, 1);
	if (llp_str_equal(type, STR("duration")))
		return llp_cel_to_duration(context, &string, 1);
	if (llp_str_equal(type, STR("type")))
		return read_type_value(text);
	return llp_str_equal(type, STR("string")) ? string : llp_cel_error("unknown type of value");
}

static CelValue
read_value(CelContext *context, const TreeNode *typed)
{
	Str type = string_of(typed, STR("t"));
	const TreeNode *value = llp_tree_get(typed, STR("v"));

	if (value == NULL || value->kind == VALUE_NULL)
		return llp_str_equal(type, STR("null")) ? llp_cel_null : llp_cel_error("a value is missing");
	if (value->kind == VALUE_BOOL)
		return llp_cel_bool(value->as.boolean);
	if (llp_str_equal(type, STR("list")))
		return read_list(context, value);
	if (llp_str_equal(type, STR("map")))
		return read_map(context, value);
	if (value->kind != VALUE_STRING)
		return llp_cel_error("unknown type of value");
	return read_scalar(context, type, with_nuls(context->arena, value->as.string));
}

static bool same(CelContext *context, CelValue a, CelValue b);

static bool
same_elements(CelContext *context, CelValue a, CelValue b)
{
	for (size_t i = 0; i < a.count; i++)
		if (!same(context, llp_cel_element(a, i), llp_cel_element(b, i)))
			return false;
	return true;
}

/* Keys are of the same type too. */
static bool
same_entries(CelContext *context, CelValue a, CelValue b)
{
	for (size_t i = 0; i < a.count; i++)
	{
		CelEntry entry = llp_cel_entry(a, i);
		bool found = false;

		for (size_t j = 0; j < b.count && !found; j++)
		{
			CelEntry other = llp_cel_entry(b, j);

			found = same(context, entry.key, other.key) && same(context, entry.value, other.value);
		}
		if (!found)
			return false;
	}
	return true;
}

/* The same type, and equal; NaN is NaN. */
static bool
same(CelContext *context, CelValue a, CelValue b)
{
	CelValue equal;

	if (a.kind != b.kind)
		return false;
	if (a.kind == CEL_LIST || a.kind == CEL_MAP)
		return a.count == b.count &&
			   (a.kind == CEL_LIST ? same_elements(context, a, b) : same_entries(context, a, b));
	if (a.kind == CEL_DOUBLE && isnan(a.as.real))
		return isnan(b.as.real);
	equal = llp_cel_equal(context, a, b);
	return equal.kind == CEL_BOOL && equal.as.boolean;
}

/* --- Running -------------------------------------------------------------------------------------------- */

static Outcome
error_outcome(Str message)
{
	return (Outcome){.erred = true, .message = message};
}

static Str
first_finding(const DiagnosticList *findings)
{
	return findings->first == NULL ? STR("") : findings->first->message;
}

static bool
read_expression(Case *test, const Expression **result)
{
	const Environment environment = {
		.variable = declared_type,
		.context = test,
		.container = string_of(test->node, STR("container")),
		.untyped = flag_of(test->node, STR("disable_check")),
	};
	ParseOptions options = llp_default_parse_options;
	Expression *expr = NULL;

	options.without_macros = flag_of(test->node, STR("disable_macros"));
	if (llp_expression_parse(test->arena, &test->source, &options, &test->findings, &expr) != STATUS_OK ||
		llp_expression_check(test->arena, &test->source, &environment, &test->findings, expr) != STATUS_OK)
		return false;
	*result = expr;
	return true;
}

/* What the verifier refuses is a mistake of the compiler. */
static void
require_sound(Arena *arena, const Image *image)
{
	const char *problem;

	if (llp_image_verify(arena, image, (size_t) image->size, &problem) == STATUS_OK)
		return;
	printf("an image is not sound: %s\n", problem);
	abort();
}

/* Gives the slots that are named after bound variables their values. */
static void
bind_variables(Case *test, Interpreter *vm, const TreeNode *bindings)
{
	const Image *image = vm->slots.image;

	for (uint32_t i = 0; i < image_slots_count(image); i++)
	{
		Str path = image_str(image, image_slots(image)[i].path);
		const TreeNode *bound = llp_tree_get(bindings, (Str){path.data + 1, path.size - 1});

		if (bound != NULL)
			llp_slot_set(&vm->slots, i, read_value(&test->values, bound));
	}
}

static Outcome
run_expression(Case *test)
{
	Interpreter *vm = llp_arena_new(test->arena, Interpreter);
	const Image *image;
	const TreeNode *bindings = llp_tree_get(test->node, STR("bindings"));
	Value *request = llp_arena_new(test->arena, Value);
	const Expression *expression;
	Program *program = NULL;
	PolicyView view;
	CelValue value;

	if (!read_expression(test, &expression))
		return error_outcome(first_finding(&test->findings));
	*request = llp_tree_value(llp_tree_map(test->arena));
	if (llp_compile_expression_set(test->arena, expression, &image) != STATUS_OK)
		abort();
	require_sound(test->arena, image);
	program = llp_program_open(test->arena, image);
	if (program == NULL || !llp_interpreter_init(vm, test->arena, program, request, NOW, NULL))
		abort();
	if (bindings != NULL)
		bind_variables(test, vm, bindings);
	view = llp_policy_view(image, 0);
	value = llp_run_expression(vm, &view, 0, NULL);
	if (llp_cel_failed(value))
		return error_outcome(llp_expression_problem(vm, value));
	return (Outcome){.value = value};
}

static Str
shown(Case *test, CelValue value)
{
	StrBuf text;
	CelValue problem;
	TreeNode *node = llp_cel_tree(&test->values, value, &problem);
	Str kind = llp_cel_kind_name((CelKind) value.kind);

	llp_buf_init(&text, test->arena);
	llp_buf_append(&text, kind);
	llp_buf_append_char(&text, ' ');
	if (node != NULL)
		llp_tree_write_json(&text, node);
	return llp_buf_str(&text);
}

static bool
check_outcome(Case *test, const Outcome *outcome)
{
	const TreeNode *expected = llp_tree_get(llp_tree_get(test->node, STR("expect")), STR("value"));
	Str id = string_of(test->node, STR("id"));
	CelValue value;

	if (expected == NULL)
	{
		if (outcome->erred)
			return true;
		printf("%.*s FAILED: %.*s, not an error\n", STR_ARG(id), STR_ARG(shown(test, outcome->value)));
		return false;
	}
	if (outcome->erred)
	{
		printf("%.*s FAILED: the error \"%.*s\"\n", STR_ARG(id), STR_ARG(outcome->message));
		return false;
	}
	value = read_value(&test->values, expected);
	if (same(&test->values, outcome->value, value))
		return true;
	printf("%.*s FAILED: %.*s, not %.*s\n", STR_ARG(id), STR_ARG(shown(test, outcome->value)),
		   STR_ARG(shown(test, value)));
	return false;
}

/* Why a case is none of ours; NULL: it is. */
static const char *
reason_to_leave_out(Str tier)
{
	return llp_str_equal(tier, STR("ext:block")) ? "cel.block is an internal form of an optimiser" : NULL;
}

static void
run_case(Case *test, Tier *tier)
{
	Str name = string_of(test->node, STR("tier"));
	const char *reason = reason_to_leave_out(name);
	Outcome outcome;

	if (reason != NULL)
	{
		Str id = string_of(test->node, STR("id"));

		printf("%.*s left out: %s\n", STR_ARG(id), reason);
		tier->left_out++;
		return;
	}
	llp_cel_context_init(&test->values, test->arena, (CelMeter){.steps = UINT32_MAX, .memory = UINT32_MAX},
						 llp_cel_timestamp(0, 0));
	outcome = run_expression(test);
	tier->total++;
	tier->passed += check_outcome(test, &outcome) ? 1 : 0;
}

/* --- The file ------------------------------------------------------------------------------------------- */

static Tier *
tier_of(Tier *tiers, Str name)
{
	Tier *tier = tiers;

	while (tier->name[0] != '\0' && !llp_str_equal(llp_str(tier->name), name))
		tier++;
	if (tier == &tiers[MAX_TIERS - 1])
		abort();
	snprintf(tier->name, sizeof(tier->name), "%.*s", STR_ARG(name));
	return tier;
}

static void
run_line(Str line, Tier *tiers)
{
	Case test = {.arena = llp_arena_create(&llp_libc_host, 0)};
	DocumentStream stream;

	if (test.arena == NULL)
		abort();
	llp_diag_init(&test.findings, test.arena);
	line = without_nul_escapes(test.arena, line);
	if (llp_read_documents(test.arena, line, &stream, &test.findings) != STATUS_OK || stream.count != 1)
	{
		printf("? FAILED: not a case: %.*s\n", STR_ARG(line));
		tier_of(tiers, STR("?"))->total++;
	}
	else
	{
		test.node = stream.documents[0].root;
		test.source.text = with_nuls(test.arena, string_of(test.node, STR("expr")));
		run_case(&test, tier_of(tiers, string_of(test.node, STR("tier"))));
	}
	llp_arena_destroy(test.arena);
}

static bool
is_good_enough(const Tier *tier)
{
	if (strcmp(tier->name, "core") == 0)
		return tier->passed == tier->total;
	return tier->passed * 100 >= tier->total * OTHER_TIERS_PERCENT;
}

bool
run_cel(Str text)
{
	Tier tiers[MAX_TIERS] = {{.total = 0}};
	bool good = true;
	int total = 0;
	Str line;

	while (next_line(&text, &line))
		if (line.size > 0)
			run_line(line, tiers);
	for (const Tier *tier = tiers; tier->name[0] != '\0'; tier++)
	{
		printf("%-16s %d/%d", tier->name, tier->passed, tier->total);
		if (tier->left_out > 0)
			printf(", %d left out", tier->left_out);
		printf("%s\n", is_good_enough(tier) ? "" : "  BELOW THE BAR");
		good = good && is_good_enough(tier);
		total += tier->total;
	}
	return good && total > 0;
}
