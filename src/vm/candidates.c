/*
 * vm/candidates.c - follows a request's values through the index, and merges what is found.
 *
 * INVARIANT: an item is found if each clause on one of its ways from the root holds of the request; what is
 * found beside that costs time, and changes nothing.
 */
#include "vm/candidates.h"

#include <stdlib.h>

#include "base/number.h"

/* Bytes of a fragment that a walk over one rule reads, about; prefetching beyond the image does no harm. */
#define CACHE_LINE_SIZE 64
#define PREFETCHED_SIZE ((size_t) 6 * CACHE_LINE_SIZE)

/* Items of a list between two questions whether to go on. */
#define ITEMS_PER_POLL 1024

static void visit_node(Candidates *self, uint32_t node);

static void
fail(Candidates *self)
{
	self->vm->status = STATUS_NO_MEMORY;
}

static void
add_run(Candidates *self, const uint32_t *first, uint32_t count)
{
	if (count == 0)
		return;
	if (self->count == self->capacity)
	{
		uint32_t capacity = self->capacity == 0 ? 32 : self->capacity * 2;
		PostingRun *runs = llp_arena_array(self->vm->arena, capacity, sizeof(PostingRun));

		if (runs == NULL)
		{
			fail(self);
			return;
		}
		if (self->count > 0)
			memcpy(runs, self->runs, self->count * sizeof(PostingRun));
		self->runs = runs;
		self->capacity = capacity;
	}
	self->runs[self->count++] = (PostingRun){.next = first, .end = first + count};
}

/* What an edge leads to, which stays where it is. */
static void
visit_child(Candidates *self, const uint32_t *child)
{
	if ((*child & EDGE_CANDIDATE) != 0)
		add_run(self, child, 1);
	else
		visit_node(self, *child);
}

static void
follow(Candidates *self, uint32_t node, const ImageProbe *probe, AccessKind kind, uint32_t operand)
{
	const uint32_t *child;

	if ((probe->kinds >> kind & 1) == 0)
		return;
	child = llp_image_child(self->vm->slots.image, node, image_predicate(probe->slot, kind), operand);
	if (child != NULL)
		visit_child(self, child);
}

/* --- Items of lists and maps ---------------------------------------------------------------------------- */

/* What the edge leads to that one item leads along, or NULL. */
static const uint32_t *
item_child(Candidates *self, uint32_t node, const ImageProbe *probe, const Value *item)
{
	AccessKind kind = ACCESS_ITEM;
	uint32_t operand = 0;

	if (item->kind == VALUE_NULL)
		kind = ACCESS_ITEM_NULL;
	else if (item->kind == VALUE_LIST || item->kind == VALUE_MAP)
		kind = ACCESS_ITEM_CONTAINER;
	else
		operand = llp_value_key(&self->vm->slots, item);
	if (operand == NO_KEY || (probe->kinds >> kind & 1) == 0)
		return NULL;
	return llp_image_child(self->vm->slots.image, node, image_predicate(probe->slot, kind), operand);
}

static int
compare_numbers(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *) left;
	uint32_t b = *(const uint32_t *) right;

	return (a > b) - (a < b);
}

/* Each child is visited once, however many items lead there. */
static void
visit_reached(Candidates *self, uint32_t *reached, size_t count)
{
	qsort(reached, count, sizeof(uint32_t), compare_numbers);
	for (size_t i = 0; i < count && self->vm->status == STATUS_OK; i++)
		if (i == 0 || reached[i] != reached[i - 1])
			visit_child(self, &reached[i]);
}

