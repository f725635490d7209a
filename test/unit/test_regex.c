/*
 * test/unit/test_regex.c - regular expressions: what is accepted, what is refused, and how long it takes.
 */
#include "vm_support.h"

#include <stdlib.h>
#include <time.h>

#include "base/utf8.h"
#include "match/regex.h"

static double
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

typedef struct MatchRow
{
	const char *pattern;
	const char *text;
	bool matched;
} MatchRow;

static const MatchRow match_rows[] = {
	{"b", "abc", true},
	{"^b", "abc", false},
	{"c$", "abc", true},
	{"c$", "abc\n", false},
	{"", "", true},
	{"", "abc", true},
	{"x*", "abc", true},
	{"^$", "", true},
	{"^$", "a", false},
	{"(?i)ABC", "xabcx", true},
	{"ABC", "abc", false},
	{"a.c",
	 "a\xc3\xa9"
	 "c",
	 true},
	{"^.$", "\xf0\x9f\x98\x80", true},
	{"^\\pL+$", "\xc3\xa4\xc3\xb6", true},
	{"^\\w+$", "\xc3\xa4", false},
	{"a.c", "a\nc", false},
	{"(?s)a.c", "a\nc", true},
	{"(?m)^b$", "a\nb\nc", true},
	{"\\bfoo\\b", "a foo b", true},
	{"\\s", "\v", false},
	{"^gpt-4(-turbo)?$", "gpt-4-turbo", true},
};

