/*
 * llm/injection.c - collects the findings of a scan and adds them up.
 *
 * Owns the score, and what a finding says to users; what is looked for is the business of injection_scan.c.
 */
#include "llm/injection.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "llm/injection_scan.h"

/* What a disguise or a code adds: the part of the way to 1. */
#define DISGUISE 0.25

static const char *const reason_names[] = {
#define INJECTION_REASON(symbol, name) name,
#include "llm/injection.def"
};

static const char *const source_names[] = {
#define INJECTION_SOURCE(symbol, name) name,
#include "llm/injection.def"
};

static const char *const language_names[] = {
	NULL,
#define INJECTION_LANGUAGE(symbol, name) name,
#include "llm/injection.def"
};

const char *
llp_injection_reason_name(InjectionReason reason)
{
	return reason_names[reason];
}

const char *
llp_injection_source_name(InjectionSource source)
{
	return source_names[source];
}

const char *
llp_injection_language_name(InjectionLanguage language)
{
	return language_names[language];
}

bool
llp_injection_poll(Scan *scan)
{
	if (!scan->host->poll(scan->host->context))
		return false;
	scan->status = STATUS_CANCELLED;
	scan->is_done = true;
	return true;
}

static void
add_up(Scan *scan)
{
	double rest = 1;

	for (size_t i = 0; i < INJECTION_REASONS; i++)
		rest *= 1 - scan->highest[i];
	scan->score = 1 - rest;
	if (scan->score >= scan->options->stop_at)
		scan->is_done = true;
}

/* The newest finding of the same reason and source, where the new one begins within it; else NULL. */
static InjectionFinding *
overlapping(Scan *scan, const InjectionFinding *finding)
{
	size_t number = scan->last_of[finding->reason];
	InjectionFinding *last = number == 0 ? NULL : &scan->findings[number - 1];

	if (last == NULL || last->source != finding->source || finding->start >= last->start + last->length ||
		finding->start + finding->length < last->start)
		return NULL;
	return last;
}

/* One finding of two. */
static void
join(InjectionFinding *last, const InjectionFinding *finding)
{
	size_t end = last->start + last->length;
	size_t new_end = finding->start + finding->length;

	if (finding->start < last->start)
		last->start = finding->start;
	last->length = (new_end > end ? new_end : end) - last->start;
	if (finding->score > last->score)
	{
		last->score = finding->score;
		last->language = finding->language;
	}
}

void
llp_injection_found(Scan *scan, const Layer *layer, const PhraseMatch *match)
{
	InjectionFinding finding = {.reason = match->reason,
								.source = layer->depth == 0 ? match->source : layer->source,
								.language = match->language,
								.start = layer->depth == 0 ? match->start : layer->start,
								.length =
									layer->depth == 0 ? match->end - match->start : layer->end - layer->start,
								.score = match->weight};
	InjectionFinding *last;

	if (finding.source != INJECTION_FROM_TEXT)
		finding.score += (1 - finding.score) * DISGUISE;
	last = overlapping(scan, &finding);
	if (last != NULL)
		join(last, &finding);
	else if (scan->count < LLP_MAX_INJECTION_FINDINGS)
	{
		scan->findings[scan->count++] = finding;
		scan->last_of[finding.reason] = scan->count;
	}
	if (finding.score > scan->highest[finding.reason])
	{
		scan->highest[finding.reason] = finding.score;
		add_up(scan);
	}
}

static int
compare_findings(const void *a, const void *b)
{
	const InjectionFinding *left = a;
	const InjectionFinding *right = b;

	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	return (int) left->reason - (int) right->reason;
}

static size_t
count_characters(Str text, size_t from, size_t to)
{
	size_t count = 0;

	for (size_t i = from; i < to && i < text.size; i++)
		count += !llp_utf8_continues(text.data[i]);
	return count;
}

/* Puts the findings in order, and their places into code points. */
static void
finish_findings(Scan *scan, Str text)
{
	size_t at = 0;
	size_t characters = 0;

	qsort(scan->findings, scan->count, sizeof(*scan->findings), compare_findings);
	for (size_t i = 0; i < scan->count; i++)
	{
		InjectionFinding *finding = &scan->findings[i];
		size_t end = finding->start + finding->length;

		characters += count_characters(text, at, finding->start);
		at = finding->start;
		finding->length = count_characters(text, at, end);
		finding->start = characters;
	}
}

Status
llp_injection_scan(Arena *arena, const InjectionGrammar *grammar, Str text, const InjectionOptions *options,
				   InjectionResult *result)
{
	Scan scan = {.host = llp_arena_host(arena),
				 .arena = arena,
				 .grammar = grammar,
				 .options = options,
				 .status = STATUS_OK,
				 .size = text.size};
	Layer layer = {.text = text, .source = INJECTION_FROM_TEXT};

	*result = (InjectionResult){0, NULL, 0};
	scan.findings = llp_arena_array(arena, LLP_MAX_INJECTION_FINDINGS, sizeof(*scan.findings));
	if (scan.findings == NULL)
		return STATUS_NO_MEMORY;
	scan.status = llp_injection_canaries_prepare(&scan);
	if (scan.status == STATUS_OK)
		llp_injection_scan_layer(&scan, &layer);
	if (scan.status != STATUS_OK)
		return scan.status;
	finish_findings(&scan, text);
	*result = (InjectionResult){scan.score, scan.findings, scan.count};
	return STATUS_OK;
}
