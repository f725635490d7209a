/*
 * prog/link.c - from fragments to an image.
 *
 * Owns the numbering: slots, keys, regexes and literals of all fragments become one list each.  What comes
 * from an image has numbers already, and its names are looked up once a number and not once a policy.  The
 * predicate index is the business of prog/index.c.
 */
#include "prog/link.h"

#include <stdlib.h>

#include "base/field_path.h"
#include "prog/index.h"
#include "prog/intern.h"

#define POLICIES_PER_POLL 256
#define MOST_ENTRIES ((uint32_t) 1 << 31)

/* A byte that no path has. */
#define NOT_UTF8 '\xFF'

/* A literal of some slot. */
typedef struct LinkedLiteral
{
	uint32_t slot;
	Str text;
	uint32_t number; /* in order of arrival */
	bool is_needed;	 /* some edge of the index leads along it */
} LinkedLiteral;

/* New numbers plus one by the numbers of an image; 0: it has none yet.  Literals are by their places. */
typedef struct Renumbering
{
	const Image *image; /* NULL: no policy comes from one */
	uint32_t *slots;
	uint32_t *keys;
	uint32_t *regexes;
	uint32_t *literals;
} Renumbering;

struct Linker
{
	Arena *arena;
	Status status;
	LinkInput *inputs; /* in walk order */
	uint32_t count;
	Renumbering renumbering;
	Image header;
	ImagePolicy *policies;
	Interner paths; /* of slots, parents included */
	ImageSlot *slots;
	uint32_t slot_capacity;
	Interner keys;
	Interner regexes;
	Interner literal_labels; /* slot and text */
	LinkedLiteral *literals; /* first by number, then by slot and text */
	uint32_t literal_capacity;
	uint32_t *literal_ids; /* by number */
	ImageLiteralSet *literal_sets;
	uint32_t literal_set_count;
	uint32_t *links;
	uint32_t *entries;
	uint32_t entry_count;
	StrBuf text; /* of slots; what keys, regexes and literals are called stands behind it */
	IndexAccess *accesses;
	uint32_t access_count;
	IndexClause *clauses;
	uint32_t clause_count;
	IndexBuilder index;
};

static void
fail(Linker *linker, Status status)
{
	if (linker->status == STATUS_OK)
		linker->status = status;
}

/* The order of policies in a set: priority descending, id, namespace, by bytes. */
static int
compare_fragments(const Fragment *a, const Fragment *b)
{
	int order;

	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	order = llp_str_compare(fragment_str(a, a->id), fragment_str(b, b->id));
	return order != 0 ? order : llp_str_compare(fragment_str(a, a->ns), fragment_str(b, b->ns));
}

/* Merges two sorted runs that lie side by side. */
static void
merge_runs(LinkInput *runs, uint32_t left, uint32_t both, LinkInput *scratch)
{
	uint32_t i = 0;
	uint32_t j = left;

	for (uint32_t at = 0; at < both; at++)
	{
		bool take_left =
			j == both || (i < left && compare_fragments(runs[i].fragment, runs[j].fragment) <= 0);

		scratch[at] = take_left ? runs[i++] : runs[j++];
	}
	memcpy(runs, scratch, both * sizeof(LinkInput));
}

/* Where the sorted run that begins at `start` ends. */
static uint32_t
run_end(const Linker *linker, uint32_t start)
{
	uint32_t end = start + 1;

	while (end < linker->count &&
		   compare_fragments(linker->inputs[end - 1].fragment, linker->inputs[end].fragment) <= 0)
		end++;
	return end;
}

/* Merges natural runs: linear for policies that come in walk order but for a few. */
static void
sort_inputs(Linker *linker)
{
	LinkInput *scratch = llp_arena_array(linker->arena, linker->count, sizeof(LinkInput));
	uint32_t runs = linker->count;

	if (scratch == NULL)
	{
		fail(linker, STATUS_NO_MEMORY);
		return;
	}
	while (runs > 1)
	{
		uint32_t start = 0;

		runs = 0;
		while (start < linker->count)
		{
			uint32_t middle = run_end(linker, start);
			uint32_t end = middle < linker->count ? run_end(linker, middle) : middle;

			if (end > middle)
				merge_runs(linker->inputs + start, middle - start, end - start, scratch);
			start = end;
			runs++;
		}
	}
}

