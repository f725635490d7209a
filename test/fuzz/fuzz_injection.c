/*
 * test/fuzz/fuzz_injection.c - any bytes as a text that may be a prompt injection.
 *
 * Findings lie in the text and are in order; the score is what they add up to, stopping early changes nothing
 * of the answer, and a canary behind any text is found.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "llm/injection.h"

#define CANARY "kanarie-7f3a-q9"
#define THRESHOLD 0.5

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

static InjectionResult
scan(Arena *arena, const InjectionGrammar *grammar, Str text, const Str *canaries, size_t count,
	 double stop_at)
{
	InjectionOptions options = {.canaries = canaries, .canary_count = count, .stop_at = stop_at};
	InjectionResult result;

	require(llp_injection_scan(arena, grammar, text, &options, &result) == STATUS_OK, "a scan fails");
	return result;
}

static size_t
length_of(Str text)
{
	size_t length = 0;

	for (size_t i = 0; i < text.size; i++)
		length += ((unsigned char) text.data[i] & 0xC0) != 0x80;
	return length;
}

static void
check_findings(Str text, const InjectionResult *result)
{
	size_t length = length_of(text);
	double highest[INJECTION_REASONS] = {0};
	double rest = 1;

	for (size_t i = 0; i < result->count; i++)
	{
		const InjectionFinding *finding = &result->findings[i];

		require(finding->start + finding->length <= length, "a finding beyond the text");
		require(i == 0 || finding[-1].start <= finding->start, "findings out of order");
		require(finding->score > 0 && finding->score <= 1, "a finding without a score");
		require(llp_injection_reason_name(finding->reason) != NULL, "a finding without a reason");
		require(llp_injection_source_name(finding->source) != NULL, "a finding without a source");
		if (finding->score > highest[finding->reason])
			highest[finding->reason] = finding->score;
	}
	for (size_t i = 0; i < INJECTION_REASONS; i++)
		rest *= 1 - highest[i];
	require(result->score >= 0 && result->score <= 1, "a score out of range");
	require(result->count == LLP_MAX_INJECTION_FINDINGS || fabs(result->score - (1 - rest)) < 1e-9,
			"a score that its findings do not add up to");
}

static void
check_canary(Arena *arena, const InjectionGrammar *grammar, Str text)
{
	Str canary = STR(CANARY);
	StrBuf longer;

	llp_buf_init(&longer, arena);
	llp_buf_append(&longer, text);
	llp_buf_append(&longer, canary);
	require(!longer.failed, "no memory");
	require(scan(arena, grammar, llp_buf_str(&longer), &canary, 1, 2).score == 1, "a canary is not found");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Arena *home;
	static const InjectionGrammar *grammar;
	Str text = {(const char *) data, size};
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	InjectionResult whole;

	if (home == NULL)
	{
		home = llp_arena_create(&llp_libc_host, 0);
		require(home != NULL, "no memory");
		grammar = llp_injection_grammar_create(home);
	}
	require(arena != NULL && grammar != NULL, "no memory");
	whole = scan(arena, grammar, text, NULL, 0, 2);
	check_findings(text, &whole);
	require((scan(arena, grammar, text, NULL, 0, THRESHOLD).score >= THRESHOLD) == (whole.score >= THRESHOLD),
			"another answer when stopping early");
	check_canary(arena, grammar, text);
	llp_arena_destroy(arena);
	return 0;
}
