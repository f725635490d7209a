/*
 * vm/text_answers.c - asks what is in a text, or what a model costs, and remembers it.
 */
#include "vm/text_answers.h"

/* Answers that are looked at: a loop over many texts does not compare each with all of them. */
#define MAX_REMEMBERED 64

static bool
same_arguments(const TextAnswer *answer, const Value *args, uint32_t count)
{
	if (answer->count != count)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!llp_value_equal(&answer->args[i], &args[i]))
			return false;
	return true;
}

static const TextAnswer *
find_answer(const TextAnswers *answers, HostCallKind kind, const Value *args, uint32_t count)
{
	const TextAnswer *answer = answers->last;

	for (uint32_t i = 0; answer != NULL && i < MAX_REMEMBERED; i++, answer = answer->before)
		if (answer->kind == kind && same_arguments(answer, args, count))
			return answer;
	return NULL;
}

static Status
ask(HostCall *call)
{
	const Host *host = llp_arena_host(call->arena);

	if (host->call != NULL)
		return host->call(host->context, call);
	call->problem = STR("nobody here knows of texts for language models");
	return STATUS_INVALID;
}

static TreeNode *
argument_node(Arena *arena, const Value *value)
{
	switch (value->kind)
	{
		case VALUE_STRING:
			return llp_tree_string(arena, value->as.string);
		case VALUE_INT:
		case VALUE_DOUBLE:
			return llp_tree_number(arena, value);
		default:
			return llp_tree_null(arena);
	}
}

Status
llp_ask_text(Arena *arena, TextAnswers *answers, HostCallKind kind, const Value *args, uint32_t count,
			 Timestamp now, size_t room, const TextAnswer **answer)
{
	TreeNode *trees[LLP_MAX_TEXT_ARGUMENTS];
	HostCall call = {.kind = kind,
					 .name = STR(""),
					 .args = trees,
					 .count = count,
					 .now = now,
					 .arena = arena,
					 .room = room};
	TextAnswer *made;
	Status status;

	*answer = find_answer(answers, kind, args, count);
	if (*answer != NULL)
		return STATUS_OK;
	made = llp_arena_new(arena, TextAnswer);
	for (uint32_t i = 0; i < count; i++)
		trees[i] = argument_node(arena, &args[i]);
	if (llp_arena_exhausted(arena) || made == NULL)
		return STATUS_NO_MEMORY;
	status = ask(&call);
	if (status != STATUS_OK && status != STATUS_INVALID)
		return status;
	*made = (TextAnswer){.before = answers->last,
						 .kind = kind,
						 .count = count,
						 .value = call.value,
						 .size = call.size,
						 .problem = status == STATUS_OK ? STR("") : call.problem};
	memcpy(made->args, args, count * sizeof(Value));
	answers->last = made;
	*answer = made;
	return STATUS_OK;
}
