/*
 * prog/assembler.c - a fragment in the making.
 */
#include "prog/assembler.h"

#include <stdlib.h>

#include "base/number.h"

static const size_t element_sizes[] = {
#define FRAGMENT_SECTION(name, type) sizeof(type),
	FRAGMENT_SECTIONS
#undef FRAGMENT_SECTION
};

void
llp_asm_init(Assembler *assembler, Arena *arena)
{
	Interner *interners[] = {&assembler->slots,		  &assembler->keys,		   &assembler->regexes,
							 &assembler->matches,	  &assembler->constants,   &assembler->variables,
							 &assembler->bytes.texts, &assembler->texts.texts, &assembler->name_text.texts};

	*assembler = (Assembler){.arena = arena,
							 .bytes = {.section = SECTION_bytes},
							 .texts = {.section = SECTION_text},
							 .name_text = {.section = SECTION_name_text}};
	for (int i = 0; i < SECTION_COUNT; i++)
		llp_buf_init(&assembler->sections[i], arena);
	/* Numbers go by arrival, whatever the seed: only who does not know it cannot make texts collide. */
	for (size_t i = 0; i < sizeof(interners) / sizeof(interners[0]); i++)
		llp_intern_init(interners[i], arena, (uint64_t) (uintptr_t) assembler + i);
	llp_buf_append_char(&assembler->sections[SECTION_text], '\0');
	llp_buf_append_char(&assembler->sections[SECTION_name_text], '\0');
}

void
llp_asm_fail(Assembler *assembler, Status status)
{
	if (assembler->status == STATUS_OK)
		assembler->status = status;
}

uint32_t
llp_asm_count(const Assembler *assembler, FragmentSection section)
{
	return (uint32_t) (assembler->sections[section].size / element_sizes[section]);
}

static void
append(Assembler *assembler, FragmentSection section, Str bytes)
{
	StrBuf *buffer = &assembler->sections[section];

	if (bytes.size > UINT32_MAX / 4 - buffer->size)
	{
		llp_asm_fail(assembler, STATUS_LIMIT);
		return;
	}
	llp_buf_append(buffer, bytes);
	if (buffer->failed)
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
}

uint32_t
llp_asm_reserve(Assembler *assembler, FragmentSection section, uint32_t count)
{
	static const char zeros[64];
	uint32_t index = llp_asm_count(assembler, section);

	for (uint32_t i = 0; i < count && assembler->status == STATUS_OK; i++)
		append(assembler, section, (Str){zeros, element_sizes[section]});
	return index;
}

void *
llp_asm_at(Assembler *assembler, FragmentSection section, uint32_t index)
{
	if (assembler->status != STATUS_OK)
		return NULL;
	return assembler->sections[section].data + index * element_sizes[section];
}

uint32_t
llp_asm_add(Assembler *assembler, FragmentSection section, const void *element)
{
	uint32_t index = llp_asm_count(assembler, section);

	append(assembler, section, (Str){element, element_sizes[section]});
	return index;
}

/* Room to remember where the text of that number is. */
static bool
reserve_place(Assembler *assembler, TextPool *pool, uint32_t number)
{
	uint32_t capacity = pool->capacity == 0 ? 16 : pool->capacity * 2;
	FragmentText *places;

	if (number < pool->capacity)
		return true;
	places = llp_arena_array(assembler->arena, capacity, sizeof(FragmentText));
	if (places == NULL)
		return false;
	if (pool->capacity > 0)
		memcpy(places, pool->places, pool->capacity * sizeof(FragmentText));
	pool->places = places;
	pool->capacity = capacity;
	return true;
}

static FragmentText
pooled_text(Assembler *assembler, TextPool *pool, Str text)
{
	uint32_t known = pool->texts.count;
	uint32_t number;

	if (text.data == NULL || assembler->status != STATUS_OK)
		return (FragmentText){0, 0};
	number = llp_intern(&pool->texts, text);
	if (number == INTERN_NONE || !reserve_place(assembler, pool, number))
	{
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
		return (FragmentText){0, 0};
	}
	if (number == known)
	{
		pool->places[number] =
			(FragmentText){(uint32_t) assembler->sections[pool->section].size, (uint32_t) text.size};
		append(assembler, pool->section, text);
	}
	return pool->places[number];
}

FragmentText
llp_asm_text(Assembler *assembler, Str text)
{
	return pooled_text(assembler, &assembler->texts, text);
}

static int
compare_nodes(const void *left, const void *right)
{
	uintptr_t a = (uintptr_t) left;
	uintptr_t b = (uintptr_t) ((const CompiledTemplate *) right)->source->node;

	return (a > b) - (a < b);
}

CompiledTemplate *
llp_asm_template(const Assembler *assembler, const TreeNode *node)
{
	if (assembler->template_count == 0)
		return NULL;
	return bsearch(node, assembler->templates, assembler->template_count, sizeof(CompiledTemplate),
				   compare_nodes);
}

