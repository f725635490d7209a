/*
 * vm/slots.c - what a request holds at the paths that a program reads.
 */
#include "vm/slots.h"

#include "base/field_path.h"
#include "base/number.h"
#include "vm/cel_select.h"
#include "vm/operators.h"

/* Beyond this many top-level keys it is not worth looking whether one is a whole path. */
#define FEW_KEYS 64

/* Could a key be the whole text of a path of more than one step? */
static bool
looks_like_path(Str key)
{
	for (size_t i = 0; i < key.size; i++)
		if (key.data[i] == '.' || key.data[i] == '[')
			return true;
	return false;
}

static bool
has_whole_keys(const Value *request)
{
	if (request->as.container.count > FEW_KEYS)
		return true;
	for (size_t i = 0; i < request->as.container.count; i++)
		if (looks_like_path(llp_key(request, i)))
			return true;
	return false;
}

bool
llp_slots_init(Slots *slots, Arena *arena, Program *program, const Value *request)
{
	*slots = (Slots){.arena = arena, .program = program, .image = program->image, .request = request};
	slots->has_whole_keys = has_whole_keys(request);
	slots->states = llp_arena_array(arena, image_slots_count(program->image), sizeof(SlotState));
	slots->literals = llp_arena_array(arena, image_literal_sets_count(program->image), sizeof(LiteralState));
	return slots->states != NULL && slots->literals != NULL;
}

/* The value at the end of the steps, which are as few as a path may have. */
static Value
follow_steps(Slots *slots, uint32_t number)
{
	const ImageSlot *slot = &image_slots(slots->image)[number];
	SlotState *state = &slots->states[number];
	PathStep step;
	Value parent;

	/* Of a slot with a path of its own the state may hold what a whole key gave. */
	if (state->is_fetched && slot->path.size == 0)
		return state->value;
	parent = slot->parent == NO_SLOT ? *slots->request : follow_steps(slots, slot->parent);
	step = (PathStep){.key = image_str(slots->image, slot->key),
					  .is_index = slot->kind == SLOT_INDEX,
					  .index = slot->index};
	parent = llp_path_step(&parent, &step);
	if (slot->path.size == 0)
	{
		state->value = parent;
		state->is_fetched = true;
	}
	return parent;
}

const Value *
llp_slot_value(Slots *slots, uint32_t number)
{
	const ImageSlot *slot = &image_slots(slots->image)[number];
	SlotState *state = &slots->states[number];

	if (state->is_fetched)
		return &state->value;
	if (slots->has_whole_keys)
		state->value = llp_member(slots->request, image_str(slots->image, slot->path));
	if (state->value.kind == VALUE_MISSING)
		state->value = follow_steps(slots, number);
	state->is_fetched = true;
	return &state->value;
}

/* --- Members, as expressions read them ------------------------------------------------------------------ */

/* Bytes of a path that a message shows. */
#define SHOWN_PATH 120

static bool
is_absent(CelValue value)
{
	return value.kind == CEL_ERROR && value.count == CEL_ERROR_ABSENT;
}

/* "no such key: llm.model" */
static CelValue
absent_member(const Slots *slots, CelContext *context, const ImageSlot *slot)
{
	Str path = image_str(slots->image, slot->path);
	CelValue error;

	path = (Str){path.data + 1, path.size - 1};
	if (path.size > SHOWN_PATH)
		return llp_cel_no_such_key();
	error = llp_cel_error_format(context, "no such key: %.*s", STR_ARG(path));
	error.count = error.kind == CEL_ERROR ? CEL_ERROR_ABSENT : 0;
	return error;
}

static CelValue
fetch_member(Slots *slots, CelContext *context, const ImageSlot *slot)
{
	Str key = image_str(slots->image, slot->key);
	CelValue value;

	if (slot->parent == NO_SLOT)
	{
		Value member = llp_member(slots->request, key);

		value = llp_cel_of_value(&member);
	}
	else
	{
		value = *llp_slot_member(slots, context, slot->parent);
		if (llp_cel_failed(value))
			return value;
		value = llp_cel_select(context, value, key);
	}
	return is_absent(value) ? absent_member(slots, context, slot) : value;
}

const CelValue *
llp_slot_member(Slots *slots, CelContext *context, uint32_t number)
{
	SlotState *state = &slots->states[number];
	CelValue value;

	if (!state->is_fetched)
	{
		value = fetch_member(slots, context, &image_slots(slots->image)[number]);
		/* That an evaluation has to stop is true of this moment only. */
		state->is_fetched = value.kind != CEL_STOPPED;
		state->cel = value;
	}
	return &state->cel;
}

