/*
 * prog/template.c - the values of an action, whose strings may be templates.
 *
 * Only templates that something stores are compiled, each once.
 */
#include "prog/template.h"

#include "prog/expression.h"

void
llp_begin_action(Assembler *assembler, const Action *action)
{
	assembler->templates =
		llp_arena_array(assembler->arena, action->template_count, sizeof(CompiledTemplate));
	if (assembler->templates == NULL)
	{
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
		return;
	}
	for (size_t i = 0; i < action->template_count; i++)
		assembler->templates[i] = (CompiledTemplate){&action->templates[i], NO_ENTRY};
	assembler->template_count = action->template_count;
}

bool
llp_end_action(Assembler *assembler)
{
	bool stored = false;

	for (size_t i = 0; i < assembler->template_count; i++)
		stored = stored || assembler->templates[i].entry != NO_ENTRY;
	assembler->template_count = 0;
	return stored;
}

/* As deep as the document. */
static void
compile_below(Assembler *assembler, const TreeNode *node)
{
	CompiledTemplate *template = llp_asm_template(assembler, node);

	if (template != NULL && template->entry == NO_ENTRY)
		template->entry = llp_compile_template(assembler, template->source, false);
	for (uint32_t i = 0; node->kind == VALUE_LIST && i < node->as.list.count; i++)
		compile_below(assembler, node->as.list.items[i]);
	for (uint32_t i = 0; node->kind == VALUE_MAP && i < node->as.map.count; i++)
		compile_below(assembler, node->as.map.members[i].value);
}

uint32_t
llp_compile_value(Assembler *assembler, const TreeNode *node)
{
	if (node != NULL && assembler->template_count > 0)
		compile_below(assembler, node);
	return llp_asm_value(assembler, node);
}

uint32_t
llp_compile_text(Assembler *assembler, const TreeNode *node)
{
	CompiledTemplate *template = node == NULL ? NULL : llp_asm_template(assembler, node);

	if (template == NULL)
		return NO_VALUE;
	template->entry = llp_compile_template(assembler, template->source, true);
	return llp_asm_value(assembler, node);
}
