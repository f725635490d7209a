/*
 * test/unit/test_policy_limits.c - reading when memory or patience runs out.
 */
#include "policy_support.h"

/* Correct parts, doubtful parts and errors, so that every kind of allocation takes place. */
static const char mixed_text[] =
	"metadata: {name: A, id: a, version: 1.5, x: 1}\n"
	"appliesTo: {a.b: [1, 2]}\n"
	"config: {failOpen: true, cacheTtlSeconds: 1}\n"
	"rules:\n"
	"- condition: {operator: and, conditions: [{operator: matches, field: a, value: x+}]}\n"
	"  action: {decision: deny, message: '{{{{ {{ x }}', metadata: {a: ['{{{{', b]}}\n"
	"- condition: {operator: not, conditions: [{operator: eq, field: 'a[\"b\"]', value: 1, conditions: []}]}\n"
	"  actions: [{type: modify, set: {a: '{{{{'}, cap: {b: 1}}, {type: log, level: x}]\n"
	"exceptions: [{condition: {operator: exists, field: a}}]\n"
	"tests: [{name: t, request: {}, expect: {decision: deny}}]\n";

static const char wrong_text[] = "metadata: {name: A}\n"
								 "rulez: 1\n"
								 "rules:\n"
								 "- condition: {operator: equals, field: a, value: 1}\n"
								 "  action: {decision: modify, modifications: {a: 1, a.b: '{{ x '}}\n"
								 "- condition: {operator: matches, field: a, value: (}\n"
								 "  actions: [{type: nope}]\n"
								 "tests: [{name: t, request: {}, expect: {decision: deny, rule: x}}]\n"
								 "---\n"
								 "metadata: {name: a}\n"
								 "rules: []\n";

typedef struct Expectation
{
	const char *text;
	Status status;
	size_t errors;
	size_t policies;
} Expectation;

static bool
read_once(Arena *arena, void *data)
{
	const Expectation *expected = data;
	DiagnosticList findings;
	PolicyList list;
	Status status;

	llp_diag_init(&findings, arena);
	status = llp_read_policies(arena, llp_str(expected->text), STR(""), &list, &findings);
	if (status == STATUS_NO_MEMORY)
		return false;
	CHECK_INT(status, expected->status);
	CHECK_INT(findings.errors, expected->errors);
	CHECK_INT(list.count, expected->policies);
	return true;
}

UNIT_TEST(policy_reading_survives_every_failed_allocation)
{
	Expectation correct = {mixed_text, STATUS_OK, 0, 1};
	Expectation wrong = {wrong_text, STATUS_INVALID, 8, 0};

	unit_every_allocation_fails(read_once, &correct);
	unit_every_allocation_fails(read_once, &wrong);
}

/* What doc/ refuses spoils its own document and is reported once. */
UNIT_TEST(policy_of_a_damaged_document_is_not_kept)
{
	Reading reading = read_text("metadata: {name: A}\nrules: []\nappliesTo: {a: *nobody}\n---\n"
								"metadata: {name: B}\nrules: *nobody\n---\n"
								"metadata: {name: C}\nrules: []\n---\n"
								"metadata: {name: D\n");

	CHECK_INT(reading.status, STATUS_INVALID);
	CHECK_INT(reading.findings.errors, 3);
	CHECK_INT(reading.list.count, 1);
	if (reading.list.count == 1)
		CHECK_STR(reading.list.policies[0]->name, "C");
	llp_arena_destroy(reading.arena);
}

/* The arena takes large blocks, so that few allocations reach the host: end it in small steps too. */
UNIT_TEST(policy_reading_survives_every_arena_limit)
{
	Expectation correct = {mixed_text, STATUS_OK, 0, 1};
	Expectation wrong = {wrong_text, STATUS_INVALID, 8, 0};
	const Expectation *both[] = {&correct, &wrong};

	for (int i = 0; i < 2; i++)
	{
		bool finished = false;

		for (size_t limit = 1024; !finished && limit < 1024 * 1024; limit += 64)
		{
			Expectation expected = *both[i];
			Arena *arena = llp_arena_create(&llp_libc_host, limit);

			if (arena != NULL)
				finished = read_once(arena, &expected);
			llp_arena_destroy(arena);
		}
		CHECK(finished);
	}
}

typedef struct ImpatientHost
{
	int polls_left;
} ImpatientHost;

static bool
impatient_poll(void *context)
{
	return ((ImpatientHost *) context)->polls_left-- <= 0;
}

static void *
plain_alloc(void *context, size_t size)
{
	(void) context;
	return llp_libc_host.alloc(llp_libc_host.context, size);
}

static void
plain_release(void *context, void *block)
{
	(void) context;
	llp_libc_host.release(llp_libc_host.context, block);
}

UNIT_TEST(policy_reading_can_be_cancelled)
{
	Status status = STATUS_CANCELLED;

	for (int polls = 0; status == STATUS_CANCELLED && polls < 1000; polls++)
	{
		ImpatientHost context = {polls};
		Host host = llp_libc_host;
		DiagnosticList findings;
		PolicyList list;
		Arena *arena;

		host.context = &context;
		host.poll = impatient_poll;
		host.alloc = plain_alloc;
		host.release = plain_release;
		arena = llp_arena_create(&host, 0);
		llp_diag_init(&findings, arena);
		status = llp_read_policies(arena, llp_str(mixed_text), STR(""), &list, &findings);
		CHECK(polls > 0 || status == STATUS_CANCELLED);
		CHECK(status == STATUS_CANCELLED || status == STATUS_OK);
		llp_arena_destroy(arena);
	}
	CHECK_INT(status, STATUS_OK);
}

/* A text of one rule with `count` conditions that match a pattern. */
static Str
text_of_patterns(Arena *arena, const char *pattern, int count)
{
	StrBuf text;

	llp_buf_init(&text, arena);
	llp_buf_append(&text, STR("metadata: {name: A}\nrules:\n- action: {decision: deny}\n"
							  "  condition: {operator: or, conditions: [\n"));
	for (int i = 0; i < count; i++)
		llp_buf_format(&text, "  {operator: matches, field: a, value: '%s'},\n", pattern);
	llp_buf_append(&text, STR("  ]}\n"));
	return llp_buf_str(&text);
}

static Status
read_patterns(const char *pattern, int count, size_t *errors)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	DiagnosticList findings;
	PolicyList list;
	Status status;

	llp_diag_init(&findings, arena);
	status = llp_read_policies(arena, text_of_patterns(arena, pattern, count), STR(""), &list, &findings);
	*errors = findings.errors;
	llp_arena_destroy(arena);
	return status;
}

/* Regexes live outside of the arena, so the text that brings them has a budget. */
UNIT_TEST(policy_text_has_a_budget_for_regexes)
{
	size_t errors;

	CHECK_INT(read_patterns("ignore (all )?previous", 2000, &errors), STATUS_OK);
	CHECK_INT(read_patterns("(\\pL{1,9}\\s){2}", 2000, &errors), STATUS_LIMIT);
	CHECK_INT(errors, 1);
	/* Refusing one costs as much as the largest that is not refused. */
	CHECK_INT(read_patterns("(\\pL{1,30}\\s){20}", 2000, &errors), STATUS_LIMIT);
	CHECK(errors < 100);
}
