/*
 * vm/cel_texts.c - functions that say what is in a text for a language model, and what a model costs.
 *
 * The surroundings know that; the same question is asked once an evaluation.  Each call is charged for by the
 * size of its text all the same, so that what a rule may do does not depend on which rules ran before it.
 */
#include "vm/cel_functions.h"

/* A question costs at least as much as a scan of a short text. */
#define CALL_STEPS 20
/* Of a text that is searched, so many bytes are worth a step, and of one that is cut into tokens. */
#define SEARCHED_BYTES_PER_STEP 32
#define READ_BYTES_PER_STEP 8

static Timestamp
microseconds_of(CelValue now)
{
	return now.as.time.seconds * 1000000 + now.as.time.nanoseconds / 1000;
}

static Value
string_value(Str text)
{
	return (Value){.kind = VALUE_STRING, .as.string = text};
}

/* The answer, charged for as if it was new; an error where there is none. */
static CelValue
ask(CelContext *context, HostCallKind kind, const Value *args, uint32_t count)
{
	size_t room = context->meter.memory < SIZE_MAX ? (size_t) context->meter.memory : SIZE_MAX;
	const TextAnswer *answer;
	Status status = llp_ask_text(context->arena, &context->texts, kind, args, count,
								 microseconds_of(context->now), room, &answer);
	CelValue error = llp_cel_error("");

	if (status != STATUS_OK)
		return llp_cel_stop(context, status, "memory");
	if (answer->problem.size > 0)
	{
		error.as.string = answer->problem;
		return error;
	}
	if (!llp_cel_charge_memory(context, answer->size) || !llp_cel_charge_bytes(context, answer->size))
		return llp_cel_stopped;
	return llp_cel_of_value(&answer->value);
}

static CelValue
ask_of_text(CelContext *context, HostCallKind kind, Str text)
{
	Value value = string_value(text);
	uint64_t bytes = kind == HOST_CALL_INJECTION ? READ_BYTES_PER_STEP : SEARCHED_BYTES_PER_STEP;

	if (!llp_cel_charge(context, CALL_STEPS + text.size / bytes))
		return llp_cel_stopped;
	return ask(context, kind, &value, 1);
}

/* The names of the types of a kind that are in the text. */
static CelValue
types_of_kind(CelContext *context, Str text, Str kind)
{
	CelValue types = ask_of_text(context, HOST_CALL_TYPES, text);
	CelValue names;

	if (llp_cel_failed(types))
		return types;
	return llp_cel_find_name(types, kind, &names) ? names : llp_cel_no_such_key();
}

static CelValue
contains_kind(CelContext *context, Str text, Str kind)
{
	CelValue names = types_of_kind(context, text, kind);

	return llp_cel_failed(names) ? names : llp_cel_bool(names.count > 0);
}

CelValue
llp_cel_tokens(CEL_ARGS)
{
	Value values[2] = {string_value(args[0].as.string),
					   string_value(count > 1 ? args[1].as.string : STR(""))};
	CelValue counted;
	CelValue tokens;

	if (!llp_cel_charge(context, CALL_STEPS + args[0].as.string.size / READ_BYTES_PER_STEP))
		return llp_cel_stopped;
	counted = ask(context, HOST_CALL_TOKENS, values, 2);
	if (llp_cel_failed(counted))
		return counted;
	return llp_cel_find_name(counted, STR("tokens"), &tokens) ? tokens : llp_cel_no_such_key();
}

CelValue
llp_cel_cost(CEL_ARGS)
{
	Value values[4] = {string_value(args[0].as.string),
					   {.kind = VALUE_NULL},
					   {.kind = VALUE_INT, .as.integer = args[1].as.integer},
					   {.kind = VALUE_INT, .as.integer = args[2].as.integer}};
	CelValue cost;

	if (!llp_cel_charge(context, CALL_STEPS))
		return llp_cel_stopped;
	cost = ask(context, HOST_CALL_COST, values, 4);
	return cost.kind == CEL_INT ? llp_cel_double((double) cost.as.integer) : cost;
}

CelValue
llp_cel_detect(CEL_ARGS)
{
	return ask_of_text(context, HOST_CALL_DETECT, args[0].as.string);
}

CelValue
llp_cel_pii_types(CEL_ARGS)
{
	return types_of_kind(context, args[0].as.string, STR("pii"));
}

CelValue
llp_cel_contains_pii(CEL_ARGS)
{
	return contains_kind(context, args[0].as.string, STR("pii"));
}

CelValue
llp_cel_contains_phi(CEL_ARGS)
{
	return contains_kind(context, args[0].as.string, STR("phi"));
}

CelValue
llp_cel_contains_secrets(CEL_ARGS)
{
	return contains_kind(context, args[0].as.string, STR("secret"));
}

CelValue
llp_cel_contains_prompt_injection(CEL_ARGS)
{
	return ask_of_text(context, HOST_CALL_INJECTION, args[0].as.string);
}

CelValue
llp_cel_redact(CEL_ARGS)
{
	return ask_of_text(context, HOST_CALL_REDACT, args[0].as.string);
}