/* What the slot is a member of; an optional without a value where that is a variable that is absent. */
static CelValue
holder_of(Slots *slots, CelContext *context, const ImageSlot *slot)
{
	CelValue holder = *llp_slot_member(slots, context, slot->parent);

	if (is_absent(holder) && image_slots(slots->image)[slot->parent].parent == NO_SLOT)
		return llp_cel_none;
	return holder;
}

CelValue
llp_slot_has(Slots *slots, CelContext *context, uint32_t number)
{
	const ImageSlot *slot = &image_slots(slots->image)[number];

	if (slot->parent == NO_SLOT)
		return llp_cel_bool(!is_absent(*llp_slot_member(slots, context, number)));
	return llp_cel_has(holder_of(slots, context, slot), image_str(slots->image, slot->key));
}

CelValue
llp_slot_optional(Slots *slots, CelContext *context, uint32_t number)
{
	const ImageSlot *slot = &image_slots(slots->image)[number];

	if (slot->parent == NO_SLOT)
		return llp_cel_optional_part(context, *llp_slot_member(slots, context, number));
	return llp_cel_optional_select(context, holder_of(slots, context, slot),
								   image_str(slots->image, slot->key));
}

Value
llp_slot_shown(const Slots *slots, uint32_t number)
{
	const ImageSlot *slot = &image_slots(slots->image)[number];
	Value holder = slot->parent == NO_SLOT ? *slots->request : llp_slot_shown(slots, slot->parent);

	return llp_member(&holder, image_str(slots->image, slot->key));
}

void
llp_slot_set(Slots *slots, uint32_t number, CelValue value)
{
	slots->states[number].cel = value;
	slots->states[number].is_fetched = true;
}

/* -------------------------------------------------------------------------------------------------------- */

uint32_t
llp_value_key(const Slots *slots, const Value *value)
{
	char buffer[LLP_NUMBER_TEXT_SIZE];
	Str text;

	if (!llp_text_form(llp_arena_host(slots->arena), value, buffer, &text))
		return NO_KEY;
	return llp_image_key(slots->image, text);
}

/* The key of a value that is no container, as text forms of JSON values have it; no other value has one. */
static uint32_t
member_key(Slots *slots, CelValue value)
{
	Value number;

	switch (value.kind)
	{
		case CEL_BOOL:
			return llp_value_key(slots, &(Value){.kind = VALUE_BOOL, .as.boolean = value.as.boolean});
		case CEL_INT:
			return llp_value_key(slots, &(Value){.kind = VALUE_INT, .as.integer = value.as.integer});
		case CEL_DOUBLE:
			number = llp_number_from_double(value.as.real);
			return llp_value_key(slots, &number);
		case CEL_STRING:
			return llp_value_key(slots, &(Value){.kind = VALUE_STRING, .as.string = value.as.string});
		default:
			return NO_KEY;
	}
}

uint32_t
llp_slot_member_key(Slots *slots, CelContext *context, uint32_t number)
{
	SlotState *state = &slots->states[number];

	if (!state->is_keyed)
	{
		state->key = member_key(slots, *llp_slot_member(slots, context, number));
		state->is_keyed = state->is_fetched;
	}
	return state->key;
}

uint32_t
llp_slot_key(Slots *slots, uint32_t number)
{
	SlotState *state = &slots->states[number];

	if (!state->is_keyed)
	{
		state->key = llp_value_key(slots, llp_slot_value(slots, number));
		state->is_keyed = true;
	}
	return state->key;
}

/* The string that the slot's key is the number of; false where it has to be made of something else first. */
static bool
keyed_string(Slots *slots, CelContext *context, uint32_t number, Str *text)
{
	if (image_slots(slots->image)[number].kind == SLOT_MEMBER)
	{
		const CelValue *member = llp_slot_member(slots, context, number);

		*text = member->as.string;
		return member->kind == CEL_STRING;
	}
	*text = llp_slot_value(slots, number)->as.string;
	return slots->states[number].value.kind == VALUE_STRING;
}

