/*
 * test/unit/test_redaction.c - redact actions: what a decision says of them, and what becomes of a request.
 */
#include "llm/redactor.h"
#include "vm/modify.h"

#include "unit.h"
#include "vm_support.h"

static Status
give_detector(void *context, Detector **detector)
{
	(void) context;
	static Detector *made = NULL;

	if (made == NULL)
		CHECK(llp_detector_create(llp_arena_create(&llp_libc_host, 0), &made) == STATUS_OK);
	*detector = made;
	return STATUS_OK;
}

/* Stands for a keyed hash: what it is of shows in its first byte. */
static Status
give_hash(void *context, Str value, uint8_t *digest)
{
	(void) context;
	memset(digest, 0, LLP_REDACT_DIGEST_SIZE);
	digest[0] = (uint8_t) value.size;
	return STATUS_OK;
}

static const Redactor with_key = {.detector = give_detector, .hash = give_hash, .threshold = 0.5};
static const Redactor without_key = {.detector = give_detector, .threshold = 0.5};

#define RULE(id, actions) "{id: " id ", condition: {operator: exists, field: llm}, actions: [" actions "]}"
#define POLICY(rules) "metadata: {id: p, name: P}\nrules: [" rules "]\n"
#define PROMPT "{\"llm\": {\"prompt\": \"mail jane@example.org\", \"user\": \"joe@example.org\", \"n\": 7}}"

typedef struct RedactionCase
{
	const char *document;
	const char *request;
	const char *expected; /* members of the result */
} RedactionCase;

static void
check_cases(const RedactionCase *cases, size_t count, const Redactor *redactor)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);

	for (size_t i = 0; i < count; i++)
	{
		PolicySet set = vm_policies(arena, cases[i].document);
		EvaluationOptions options = {.redactor = redactor, .return_request = true};

		vm_check(arena, cases[i].document, vm_decide(arena, &set, cases[i].request, options).result,
				 cases[i].expected);
	}
	llp_arena_destroy(arena);
}

#define CHECK_REDACTIONS(cases, redactor) check_cases(cases, sizeof(cases) / sizeof(*(cases)), redactor)

UNIT_TEST(redactions_are_modifications_without_what_was_found)
{
	static const RedactionCase cases[] = {
		{POLICY(RULE("r", "{type: redact}")), PROMPT,
		 "{\"decision\": \"modify\", \"modifications\": {\"llm.prompt\": \"mail [EMAIL_ADDRESS]\"},"
		 " \"modifiedRequest\": {\"llm\": {\"prompt\": \"mail [EMAIL_ADDRESS]\", \"user\": "
		 "\"joe@example.org\", \"n\": 7}}, \"patch\": null}"},
		{POLICY(RULE("r", "{type: redact, fields: [llm], types: [Email_Address], mode: mask}")), PROMPT,
		 "{\"modifications\": {\"llm\": {\"prompt\": \"mail ****************\", \"user\": "
		 "\"***************\", \"n\": 7}}}"},
		{POLICY(RULE("r", "{type: redact, mode: hash}")), PROMPT,
		 "{\"modifications\": {\"llm.prompt\": \"mail [EMAIL_ADDRESS:1000000000000000]\"}}"},
		{POLICY(RULE("r", "{type: redact, pattern: credentials}")), PROMPT,
		 "{\"decision\": \"modify\", \"modifications\": null}"},
		{POLICY(RULE("r", "{type: redact, pattern: PII, mode: keep_last}")),
		 "{\"llm\": {\"messages\": [{\"role\": \"user\", \"content\": \"card 4111 1111 1111 1111\"}]}}",
		 "{\"modifications\": {\"llm.messages\": [{\"role\": \"user\", \"content\": \"card "
		 "***************1111\"}]}}"},
		{POLICY(RULE("r", "{type: redact, fields: ['llm.prompt[0]', llm.n, nothing.there]}")), PROMPT,
		 "{\"decision\": \"modify\", \"modifications\": null}"},
		{POLICY(RULE("r", "{type: modify, set: {llm.n: 1}}, {type: redact, reason: r2}")), PROMPT,
		 "{\"reason\": null, \"modifications\": {\"llm.prompt\": \"mail [EMAIL_ADDRESS]\", \"llm.n\": 1}}"},
		{POLICY(RULE("r", "{type: redact}, {type: deny}")), PROMPT,
		 "{\"decision\": \"deny\", \"modifications\": null}"},
	};

	CHECK_REDACTIONS(cases, &with_key);
}

UNIT_TEST(redactions_come_after_all_other_modifications)
{
	static const RedactionCase cases[] = {
		{POLICY(
			 RULE("a", "{type: modify, set: {llm.prompt: 'a@example.org'}}") "," RULE("b", "{type: redact}")),
		 PROMPT, "{\"modifications\": {\"llm.prompt\": \"[EMAIL_ADDRESS]\"}, \"warnings\": null}"},
		{POLICY(RULE("a", "{type: redact}") "," RULE("b", "{type: modify, set: {llm.prompt: x}}")), PROMPT,
		 "{\"modifications\": {\"llm.prompt\": \"mail [EMAIL_ADDRESS]\"}, \"warnings\": "
		 "[\"modification of llm.prompt by p/b is overridden by p/a\"]}"},
		{POLICY(
			 RULE("a", "{type: modify, remove: [llm.user]}") "," RULE("b", "{type: redact, fields: [llm]}")),
		 PROMPT, "{\"modifiedRequest\": {\"llm\": {\"prompt\": \"mail [EMAIL_ADDRESS]\", \"n\": 7}}}"},
		{POLICY(RULE("a", "{type: redact, types: email_address}") "," RULE(
			 "b", "{type: redact, types: credit_card, mode: mask}")),
		 "{\"llm\": {\"prompt\": \"jane@example.org 4111111111111111\"}}",
		 "{\"modifications\": {\"llm.prompt\": \"[EMAIL_ADDRESS] ****************\"}}"},
	};

	CHECK_REDACTIONS(cases, &with_key);
}

UNIT_TEST(rules_that_cannot_redact_err)
{
	static const RedactionCase cases[] = {
		{POLICY(RULE("r", "{type: redact, mode: hash}")), PROMPT,
		 "{\"decision\": \"deny\", \"reasonCode\": \"error\", \"errors\": [{\"policy\": \"p\", \"rule\": "
		 "\"r\", \"message\": \"there is no key to hash values with\"}]}"},
		{POLICY(RULE("r", "{type: redact}")), PROMPT, "{\"decision\": \"modify\", \"errors\": null}"},
	};
	static const RedactionCase nowhere[] = {
		{POLICY(RULE("r", "{type: redact}")), PROMPT, "{\"decision\": \"deny\", \"reasonCode\": \"error\"}"},
	};

	CHECK_REDACTIONS(cases, &without_key);
	CHECK_REDACTIONS(nowhere, NULL);
}
