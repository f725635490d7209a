/*
 * pg/text_call.c - what is in a text, how many tokens it has, what a model costs, as values for the core.
 *
 * Knows which backend's detector, vocabularies, catalogue and settings answer; what a question means is
 * base/host_call.h's.  That there is no answer is a problem of the rule that asks; only a cancel, a want of
 * memory and a catalogue that cannot be read are errors of the statement.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "base/utf8.h"
#include "llm/redact.h"

#include "pg/core_host.h"
#include "pg/cost.h"
#include "pg/detection.h"
#include "pg/errors.h"
#include "pg/injection.h"
#include "pg/settings.h"
#include "pg/text_call.h"
#include "pg/timestamps.h"
#include "pg/tokens.h"

/* Bytes that a finding takes as a value, about, and a name in a list. */
#define FINDING_SIZE 1024
#define NAME_SIZE 128

static Status
answer_with(HostCall *call, TreeNode *node, size_t size)
{
	if (llp_arena_exhausted(call->arena) || node == NULL)
		return STATUS_NO_MEMORY;
	call->value = llp_tree_value(node);
	call->size = size;
	return STATUS_OK;
}

static Status
answer_without(HostCall *call, const char *problem)
{
	call->problem = llp_str(problem);
	return STATUS_INVALID;
}

static Str
text_argument(const HostCall *call, uint32 number)
{
	const TreeNode *node = call->args[number];

	return node->kind == VALUE_STRING ? node->as.string : STR("");
}

/* As a C string; NULL for a null, and for what no row can hold. */
static char *
name_argument(const HostCall *call, uint32 number)
{
	Str name = text_argument(call, number);

	if (call->args[number]->kind != VALUE_STRING || memchr(name.data, '\0', name.size) != NULL)
		return NULL;
	return pnstrdup(name.data, name.size);
}

/* --- Detection ------------------------------------------------------------------------------------------ */

static TreeNode *
finding_node(Arena *arena, const Finding *finding, size_t start, size_t length)
{
	TreeNode *node = llp_tree_map_with_room(arena, 5);
	const DetectorTypeInfo *info = &llp_detector_types[finding->type];

	llp_tree_add(arena, node, STR("type"), llp_tree_string(arena, llp_str(info->name)));
	llp_tree_add(arena, node, STR("kind"), llp_tree_string(arena, llp_str(info->kind)));
	/* As it was meant, 0.9 and not what the nearest float is as a double. */
	llp_tree_add(arena, node, STR("score"), llp_tree_double(arena, rint(finding->score * 1e4) / 1e4));
	llp_tree_add(arena, node, STR("start"), llp_tree_int(arena, (int64) start));
	llp_tree_add(arena, node, STR("length"), llp_tree_int(arena, (int64) length));
	return node;
}

/* Places count code points, from 0, as substring() does. */
static Status
answer_findings(HostCall *call, Str content, const Findings *findings)
{
	TreeNode *list = llp_tree_list(call->arena);
	size_t characters = 0;
	size_t at = 0;

	if (findings->count > call->room / FINDING_SIZE)
		return STATUS_LIMIT;
	for (size_t i = 0; i < findings->count; i++)
	{
		const Finding *finding = &findings->items[i];
		size_t length = llp_utf8_length((Str){content.data + finding->start, finding->end - finding->start});

		characters += llp_utf8_length((Str){content.data + at, finding->start - at});
		llp_tree_append(call->arena, list, finding_node(call->arena, finding, characters, length));
		characters += length;
		at = finding->end;
	}
	return answer_with(call, list, findings->count * FINDING_SIZE);
}