void
llp_slots_find_keys(Slots *slots, CelContext *context, const ImageProbe *probes, uint32_t count)
{
	Str texts[MOST_KEYS_AT_ONCE];
	SlotState *states[MOST_KEYS_AT_ONCE];
	uint32_t keys[MOST_KEYS_AT_ONCE];
	uint32_t found = 0;

	for (uint32_t i = 0; i < count && found < MOST_KEYS_AT_ONCE; i++)
	{
		SlotState *state = &slots->states[probes[i].slot];

		if ((probes[i].kinds >> ACCESS_KEY & 1) == 0 || state->is_keyed ||
			!keyed_string(slots, context, probes[i].slot, &texts[found]))
			continue;
		states[found++] = state;
	}
	if (found == 0)
		return;
	llp_image_find_keys(slots->image, texts, found, keys);
	for (uint32_t i = 0; i < found; i++)
	{
		states[i]->key = keys[i];
		states[i]->is_keyed = true;
	}
}

/* Makes a list of what the scan marked. */
static Status
list_found(Slots *slots, LiteralState *state)
{
	size_t words = LLP_LITERALS_WORDS(state->count);
	uint32_t count = 0;

	for (size_t i = 0; i < words; i++)
		count += (uint32_t) __builtin_popcountll(state->bits[i]);
	state->found = llp_arena_array(slots->arena, count, sizeof(uint32_t));
	if (state->found == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < words; i++)
		for (uint64_t rest = state->bits[i]; rest != 0; rest &= rest - 1)
			state->found[state->found_count++] = (uint32_t) (i * 64 + (size_t) __builtin_ctzll(rest));
	return STATUS_OK;
}

/* How many sets a slot has, and how many literals are in them. */
static uint32_t
measure_sets(const Image *image, uint32_t slot, uint32_t first, uint32_t *literals)
{
	const ImageLiteralSet *sets = image_literal_sets(image);
	uint32_t count = 0;

	*literals = 0;
	while (first + count < image_literal_sets_count(image) && sets[first + count].slot == slot)
		*literals += sets[first + count++].count;
	return count;
}

static Status
scan(Slots *slots, uint32_t slot, uint32_t first_set, Str text, LiteralState *state)
{
	uint32_t sets = measure_sets(slots->image, slot, first_set, &state->count);
	LiteralScanner *scanner = llp_program_scanner(slots->program);
	Status status = STATUS_OK;

	state->bits = llp_arena_array(slots->arena, LLP_LITERALS_WORDS(state->count), sizeof(uint64_t));
	if (scanner == NULL || state->bits == NULL)
		return STATUS_NO_MEMORY;
	state->all = llp_text_folds_to_ascii(text);
	for (uint32_t i = 0; i < sets && !state->all && status == STATUS_OK; i++)
	{
		const LiteralDatabase *database = slots->program->literal_databases[first_set + i];

		if (database == NULL)
			state->all = true;
		else
			status = llp_literals_scan(scanner, database, text,
									   state->bits + (size_t) i * LLP_LITERALS_WORDS(MAX_SET_LITERALS));
	}
	if (status == STATUS_LIMIT || status == STATUS_INVALID)
		state->all = true;
	else if (status != STATUS_OK)
		return status;
	return state->all ? STATUS_OK : list_found(slots, state);
}

/* The text that literals of the slot are looked for in; false when it has none. */
static bool
searched_text(Slots *slots, uint32_t number, char *buffer, Str *text)
{
	if (image_slots(slots->image)[number].kind != SLOT_MEMBER)
		return llp_text_form(llp_arena_host(slots->arena), llp_slot_value(slots, number), buffer, text);
	*text = slots->states[number].cel.as.string;
	return slots->states[number].is_fetched && slots->states[number].cel.kind == CEL_STRING;
}

Status
llp_slot_literals(Slots *slots, uint32_t number, const LiteralState **result)
{
	uint32_t set = image_slots(slots->image)[number].literal_set;
	char buffer[LLP_NUMBER_TEXT_SIZE];
	Str text;
	LiteralState *state;
	Status status = STATUS_OK;

	*result = NULL;
	if (set == NO_LITERAL_SET || !searched_text(slots, number, buffer, &text))
		return STATUS_OK;
	state = &slots->literals[set];
	if (!state->is_scanned)
		status = scan(slots, number, set, text, state);
	state->is_scanned = true;
	*result = state;
	return status;
}

const LiteralState *
llp_slot_found_literals(const Slots *slots, uint32_t number)
{
	uint32_t set = image_slots(slots->image)[number].literal_set;

	return set == NO_LITERAL_SET || !slots->literals[set].is_scanned ? NULL : &slots->literals[set];
}

bool
llp_literal_may_occur(const LiteralState *state, uint32_t id)
{
	return state->all || id >= state->count || (state->bits[id / 64] >> (id % 64) & 1) != 0;
}
