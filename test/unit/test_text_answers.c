/*
 * test/unit/test_text_answers.c - what expressions ask of texts: once for each text, and what it costs.
 */
#include "cel_support.h"

#include "base/host_call.h"

/* Surroundings that know of one text, and count how often they are asked. */
typedef struct Surroundings
{
	Host host;
	int asked[HOST_CALL_COST + 1];
	Status status;
} Surroundings;

static const char *
answer_of(const HostCall *call)
{
	switch (call->kind)
	{
		case HOST_CALL_TOKENS:
			return "{\"tokens\": 3, \"method\": \"exact\"}";
		case HOST_CALL_DETECT:
			return "[{\"type\": \"email_address\", \"start\": 1}]";
		case HOST_CALL_TYPES:
			return "{\"pii\": [\"email_address\"], \"secret\": [], \"phi\": []}";
		case HOST_CALL_REDACT:
			return "\"redacted\"";
		case HOST_CALL_COST:
			return "2";
		default:
			return "true";
	}
}

static Status
answer(void *context, HostCall *call)
{
	Surroundings *self = context;

	self->asked[call->kind]++;
	if (self->status == STATUS_INVALID)
		call->problem = STR("not known");
	if (self->status != STATUS_OK)
		return self->status;
	call->value = llp_tree_value(vm_json(call->arena, answer_of(call)));
	call->size = 10;
	return STATUS_OK;
}

static CelContext
begin(Surroundings *self, CelMeter meter)
{
	CelContext context;

	*self = (Surroundings){.host = llp_libc_host};
	self->host.context = self;
	self->host.call = answer;
	llp_cel_context_init(&context, llp_arena_create(&self->host, 0), meter, llp_cel_timestamp(0, 0));
	return context;
}

static const char *
called(CelContext *context, const char *function, const char *arguments)
{
	return cel_write(context, cel_call(context, function, arguments));
}

UNIT_TEST(a_text_is_looked_at_once)
{
	Surroundings around;
	CelContext context = begin(&around, CEL_AMPLE);

	for (int i = 0; i < 2; i++)
	{
		CHECK_STR(llp_str(called(&context, "contains_pii", "'a'")), "true");
		CHECK_STR(llp_str(called(&context, "contains_secrets", "'a'")), "false");
		CHECK_STR(llp_str(called(&context, "contains_phi", "'a'")), "false");
		CHECK_STR(llp_str(called(&context, "pii_types", "'a'")), "['email_address']");
		CHECK_STR(llp_str(called(&context, "detect", "'a'")), "[{'type': 'email_address', 'start': 1}]");
		CHECK_STR(llp_str(called(&context, "redact", "'a'")), "'redacted'");
		CHECK_STR(llp_str(called(&context, "contains_prompt_injection", "'a'")), "true");
		CHECK_STR(llp_str(called(&context, "tokens", "'a'")), "3");
		CHECK_STR(llp_str(called(&context, "tokens", "'a', 'm'")), "3");
		/* Also a whole number is a double here. */
		CHECK_STR(llp_str(called(&context, "cost", "'m', 1, 2")), "2.0");
	}
	CHECK_INT(around.asked[HOST_CALL_TYPES], 1);
	CHECK_INT(around.asked[HOST_CALL_DETECT], 1);
	CHECK_INT(around.asked[HOST_CALL_REDACT], 1);
	CHECK_INT(around.asked[HOST_CALL_INJECTION], 1);
	CHECK_INT(around.asked[HOST_CALL_TOKENS], 2);
	CHECK_INT(around.asked[HOST_CALL_COST], 1);
	called(&context, "contains_pii", "'b'");
	CHECK_INT(around.asked[HOST_CALL_TYPES], 2);
	llp_arena_destroy(context.arena);
}

UNIT_TEST(a_text_is_paid_for_each_time)
{
	Surroundings around;
	CelContext context = begin(&around, (CelMeter){.steps = 50, .memory = 1 << 20});

	CHECK_STR(llp_str(called(&context, "contains_pii", "'a'")), "true");
	CHECK_STR(llp_str(called(&context, "contains_pii", "'a'")), "true");
	CHECK_STR(llp_str(called(&context, "contains_pii", "'a'")), "stopped: steps");
	llp_arena_destroy(context.arena);
}

UNIT_TEST(what_nobody_knows_of_a_text_is_an_error)
{
	Surroundings around;
	CelContext context = begin(&around, CEL_AMPLE);

	around.status = STATUS_INVALID;
	CHECK_STR(llp_str(called(&context, "cost", "'m', 1, 2")), "error: not known");
	CHECK_STR(llp_str(called(&context, "tokens", "'a'")), "error: not known");
	CHECK_STR(llp_str(called(&context, "contains_pii", "'a'")), "error: not known");
	around.host.call = NULL;
	CHECK_STR(llp_str(called(&context, "redact", "'a'")),
			  "error: nobody here knows of texts for language models");
	around.host.call = answer;
	around.status = STATUS_LIMIT;
	CHECK_STR(llp_str(called(&context, "detect", "'a'")), "stopped: memory");
	llp_arena_destroy(context.arena);
}
