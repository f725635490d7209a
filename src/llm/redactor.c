/*
 * llm/redactor.c - detects, hashes where hashes are wanted, and replaces.
 */
#include "llm/redactor.h"

/* A hash of each finding's value, one behind the other. */
static Status
hash_findings(const Redactor *redactor, Arena *arena, Str text, const Findings *findings,
			  const uint8_t **digests)
{
	uint8_t *made = llp_arena_array(arena, findings->count, LLP_REDACT_DIGEST_SIZE);

	if (made == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < findings->count; i++)
	{
		const Finding *finding = &findings->items[i];
		Str value = {text.data + finding->start, finding->end - finding->start};
		Status status = redactor->hash(redactor->context, value, made + i * LLP_REDACT_DIGEST_SIZE);

		if (status != STATUS_OK)
			return status;
	}
	*digests = made;
	return STATUS_OK;
}

Status
llp_redactor_run(const Redactor *redactor, const Redaction *redaction, Arena *arena, Str text, Str *redacted)
{
	DetectOptions wanted = {.types = redaction->types, .threshold = redactor->threshold};
	RedactOptions options = {.mode = redaction->mode};
	Detector *detector;
	Findings findings = {NULL, 0};
	Status status = redactor->detector(redactor->context, &detector);

	*redacted = text;
	if (status == STATUS_OK)
		status = llp_detect(detector, arena, text, &wanted, &findings);
	if (status != STATUS_OK || findings.count == 0)
		return status;
	if (options.mode == REDACT_HASH)
		status = hash_findings(redactor, arena, text, &findings, &options.digests);
	return status == STATUS_OK ? llp_redact(arena, text, &findings, &options, redacted) : status;
}
