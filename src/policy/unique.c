/*
 * policy/unique.c - reports names that are used twice.
 */
#include "policy/unique.h"

#include "policy/suggest.h"

void
llp_claim_name(Reader *reader, TreeNode *taken, const char *noun, Str name, TreeNode *node,
			   const Place *place)
{
	const TreeNode *first = llp_tree_get(taken, name);
	StrBuf hint;
	Str shown;

	if (first == NULL)
	{
		(void) llp_tree_set(reader->arena, taken, name, node);
		return;
	}
	shown = llp_excerpt(reader->arena, name);
	llp_buf_init(&hint, reader->arena);
	llp_buf_format(&hint, "The first one is in line %d.", first->line);
	REPORT_ERROR(reader, node, place, llp_hint_text(&hint), "duplicate %s \"%.*s\"", noun, STR_ARG(shown));
}