/* Each type once, in the order of its first finding, under its kind. */
static Status
answer_types(HostCall *call, const Findings *findings)
{
	TreeNode *kinds = llp_tree_map_with_room(call->arena, 3);
	bool listed[DETECTOR_TYPES] = {false};
	size_t count = 0;

	llp_tree_add(call->arena, kinds, STR("pii"), llp_tree_list(call->arena));
	llp_tree_add(call->arena, kinds, STR("secret"), llp_tree_list(call->arena));
	llp_tree_add(call->arena, kinds, STR("phi"), llp_tree_list(call->arena));
	for (size_t i = 0; i < findings->count; i++)
	{
		const DetectorTypeInfo *info = &llp_detector_types[findings->items[i].type];

		if (listed[findings->items[i].type] || llp_arena_exhausted(call->arena))
			continue;
		listed[findings->items[i].type] = true;
		llp_tree_append(call->arena, llp_tree_get(kinds, llp_str(info->kind)),
						llp_tree_string(call->arena, llp_str(info->name)));
		count++;
	}
	return answer_with(call, kinds, count * NAME_SIZE);
}

static Status
answer_redacted(HostCall *call, Str content, const Findings *findings)
{
	RedactOptions options = {.mode = REDACT_LABEL};
	Str redacted;

	if (content.size + findings->count * NAME_SIZE > call->room)
		return STATUS_LIMIT;
	if (llp_redact(call->arena, content, findings, &options, &redacted) != STATUS_OK)
		return STATUS_NO_MEMORY;
	return answer_with(call, llp_tree_string(call->arena, redacted), redacted.size);
}

static Status
answer_detection(HostCall *call)
{
	Str content = text_argument(call, 0);
	CoreArena memory = core_arena_create(CurrentMemoryContext, "findings", 0);
	Findings findings = detection_scan(memory.arena, content);
	Status status;

	switch (call->kind)
	{
		case HOST_CALL_DETECT:
			status = answer_findings(call, content, &findings);
			break;
		case HOST_CALL_TYPES:
			status = answer_types(call, &findings);
			break;
		default:
			status = answer_redacted(call, content, &findings);
	}
	MemoryContextDelete(memory.context);
	return status;
}

/* --- Tokens and cost ------------------------------------------------------------------------------------ */

static Status
answer_tokens(HostCall *call)
{
	TokenAnswer counted;
	const char *problem = tokens_or_problem(text_argument(call, 0), text_argument(call, 1), &counted);
	TreeNode *node;

	if (problem)
		return answer_without(call, problem);
	node = llp_tree_map_with_room(call->arena, 2);
	llp_tree_add(call->arena, node, STR("tokens"), llp_tree_int(call->arena, (int64) counted.count.high));
	llp_tree_add(call->arena, node, STR("method"),
				 llp_tree_string(call->arena, counted.is_exact ? STR("exact") : STR("estimate")));
	return answer_with(call, node, NAME_SIZE);
}

static Status
answer_cost(HostCall *call)
{
	char *model = name_argument(call, 0);
	const char *problem;
	Numeric cost;
	double number;

	if (model == NULL)
		return answer_without(call, "the model has no name");
	problem = cost_or_problem(model, name_argument(call, 1), call->args[2]->as.integer,
							  call->args[3]->as.integer, timestamp_from_unix(call->now), &cost);
	if (problem)
		return answer_without(call, problem);
	number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(cost)));
	return answer_with(call, llp_tree_double(call->arena, number), 0);
}

/* -------------------------------------------------------------------------------------------------------- */

static Status
answer(HostCall *call)
{
	switch (call->kind)
	{
		case HOST_CALL_TOKENS:
			return answer_tokens(call);
		case HOST_CALL_COST:
			return answer_cost(call);
		case HOST_CALL_INJECTION:
			return answer_with(call, llp_tree_bool(call->arena, injection_suspected(text_argument(call, 0))),
							   0);
		default:
			return answer_detection(call);
	}
}

/* What it takes beside the answer ends with it: an evaluation may ask about many texts. */
Status
text_call_answer(HostCall *call)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext scratch =
		AllocSetContextCreate(caller, "llm_policy question about a text", ALLOCSET_SMALL_SIZES);
	Status status;

	MemoryContextSwitchTo(scratch);
	status = answer(call);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);
	return status;
}