UNIT_TEST(regex_matches_as_re2_does)
{
	Arena *arena = vm_arena();

	for (size_t i = 0; i < sizeof(match_rows) / sizeof(match_rows[0]); i++)
	{
		const MatchRow *row = &match_rows[i];
		Regex *regex = NULL;
		Str problem;
		bool matched = !row->matched;

		CHECK_INT(llp_regex_compile(arena, llp_str(row->pattern), &regex, &problem), STATUS_OK);
		if (regex == NULL)
			continue;
		CHECK_INT(llp_regex_matches(regex, llp_str(row->text), &matched), STATUS_OK);
		if (matched != row->matched)
			unit_fail(__FILE__, __LINE__, "/%s/ on \"%s\"", row->pattern, row->text);
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(regex_matches_texts_with_nul_and_patterns_that_are_no_c_strings)
{
	Arena *arena = vm_arena();
	Regex *regex;
	Str problem;
	bool matched;

	CHECK_INT(llp_regex_compile(arena, (Str){"b\0c-not this", 3}, &regex, &problem), STATUS_OK);
	CHECK_INT(llp_regex_matches(regex, (Str){"ab\0cd", 5}, &matched), STATUS_OK);
	CHECK(matched);
	CHECK_INT(llp_regex_matches(regex, (Str){"ab\0cd", 3}, &matched), STATUS_OK);
	CHECK(!matched);
	CHECK_INT(llp_regex_compile(arena, (Str){NULL, 0}, &regex, &problem), STATUS_OK);
	CHECK_INT(llp_regex_matches(regex, (Str){NULL, 0}, &matched), STATUS_OK);
	CHECK(matched);
	llp_arena_destroy(arena);
}

UNIT_TEST(regex_syntax_errors_come_in_re2s_words)
{
	static const char *const patterns[] = {
		"(",	   ")",		"[a",			"*",   "a**",	   "(?=look)", "(a)\\1",   "\\",
		"x{1001}", "[b-a]", "\\p{Nothing}", "(?i", "\\Q\\E**", "a{2}{3}{", "\\C\\z\\y"};
	Arena *arena = vm_arena();

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
	{
		Regex *regex;
		Str problem = STR("");
		Status status = llp_regex_compile(arena, llp_str(patterns[i]), &regex, &problem);

		if (status == STATUS_OK && strcmp(patterns[i], "a{2}{3}{") == 0)
			continue;
		if (status != STATUS_INVALID || problem.size == 0 || regex != NULL)
			unit_fail(__FILE__, __LINE__, "/%s/ gives status %d", patterns[i], status);
	}
	llp_arena_destroy(arena);
}

/* A pattern of `count` times `part`. */
static Str
repeated(Arena *arena, const char *part, size_t count)
{
	StrBuf text;

	llp_buf_init(&text, arena);
	for (size_t i = 0; i < count; i++)
		llp_buf_append(&text, llp_str(part));
	return llp_buf_str(&text);
}

static void
check_refused_at_once(Arena *arena, Str pattern)
{
	double start = milliseconds();
	Regex *regex;
	Str problem = STR("");
	Status status = llp_regex_compile(arena, pattern, &regex, &problem);

	CHECK_INT(status, STATUS_LIMIT);
	CHECK(problem.size > 0);
	CHECK(milliseconds() - start < 100);
}

UNIT_TEST(regex_too_large_is_refused_at_once)
{
	Arena *arena = vm_arena();

	check_refused_at_once(arena, STR("[^x]{1,200}y\\pL{1,50}"));
	check_refused_at_once(arena, STR("(\\pL{1,30}\\s){20}"));
	check_refused_at_once(arena, repeated(arena, "a", LLP_MAX_REGEX_SIZE + 1));
	check_refused_at_once(arena, repeated(arena, "\\pL", LLP_MAX_REGEX_CLASSES + 1));
	check_refused_at_once(arena, repeated(arena, "[^\\PL]", LLP_MAX_REGEX_CLASSES + 1));
	llp_arena_destroy(arena);
}

UNIT_TEST(regex_problems_are_short_and_whole_characters)
{
	Arena *arena = vm_arena();
	Regex *regex;
	Str problem;
	Str euros = repeated(arena, "\xe2\x82\xac", 1000);

	for (size_t shift = 0; shift < 3; shift++)
	{
		StrBuf pattern;

		llp_buf_init(&pattern, arena);
		llp_buf_append(&pattern, (Str){"xx", shift});
		llp_buf_append(&pattern, euros);
		llp_buf_append(&pattern, STR("("));
		CHECK_INT(llp_regex_compile(arena, llp_buf_str(&pattern), &regex, &problem), STATUS_INVALID);
		CHECK(problem.size > 190 && problem.size <= 200);
		CHECK_INT(llp_utf8_check(problem), problem.size);
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(regex_limits_are_exact)
{
	Arena *arena = vm_arena();
	Regex *regex;
	Str problem;

	CHECK_INT(llp_regex_compile(arena, repeated(arena, "a", LLP_MAX_REGEX_SIZE), &regex, &problem),
			  STATUS_OK);
	/* An escaped backslash before a p is no Unicode class. */
	CHECK_INT(llp_regex_compile(arena, repeated(arena, "\\\\p", LLP_MAX_REGEX_CLASSES + 1), &regex, &problem),
			  STATUS_OK);
	llp_arena_destroy(arena);
}

UNIT_TEST(regex_catastrophic_pattern_ends_within_milliseconds)
{
	Arena *arena = vm_arena();
	char *text = malloc(100001);
	Regex *regex;
	Str problem;
	bool matched;
	double start;

	if (text == NULL)
		abort();
	memset(text, 'a', 100000);
	text[100000] = '!';
	CHECK_INT(llp_regex_compile(arena, STR("(a+)+$"), &regex, &problem), STATUS_OK);
	start = milliseconds();
	CHECK_INT(llp_regex_matches(regex, (Str){text, 100001}, &matched), STATUS_OK);
	CHECK(!matched);
	CHECK(milliseconds() - start < 50);
	free(text);
	llp_arena_destroy(arena);
}

static bool
compile_two(Arena *arena, void *data)
{
	Regex *regex;
	Str problem;
	Status status = llp_regex_compile(arena, STR("a+"), &regex, &problem);

	(void) data;
	if (status == STATUS_OK)
		status = llp_regex_compile(arena, STR("("), &regex, &problem);
	else
		CHECK_INT(status, STATUS_NO_MEMORY);
	return status == STATUS_INVALID;
}

UNIT_TEST(regex_survives_failing_allocations)
{
	unit_every_allocation_fails(compile_two, NULL);
}