/* A larger copy of an array. */
static void *
grown(Linker *linker, const void *old, uint32_t *capacity, size_t element_size)
{
	uint32_t larger = *capacity == 0 ? 16 : *capacity * 2;
	void *copy = llp_arena_array(linker->arena, larger, element_size);

	if (copy == NULL)
	{
		fail(linker, STATUS_NO_MEMORY);
		return NULL;
	}
	if (*capacity > 0)
		memcpy(copy, old, *capacity * element_size);
	*capacity = larger;
	return copy;
}

/* --- Slots ---------------------------------------------------------------------------------------------- */

static ImageText
add_text(Linker *linker, Str text)
{
	ImageText place = {linker->text.size, text.size};

	llp_buf_append(&linker->text, text);
	if (linker->text.failed)
		fail(linker, STATUS_NO_MEMORY);
	return place;
}

static uint32_t
add_slot(Linker *linker, uint32_t number, uint32_t parent, const PathStep *step)
{
	ImageSlot *slot;

	if (number >= linker->slot_capacity)
		linker->slots = grown(linker, linker->slots, &linker->slot_capacity, sizeof(ImageSlot));
	if (linker->status != STATUS_OK)
		return NO_SLOT;
	slot = &linker->slots[number];
	*slot = (ImageSlot){.parent = parent,
						.kind = step->is_index ? SLOT_INDEX : SLOT_KEY,
						.index = step->index,
						.literal_set = NO_LITERAL_SET,
						.key = add_text(linker, step->key)};
	return number;
}

/* A name for the steps of a path up to some point, which no path's own text is. */
static Str
prefix_label(Linker *linker, const FieldPath *path, size_t steps)
{
	StrBuf label;

	llp_buf_init(&label, linker->arena);
	for (size_t i = 0; i < steps; i++)
	{
		llp_buf_append_char(&label, NOT_UTF8);
		llp_buf_append(&label, path->steps[i].key);
	}
	return llp_buf_str(&label);
}

/* The slot of the first `steps` steps of a path: a parent, made if need be. */
static uint32_t
prefix_slot(Linker *linker, const FieldPath *path, size_t steps)
{
	uint32_t parent = steps > 1 ? prefix_slot(linker, path, steps - 1) : NO_SLOT;
	uint32_t known = linker->paths.count;
	uint32_t number;

	if (linker->status != STATUS_OK)
		return NO_SLOT;
	number = llp_intern(&linker->paths, prefix_label(linker, path, steps));
	if (number == INTERN_NONE)
	{
		fail(linker, STATUS_NO_MEMORY);
		return NO_SLOT;
	}
	return number < known ? number : add_slot(linker, number, parent, &path->steps[steps - 1]);
}

/* The slot of a member, and before it those of what it is a member of. */
static uint32_t
member_slot(Linker *linker, Str text)
{
	uint32_t number = llp_intern_find(&linker->paths, text);
	uint32_t parent = NO_SLOT;
	size_t dot = text.size - 1;

	if (number != INTERN_NONE)
		return number;
	while (text.data[dot] != '.')
		dot--;
	if (dot > 0)
		parent = member_slot(linker, (Str){text.data, dot});
	number = llp_intern(&linker->paths, text);
	if (number == INTERN_NONE)
		fail(linker, STATUS_NO_MEMORY);
	if (linker->status != STATUS_OK)
		return NO_SLOT;
	number = add_slot(linker, number, parent, &(PathStep){.key = {text.data + dot + 1, text.size - dot - 1}});
	if (number != NO_SLOT)
	{
		linker->slots[number].kind = SLOT_MEMBER;
		linker->slots[number].path = add_text(linker, text);
	}
	return number;
}

/*
 * A slot's parents come before it in the list, so the path is parsed before it gets its number.
 */
static uint32_t
link_slot(Linker *linker, Str text)
{
	uint32_t number = llp_intern_find(&linker->paths, text);
	uint32_t parent = NO_SLOT;
	const char *problem;
	size_t offset;
	FieldPath path;
	Status status;

	if (number != INTERN_NONE)
		return number;
	if (text.data[0] == '.')
		return member_slot(linker, text);
	status = llp_path_parse(linker->arena, text, &path, &problem, &offset);
	if (status != STATUS_OK)
	{
		fail(linker, status);
		return NO_SLOT;
	}
	if (path.count > 1)
		parent = prefix_slot(linker, &path, path.count - 1);
	number = llp_intern(&linker->paths, text);
	if (number == INTERN_NONE)
		fail(linker, STATUS_NO_MEMORY);
	if (linker->status != STATUS_OK)
		return NO_SLOT;
	number = add_slot(linker, number, parent, &path.steps[path.count - 1]);
	if (number != NO_SLOT)
		linker->slots[number].path = add_text(linker, text);
	return number;
}

