/*
 * policy/reference.c - collects what has to be registered; whether it is, the surroundings know.
 *
 * Each name with each number of arguments is noted once, where it stands first.
 */
#include "policy/reference.h"

static bool
is_noted(const Reader *reader, bool is_data, Str name, uint32_t count)
{
	for (const PolicyReference *noted = reader->references; noted != NULL; noted = noted->next)
		if (noted->is_data == is_data && noted->count == count && llp_str_equal(noted->name, name))
			return true;
	return false;
}

/* NULL when it was noted before, or there are too many. */
static PolicyReference *
note(Reader *reader, bool is_data, Str name, uint32_t count)
{
	PolicyReference *reference;

	if (reader->reference_count > LLP_MAX_REFERENCES || is_noted(reader, is_data, name, count))
		return NULL;
	reference = llp_arena_new(reader->arena, PolicyReference);
	if (reference == NULL)
		return NULL;
	*reference =
		(PolicyReference){.next = reader->references, .is_data = is_data, .name = name, .count = count};
	reader->references = reference;
	reader->reference_count++;
	return reference;
}

static void
check_count(Reader *reader, const PolicyReference *reference)
{
	if (reader->reference_count == LLP_MAX_REFERENCES + 1)
		llp_diag_add(reader->findings, SEVERITY_ERROR, reference->line, reference->column, reference->path,
					 "Split the policy.", "a policy uses more than %d functions and data sources",
					 LLP_MAX_REFERENCES);
}

void
llp_refer_to_function(Reader *reader, const Source *source, const Expression *call)
{
	PolicyReference *reference =
		note(reader, false, llp_registered_name(&call->as.call), call->as.call.count);

	if (reference == NULL)
		return;
	llp_source_place(source, call->offset, &reference->line, &reference->column);
	reference->path = source->path;
	check_count(reader, reference);
}

void
llp_refer_to_data(Reader *reader, const TreeNode *node, const Place *place, uint32_t count)
{
	PolicyReference *reference = note(reader, true, node->as.string, count);

	if (reference == NULL)
		return;
	reference->line = node->line;
	reference->column = node->column;
	reference->path = llp_place_path(reader->arena, place);
	check_count(reader, reference);
}

const PolicyReference *
llp_take_references(Reader *reader)
{
	PolicyReference *ordered = NULL;

	while (reader->references != NULL)
	{
		PolicyReference *next = reader->references->next;

		reader->references->next = ordered;
		ordered = reader->references;
		reader->references = next;
	}
	reader->reference_count = 0;
	return ordered;
}
