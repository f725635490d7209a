/*
 * test/unit/vm_support.c - see vm_support.h.
 */
#include "vm_support.h"

#include <stdlib.h>

#include "doc/reader.h"
#include "policy/read.h"
#include "prog/set.h"
#include "prog/verify.h"

Arena *
vm_arena(void)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);

	if (arena == NULL)
		abort();
	return arena;
}

static void
give_up(const char *text, const DiagnosticList *findings)
{
	printf("# %.200s\n# %.*s\n", text, STR_ARG(findings->first->message));
	exit(2);
}

TreeNode *
vm_json(Arena *arena, const char *text)
{
	DiagnosticList findings;
	DocumentStream stream;
	StrBuf wrapped;

	/* In a map, because a list at the top is a stream of documents. */
	llp_buf_init(&wrapped, arena);
	llp_buf_append(&wrapped, STR("{\"v\": "));
	llp_buf_append(&wrapped, llp_str(text));
	llp_buf_append(&wrapped, STR("}"));
	llp_diag_init(&findings, arena);
	if (llp_read_documents(arena, llp_buf_str(&wrapped), &stream, &findings) != STATUS_OK)
		give_up(text, &findings);
	return llp_tree_get(stream.documents[0].root, STR("v"));
}

PolicySet
vm_policies(Arena *arena, const char *text)
{
	DiagnosticList findings;
	PolicyList list;

	if (text[0] == '\0')
		return (PolicySet){.count = 0};
	llp_diag_init(&findings, arena);
	if (llp_read_policies(arena, llp_str(text), STR(""), &list, &findings) != STATUS_OK)
		give_up(text, &findings);
	return llp_policy_set(list.policies, list.count);
}

Str
vm_json_text(Arena *arena, const TreeNode *node)
{
	StrBuf text;

	if (node == NULL)
		return STR("absent");
	llp_buf_init(&text, arena);
	llp_tree_write_json(&text, node);
	return llp_buf_str(&text);
}

Program *
vm_program(Arena *arena, const PolicySet *set)
{
	Program *program = NULL;
	const char *problem;
	const Image *image;

	if (llp_compile_set(arena, set, &image) == STATUS_OK)
	{
		if (llp_image_verify(arena, image, (size_t) image->size, &problem) != STATUS_OK)
			unit_fail(__FILE__, __LINE__, "an image is refused: %s", problem);
		program = llp_program_open(arena, image);
	}
	if (program == NULL || llp_program_compile_literals(program) != STATUS_OK)
		abort();
	return program;
}

Decision
vm_decide(Arena *arena, const PolicySet *set, const char *request, EvaluationOptions options)
{
	Value value = llp_tree_value(vm_json(arena, request));
	Decision decision = {.result = NULL};
	DiagnosticList findings;

	if (options.now == 0)
		options.now = VM_NOW;
	if (options.default_decision == VERDICT_NONE)
		options.default_decision = VERDICT_ALLOW;
	llp_diag_init(&findings, arena);
	if (llp_evaluate(arena, vm_program(arena, set), &value, &options, &decision, &findings) != STATUS_OK)
		decision.result = NULL;
	return decision;
}

static bool
agrees(const TreeNode *actual, const TreeNode *expected)
{
	Value left = llp_tree_value(actual);
	Value right = llp_tree_value(expected);

	return actual == NULL ? expected->kind == VALUE_NULL : llp_value_equal(&left, &right);
}

void
vm_check(Arena *arena, const char *name, const TreeNode *result, const char *expected)
{
	const TreeNode *members = vm_json(arena, expected);

	if (result == NULL)
	{
		unit_fail(__FILE__, __LINE__, "%s: refused", name);
		return;
	}
	for (uint32_t i = 0; i < members->as.map.count; i++)
	{
		const TreeMember *member = &members->as.map.members[i];
		const TreeNode *actual = llp_tree_get(result, member->key);

		if (!agrees(actual, member->value))
			unit_fail(__FILE__, __LINE__, "%s: %.*s is %.*s, not %.*s", name, STR_ARG(member->key),
					  STR_ARG(vm_json_text(arena, actual)), STR_ARG(vm_json_text(arena, member->value)));
	}
}