static void
follow_items(Candidates *self, uint32_t node, const ImageProbe *probe, const Value *container)
{
	const uint32_t item_kinds = 1u << ACCESS_ITEM | 1u << ACCESS_ITEM_NULL | 1u << ACCESS_ITEM_CONTAINER;
	size_t count = 0;
	uint32_t *reached;

	if ((probe->kinds & item_kinds) == 0)
		return;
	reached = llp_arena_array(self->vm->arena, container->as.container.count, sizeof(uint32_t));
	if (reached == NULL)
	{
		fail(self);
		return;
	}
	for (size_t i = 0; i < container->as.container.count; i++)
	{
		Str key;
		Value item =
			container->kind == VALUE_LIST ? llp_element(container, i) : llp_entry(container, i, &key);
		const uint32_t *child = item_child(self, node, probe, &item);

		if (child != NULL)
			reached[count++] = *child;
		if (i % ITEMS_PER_POLL == ITEMS_PER_POLL - 1 && !llp_interpreter_poll(self->vm))
			return;
	}
	visit_reached(self, reached, count);
}

/* --- Scalars -------------------------------------------------------------------------------------------- */

static void
follow_literals(Candidates *self, uint32_t node, const ImageProbe *probe)
{
	const LiteralState *state;

	if ((probe->kinds >> ACCESS_LITERAL & 1) == 0)
		return;
	self->vm->status = llp_slot_literals(&self->vm->slots, probe->slot, &state);
	if (state == NULL)
		return;
	for (uint32_t i = 0;
		 self->vm->status == STATUS_OK && i < (state->all ? state->count : state->found_count); i++)
		follow(self, node, probe, ACCESS_LITERAL, state->all ? i : state->found[i]);
}

/* What a comparison takes for a number (language.md section 3); false for other texts. */
static bool
numeric_value(const Value *value, double *number)
{
	Value parsed = *value;

	if (value->kind == VALUE_STRING)
	{
		if (!llp_is_plain_decimal(value->as.string))
			return false;
		parsed = llp_number_parse(value->as.string);
	}
	*number = parsed.kind == VALUE_INT ? (double) parsed.as.integer : parsed.as.real;
	return true;
}

/* How many of the bounds hold: they come first. */
static uint32_t
count_bounds(const double *bounds, uint32_t count, double number, bool above)
{
	uint32_t low = 0;

	while (count > 0)
	{
		uint32_t half = count / 2;
		bool holds = above ? number >= bounds[low + half] : number <= bounds[low + half];

		if (holds)
		{
			low += half + 1;
			count -= half + 1;
		}
		else
			count = half;
	}
	return low;
}

/* Entries stand in the order of their bounds; candidates come in walk order. */
static void
add_sorted(Candidates *self, uint32_t first, uint32_t count)
{
	uint32_t *sorted = llp_arena_array(self->vm->arena, count, sizeof(uint32_t));

	if (sorted == NULL)
	{
		fail(self);
		return;
	}
	memcpy(sorted, image_bounded(self->vm->slots.image) + first, count * sizeof(uint32_t));
	qsort(sorted, count, sizeof(uint32_t), compare_numbers);
	add_run(self, sorted, count);
}

/* Without a number all bounds may hold. */
static void
follow_bounds(Candidates *self, const ImageProbe *probe, const double *number)
{
	const double *bounds = image_thresholds(self->vm->slots.image);
	uint32_t above = probe->above_count;
	uint32_t below = probe->below_count;

	if (number != NULL && above + below > 0)
	{
		above = count_bounds(bounds + probe->first_above, above, *number, true);
		below = count_bounds(bounds + probe->first_below, below, *number, false);
	}
	if (above > 0)
		add_sorted(self, probe->first_above, above);
	if (below > 0)
		add_sorted(self, probe->first_below, below);
}

static void
follow_scalar_bounds(Candidates *self, const ImageProbe *probe, const Value *value)
{
	double number;

	/* A bool is never above or below anything; a text that is no number may be, as a text. */
	if (value->kind != VALUE_BOOL)
		follow_bounds(self, probe, numeric_value(value, &number) ? &number : NULL);
}

static void
follow_scalar(Candidates *self, uint32_t node, const ImageProbe *probe, const Value *value)
{
	if ((probe->kinds >> ACCESS_KEY & 1) != 0)
	{
		uint32_t key = llp_slot_key(&self->vm->slots, probe->slot);

		if (key != NO_KEY)
			follow(self, node, probe, ACCESS_KEY, key);
	}
	follow_scalar_bounds(self, probe, value);
	if (self->vm->status == STATUS_OK)
		follow_literals(self, node, probe);
}

