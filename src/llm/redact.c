/*
 * llm/redact.c - what stands instead of a finding.
 */
#include "llm/redact.h"

#include "base/utf8.h"

/* Bytes of a hash that are shown, in hexadecimal. */
#define SHOWN_SIZE 8

const char *const llp_redact_modes[REDACT_MODES] = {[REDACT_LABEL] = "label",
													[REDACT_MASK] = "mask",
													[REDACT_HASH] = "hash",
													[REDACT_KEEP_LAST] = "keep_last"};

static void
append_label(StrBuf *out, DetectorType type)
{
	for (const char *at = llp_detector_types[type].name; *at != '\0'; at++)
		llp_buf_append_char(out, *at >= 'a' && *at <= 'z' ? (char) (*at - 32) : *at);
}

static void
append_hash(StrBuf *out, const uint8_t *digest)
{
	static const char digits[] = "0123456789abcdef";

	llp_buf_append_char(out, ':');
	for (int i = 0; i < SHOWN_SIZE; i++)
	{
		llp_buf_append_char(out, digits[digest[i] >> 4]);
		llp_buf_append_char(out, digits[digest[i] & 15]);
	}
}

/* A * for each character but the last ones.  What is no UTF-8 counts by bytes. */
static void
append_mask(StrBuf *out, Str value, size_t kept)
{
	size_t characters = 0;
	size_t masked;
	size_t at = 0;

	for (size_t i = 0; i < value.size; i++)
		characters += !llp_utf8_continues(value.data[i]);
	if (kept > characters / 4)
		kept = characters / 4;
	masked = characters - kept;
	for (; at < value.size && (masked > 0 || llp_utf8_continues(value.data[at])); at++)
	{
		if (!llp_utf8_continues(value.data[at]))
		{
			llp_buf_append_char(out, '*');
			masked--;
		}
	}
	llp_buf_append(out, (Str){value.data + at, value.size - at});
}

static void
append_instead(StrBuf *out, const RedactOptions *options, size_t number, const Finding *finding, Str value)
{
	if (options->mode == REDACT_MASK || options->mode == REDACT_KEEP_LAST)
	{
		append_mask(out, value, options->mode == REDACT_MASK ? 0 : LLP_REDACT_KEPT);
		return;
	}
	llp_buf_append_char(out, '[');
	append_label(out, finding->type);
	if (options->mode == REDACT_HASH)
		append_hash(out, options->digests + number * LLP_REDACT_DIGEST_SIZE);
	llp_buf_append_char(out, ']');
}

Status
llp_redact(Arena *arena, Str text, const Findings *findings, const RedactOptions *options, Str *redacted)
{
	StrBuf out;
	size_t at = 0;

	llp_buf_init(&out, arena);
	for (size_t i = 0; i < findings->count; i++)
	{
		const Finding *finding = &findings->items[i];

		llp_buf_append(&out, (Str){text.data + at, finding->start - at});
		append_instead(&out, options, i, finding,
					   (Str){text.data + finding->start, finding->end - finding->start});
		at = finding->end;
	}
	llp_buf_append(&out, (Str){text.data + at, text.size - at});
	*redacted = llp_buf_str(&out);
	return out.failed ? STATUS_NO_MEMORY : STATUS_OK;
}
