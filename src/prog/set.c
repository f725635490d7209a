/*
 * prog/set.c - a whole policy set compiled and linked in one go.
 */
#include "prog/set.h"

#include "prog/compile.h"
#include "prog/expression.h"

static Status
compile_all(Arena *arena, const PolicySet *set, LinkInput *inputs)
{
	for (size_t i = 0; i < set->count; i++)
	{
		const Policy *policy = set->policies[i];
		Status status = llp_compile_policy(arena, policy, NULL, &inputs[i].fragment);

		if (status != STATUS_OK)
			return status;
		inputs[i].revision = policy->revision;
		inputs[i].status = policy->status;
	}
	return STATUS_OK;
}

static Status
link_all(Arena *arena, const LinkInput *inputs, uint32_t count, const Image **result)
{
	Linker *linker;
	Status status = llp_link(arena, inputs, count, (uint64_t) (uintptr_t) inputs, &linker);
	Image *image;
	void *target;

	if (status != STATUS_OK)
		return status;
	target = llp_arena_alloc(arena, llp_link_size(linker));
	if (target == NULL)
		return STATUS_NO_MEMORY;
	image = llp_link_write(linker, target);
	llp_image_seal(image);
	*result = image;
	return STATUS_OK;
}

Status
llp_compile_set(Arena *arena, const PolicySet *set, const Image **image)
{
	LinkInput *inputs = llp_arena_array(arena, set->count, sizeof(LinkInput));
	Status status;

	if (inputs == NULL)
		return STATUS_NO_MEMORY;
	status = compile_all(arena, set, inputs);
	return status == STATUS_OK ? link_all(arena, inputs, (uint32_t) set->count, image) : status;
}

Status
llp_compile_expression_set(Arena *arena, const Expression *expression, const Image **image)
{
	LinkInput *input = llp_arena_new(arena, LinkInput);
	Status status;

	if (input == NULL)
		return STATUS_NO_MEMORY;
	input->status = POLICY_ACTIVE;
	status = llp_compile_single_expression(arena, expression, &input->fragment);
	return status == STATUS_OK ? link_all(arena, input, 1, image) : status;
}
