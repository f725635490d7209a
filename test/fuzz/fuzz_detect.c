/*
 * test/fuzz/fuzz_detect.c - any bytes through the detector and the redactor.
 *
 * The first byte chooses the threshold.  What has to hold is said where it is checked.
 */
#include <stdlib.h>

#include "llm/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool holds)
{
	if (!holds)
		abort();
}

/* In order, apart from each other, within the text, and good enough. */
static void
check_findings(const Findings *findings, Str text, const DetectOptions *options)
{
	size_t at = 0;

	for (size_t i = 0; i < findings->count; i++)
	{
		const Finding *finding = &findings->items[i];

		require(finding->start >= at && finding->end > finding->start && finding->end <= text.size);
		require((double) finding->score >= options->threshold && finding->score <= 1);
		at = finding->end;
	}
}

/* What is outside of findings stands in the result, in its order; what is inside does not, at its place. */
static void
check_redacted(const Findings *findings, Str text, Str redacted, RedactMode mode)
{
	size_t at = 0;
	size_t place = 0;

	for (size_t i = 0; i <= findings->count; i++)
	{
		size_t end = i == findings->count ? text.size : findings->items[i].start;
		Str value = {text.data + end, i == findings->count ? 0 : findings->items[i].end - end};

		require(redacted.size - place >= end - at);
		require(end == at || memcmp(redacted.data + place, text.data + at, end - at) == 0);
		place += end - at;
		at = end + value.size;
		if (i == findings->count)
			break;
		require(redacted.data[place] == (mode == REDACT_LABEL || mode == REDACT_HASH ? '[' : '*') ||
				((unsigned char) value.data[0] & 0xC0) == 0x80);
		if (mode == REDACT_LABEL || mode == REDACT_HASH)
		{
			while (redacted.data[place++] != ']')
				require(place < redacted.size);
		}
		else
		{
			size_t characters = 0;

			for (size_t j = 0; j < value.size; j++)
				characters += ((unsigned char) value.data[j] & 0xC0) != 0x80;
			if (mode == REDACT_KEEP_LAST)
				return; /* what was kept may have any number of bytes */
			place += characters;
		}
	}
	require(place == redacted.size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Detector *detector;
	DetectOptions options = {.types = llp_all_detector_types()};
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Findings findings;
	Findings any;
	uint8_t *digests;
	Str text;

	if (detector == NULL)
		require(llp_detector_create(llp_arena_create(&llp_libc_host, 0), &detector) == STATUS_OK);
	options.threshold = size == 0 ? 0.5 : data[0] % 10 / 10.0;
	text = (Str){(const char *) data + (size > 0), size - (size > 0)};
	require(llp_detect(detector, arena, text, &options, &findings) == STATUS_OK);
	check_findings(&findings, text, &options);
	options.any = true;
	require(llp_detect(detector, arena, text, &options, &any) == STATUS_OK);
	require((any.count > 0) == (findings.count > 0));
	digests = llp_arena_alloc(arena, findings.count * LLP_REDACT_DIGEST_SIZE);
	for (int mode = 0; mode < REDACT_MODES; mode++)
	{
		RedactOptions how = {.mode = (RedactMode) mode, .digests = digests};
		Str redacted;

		require(llp_redact(arena, text, &findings, &how, &redacted) == STATUS_OK);
		check_redacted(&findings, text, redacted, how.mode);
	}
	llp_arena_destroy(arena);
	return 0;
}