/* --- Members, as expressions read them ------------------------------------------------------------------ */

/* What cannot be read is absent, unless has() of it is not false. */
static void
follow_failure(Candidates *self, uint32_t node, const ImageProbe *probe)
{
	CelValue has;

	follow(self, node, probe, ACCESS_FAILED, 0);
	follow(self, node, probe, ACCESS_ABSENT, 0);
	if ((probe->kinds & (1u << ACCESS_PRESENT | 1u << ACCESS_UNREADABLE)) == 0)
		return;
	has = llp_slot_has(&self->vm->slots, &self->vm->cel, probe->slot);
	if (has.kind == CEL_BOOL && !has.as.boolean)
		return;
	follow(self, node, probe, ACCESS_PRESENT, 0);
	follow(self, node, probe, ACCESS_UNREADABLE, 0);
}

static void
follow_key(Candidates *self, uint32_t node, const ImageProbe *probe)
{
	uint32_t key;

	if ((probe->kinds >> ACCESS_KEY & 1) == 0)
		return;
	key = llp_slot_member_key(&self->vm->slots, &self->vm->cel, probe->slot);
	if (key != NO_KEY)
		follow(self, node, probe, ACCESS_KEY, key);
}

/*
 * Can the text be searched as often as MAX_SEARCH_WEIGHT says with half of the steps that a rule has?  A step
 * is worth CEL_BYTES_PER_STEP bytes, or of a regex a quarter of them.
 */
static bool
is_searchable(const Candidates *self, const CelValue *value)
{
	return value->kind == CEL_STRING &&
		   value->as.string.size / CEL_BYTES_PER_STEP <= self->vm->rule_steps / (2 * MAX_SEARCH_WEIGHT);
}

static void
follow_member_bounds(Candidates *self, const ImageProbe *probe, const CelValue *value)
{
	double number = value->kind == CEL_INT ? (double) value->as.integer : value->as.real;

	follow_bounds(self, probe, value->kind == CEL_INT || value->kind == CEL_DOUBLE ? &number : NULL);
}

static void
follow_member(Candidates *self, uint32_t node, const ImageProbe *probe)
{
	const CelValue *value = llp_slot_member(&self->vm->slots, &self->vm->cel, probe->slot);

	if (llp_cel_failed(*value))
	{
		follow_failure(self, node, probe);
		return;
	}
	follow(self, node, probe, ACCESS_PRESENT, 0);
	if (value->kind == CEL_NULL)
		follow(self, node, probe, ACCESS_NULL, 0);
	else
		follow_key(self, node, probe);
	follow_member_bounds(self, probe, value);
	if (!is_searchable(self, value))
		follow(self, node, probe, ACCESS_UNSEARCHABLE, 0);
	if (self->vm->status == STATUS_OK && value->kind == CEL_STRING)
		follow_literals(self, node, probe);
}

static void
follow_slot(Candidates *self, uint32_t node, const ImageProbe *probe)
{
	const Value *value;

	if (image_slots(self->vm->slots.image)[probe->slot].kind == SLOT_MEMBER)
	{
		follow_member(self, node, probe);
		return;
	}
	value = llp_slot_value(&self->vm->slots, probe->slot);

	if (value->kind == VALUE_MISSING)
	{
		follow(self, node, probe, ACCESS_ABSENT, 0);
		return;
	}
	follow(self, node, probe, ACCESS_PRESENT, 0);
	switch (value->kind)
	{
		case VALUE_NULL:
			follow(self, node, probe, ACCESS_NULL, 0);
			break;
		case VALUE_LIST:
		case VALUE_MAP:
			follow(self, node, probe, ACCESS_CONTAINER, 0);
			follow_items(self, node, probe, value);
			break;
		default:
			follow_scalar(self, node, probe, value);
	}
}

