/*
 * llm/messages.c - walks over messages; what a key of one means for their tokens.
 */
#include "llm/messages.h"

#define TOKENS_A_MESSAGE 3
#define TOKENS_A_NAME 1
#define TOKENS_A_CALL 3
#define UNCERTAIN_A_CALL 8
#define TOKENS_OF_THE_ANSWER 3

typedef struct Counting
{
	const Encoding *encoding;
	size_t limit;
	const Host *host;
	TextMeasure *measure;
} Counting;

Status
llp_measure_text(const Encoding *encoding, Str text, size_t limit, const Host *host, TextMeasure *measure)
{
	size_t left = limit;
	size_t count = 0;
	Status status;

	if (limit != LLP_NO_TOKEN_LIMIT)
	{
		if (measure->tokens > limit)
			return STATUS_OK;
		left = limit - measure->tokens;
	}
	status = llp_count_tokens(encoding, text, left, host, &count);
	measure->tokens += count;
	measure->bytes += text.size;
	measure->digits += llp_count_digits(text);
	return status;
}

static void
add_overhead(TextMeasure *measure, size_t tokens)
{
	measure->tokens += tokens;
	measure->overhead += tokens;
}

static Status
count_string(const Counting *counting, const Value *value)
{
	if (value->kind != VALUE_STRING)
		return STATUS_OK;
	return llp_measure_text(counting->encoding, value->as.string, counting->limit, counting->host,
							counting->measure);
}

/* A part of a content: a string, or an object with a text. */
static Status
count_part(const Counting *counting, const Value *part)
{
	Value text = part->kind == VALUE_MAP ? llp_member(part, STR("text")) : *part;

	if (text.kind != VALUE_STRING)
		counting->measure->is_partial = true;
	return count_string(counting, &text);
}

static Status
count_content(const Counting *counting, const Value *content)
{
	Status status = STATUS_OK;

	if (content->kind != VALUE_LIST)
		return count_string(counting, content);
	for (uint32_t i = 0; status == STATUS_OK && i < content->as.container.count; i++)
	{
		Value part = llp_element(content, i);

		status = count_part(counting, &part);
	}
	return status;
}

/* {"name": …, "arguments": …}, or that as the member "function" */
static Status
count_call(const Counting *counting, const Value *call)
{
	Value function = llp_member(call, STR("function"));
	const Value *inner = function.kind == VALUE_MAP ? &function : call;
	Value name = llp_member(inner, STR("name"));
	Value arguments = llp_member(inner, STR("arguments"));
	Status status;

	counting->measure->is_partial = true;
	add_overhead(counting->measure, TOKENS_A_CALL);
	counting->measure->uncertain += UNCERTAIN_A_CALL;
	status = count_string(counting, &name);
	return status == STATUS_OK ? count_string(counting, &arguments) : status;
}

static Status
count_calls(const Counting *counting, const Value *calls)
{
	Status status = STATUS_OK;

	if (calls->kind == VALUE_MAP)
		return count_call(counting, calls);
	if (calls->kind != VALUE_LIST)
		return STATUS_OK;
	for (uint32_t i = 0; status == STATUS_OK && i < calls->as.container.count; i++)
	{
		Value call = llp_element(calls, i);

		status = count_call(counting, &call);
	}
	return status;
}

static Status
count_message(const Counting *counting, const Value *message)
{
	Status status = STATUS_OK;

	add_overhead(counting->measure, TOKENS_A_MESSAGE);
	for (uint32_t i = 0; status == STATUS_OK && i < message->as.container.count; i++)
	{
		Str key;
		Value value = llp_entry(message, i, &key);

		if (llp_str_equal(key, STR("tool_calls")) || llp_str_equal(key, STR("function_call")))
			status = count_calls(counting, &value);
		else
			status = count_content(counting, &value);
		if (llp_str_equal(key, STR("name")) && value.kind == VALUE_STRING)
			add_overhead(counting->measure, TOKENS_A_NAME);
	}
	return status;
}

Status
llp_count_message_tokens(const Encoding *encoding, const Value *messages, size_t limit, const Host *host,
						 TextMeasure *measure, const char **problem)
{
	Counting counting = {encoding, limit, host, measure};
	Status status = STATUS_OK;

	*measure = (TextMeasure){0};
	*problem = "messages are not a list";
	if (messages->kind != VALUE_LIST)
		return STATUS_INVALID;
	*problem = "a message is not an object";
	for (uint32_t i = 0; status == STATUS_OK && i < messages->as.container.count; i++)
	{
		Value message = llp_element(messages, i);

		if (message.kind != VALUE_MAP)
			return STATUS_INVALID;
		if (limit != LLP_NO_TOKEN_LIMIT && measure->tokens > limit)
			return STATUS_OK;
		status = count_message(&counting, &message);
	}
	add_overhead(measure, TOKENS_OF_THE_ANSWER);
	return status;
}