/* --- Keys, regexes, literals ---------------------------------------------------------------------------- */

static uint32_t
link_text(Linker *linker, Interner *interner, Str text)
{
	uint32_t number = llp_intern(interner, text);

	if (number == INTERN_NONE)
		fail(linker, STATUS_NO_MEMORY);
	return number;
}

static Str
literal_label(Linker *linker, uint32_t slot, Str text)
{
	StrBuf label;

	llp_buf_init(&label, linker->arena);
	llp_buf_append(&label, (Str){(const char *) &slot, sizeof(slot)});
	llp_buf_append(&label, text);
	if (label.failed)
		fail(linker, STATUS_NO_MEMORY);
	return llp_buf_str(&label);
}

static uint32_t
link_literal(Linker *linker, uint32_t slot, Str text)
{
	uint32_t known = linker->literal_labels.count;
	uint32_t number = link_text(linker, &linker->literal_labels, literal_label(linker, slot, text));

	if (linker->status != STATUS_OK || number < known)
		return number;
	if (number >= linker->literal_capacity)
		linker->literals = grown(linker, linker->literals, &linker->literal_capacity, sizeof(LinkedLiteral));
	if (linker->status == STATUS_OK)
		linker->literals[number] = (LinkedLiteral){.slot = slot, .text = text, .number = number};
	return number;
}

static int
compare_literals(const void *left, const void *right)
{
	const LinkedLiteral *a = left;
	const LinkedLiteral *b = right;

	if (a->slot != b->slot)
		return a->slot < b->slot ? -1 : 1;
	if (a->is_needed != b->is_needed)
		return a->is_needed ? -1 : 1;
	return llp_str_compare(a->text, b->text);
}

/* Begins a set; the slot's first one is the slot's. */
static void
begin_set(Linker *linker, uint32_t slot, uint32_t first)
{
	linker->literal_sets[linker->literal_set_count] = (ImageLiteralSet){.slot = slot, .first = first};
	if (linker->slots[slot].literal_set == NO_LITERAL_SET)
		linker->slots[slot].literal_set = linker->literal_set_count;
	linker->literal_set_count++;
}

/* Gives literals their ids and collects those that are looked for into sets. */
static void
order_literals(Linker *linker)
{
	uint32_t count = linker->literal_labels.count;
	const LinkedLiteral *before = NULL;
	uint32_t id = 0;

	if (count > 0)
		qsort(linker->literals, count, sizeof(LinkedLiteral), compare_literals);
	for (uint32_t i = 0; i < count; i++)
	{
		const LinkedLiteral *literal = &linker->literals[i];
		ImageLiteralSet *set;

		id = before == NULL || before->slot != literal->slot ? 0 : id + 1;
		if (id == 0 || (literal->is_needed && id % MAX_SET_LITERALS == 0))
			begin_set(linker, literal->slot, i);
		set = &linker->literal_sets[linker->literal_set_count - 1];
		if (literal->is_needed)
			set->count++;
		else
			set->others++;
		linker->literal_ids[literal->number] = id;
		before = literal;
	}
}

/* --- Links ---------------------------------------------------------------------------------------------- */

/* The links of a fragment that has names of its own. */
static void
link_names(Linker *linker, const Fragment *fragment, uint32_t *links)
{
	const uint32_t *literal_slots = fragment_literal_slots(fragment);
	const uint32_t *slots = links;

	for (uint32_t i = 0; i < fragment_slots_count(fragment); i++)
		*links++ = link_slot(linker, fragment_name(fragment, fragment_slots(fragment)[i]));
	for (uint32_t i = 0; i < fragment_keys_count(fragment); i++)
		*links++ = link_text(linker, &linker->keys, fragment_name(fragment, fragment_keys(fragment)[i]));
	for (uint32_t i = 0; i < fragment_regexes_count(fragment); i++)
		*links++ =
			link_text(linker, &linker->regexes, fragment_name(fragment, fragment_regexes(fragment)[i]));
	for (uint32_t i = 0; i < fragment_literals_count(fragment) && linker->status == STATUS_OK; i++)
		*links++ = link_literal(linker, slots[literal_slots[i]],
								fragment_name(fragment, fragment_literals(fragment)[i]));
}

static uint32_t
renumbered_slot(Linker *linker, uint32_t slot)
{
	const Image *image = linker->renumbering.image;
	uint32_t *number = &linker->renumbering.slots[slot];

	if (*number == 0)
		*number = link_slot(linker, image_str(image, image_slots(image)[slot].path)) + 1;
	return *number - 1;
}

