/*
 * pg/detection.c - detection and redaction for the functions of SQL.
 *
 * Owns the backend's detector, which is made when it is first asked for, and the keyed hashes of values.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hmac.h"
#include "common/sha2.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/suggest.h"
#include "llm/redact.h"

#include "pg/compat.h"
#include "pg/core_host.h"
#include "pg/detection.h"
#include "pg/errors.h"
#include "pg/settings.h"

StaticAssertDecl(LLP_REDACT_DIGEST_SIZE == PG_SHA256_DIGEST_LENGTH, "a digest is one of SHA-256");

static Detector *
detector(void)
{
	static Detector *made = NULL;
	CoreArena memory;
	Detector *attempt;
	Status status;

	if (made != NULL)
		return made;
	memory = core_arena_create(TopMemoryContext, "detector", 0);
	status = llp_detector_create(memory.arena, &attempt);
	if (status != STATUS_OK)
		MemoryContextDelete(memory.context);
	core_check(status, NULL, ERRCODE_INTERNAL_ERROR, "could not make the detector");
	made = attempt;
	return made;
}

/* The HINT of a name that there is not. */
static char *
hint_of(Str nearest)
{
	if (nearest.size == 0)
		return pstrdup("llm_policy_detector_types() lists the types.");
	return psprintf("Did you mean \"%.*s\"?", STR_ARG(nearest));
}

static TypeSet
types_of(ArrayType *types)
{
	TypeSet set = {{0}};
	Datum *items;
	bool *nulls;
	int count;

	if (types == NULL)
		return llp_all_detector_types();
	deconstruct_array(types, TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		char *name = nulls[i] ? NULL : TextDatumGetCString(items[i]);
		Str nearest = {NULL, 0};

		if (name == NULL)
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a type must not be null")));
		if (!llp_type_set_add_named(&set, llp_str(name), &nearest))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there is no type \"%s\" to detect", name), errhint("%s", hint_of(nearest))));
	}
	return set;
}

static double
threshold_of(const float4 *threshold)
{
	if (threshold == NULL)
		return setting_detection_threshold;
	if (!(*threshold >= 0 && *threshold <= 1))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a threshold must be from 0 to 1")));
	return *threshold;
}

Detected
detection_find(Str content, ArrayType *types, const float4 *threshold)
{
	DetectOptions options = {.types = types_of(types), .threshold = threshold_of(threshold)};
	Detected detected = {.content = content};
	CoreArena memory = core_arena_create(CurrentMemoryContext, "findings", 0);

	core_check(llp_detect(detector(), memory.arena, content, &options, &detected.findings), NULL,
			   ERRCODE_INTERNAL_ERROR, "could not search the text");
	return detected;
}

Findings
detection_scan(Arena *arena, Str content)
{
	DetectOptions options = {.types = llp_all_detector_types(), .threshold = setting_detection_threshold};
	Findings findings;

	core_check(llp_detect(detector(), arena, content, &options, &findings), NULL, ERRCODE_INTERNAL_ERROR,
			   "could not search the text");
	return findings;
}

/* Redaction */

static RedactMode
mode_of(const char *name)
{
	Nearest nearest = {.spelling = llp_str(name)};

	for (int mode = 0; mode < REDACT_MODES; mode++)
	{
		if (strcmp(name, llp_redact_modes[mode]) == 0)
			return (RedactMode) mode;
		llp_nearest_consider(&nearest, llp_str(llp_redact_modes[mode]));
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("there is no mode \"%s\" of redaction", name),
			 nearest.candidate.size > 0 ? errhint("Did you mean \"%.*s\"?", STR_ARG(nearest.candidate))
										: errhint("The modes are label, mask, hash and keep_last.")));
	pg_unreachable();
}

static void
hmac(Str key, Str value, uint8 *digest)
{
	pg_hmac_ctx *context = pg_hmac_create(PG_SHA256);

	if (context == NULL || pg_hmac_init(context, (const uint8 *) key.data, key.size) < 0 ||
		pg_hmac_update(context, (const uint8 *) value.data, value.size) < 0 ||
		pg_hmac_final(context, digest, PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "could not compute a keyed hash: %s", pg_hmac_error(context));
	pg_hmac_free(context);
}

static uint8 *
digests_of(const Detected *detected)
{
	Str key = llp_str(setting_redaction_key);
	uint8 *digests =
		MemoryContextAllocHuge(CurrentMemoryContext, detected->findings.count * PG_SHA256_DIGEST_LENGTH + 1);

	if (key.size == 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("there is no key to hash values with"),
						errhint("A superuser has to set llm_policy.redaction_key to a secret.")));
	for (size_t i = 0; i < detected->findings.count; i++)
	{
		const Finding *finding = &detected->findings.items[i];

		hmac(key, (Str){detected->content.data + finding->start, finding->end - finding->start},
			 digests + i * PG_SHA256_DIGEST_LENGTH);
	}
	return digests;
}

text *
detection_redact(const Detected *detected, const char *mode)
{
	RedactOptions options = {.mode = mode_of(mode)};
	CoreArena memory = core_arena_create(CurrentMemoryContext, "redaction", 0);
	Str redacted;
	text *result;

	if (options.mode == REDACT_HASH)
		options.digests = digests_of(detected);
	core_check(llp_redact(memory.arena, detected->content, &detected->findings, &options, &redacted), NULL,
			   ERRCODE_INTERNAL_ERROR, "could not redact the text");
	if (redacted.size > MaxAllocSize - VARHDRSZ)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("the redacted text is too long")));
	result = cstring_to_text_with_len(redacted.data, (int) redacted.size);
	MemoryContextDelete(memory.context);
	return result;
}

/* --- For the core --------------------------------------------------------------------------------------- */

static Status
give_detector(void *context, Detector **given)
{
	*given = detector();
	return STATUS_OK;
}

static Status
give_hash(void *context, Str value, uint8_t *digest)
{
	hmac(llp_str(setting_redaction_key), value, digest);
	return STATUS_OK;
}

const Redactor *
detection_redactor(void)
{
	static Redactor redactor;

	redactor = (Redactor){.detector = give_detector,
						  .hash = setting_redaction_key[0] == '\0' ? NULL : give_hash,
						  .threshold = setting_detection_threshold};
	return &redactor;
}
