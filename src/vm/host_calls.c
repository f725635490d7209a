/*
 * vm/host_calls.c - asks the surroundings, and remembers what they said.
 *
 * The question is text: what is asked, and the arguments as JSON.  Two arguments that have the same text are
 * the same to whoever is asked, because that is all it gets.
 */
#include "vm/host_calls.h"

#include "vm/cel_tree.h"

/* A question costs at least as much as looking for a registration and beginning a query. */
#define CALL_STEPS 100

static CelValue
error_of_text(Str text)
{
	CelValue error = llp_cel_error("");

	error.as.string = text;
	return error;
}

/* Charges for comparing with each answer. */
static const AnsweredCall *
find_answer(CelContext *context, const AnsweredCall *answer, Str question)
{
	while (answer != NULL && llp_cel_charge(context, 1) && !llp_str_equal(answer->question, question))
		answer = answer->before;
	return context->status == STATUS_OK ? answer : NULL;
}

/* An absence like that of a key. */
static CelValue
no_row(CelContext *context, Str name)
{
	CelValue error = llp_cel_error_format(context, "data source \"%.*s\" has no row", STR_ARG(name));

	error.count = error.kind == CEL_ERROR ? CEL_ERROR_ABSENT : error.count;
	return error;
}

static CelValue
answer_value(CelContext *context, const HostCall *call)
{
	int64_t seconds = call->time / 1000000;
	int64_t microseconds = call->time % 1000000;

	if (!llp_cel_charge_memory(context, call->size) || !llp_cel_charge_bytes(context, call->size))
		return llp_cel_stopped;
	if (!call->is_time && call->value.kind == VALUE_MISSING)
		return no_row(context, call->name);
	if (!call->is_time)
		return llp_cel_of_value(&call->value);
	if (microseconds < 0)
	{
		microseconds += 1000000;
		seconds--;
	}
	return llp_cel_timestamp(seconds, (int32_t) microseconds * 1000);
}

static CelValue
ask(CelContext *context, HostCall *call)
{
	const Host *host = llp_arena_host(context->arena);
	Status status;

	if (!llp_cel_charge(context, CALL_STEPS))
		return llp_cel_stopped;
	if (host->call == NULL)
		return llp_cel_error_format(context, "nothing is registered as \"%.*s\" here", STR_ARG(call->name));
	call->room = context->meter.memory < SIZE_MAX ? (size_t) context->meter.memory : SIZE_MAX;
	status = host->call(host->context, call);
	if (status == STATUS_INVALID)
		return error_of_text(call->problem);
	if (status != STATUS_OK)
		return llp_cel_stop(context, status, "memory");
	return answer_value(context, call);
}

/* The arguments as trees, and the question; CEL_STOPPED or an error where that cannot be. */
static CelValue
write_question(CelContext *context, const CelValue *args, const HostCall *call, TreeNode **trees,
			   StrBuf *question)
{
	llp_buf_append_char(question, call->kind == HOST_CALL_DATA ? 'd' : 'f');
	llp_buf_append(question, call->name);
	for (uint32_t i = 0; i < call->count; i++)
	{
		CelValue problem;

		trees[i] = llp_cel_tree(context, args[i], &problem);
		if (trees[i] == NULL)
			return problem;
		llp_buf_append_char(question, ' ');
		llp_tree_write_json(question, trees[i]);
	}
	if (question->failed)
		return llp_cel_stop(context, STATUS_NO_MEMORY, NULL);
	if (!llp_cel_charge_memory(context, question->capacity) || !llp_cel_charge_bytes(context, question->size))
		return llp_cel_stopped;
	return llp_cel_null;
}

static CelValue
remember(CelContext *context, AnsweredCall **answers, Str question, CelValue answer)
{
	AnsweredCall *answered =
		answer.kind == CEL_STOPPED ? NULL : llp_cel_alloc(context, 1, sizeof(AnsweredCall));

	if (answered == NULL)
		return llp_cel_stopped;
	*answered = (AnsweredCall){.before = *answers, .question = question, .answer = answer};
	*answers = answered;
	return answer;
}

CelValue
llp_host_call(CelContext *context, AnsweredCall **answers, HostCallKind kind, Str name, const CelValue *args,
			  uint32_t count)
{
	TreeNode **trees = llp_cel_alloc(context, count, sizeof(TreeNode *));
	HostCall call = {.kind = kind, .name = name, .args = trees, .count = count, .arena = context->arena};
	const AnsweredCall *known;
	StrBuf question;
	CelValue problem;

	if (trees == NULL)
		return llp_cel_stopped;
	llp_buf_init(&question, context->arena);
	problem = write_question(context, args, &call, trees, &question);
	if (llp_cel_failed(problem))
		return problem;
	known = find_answer(context, *answers, llp_buf_str(&question));
	if (known != NULL)
		return known->answer;
	return remember(context, answers, llp_buf_str(&question), ask(context, &call));
}