static uint32_t
renumbered_key(Linker *linker, uint32_t key)
{
	uint32_t *number = &linker->renumbering.keys[key];

	if (*number == 0)
		*number = link_text(linker, &linker->keys, image_key_text(linker->renumbering.image, key)) + 1;
	return *number - 1;
}

static uint32_t
renumbered_regex(Linker *linker, uint32_t regex)
{
	const Image *image = linker->renumbering.image;
	uint32_t *number = &linker->renumbering.regexes[regex];

	if (*number == 0)
		*number = link_text(linker, &linker->regexes, image_str(image, image_regexes(image)[regex])) + 1;
	return *number - 1;
}

/* The literal of that id among those of the image's slot; `slot` is the slot's new number. */
static uint32_t
renumbered_literal(Linker *linker, uint32_t image_slot, uint32_t id, uint32_t slot)
{
	const Image *image = linker->renumbering.image;
	uint32_t place = image_literal_place(image, image_slot, id);
	uint32_t *number = &linker->renumbering.literals[place];

	if (*number == 0)
		*number = link_literal(linker, slot, image_str(image, image_literals(image)[place])) + 1;
	return *number - 1;
}

/* The links of a policy of the image. */
static void
renumber_links(Linker *linker, const LinkInput *input, uint32_t *links)
{
	const Fragment *fragment = input->fragment;
	const uint32_t *literal_slots = fragment_literal_slots(fragment);
	PolicyLinks old = llp_image_links(input->image, input->number);
	const uint32_t *slots = links;

	for (uint32_t i = 0; i < fragment_slots_count(fragment); i++)
		*links++ = renumbered_slot(linker, old.slots[i]);
	for (uint32_t i = 0; i < fragment_keys_count(fragment); i++)
		*links++ = renumbered_key(linker, old.keys[i]);
	for (uint32_t i = 0; i < fragment_regexes_count(fragment); i++)
		*links++ = renumbered_regex(linker, old.regexes[i]);
	for (uint32_t i = 0; i < fragment_literal_slots_count(fragment) && linker->status == STATUS_OK; i++)
		*links++ =
			renumbered_literal(linker, old.slots[literal_slots[i]], old.literals[i], slots[literal_slots[i]]);
}

static bool
begin_renumbering(Linker *linker)
{
	Renumbering *renumbering = &linker->renumbering;

	for (uint32_t i = 0; i < linker->count && renumbering->image == NULL; i++)
		renumbering->image = linker->inputs[i].image;
	if (renumbering->image == NULL)
		return true;
	renumbering->slots =
		llp_arena_array(linker->arena, image_slots_count(renumbering->image), sizeof(uint32_t));
	renumbering->keys =
		llp_arena_array(linker->arena, image_keys_count(renumbering->image), sizeof(uint32_t));
	renumbering->regexes =
		llp_arena_array(linker->arena, image_regexes_count(renumbering->image), sizeof(uint32_t));
	renumbering->literals =
		llp_arena_array(linker->arena, image_literals_count(renumbering->image), sizeof(uint32_t));
	return !llp_arena_exhausted(linker->arena);
}

static void
link_policy(Linker *linker, uint32_t policy, uint32_t *links)
{
	const LinkInput *input = &linker->inputs[policy];

	if (input->image == NULL)
		link_names(linker, input->fragment, links);
	else
		renumber_links(linker, input, links);
}

static int
compare_keys(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *) left;
	uint32_t b = *(const uint32_t *) right;

	return (a > b) - (a < b);
}

/* What has to wait until everything has its number. */
static void
finish_policy_links(Linker *linker, uint32_t policy)
{
	const Fragment *fragment = linker->inputs[policy].fragment;
	uint32_t *keys = linker->links + linker->policies[policy].links + fragment_slots_count(fragment);
	uint32_t *set_keys = keys + fragment_keys_count(fragment) + fragment_regexes_count(fragment) +
						 fragment_literals_count(fragment);

	for (uint32_t i = 0; i < fragment_set_keys_count(fragment); i++)
		set_keys[i] = keys[fragment_set_keys(fragment)[i]];
	for (uint32_t i = 0; i < fragment_sets_count(fragment); i++)
		qsort(set_keys + fragment_sets(fragment)[i].first, fragment_sets(fragment)[i].count, sizeof(uint32_t),
			  compare_keys);
}

static PolicyStatus
status_of(const LinkInput *input)
{
	return input->status == POLICY_NONE ? (PolicyStatus) input->fragment->status : input->status;
}

