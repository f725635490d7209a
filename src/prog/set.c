/*
 * prog/set.c - a whole policy set compiled and linked in one go.
 */
#include "prog/set.h"

#include "prog/compile.h"

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

Status
llp_compile_set(Arena *arena, const PolicySet *set, const Image **result)
{
	LinkInput *inputs = llp_arena_array(arena, set->count, sizeof(LinkInput));
	Linker *linker;
	Status status;
	Image *image;
	void *target;

	if (inputs == NULL)
		return STATUS_NO_MEMORY;
	status = compile_all(arena, set, inputs);
	if (status == STATUS_OK)
		status = llp_link(arena, inputs, (uint32_t) set->count, (uint64_t) (uintptr_t) inputs, &linker);
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