/* Everything that the keys of the probes' slots lead along, asked for at once. */
static void
prefetch_edges(Candidates *self, uint32_t node, const ImageProbe *probes, uint32_t count)
{
	Slots *slots = &self->vm->slots;

	llp_slots_find_keys(slots, &self->vm->cel, probes, count);
	for (uint32_t i = 0; i < count; i++)
	{
		const SlotState *state = &slots->states[probes[i].slot];

		if (state->is_keyed && state->key != NO_KEY)
			llp_image_prefetch_child(slots->image, node, image_predicate(probes[i].slot, ACCESS_KEY),
									 state->key);
	}
}

/* Recursion is at most MAX_INDEX_DEPTH deep. */
static void
visit_node(Candidates *self, uint32_t number)
{
	const Image *image = self->vm->slots.image;
	const ImageNode *node = &image_nodes(image)[number];
	const ImageProbe *probes = image_probes(image) + node->first_probe;

	add_run(self, image_postings(image) + node->first_posting, node->posting_count);
	if (node->probe_count > 1)
		prefetch_edges(self, number, probes, node->probe_count);
	for (uint32_t i = 0; i < node->probe_count && self->vm->status == STATUS_OK; i++)
		follow_slot(self, number, &probes[i]);
}

/* --- Merging -------------------------------------------------------------------------------------------- */

/* The number that a run is at; in an edge it is marked as one. */
static uint32_t
head(const PostingRun *run)
{
	return *run->next & ~EDGE_CANDIDATE;
}

/* The candidates that come first, more or less: so many as a request has as a rule. */
#define SOON 32

static uint32_t
list_soon(const Candidates *self, uint32_t *numbers)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < self->count; i++)
		for (const uint32_t *next = self->runs[i].next; next < self->runs[i].end; next++)
		{
			if (count == SOON)
				return count;
			numbers[count++] = *next & ~EDGE_CANDIDATE;
		}
	return count;
}

void
llp_candidates_prefetch(const Candidates *self)
{
	const Image *image = self->vm->slots.image;
	const uint32_t *entries = image_entries(image);
	const ImagePolicy *policies = image_policies(image);
	uint32_t soon[SOON];
	uint32_t count = list_soon(self, soon);

	for (uint32_t i = 0; i < count; i++)
		__builtin_prefetch(&entries[soon[i]]);
	for (uint32_t i = 0; i < count; i++)
		__builtin_prefetch(&policies[entries[soon[i]]]);
	for (uint32_t i = 0; i < count; i++)
	{
		const ImagePolicy *policy = &policies[entries[soon[i]]];
		const char *fragment = (const char *) image_fragment(image, entries[soon[i]]);

		for (size_t line = 0; line < PREFETCHED_SIZE; line += CACHE_LINE_SIZE)
			__builtin_prefetch(fragment + line);
		__builtin_prefetch(&image_links(image)[policy->links]);
	}
}

static void
sift_down(Candidates *self, uint32_t at)
{
	PostingRun moving = self->runs[at];

	for (;;)
	{
		uint32_t child = 2 * at + 1;

		if (child >= self->count)
			break;
		if (child + 1 < self->count && head(&self->runs[child + 1]) < head(&self->runs[child]))
			child++;
		if (head(&moving) <= head(&self->runs[child]))
			break;
		self->runs[at] = self->runs[child];
		at = child;
	}
	self->runs[at] = moving;
}

void
llp_candidates_find(Candidates *self, Interpreter *vm, IndexRoot root)
{
	*self = (Candidates){.vm = vm};
	visit_node(self, (uint32_t) root);
	if (vm->status != STATUS_OK)
		self->count = 0;
	for (uint32_t i = self->count / 2; i > 0; i--)
		sift_down(self, i - 1);
}

bool
llp_candidates_next(Candidates *self, uint32_t *number)
{
	if (self->count == 0)
		return false;
	*number = head(&self->runs[0]);
	/* The same number may stand in several runs. */
	while (self->count > 0 && head(&self->runs[0]) == *number)
	{
		if (++self->runs[0].next == self->runs[0].end)
			self->runs[0] = self->runs[--self->count];
		if (self->count > 0)
			sift_down(self, 0);
	}
	return true;
}