/* Numbers of links, entries, clauses and accesses; where each policy's begin. */
static bool
measure(Linker *linker)
{
	uint64_t links = 0;
	uint64_t entries = 0;
	uint64_t accesses = 0;
	uint64_t clauses = 0;

	linker->policies = llp_arena_array(linker->arena, linker->count, sizeof(ImagePolicy));
	if (linker->policies == NULL || !begin_renumbering(linker))
		return false;
	for (uint32_t i = 0; i < linker->count; i++)
	{
		const Fragment *fragment = linker->inputs[i].fragment;

		linker->policies[i] = (ImagePolicy){.first_entry = (uint32_t) entries,
											.links = (uint32_t) links,
											.revision = linker->inputs[i].revision,
											.status = (uint32_t) status_of(&linker->inputs[i])};
		links += llp_fragment_link_count(fragment);
		entries += fragment_rules_count(fragment) + (fragment->default_deny ? 1 : 0);
		accesses += fragment_accesses_count(fragment);
		clauses += fragment_clauses_count(fragment);
		if (links >= MOST_ENTRIES || entries >= MOST_ENTRIES || accesses >= MOST_ENTRIES)
		{
			fail(linker, STATUS_LIMIT);
			return false;
		}
	}
	linker->entry_count = (uint32_t) entries;
	linker->links = llp_arena_array(linker->arena, links, sizeof(uint32_t));
	linker->entries = llp_arena_array(linker->arena, entries, sizeof(uint32_t));
	linker->accesses = llp_arena_array(linker->arena, accesses, sizeof(IndexAccess));
	linker->clauses = llp_arena_array(linker->arena, clauses, sizeof(IndexClause));
	return !llp_arena_exhausted(linker->arena);
}

static bool
may_go_on(Linker *linker, uint32_t policy)
{
	const Host *host = llp_arena_host(linker->arena);

	if (policy % POLICIES_PER_POLL == 0 && host->poll(host->context))
		fail(linker, STATUS_CANCELLED);
	return linker->status == STATUS_OK;
}

static void
link_policies(Linker *linker)
{
	for (uint32_t i = 0; i < linker->count && may_go_on(linker, i); i++)
		link_policy(linker, i, linker->links + linker->policies[i].links);
	for (uint32_t i = 0; i < linker->count && may_go_on(linker, i); i++)
		finish_policy_links(linker, i);
}

/* --- Index ---------------------------------------------------------------------------------------------- */

static IndexAccess
linked_access(const Fragment *fragment, const uint32_t *links, const Access *access)
{
	const uint32_t *keys = links + fragment_slots_count(fragment);
	const uint32_t *literals = keys + fragment_keys_count(fragment) + fragment_regexes_count(fragment);
	IndexAccess linked = {.predicate = image_predicate(links[access->slot], (AccessKind) access->kind)};

	switch (access->kind)
	{
		case ACCESS_KEY:
		case ACCESS_ITEM:
			linked.operand = keys[access->operand];
			break;
		case ACCESS_LITERAL:
			linked.operand = literals[access->operand];
			break;
		case ACCESS_ABOVE:
		case ACCESS_BELOW:
			linked.bound = fragment_numbers(fragment)[access->operand];
			break;
		default:
			break;
	}
	return linked;
}

/* A policy's accesses and clauses in the image's numbering; returns the number of its first clause. */
static uint32_t
link_clauses(Linker *linker, uint32_t policy)
{
	const Fragment *fragment = linker->inputs[policy].fragment;
	const uint32_t *links = linker->links + linker->policies[policy].links;
	uint32_t first_access = linker->access_count;
	uint32_t first_clause = linker->clause_count;

	for (uint32_t i = 0; i < fragment_accesses_count(fragment); i++)
		linker->accesses[linker->access_count++] =
			linked_access(fragment, links, &fragment_accesses(fragment)[i]);
	for (uint32_t i = 0; i + 1 < fragment_clauses_count(fragment); i++)
	{
		const uint32_t *clause = &fragment_clauses(fragment)[i];

		linker->clauses[linker->clause_count++] =
			(IndexClause){.first = first_access + clause[0], .count = clause[1] - clause[0]};
	}
	return first_clause;
}

/* The items of the three roots, in the order of their numbers. */
typedef struct RootItems
{
	IndexItem *items[ROOT_COUNT];
	uint32_t counts[ROOT_COUNT];
} RootItems;

static void
add_item(RootItems *roots, IndexRoot root, IndexItem item)
{
	roots->items[root][roots->counts[root]++] = item;
}

