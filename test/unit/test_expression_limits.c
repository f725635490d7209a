/*
 * test/unit/test_expression_limits.c - hostile expressions end soon and in little memory.
 *
 * More of them go through SQL (test/t/023_expression_limits.pl), where time and memory are those of a server.
 * Here the arena's own bytes are counted, and sanitizers watch.
 */
#include "vm_support.h"

#include <stdlib.h>
#include <time.h>

#include "policy/expression.h"
#include "prog/set.h"

/* All that one evaluation may take, compiling and all (the default of llm_policy.evaluation_memory). */
#define MOST_BYTES ((size_t) 16 * 1024 * 1024)
/* Of processor time; far more than the 50 ms that its steps are worth, for sanitizers take ten times as long.
 */
#define MOST_SECONDS 2

/* The steps of a whole evaluation for one expression. */
static const ExpressionLimits limits = {.rule_steps = DEFAULT_EVALUATION_STEPS,
										.evaluation_steps = DEFAULT_EVALUATION_STEPS,
										.memory = DEFAULT_EXPRESSION_MEMORY};

/* Arenas give nothing back before their end: what was ever taken is the most that was in use. */
static void *
counting_alloc(void *context, size_t size)
{
	*(size_t *) context += size;
	return malloc(size);
}

static Status
run(Arena *arena, Str text, DiagnosticList *findings)
{
	Value request = llp_tree_value(llp_tree_map(arena));
	const Expression *expression;
	const Image *image;
	Program *program;
	TreeNode *result;
	Status status;

	llp_diag_init(findings, arena);
	status = llp_read_single_expression(arena, text, findings, &expression);
	if (status == STATUS_OK)
		status = llp_compile_expression_set(arena, expression, &image);
	if (status != STATUS_OK)
		return status;
	program = llp_program_open(arena, image);
	if (program == NULL)
		return STATUS_NO_MEMORY;
	return llp_evaluate_expression(arena, program, &request, VM_NOW, &limits, &result, findings);
}

static void
check_stops(Str name, Str text, Status expected)
{
	size_t bytes = 0;
	Host host = llp_libc_host;
	clock_t started = clock();
	DiagnosticList findings;
	Status status;
	Arena *arena;

	host.context = &bytes;
	host.alloc = counting_alloc;
	arena = llp_arena_create(&host, 0);
	status = run(arena, text, &findings);
	if (status != expected)
		unit_fail(__FILE__, __LINE__, "%.*s: status %d, not %d", STR_ARG(name), (int) status, (int) expected);
	if (bytes > MOST_BYTES)
		unit_fail(__FILE__, __LINE__, "%.*s: %zu bytes", STR_ARG(name), bytes);
	if (clock() - started > (clock_t) MOST_SECONDS * CLOCKS_PER_SEC)
		unit_fail(__FILE__, __LINE__, "%.*s: %ld ms", STR_ARG(name),
				  (long) ((clock() - started) * 1000 / CLOCKS_PER_SEC));
	llp_arena_destroy(arena);
}

typedef struct HostileCase
{
	const char *text;
	Status status;
} HostileCase;