static FragmentValue
stored_string(Assembler *assembler, const TreeNode *node)
{
	FragmentText text = llp_asm_text(assembler, node->as.string);
	const CompiledTemplate *template = llp_asm_template(assembler, node);

	if (template != NULL && template->entry != NO_ENTRY)
		return (FragmentValue){.kind = FRAGMENT_TEMPLATE,
							   .count = text.size,
							   .as.template = {.source = text.at, .entry = template->entry}};
	return (FragmentValue){.kind = VALUE_STRING, .count = text.size, .as.at = text.at};
}

static FragmentValue stored_value(Assembler *assembler, const TreeNode *node);

static FragmentValue
stored_list(Assembler *assembler, const TreeNode *list)
{
	uint32_t first = llp_asm_reserve(assembler, SECTION_values, list->as.list.count);

	for (uint32_t i = 0; i < list->as.list.count && assembler->status == STATUS_OK; i++)
	{
		FragmentValue item = stored_value(assembler, list->as.list.items[i]);
		FragmentValue *place = llp_asm_at(assembler, SECTION_values, first + i);

		if (place != NULL)
			*place = item;
	}
	return (FragmentValue){.kind = VALUE_LIST, .count = list->as.list.count, .as.at = first};
}

static int
compare_members(const void *left, const void *right)
{
	const TreeMember *a = *(const TreeMember *const *) left;
	const TreeMember *b = *(const TreeMember *const *) right;

	return llp_str_compare(a->key, b->key);
}

static const TreeMember **
sorted_members(Assembler *assembler, const TreeNode *map)
{
	const TreeMember **members =
		llp_arena_array(assembler->arena, map->as.map.count, sizeof(const TreeMember *));

	if (members == NULL)
	{
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
		return NULL;
	}
	for (uint32_t i = 0; i < map->as.map.count; i++)
		members[i] = &map->as.map.members[i];
	qsort(members, map->as.map.count, sizeof(*members), compare_members);
	return members;
}

static FragmentValue
stored_map(Assembler *assembler, const TreeNode *map)
{
	uint32_t first = llp_asm_reserve(assembler, SECTION_pairs, map->as.map.count);
	const TreeMember **members = sorted_members(assembler, map);

	for (uint32_t i = 0; i < map->as.map.count && assembler->status == STATUS_OK; i++)
	{
		FragmentText key = llp_asm_text(assembler, members[i]->key);
		FragmentValue value = stored_value(assembler, members[i]->value);
		FragmentPair *place = llp_asm_at(assembler, SECTION_pairs, first + i);

		if (place != NULL)
			*place = (FragmentPair){.key = key, .value = value};
	}
	return (FragmentValue){.kind = VALUE_MAP, .count = map->as.map.count, .as.at = first};
}

/* As deep as the document that the node came of. */
static FragmentValue
stored_value(Assembler *assembler, const TreeNode *node)
{
	switch (node->kind)
	{
		case VALUE_BOOL:
			return (FragmentValue){.kind = VALUE_BOOL, .as.integer = node->as.boolean ? 1 : 0};
		case VALUE_INT:
			return (FragmentValue){.kind = VALUE_INT, .as.integer = node->as.integer};
		case VALUE_DOUBLE:
			return (FragmentValue){.kind = VALUE_DOUBLE, .as.real = node->as.real};
		case VALUE_STRING:
			return stored_string(assembler, node);
		case VALUE_LIST:
			return stored_list(assembler, node);
		case VALUE_MAP:
			return stored_map(assembler, node);
		default:
			return (FragmentValue){.kind = VALUE_NULL};
	}
}

uint32_t
llp_asm_value(Assembler *assembler, const TreeNode *node)
{
	uint32_t index;
	FragmentValue value;
	FragmentValue *place;

	if (node == NULL)
		return NO_VALUE;
	/* The container has to stand before what it holds. */
	index = llp_asm_reserve(assembler, SECTION_values, 1);
	value = stored_value(assembler, node);
	place = llp_asm_at(assembler, SECTION_values, index);
	if (place != NULL)
		*place = value;
	return index;
}

/* Constants are numbered by their bytes. */
uint32_t
llp_asm_constant(Assembler *assembler, FragmentConstant constant, Str text)
{
	uint32_t known = assembler->constants.count;
	Str label;
	uint32_t number;

	if (text.data != NULL)
	{
		FragmentText stored = pooled_text(assembler, &assembler->bytes, text);

		constant.count = stored.size;
		constant.as.at = stored.at;
	}
	label = llp_str_copy(assembler->arena, (Str){(const char *) &constant, sizeof(constant)});
	number = label.data == NULL ? INTERN_NONE : llp_intern(&assembler->constants, label);
	if (number == INTERN_NONE)
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
	else if (number == known)
		llp_asm_add(assembler, SECTION_constants, &constant);
	return number;
}