static void
add_policy_items(Linker *linker, RootItems *roots, uint32_t policy)
{
	const Fragment *fragment = linker->inputs[policy].fragment;
	const FragmentRule *rules = fragment_rules(fragment);
	bool shadow = linker->policies[policy].status == POLICY_SHADOW;
	IndexRoot root = shadow ? ROOT_SHADOW : ROOT_ACTIVE;
	uint32_t first_clause = link_clauses(linker, policy);
	uint32_t entry = linker->policies[policy].first_entry;
	ClauseRange of_policy = {first_clause, fragment->applies_clauses};

	for (uint32_t i = 0; i < fragment_rules_count(fragment); i++)
		add_item(roots, root,
				 (IndexItem){
					 .number = entry + i,
					 .clauses = {{first_clause + rules[i].first_clause, rules[i].clause_count}, of_policy}});
	linker->header.rule_count += fragment_rules_count(fragment);
	if (fragment->default_deny)
		add_item(roots, root,
				 (IndexItem){.number = entry + fragment_rules_count(fragment), .clauses = {of_policy}});
	if (shadow)
		return;
	add_item(roots, ROOT_SCOPE, (IndexItem){.number = policy, .clauses = {of_policy}});
	if (fragment->applies_clauses == 0 && llp_policy_extra(fragment)->valid_from == TIMESTAMP_MIN &&
		llp_policy_extra(fragment)->valid_until == TIMESTAMP_MAX)
		linker->header.always_in_scope = 1;
}

static void
build_index(Linker *linker)
{
	RootItems roots = {.counts = {0}};

	roots.items[ROOT_ACTIVE] = llp_arena_array(linker->arena, linker->entry_count, sizeof(IndexItem));
	roots.items[ROOT_SHADOW] = llp_arena_array(linker->arena, linker->entry_count, sizeof(IndexItem));
	roots.items[ROOT_SCOPE] = llp_arena_array(linker->arena, linker->count, sizeof(IndexItem));
	if (llp_arena_exhausted(linker->arena))
	{
		fail(linker, STATUS_NO_MEMORY);
		return;
	}
	for (uint32_t i = 0; i < linker->count && may_go_on(linker, i); i++)
	{
		const Fragment *fragment = linker->inputs[i].fragment;
		uint32_t entries = fragment_rules_count(fragment) + (fragment->default_deny ? 1 : 0);

		for (uint32_t j = 0; j < entries; j++)
			linker->entries[linker->policies[i].first_entry + j] = i;
		if (linker->policies[i].status == POLICY_ACTIVE || linker->policies[i].status == POLICY_SHADOW)
			add_policy_items(linker, &roots, i);
	}
	llp_index_init(&linker->index, linker->arena, linker->accesses, linker->clauses, linker->paths.count);
	for (int root = 0; root < ROOT_COUNT && linker->status == STATUS_OK; root++)
	{
		if (linker->index.status == STATUS_OK)
			llp_index_build(&linker->index, (IndexRoot) root, roots.items[root], roots.counts[root]);
		fail(linker, linker->index.status);
	}
}

static void
number_policy_literals(Linker *linker, uint32_t policy)
{
	const Fragment *fragment = linker->inputs[policy].fragment;
	uint32_t *literals = linker->links + linker->policies[policy].links + fragment_slots_count(fragment) +
						 fragment_keys_count(fragment) + fragment_regexes_count(fragment);

	for (uint32_t i = 0; i < fragment_literals_count(fragment); i++)
		literals[i] = linker->literal_ids[literals[i]];
}

/*
 * Once the index is built: only those literals are looked for that lead somewhere in it.  Whoever becomes a
 * candidate in another way searches the text alone, which costs less than a scan for everybody's literals.
 */
static void
number_literals(Linker *linker)
{
	uint32_t count = linker->literal_labels.count;
	bool *needed = llp_arena_array(linker->arena, count, sizeof(bool));

	linker->literal_ids = llp_arena_array(linker->arena, count, sizeof(uint32_t));
	linker->literal_sets = llp_arena_array(linker->arena, count, sizeof(ImageLiteralSet));
	if (needed == NULL || linker->literal_ids == NULL || linker->literal_sets == NULL)
	{
		fail(linker, STATUS_NO_MEMORY);
		return;
	}
	llp_index_mark_literals(&linker->index, needed);
	for (uint32_t i = 0; i < count; i++)
		linker->literals[i].is_needed = needed[i];
	order_literals(linker);
	llp_index_number_literals(&linker->index, linker->literal_ids);
	for (uint32_t i = 0; i < linker->count && may_go_on(linker, i); i++)
		number_policy_literals(linker, i);
}

/* --- The image ------------------------------------------------------------------------------------------ */

