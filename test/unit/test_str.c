/*
 * test/unit/test_str.c - base/str.h and base/diag.h.
 */
#include "unit.h"

#include "base/diag.h"

UNIT_TEST(str_compares_by_bytes)
{
	CHECK(llp_str_equal(STR("abc"), llp_str("abc")));
	CHECK(!llp_str_equal(STR("abc"), STR("abd")));
	CHECK(llp_str_equal(STR(""), (Str){NULL, 0}));
	CHECK(llp_str_equal(llp_str(NULL), STR("")));
	CHECK(llp_str_compare(STR("a"), STR("b")) < 0);
	CHECK(llp_str_compare(STR("ab"), STR("a")) > 0);
	CHECK(llp_str_compare(STR("a"), STR("ab")) < 0);
	CHECK(llp_str_compare(STR("\xC3\xA9"), STR("z")) > 0);
	CHECK_INT(llp_str_compare((Str){NULL, 0}, STR("")), 0);
	CHECK(llp_str_starts_with(STR("policy"), STR("pol")));
	CHECK(llp_str_starts_with(STR("policy"), STR("")));
	CHECK(!llp_str_starts_with(STR("po"), STR("pol")));
}

UNIT_TEST(str_finds_a_needle)
{
	CHECK_INT(llp_str_find(STR("hello"), STR("l")), 2);
	CHECK_INT(llp_str_find(STR("hello"), STR("lo")), 3);
	CHECK_INT(llp_str_find(STR("hello"), STR("")), 0);
	CHECK_INT(llp_str_find((Str){NULL, 0}, STR("")), 0);
	CHECK_INT(llp_str_find(STR(""), STR("x")), -1);
	CHECK_INT(llp_str_find(STR("aaab"), STR("aab")), 1);
	CHECK_INT(llp_str_find(STR("aaa"), STR("aaaa")), -1);
	CHECK_INT(llp_str_find((Str){"a\0b", 3}, (Str){"\0b", 2}), 1);
}

UNIT_TEST(str_copy_is_independent_and_terminated)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	char source[] = "text";
	Str copy = llp_str_copy(arena, llp_str(source));

	source[0] = 'n';
	CHECK_STR(copy, "text");
	CHECK_INT(copy.data[4], 0);
	CHECK(llp_str_copy(arena, (Str){NULL, 0}).data != NULL);
	llp_arena_destroy(arena);
}

/* Texts that differ in little must not share the low bits that tables use. */
UNIT_TEST(str_hash_spreads)
{
	enum
	{
		SLOTS = 1024
	};
	int used[SLOTS] = {0};
	int most = 0;

	for (int i = 0; i < SLOTS; i++)
	{
		char key[16];
		int *slot;

		(void) snprintf(key, sizeof(key), "k%d", i);
		slot = &used[llp_str_hash(llp_str(key), 4711) % SLOTS];
		most = ++*slot > most ? *slot : most;
	}
	CHECK(most <= 10);
	CHECK(llp_str_hash(STR("a"), 1) == llp_str_hash(STR("a"), 1));
	CHECK(llp_str_hash(STR("a"), 1) != llp_str_hash(STR("a"), 2));
	CHECK(llp_str_hash((Str){"a\0", 2}, 1) != llp_str_hash(STR("a"), 1));
	CHECK(llp_str_hash(STR("abcdefgh"), 1) != llp_str_hash(STR("abcdefgi"), 1));
}

UNIT_TEST(buf_grows)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	StrBuf buf;
	Str text;

	llp_buf_init(&buf, arena);
	CHECK_STR(llp_buf_str(&buf), "");
	for (int i = 0; i < 1000; i++)
	{
		llp_buf_append(&buf, STR("ab"));
		llp_buf_append_char(&buf, 'c');
		llp_buf_format(&buf, "%d", i % 10);
	}
	text = llp_buf_str(&buf);
	CHECK_INT(text.size, 4000);
	for (size_t i = 0; i < 1000; i++)
		CHECK(memcmp(text.data + 4 * i, "abc", 3) == 0 && text.data[4 * i + 3] == (char) ('0' + i % 10));
	llp_arena_destroy(arena);
}

UNIT_TEST(buf_remembers_failure)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 4096);
	StrBuf buf;

	llp_buf_init(&buf, arena);
	llp_buf_append(&buf, STR("start"));
	for (int i = 0; i < 1000; i++)
		llp_buf_append(&buf, STR("0123456789"));
	CHECK(buf.failed);
	llp_buf_append_char(&buf, 'x');
	llp_buf_format(&buf, "%d", 1);
	CHECK_STR(llp_buf_str(&buf), "");
	llp_arena_destroy(arena);
}

static void
add(DiagnosticList *list, Severity severity, int line, int column, const char *message)
{
	llp_diag_add(list, severity, line, column, STR("a.b"), NULL, "%s", message);
}

UNIT_TEST(diag_keeps_order_and_counts)
{
	static const char *const sorted[] = {"third", "second", "fourth", "first"};
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	DiagnosticList list;
	int i = 0;

	llp_diag_init(&list, arena);
	llp_diag_add(&list, SEVERITY_ERROR, 3, 1, STR("rules[0]"), "Do it.", "%s", "first");
	CHECK_STR(list.first->hint, "Do it.");
	CHECK_STR(list.first->path, "rules[0]");
	add(&list, SEVERITY_WARNING, 2, 5, "second");
	add(&list, SEVERITY_NOTE, 1, 9, "third");
	add(&list, SEVERITY_ERROR, 2, 5, "fourth");
	CHECK_INT(list.errors, 2);
	CHECK_INT(list.warnings, 1);
	CHECK_INT(list.kept, 4);
	llp_diag_sort(&list);
	for (const Diagnostic *d = list.first; d != NULL; d = d->next)
		CHECK_STR(d->message, sorted[i++]);
	CHECK_INT(i, 4);
	CHECK_STR(list.last->message, "first");
	CHECK_STR(llp_str(llp_severity_name(SEVERITY_WARNING)), "warning");
	llp_arena_destroy(arena);
}

UNIT_TEST(diag_counts_what_it_does_not_keep)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	DiagnosticList list;

	llp_diag_init(&list, arena);
	llp_diag_sort(&list);
	CHECK(list.first == NULL);
	for (int i = 0; i < 250; i++)
		add(&list, SEVERITY_ERROR, 250 - i, 1, "x");
	CHECK_INT(list.kept, LLP_MAX_DIAGNOSTICS);
	CHECK_INT(list.errors, 250);
	CHECK(!list.exhausted);
	llp_diag_sort(&list);
	CHECK_INT(list.first->line, 151);
	CHECK_INT(list.last->line, 250);
	llp_arena_destroy(arena);
}

static bool
write_and_report(Arena *arena, void *data)
{
	DiagnosticList list;
	StrBuf buf;

	(void) data;
	llp_diag_init(&list, arena);
	add(&list, SEVERITY_ERROR, 1, 1, "a finding");
	CHECK_INT(list.errors, 1);
	CHECK_INT(list.kept, list.exhausted ? 0 : 1);
	llp_buf_init(&buf, arena);
	for (int i = 0; i < 500; i++)
		llp_buf_append(&buf, STR("0123456789"));
	CHECK_INT(llp_buf_str(&buf).size, buf.failed ? 0 : 5000);
	return !list.exhausted && !buf.failed && llp_str_copy(arena, STR("x")).data != NULL;
}

UNIT_TEST(str_survives_every_failing_allocation)
{
	unit_every_allocation_fails(write_and_report, NULL);
}
