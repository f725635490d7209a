/*
 * prog/fragment.c - reads what a fragment holds, once it is known to be sound.
 */
#include "prog/fragment.h"

#include "base/field_path.h"
#include "base/checksum.h"

/* Raise FRAGMENT_VERSION with it. */
_Static_assert(RELATION_COUNT == 6, "the relations stand together");
_Static_assert(FUNCTION_END == 137, "fragments know functions by their numbers");

const OpcodeShape llp_opcode_shapes[OP_END] = {
#define OPCODE(symbol, name, operand, reads_slot)                                                            \
	{{name, sizeof(name) - 1}, OPERAND_##operand, reads_slot, false, 0, 0},
#define VALUE_OPCODE(symbol, name, operand, reads_slot, takes, puts)                                         \
	{{name, sizeof(name) - 1}, OPERAND_##operand, reads_slot, true, takes, puts},
#include "prog/opcodes.def"
#undef OPCODE
};

static const Fragment *
owner(const Value *container)
{
	return container->as.container.handle;
}

static Value
list_element(const Value *list, size_t index)
{
	if (index >= list->as.container.count)
		return llp_missing;
	return llp_fragment_stored(owner(list), &fragment_values(owner(list))[list->as.container.offset + index]);
}

static const FragmentPair *
pair_at(const Value *map, size_t index)
{
	return &fragment_pairs(owner(map))[map->as.container.offset + index];
}

static Str
map_key(const Value *map, size_t index)
{
	return fragment_str(owner(map), pair_at(map, index)->key);
}

static Value
map_entry(const Value *map, size_t index, Str *key)
{
	*key = map_key(map, index);
	return llp_fragment_stored(owner(map), &pair_at(map, index)->value);
}

/* Keys stand in the order of their bytes. */
static Value
map_member(const Value *map, Str key)
{
	size_t low = 0;
	size_t high = map->as.container.count;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;
		int order = llp_str_compare(key, map_key(map, middle));

		if (order == 0)
			return llp_fragment_stored(owner(map), &pair_at(map, middle)->value);
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return llp_missing;
}

static const RequestOps fragment_ops = {map_member, list_element, map_entry, map_key};

static Value
container_of(const Fragment *fragment, const FragmentValue *stored)
{
	Value value = {.kind = (ValueKind) stored->kind};

	value.as.container.ops = &fragment_ops;
	value.as.container.handle = fragment;
	value.as.container.offset = (uint32_t) stored->as.at;
	value.as.container.count = stored->count;
	return value;
}

Value
llp_fragment_stored(const Fragment *fragment, const FragmentValue *stored)
{
	switch (stored->kind)
	{
		case VALUE_BOOL:
			return (Value){.kind = VALUE_BOOL, .as.boolean = stored->as.integer != 0};
		case VALUE_INT:
			return (Value){.kind = VALUE_INT, .as.integer = stored->as.integer};
		case VALUE_DOUBLE:
			return (Value){.kind = VALUE_DOUBLE, .as.real = stored->as.real};
		case VALUE_STRING:
			return (Value){.kind = VALUE_STRING,
						   .as.string = {fragment_text(fragment) + stored->as.at, stored->count}};
		case VALUE_LIST:
		case VALUE_MAP:
			return container_of(fragment, stored);
		case FRAGMENT_TEMPLATE:
			return (Value){
				.kind = VALUE_STRING,
				.as.string = {fragment_text(fragment) + stored->as.template.source, stored->count}};
		default:
			return (Value){.kind = VALUE_NULL};
	}
}

Value
llp_fragment_value(const Fragment *fragment, uint32_t index)
{
	return llp_fragment_stored(fragment, &fragment_values(fragment)[index]);
}

bool
llp_is_member_path(Str text)
{
	size_t steps = 0;

	if (text.size == 0 || text.data[0] != '.' || text.data[text.size - 1] == '.')
		return false;
	for (size_t i = 0; i < text.size; i++)
	{
		if (text.data[i] != '.')
			continue;
		if (text.data[i + 1] == '.' || ++steps > LLP_MAX_PATH_STEPS)
			return false;
	}
	return true;
}

const PolicyExtra *
llp_policy_extra(const Fragment *fragment)
{
	static const PolicyExtra nothing = {.valid_from = TIMESTAMP_MIN, .valid_until = TIMESTAMP_MAX};

	return fragment_policy_extras_count(fragment) > 0 ? fragment_policy_extras(fragment) : &nothing;
}

uint64_t
llp_fragment_checksum(const Fragment *fragment)
{
	size_t start = offsetof(Fragment, checksum) + sizeof(fragment->checksum);
	uint64_t before = llp_checksum(0, fragment, offsetof(Fragment, checksum));

	return llp_checksum(before, (const char *) fragment + start, fragment_size(fragment) - start);
}