static uint32_t
key_table_size(const Linker *linker)
{
	uint32_t size = 8;

	if (linker->keys.count == 0)
		return 0;
	while (size < linker->keys.count + linker->keys.count / 2)
		size *= 2;
	return size;
}

/* What keys, regexes and literals are called, one behind the other. */
static uint64_t
names_size(const Linker *linker)
{
	uint64_t size = 0;

	for (uint32_t i = 0; i < linker->keys.count; i++)
		size += linker->keys.texts[i].size;
	for (uint32_t i = 0; i < linker->regexes.count; i++)
		size += linker->regexes.texts[i].size;
	for (uint32_t i = 0; i < linker->literal_labels.count; i++)
		size += linker->literals[i].text.size;
	return size;
}

static uint64_t
padded(uint64_t size)
{
	return (size + 7) & ~(uint64_t) 7;
}

/* Where each section begins; rounding up to eight bytes never makes room for one element more. */
static void
lay_out(Linker *linker)
{
	uint64_t sizes[IMAGE_SECTION_COUNT] = {
		[IMAGE_policies] = linker->count * sizeof(ImagePolicy),
		[IMAGE_slots] = linker->paths.count * sizeof(ImageSlot),
		[IMAGE_keys] = linker->keys.count * sizeof(ImageKey),
		[IMAGE_regexes] = linker->regexes.count * sizeof(ImageText),
		[IMAGE_literals] = linker->literal_labels.count * sizeof(ImageText),
		[IMAGE_thresholds] = linker->index.thresholds.size,
		[IMAGE_literal_sets] = linker->literal_set_count * sizeof(ImageLiteralSet),
		[IMAGE_nodes] = linker->index.nodes.size,
		[IMAGE_probes] = linker->index.probes.size,
		[IMAGE_edges] = llp_index_table_size(&linker->index) * sizeof(ImageEdge),
		[IMAGE_bounded] = linker->index.bounded.size,
		[IMAGE_postings] = linker->index.postings.size,
		[IMAGE_entries] = linker->entry_count * sizeof(uint32_t),
		[IMAGE_key_table] = key_table_size(linker) * sizeof(uint32_t),
		[IMAGE_text] = linker->text.size + names_size(linker),
	};
	uint64_t links = 0;

	for (uint32_t i = 0; i < linker->count; i++)
	{
		sizes[IMAGE_fragments] += fragment_body_size(linker->inputs[i].fragment);
		links += llp_fragment_link_count(linker->inputs[i].fragment);
	}
	sizes[IMAGE_links] = links * sizeof(uint32_t);
	linker->header.section[0] = sizeof(Image);
	for (int i = 0; i < IMAGE_SECTION_COUNT; i++)
		linker->header.section[i + 1] = linker->header.section[i] + sizes[i];
	linker->header.section[IMAGE_SECTION_COUNT] = padded(linker->header.section[IMAGE_SECTION_COUNT]);
	linker->header.size = linker->header.section[IMAGE_SECTION_COUNT];
}

static void
find_longest_key(Linker *linker)
{
	for (uint32_t i = 0; i < linker->keys.count; i++)
		if (linker->header.longest_key < linker->keys.texts[i].size)
			linker->header.longest_key = (uint32_t) linker->keys.texts[i].size;
}

static void
plan(Linker *linker)
{
	sort_inputs(linker);
	if (linker->status != STATUS_OK)
		return;
	if (!measure(linker))
	{
		fail(linker, STATUS_NO_MEMORY);
		return;
	}
	link_policies(linker);
	if (linker->status == STATUS_OK)
		build_index(linker);
	if (linker->status == STATUS_OK)
		number_literals(linker);
	if (linker->status != STATUS_OK)
		return;
	find_longest_key(linker);
	lay_out(linker);
}

Status
llp_link(Arena *arena, const LinkInput *inputs, uint32_t count, uint64_t seed, Linker **result)
{
	Linker *linker = llp_arena_new(arena, Linker);

	if (linker == NULL)
		return STATUS_NO_MEMORY;
	linker->arena = arena;
	linker->count = count;
	linker->header = (Image){.magic = IMAGE_MAGIC, .version = image_version(), .seed = seed};
	linker->inputs = llp_arena_array(arena, count, sizeof(LinkInput));
	if (linker->inputs == NULL)
		return STATUS_NO_MEMORY;
	if (count > 0)
		memcpy(linker->inputs, inputs, count * sizeof(LinkInput));
	llp_intern_init(&linker->paths, arena, seed);
	llp_intern_init(&linker->keys, arena, seed);
	llp_intern_init(&linker->regexes, arena, seed);
	llp_intern_init(&linker->literal_labels, arena, seed);
	llp_buf_init(&linker->text, arena);
	plan(linker);
	*result = linker;
	return linker->status;
}