UNIT_TEST(hostile_expressions_stop)
{
	static const HostileCase cases[] = {
		{"cel.bind(r, lists.range(10000), r.all(x, r.all(y, x >= 0 && y >= 0)))", STATUS_LIMIT},
		{"[0, 1, 2, 3].map(a, lists.range(1000).map(b, lists.range(1000).map(c, [a, b, c])))", STATUS_LIMIT},
		{"lists.range(1000000)", STATUS_LIMIT},
		{"lists.range(9223372036854775807)", STATUS_LIMIT},
		{"lists.range(60000).transformMap(i, v, {i: v, string(i): [v]}).size()", STATUS_LIMIT},
		{"lists.range(8000).map(i, [i]).distinct().size()", STATUS_LIMIT},
		{"cel.bind(r, lists.range(8000), sets.equivalent(r.map(i, [i]), r.map(i, [-i])))", STATUS_LIMIT},
		{"lists.range(20000).exists(i, 'b'.matches('a{100}' + string(i)))", STATUS_LIMIT},
		{"lists.range(20000).exists(i, 'b'.matches('(?i)\\\\pL{30}' + string(i)))", STATUS_LIMIT},
		{"lists.range(10000).map(i, '%.1000f'.format([1.0 / 3.0]))", STATUS_LIMIT},
		{"'%.1000000000f'.format([1.0])", STATUS_INVALID},
		{"lists.range(2000).map(i, lists.range(2000)).flatten().sort()", STATUS_LIMIT},
		{"lists.range(20000).map(i, string(i) + 'xxxxxxxxxxxxxxxx').join(',').split('')", STATUS_LIMIT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_stops(llp_str(cases[i].text), llp_str(cases[i].text), cases[i].status);
}

/* Binds s0 to the first text, each further one to what `step` makes of the one before, and ends with `last`.
 */
typedef struct ChainCase
{
	const char *first;
	const char *step; /* $: the one before */
	int count;
	const char *last; /* $: the last one */
} ChainCase;

static Str
chain(Arena *arena, const ChainCase *links)
{
	StrBuf text;

	llp_buf_init(&text, arena);
	llp_buf_format(&text, "cel.bind(s0, %s, ", links->first);
	for (int i = 0; i < links->count; i++)
	{
		llp_buf_format(&text, "cel.bind(s%d, ", i + 1);
		for (const char *c = links->step; *c != '\0'; c++)
			if (*c == '$')
				llp_buf_format(&text, "s%d", i);
			else
				llp_buf_append_char(&text, *c);
		llp_buf_append(&text, STR(", "));
	}
	for (const char *c = links->last; *c != '\0'; c++)
		if (*c == '$')
			llp_buf_format(&text, "s%d", links->count);
		else
			llp_buf_append_char(&text, *c);
	for (int i = 0; i <= links->count; i++)
		llp_buf_append_char(&text, ')');
	return llp_buf_str(&text);
}

UNIT_TEST(hostile_doubling_stops)
{
	static const ChainCase cases[] = {
		{"'aaaaaaaa'", "$ + $", 40, "$.size()"},
		{"[1, 2]", "$ + $", 40, "$.size()"},
		{"'aaaaaaaa'", "$.replace('a', 'aaaaaaaa')", 20, "$.size()"},
		{"'aaaaaaaa'", "$.replace('', $)", 20, "$.size()"},
		{"'aaaaaaaa'", "$.split('').join($)", 20, "$.size()"},
		{"'aaaaaaaa'", "base64.encode(bytes($ + $))", 20, "$.size()"},
		{"[1]", "[$, $]", 60, "$"},
		{"[1]", "[$, $]", 60, "$ == $"},
		{"[1]", "[$, $]", 60, "'%s'.format([$])"},
		{"[1]", "[$, $]", 60, "$.flatten(100)"},
		{"{'a': 1}", "{'a': $, 'b': $}", 60, "$ == $"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = vm_arena();

		check_stops(llp_str(cases[i].last), chain(arena, &cases[i]), STATUS_LIMIT);
		llp_arena_destroy(arena);
	}
}

/* One piece of text again and again. */
typedef struct RepeatedCase
{
	const char *head;
	const char *piece;
	size_t count;
	const char *tail;
	Status status;
} RepeatedCase;

UNIT_TEST(hostile_texts_are_refused_or_done)
{
	static const RepeatedCase cases[] = {
		{"[", "1,", 1000000, "1]", STATUS_LIMIT},	 {"[", "1,", 32000, "1].size()", STATUS_OK},
		{"1", "+1", 32000, "", STATUS_LIMIT},		 {"true", "||x", 20000, "", STATUS_OK},
		{"a", ".a", 32000, "", STATUS_LIMIT},		 {"", "(", 60000, "", STATUS_LIMIT},
		{"", "[", 60000, "", STATUS_LIMIT},			 {"", "!", 60000, "true", STATUS_LIMIT},
		{"", "-", 60000, "1", STATUS_LIMIT},		 {"", "true ? 1 : ", 5900, "1", STATUS_LIMIT},
		{"", "[1].map(x, ", 300, "1", STATUS_LIMIT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = vm_arena();
		StrBuf text;

		llp_buf_init(&text, arena);
		llp_buf_append(&text, llp_str(cases[i].head));
		for (size_t n = 0; n < cases[i].count; n++)
			llp_buf_append(&text, llp_str(cases[i].piece));
		llp_buf_append(&text, llp_str(cases[i].tail));
		check_stops(llp_str(cases[i].piece), llp_buf_str(&text), cases[i].status);
		llp_arena_destroy(arena);
	}
}