/* A number of the interner, and a new text's entry in its section. */
static uint32_t
intern(Assembler *assembler, Interner *interner, FragmentSection section, Str text)
{
	uint32_t known = interner->count;
	uint32_t number = llp_intern(interner, text);

	if (number == INTERN_NONE)
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
	else if (number == known)
	{
		FragmentText stored = pooled_text(assembler, &assembler->name_text, text);

		llp_asm_add(assembler, section, &stored);
	}
	return number;
}

uint16_t
llp_asm_slot(Assembler *assembler, Str path)
{
	uint32_t number = intern(assembler, &assembler->slots, SECTION_slots, path);

	if (number > UINT16_MAX)
		llp_asm_fail(assembler, STATUS_LIMIT);
	return (uint16_t) number;
}

uint32_t
llp_asm_key(Assembler *assembler, const Value *scalar)
{
	char buffer[LLP_NUMBER_TEXT_SIZE];
	Str text;

	if (scalar->kind == VALUE_STRING)
		return intern(assembler, &assembler->keys, SECTION_keys, scalar->as.string);
	text = llp_str_copy(assembler->arena, llp_scalar_text(llp_arena_host(assembler->arena), scalar, buffer));
	if (text.data == NULL)
	{
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
		return 0;
	}
	return intern(assembler, &assembler->keys, SECTION_keys, text);
}

uint32_t
llp_asm_regex(Assembler *assembler, Str pattern)
{
	return intern(assembler, &assembler->regexes, SECTION_regexes, pattern);
}

uint32_t
llp_asm_literal(Assembler *assembler, uint16_t slot, Str literal)
{
	Str lower = llp_str_copy(assembler->arena, literal);
	char *bytes = (char *) (uintptr_t) lower.data;
	uint32_t own_slot = slot;
	FragmentText stored;

	if (lower.data == NULL)
	{
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
		return 0;
	}
	for (size_t i = 0; i < lower.size; i++)
		if (bytes[i] >= 'A' && bytes[i] <= 'Z')
			bytes[i] = (char) (bytes[i] - 'A' + 'a');
	stored = pooled_text(assembler, &assembler->name_text, lower);
	llp_asm_add(assembler, SECTION_literals, &stored);
	return llp_asm_add(assembler, SECTION_literal_slots, &own_slot);
}

/* Appends zeros, so that `size` bytes become a multiple of `unit`. */
static void
fill_up(Assembler *assembler, FragmentSection section, size_t size, size_t unit)
{
	static const char zeros[8];

	append(assembler, section, (Str){zeros, (unit - size % unit) % unit});
}

/* Fills a part up to eight bytes; the zeros at its end belong to its text. */
static void
end_part(Assembler *assembler, FragmentSection first, FragmentSection text)
{
	size_t size = 0;

	for (FragmentSection i = first; i <= text; i++)
		size += assembler->sections[i].size;
	fill_up(assembler, text, size, 8);
}

static void
set_offset(Fragment *fragment, int section, size_t offset)
{
	if (fragment->is_wide)
		fragment->section.wide[section] = (uint32_t) offset;
	else
		fragment->section.narrow[section] = (uint16_t) (offset / SECTION_UNIT);
}

Fragment *
llp_asm_finish(Assembler *assembler, const Fragment *header)
{
	size_t size = NARROW_HEADER_SIZE;
	size_t at = NARROW_HEADER_SIZE;
	Fragment *fragment;
	bool is_wide;

	fill_up(assembler, SECTION_bytes, assembler->sections[SECTION_bytes].size, SECTION_UNIT);
	end_part(assembler, 0, SECTION_text);
	end_part(assembler, SECTION_slots, SECTION_name_text);
	if (assembler->status != STATUS_OK)
		return NULL;
	for (int i = 0; i < SECTION_COUNT; i++)
		size += assembler->sections[i].size;
	is_wide = size > MAX_NARROW_SIZE;
	if (is_wide)
	{
		size += WIDE_HEADER_SIZE - NARROW_HEADER_SIZE;
		at = WIDE_HEADER_SIZE;
	}
	if (size > UINT32_MAX / 2)
	{
		llp_asm_fail(assembler, STATUS_LIMIT);
		return NULL;
	}
	fragment = llp_arena_alloc(assembler->arena, size);
	if (fragment == NULL)
	{
		llp_asm_fail(assembler, STATUS_NO_MEMORY);
		return NULL;
	}
	memset(fragment, 0, at);
	memcpy(fragment, header, offsetof(Fragment, section));
	fragment->magic = FRAGMENT_MAGIC;
	fragment->version = FRAGMENT_VERSION;
	fragment->is_wide = is_wide;
	for (int i = 0; i < SECTION_COUNT; i++)
	{
		set_offset(fragment, i, at);
		if (assembler->sections[i].size > 0)
			memcpy((char *) fragment + at, assembler->sections[i].data, assembler->sections[i].size);
		at += assembler->sections[i].size;
	}
	set_offset(fragment, SECTION_COUNT, at);
	fragment->checksum = llp_fragment_checksum(fragment);
	return fragment;
}