size_t
llp_link_size(const Linker *linker)
{
	return (size_t) linker->header.size;
}

static void *
section_of(Image *image, ImageSection section)
{
	return (char *) image + image->section[section];
}

static void
write_bytes(Image *image, ImageSection section, const void *data)
{
	size_t size = (size_t) (image->section[section + 1] - image->section[section]);

	if (size > 0)
		memcpy(section_of(image, section), data, size);
}

static void
write_policies(const Linker *linker, Image *image)
{
	ImagePolicy *policies = section_of(image, IMAGE_policies);
	uint64_t at = image->section[IMAGE_fragments];

	for (uint32_t i = 0; i < linker->count; i++)
	{
		const Fragment *fragment = linker->inputs[i].fragment;

		policies[i] = linker->policies[i];
		policies[i].fragment = at;
		memcpy((char *) image + at, fragment, fragment_body_size(fragment));
		at += fragment_body_size(fragment);
	}
}

/* Puts a text at *at and steps behind it. */
static ImageText
write_text(Image *image, uint64_t *at, Str text)
{
	ImageText place = {*at, text.size};

	if (text.size > 0)
		memcpy((char *) image + *at, text.data, text.size);
	*at += text.size;
	return place;
}

/* Literals stand in the order of their places by now. */
static void
write_texts(const Linker *linker, Image *image)
{
	ImageKey *keys = section_of(image, IMAGE_keys);
	ImageText *regexes = section_of(image, IMAGE_regexes);
	ImageText *literals = section_of(image, IMAGE_literals);
	uint64_t at = image->section[IMAGE_text];

	write_text(image, &at, llp_buf_str(&linker->text));
	for (uint32_t i = 0; i < linker->keys.count; i++)
	{
		ImageText place = write_text(image, &at, linker->keys.texts[i]);

		keys[i] = (ImageKey){.at = place.at, .size = (uint32_t) place.size};
	}
	for (uint32_t i = 0; i < linker->regexes.count; i++)
		regexes[i] = write_text(image, &at, linker->regexes.texts[i]);
	for (uint32_t i = 0; i < linker->literal_labels.count; i++)
		literals[i] = write_text(image, &at, linker->literals[i].text);
}

static void
write_slots(const Linker *linker, Image *image)
{
	ImageSlot *slots = section_of(image, IMAGE_slots);

	for (uint32_t i = 0; i < linker->paths.count; i++)
	{
		slots[i] = linker->slots[i];
		slots[i].key.at += image->section[IMAGE_text];
		slots[i].path.at += image->section[IMAGE_text];
	}
}

static void
write_key_table(const Linker *linker, Image *image)
{
	ImageKey *keys = section_of(image, IMAGE_keys);
	uint32_t *table = section_of(image, IMAGE_key_table);
	uint32_t size = key_table_size(linker);

	for (uint32_t i = 0; i < linker->keys.count; i++)
	{
		uint64_t hash = llp_str_hash(linker->keys.texts[i], image->seed);
		uint32_t at = (uint32_t) hash & (size - 1);

		keys[i].hash = (uint32_t) (hash >> 32);
		while (table[at] != 0)
			at = (at + 1) & (size - 1);
		table[at] = i + 1;
	}
}

Image *
llp_link_write(const Linker *linker, void *target)
{
	Image *image = target;

	memset((char *) image + sizeof(Image), 0, (size_t) linker->header.size - sizeof(Image));
	*image = linker->header;
	write_bytes(image, IMAGE_links, linker->links);
	write_policies(linker, image);
	write_slots(linker, image);
	write_texts(linker, image);
	write_key_table(linker, image);
	write_bytes(image, IMAGE_literal_sets, linker->literal_sets);
	write_bytes(image, IMAGE_entries, linker->entries);
	write_bytes(image, IMAGE_thresholds, linker->index.thresholds.data);
	write_bytes(image, IMAGE_nodes, linker->index.nodes.data);
	write_bytes(image, IMAGE_probes, linker->index.probes.data);
	write_bytes(image, IMAGE_bounded, linker->index.bounded.data);
	write_bytes(image, IMAGE_postings, linker->index.postings.data);
	llp_index_write_table(&linker->index, section_of(image, IMAGE_edges));
	return image;
}

void
llp_image_seal(Image *image)
{
	image->checksum = llp_image_checksum(image);
}
