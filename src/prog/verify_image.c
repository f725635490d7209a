/*
 * prog/verify_image.c - proves that an image is safe to run.
 *
 * What is in the bodies of its policies is prog/verify.c's business.  Here it is their places, the numbers
 * that link them with the image's tables, the tables, and the index: a forest in which every way is short and
 * leads to each node once.
 *
 * Each function below may rely on what the ones called before it have proved (check_content has the order),
 * and returns false after it has said what is wrong.
 */
#include "prog/verify.h"

#include <math.h>

#include "base/field_path.h"
#include "base/utf8.h"
#include "prog/verify_expression.h"

#define MOST_ELEMENTS INT32_MAX

/* Steps that finding an element of a hash table takes on average, at most; twice as few are the rule. */
#define MEAN_PROBES 16
#define FEW_PROBES 64

/* Numbers of elements, by section. */
typedef struct Counts
{
#define IMAGE_SECTION(name, type) size_t name;
	IMAGE_SECTIONS
#undef IMAGE_SECTION
} Counts;

typedef struct Checker
{
	const Image *image;
	Arena *scratch;
	Status status; /* STATUS_INVALID unless memory is out */
	const char *problem;
	Counts count;
	Str text;				/* of all names, without the zeros that fill it up */
	uint64_t probes;		/* steps so far in the table in hand */
	uint64_t nodes_reached; /* by edges */
	/* Elements that nodes and probes have taken. */
	uint64_t postings;
	uint64_t probes_taken;
	uint64_t bounds;
	uint32_t *ways; /* by node: its parent + 1; once the node is checked, what way_of makes */
} Checker;

static bool
complain(Checker *checker, const char *problem)
{
	checker->status = STATUS_INVALID;
	checker->problem = problem;
	return false;
}

/* Are [first, first + count) among `total`? */
static bool
within(uint64_t first, uint64_t count, uint64_t total)
{
	return first <= total && count <= total - first;
}

/* --- Header and sections -------------------------------------------------------------------------------- */

static bool
check_header(Checker *checker, const void *bytes, size_t size)
{
	const Image *image = bytes;

	if ((uintptr_t) bytes % sizeof(uint64_t) != 0)
		return complain(checker, "it is not aligned");
	if (size < sizeof(Image) || image->magic != IMAGE_MAGIC)
		return complain(checker, "it is not an image");
	if (image->version != image_version())
		return complain(checker, "another version of the engine made it");
	if (image->size != size || size % sizeof(uint64_t) != 0)
		return complain(checker, "its size is wrong");
	if (image->checksum != llp_image_checksum(image))
		return complain(checker, "its checksum is wrong");
	checker->image = image;
	return true;
}

static bool
section_fits(const Image *image, ImageSection section, size_t element_size)
{
	uint64_t begin = image->section[section];
	uint64_t end = image->section[section + 1];

	return begin <= end && (end - begin) % element_size == 0 &&
		   (element_size == 1 || (end - begin) / element_size <= MOST_ELEMENTS);
}

/* The fragments come first; then whole elements keep all sections aligned. */
static bool
check_sections(Checker *checker)
{
	const Image *image = checker->image;
	bool fit = image->section[0] == sizeof(Image) && image->section[IMAGE_SECTION_COUNT] == image->size;

#define IMAGE_SECTION(name, type) fit = fit && section_fits(image, IMAGE_##name, sizeof(type));
	IMAGE_SECTIONS
#undef IMAGE_SECTION
	if (!fit || image->section[IMAGE_policies] % sizeof(uint64_t) != 0)
		return complain(checker, "its sections do not fit");
#define IMAGE_SECTION(name, type) checker->count.name = image_##name##_count(image);
	IMAGE_SECTIONS
#undef IMAGE_SECTION
	return true;
}

/* --- Policies ------------------------------------------------------------------------------------------- */

static bool
counts_in_scope(const Fragment *fragment)
{
	return fragment->applies_clauses == 0 && llp_policy_extra(fragment)->valid_from == TIMESTAMP_MIN &&
		   llp_policy_extra(fragment)->valid_until == TIMESTAMP_MAX;
}

static bool
check_fragment(Checker *checker, uint64_t at)
{
	const char *bytes = (const char *) checker->image + at;
	uint64_t end = checker->image->section[IMAGE_policies];

	if (llp_fragment_verify_body(bytes, (size_t) (end - at), &checker->problem) == STATUS_OK)
		return true;
	return complain(checker, checker->problem);
}

/* Entries [first, first + count) belong to the policy. */
static bool
check_entries(Checker *checker, uint32_t policy, uint64_t first, uint64_t count)
{
	const uint32_t *entries = image_entries(checker->image);

	if (image_policies(checker->image)[policy].first_entry != first ||
		!within(first, count, checker->count.entries))
		return complain(checker, "the entries of a policy are out of order");
	for (uint64_t i = first; i < first + count; i++)
		if (entries[i] != policy)
			return complain(checker, "an entry belongs to another policy");
	return true;
}

/* Fragments, entries and links stand in the order of the policies, without gaps. */
static bool
check_policies(Checker *checker)
{
	const Image *image = checker->image;
	uint64_t at = sizeof(Image);
	uint64_t entries = 0;
	uint64_t links = 0;
	uint64_t rules = 0;
	bool always_in_scope = false;

	for (uint32_t i = 0; i < checker->count.policies; i++)
	{
		const ImagePolicy *policy = &image_policies(image)[i];
		const Fragment *fragment;
		bool active = policy->status == POLICY_ACTIVE;
		uint64_t own_entries;

		if (policy->fragment != at || policy->links != links)
			return complain(checker, "a policy is out of order");
		if (policy->status <= POLICY_NONE || policy->status >= POLICY_END)
			return complain(checker, "a policy has an unknown status");
		if (!check_fragment(checker, at))
			return false;
		fragment = image_fragment(image, i);
		own_entries = (uint64_t) fragment_rules_count(fragment) + fragment->default_deny;
		if (!check_entries(checker, i, entries, own_entries))
			return false;
		at += fragment_body_size(fragment);
		entries += own_entries;
		links += llp_fragment_link_count(fragment);
		if (active || policy->status == POLICY_SHADOW)
			rules += fragment_rules_count(fragment);
		always_in_scope = always_in_scope || (active && counts_in_scope(fragment));
	}
	if (at != image->section[IMAGE_policies] || entries != checker->count.entries ||
		links != checker->count.links)
		return complain(checker, "its policies do not fill it");
	return (image->rule_count == rules && image->always_in_scope == always_in_scope) ||
		   complain(checker, "its header does not agree with its policies");
}

/* --- Names ---------------------------------------------------------------------------------------------- */

/* One well-formed text without NUL, before less than a word of zeros. */
static bool
check_text(Checker *checker)
{
	Str text = {image_text(checker->image), checker->count.text};

	for (size_t filled = 1; filled < sizeof(uint64_t) && text.size > 0 && text.data[text.size - 1] == '\0';
		 filled++)
		text.size--;
	checker->text = text;
	return llp_utf8_check(text) == text.size || complain(checker, "its text is not UTF-8");
}

/* Does no character reach over the place? */
static bool
is_boundary(const Checker *checker, uint64_t at)
{
	return at == checker->text.size || !llp_utf8_continues(checker->text.data[at]);
}

/* Is it some characters of the text? */
static bool
is_text(const Checker *checker, uint64_t at, uint64_t size)
{
	uint64_t begin = checker->image->section[IMAGE_text];

	return at >= begin && within(at - begin, size, checker->text.size) && is_boundary(checker, at - begin) &&
		   is_boundary(checker, at - begin + size);
}

/* --- Slots ---------------------------------------------------------------------------------------------- */

/* Parents have smaller numbers, so that the way up ends. */
static bool
is_short_way(const ImageSlot *slots, uint32_t slot)
{
	int steps = 1;

	for (; slots[slot].parent != NO_SLOT && steps <= LLP_MAX_PATH_STEPS; steps++)
		slot = slots[slot].parent;
	return steps <= LLP_MAX_PATH_STEPS;
}

/* A member is one of a member, and is called so; other steps are of their own kind. */
static bool
check_slot_path(Checker *checker, const ImageSlot *slots, const ImageSlot *slot)
{
	Str path = image_str(checker->image, slot->path);

	if (slot->kind > SLOT_MEMBER ||
		(slot->parent != NO_SLOT && (slots[slot->parent].kind == SLOT_MEMBER) != (slot->kind == SLOT_MEMBER)))
		return complain(checker, "a slot is of no kind");
	if (slot->kind == SLOT_MEMBER ? llp_is_member_path(path) : path.size == 0 || llp_path_valid(path))
		return true;
	return complain(checker, "a path is none");
}

static bool
check_slots(Checker *checker)
{
	const ImageSlot *slots = image_slots(checker->image);
	const ImageLiteralSet *sets = image_literal_sets(checker->image);

	if (checker->count.slots > UINT32_MAX / ACCESS_END)
		return complain(checker, "it has too many slots");
	for (uint32_t i = 0; i < checker->count.slots; i++)
	{
		uint32_t set = slots[i].literal_set;

		if (slots[i].parent != NO_SLOT && slots[i].parent >= i)
			return complain(checker, "a slot comes before its parent");
		if (!is_short_way(slots, i))
			return complain(checker, "a path has too many steps");
		if (!is_text(checker, slots[i].key.at, slots[i].key.size) ||
			!is_text(checker, slots[i].path.at, slots[i].path.size))
			return complain(checker, "the text of a slot is out of range");
		if (!check_slot_path(checker, slots, &slots[i]))
			return false;
		if (set != NO_LITERAL_SET && (set >= checker->count.literal_sets || sets[set].slot != i ||
									  (set > 0 && sets[set - 1].slot == i)))
			return complain(checker, "a slot does not know its literals");
	}
	return true;
}

/* --- Literals and regexes ------------------------------------------------------------------------------- */

static bool
check_set_literals(Checker *checker, const ImageLiteralSet *set, bool continues)
{
	const ImageText *literals = image_literals(checker->image);

	for (uint32_t i = set->first; i < set->first + set->count + set->others; i++)
		if (literals[i].size == 0 || !is_text(checker, literals[i].at, literals[i].size))
			return complain(checker, "a literal is out of range");
	for (uint32_t i = set->first; i < set->first + set->count; i++)
	{
		if (!llp_str_is_lower(image_str(checker->image, literals[i])))
			return complain(checker, "a literal cannot be looked for");
		if ((i > set->first || continues) && llp_str_compare(image_str(checker->image, literals[i - 1]),
															 image_str(checker->image, literals[i])) >= 0)
			return complain(checker, "literals are out of order");
	}
	return true;
}

/*
 * Sets stand in the order of slots and of their literals, and are full unless they are their slot's last: a
 * literal's id tells its place.
 */
static bool
check_literal_sets(Checker *checker)
{
	const ImageSlot *slots = image_slots(checker->image);
	uint32_t next = 0;

	for (uint32_t i = 0; i < checker->count.literal_sets; i++)
	{
		const ImageLiteralSet *set = &image_literal_sets(checker->image)[i];
		bool continues = i > 0 && set[-1].slot == set->slot;

		if (set->slot >= checker->count.slots || (i > 0 && set[-1].slot > set->slot) ||
			(!continues && slots[set->slot].literal_set != i) ||
			(continues && (set[-1].count != MAX_SET_LITERALS || set[-1].others > 0 || set->count == 0)))
			return complain(checker, "the sets of literals are out of order");
		if (set->first != next || set->count > MAX_SET_LITERALS || (set->count == 0 && set->others == 0) ||
			!within(next, set->count, checker->count.literals) ||
			!within(next + set->count, set->others, checker->count.literals))
			return complain(checker, "the sets of literals are out of order");
		if (!check_set_literals(checker, set, continues))
			return false;
		next += set->count + set->others;
	}
	return next == checker->count.literals || complain(checker, "a literal is in no set");
}

/* Those that are looked for in the slot's text. */
static uint64_t
slot_literals(const Checker *checker, uint32_t slot)
{
	const ImageLiteralSet *sets = image_literal_sets(checker->image);
	uint32_t set = image_slots(checker->image)[slot].literal_set;
	uint64_t count = 0;

	for (; set < checker->count.literal_sets && sets[set].slot == slot; set++)
		count += sets[set].count;
	return count;
}

/* All that have an id. */
static uint64_t
known_literals(const Checker *checker, uint32_t slot)
{
	const ImageLiteralSet *sets = image_literal_sets(checker->image);
	uint32_t set = image_slots(checker->image)[slot].literal_set;
	uint64_t others = 0;

	for (; set < checker->count.literal_sets && sets[set].slot == slot; set++)
		others += sets[set].others;
	return slot_literals(checker, slot) + others;
}

static bool
check_regexes(Checker *checker)
{
	for (uint32_t i = 0; i < checker->count.regexes; i++)
	{
		ImageText pattern = image_regexes(checker->image)[i];

		if (!is_text(checker, pattern.at, pattern.size))
			return complain(checker, "a regex is out of range");
	}
	return true;
}

/* --- Keys ----------------------------------------------------------------------------------------------- */

/* Linear probing needs a power of two, and a free place to end at. */
static bool
is_table_size(size_t size, size_t used)
{
	return (size & (size - 1)) == 0 && (used < size || (used == 0 && size == 0));
}

/* Counts a step; are they still so few that time is linear? */
static bool
may_probe(Checker *checker, size_t elements)
{
	return ++checker->probes <= FEW_PROBES + (uint64_t) MEAN_PROBES * elements;
}

/* Keys do not overlap, so that looking at each takes no longer than looking at the text. */
static bool
check_key_texts(Checker *checker)
{
	const ImageKey *keys = image_keys(checker->image);
	uint64_t total = 0;

	for (uint32_t i = 0; i < checker->count.keys; i++)
	{
		if (!is_text(checker, keys[i].at, keys[i].size) || keys[i].size > checker->image->longest_key)
			return complain(checker, "a key is out of range");
		total += keys[i].size;
	}
	return total <= checker->text.size || complain(checker, "keys overlap");
}

/* Does a look-up of the text of the key at that place end there? */
static bool
is_key_found(Checker *checker, uint32_t place)
{
	const Image *image = checker->image;
	const uint32_t *table = image_key_table(image);
	uint32_t mask = (uint32_t) checker->count.key_table - 1;
	uint32_t key = table[place] - 1;
	uint64_t hash = llp_str_hash(image_key_text(image, key), image->seed);

	if (image_keys(image)[key].hash != (uint32_t) (hash >> 32))
		return complain(checker, "the hash of a key is wrong");
	for (uint32_t at = (uint32_t) hash & mask; at != place; at = (at + 1) & mask)
	{
		uint32_t other = table[at] - 1;

		if (table[at] == 0)
			return complain(checker, "a key is not found");
		if (image_keys(image)[other].hash == image_keys(image)[key].hash &&
			llp_str_equal(image_key_text(image, other), image_key_text(image, key)))
			return complain(checker, "a key is there twice");
		if (!may_probe(checker, checker->count.keys))
			return complain(checker, "keys collide");
	}
	return true;
}

/* As many places are taken as there are keys, and no two by one text: so each key has its place. */
static bool
check_keys(Checker *checker)
{
	const uint32_t *table = image_key_table(checker->image);
	size_t used = 0;

	if (!check_key_texts(checker))
		return false;
	for (uint32_t i = 0; i < checker->count.key_table; i++)
	{
		if (table[i] > checker->count.keys)
			return complain(checker, "a key is out of range");
		used += table[i] != 0;
	}
	if (!is_table_size(checker->count.key_table, used) || used != checker->count.keys)
		return complain(checker, "the table of keys is wrong");
	checker->probes = 0;
	for (uint32_t i = 0; i < checker->count.key_table; i++)
		if (table[i] != 0 && !is_key_found(checker, i))
			return false;
	return true;
}

/* --- Links ---------------------------------------------------------------------------------------------- */

static bool
are_below(const uint32_t *numbers, uint32_t count, size_t bound)
{
	for (uint32_t i = 0; i < count; i++)
		if (numbers[i] >= bound)
			return false;
	return true;
}

static bool
is_sorted(const uint32_t *numbers, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++)
		if (numbers[i - 1] > numbers[i])
			return false;
	return true;
}

/* The slots of a policy, in the image. */
typedef struct PolicySlots
{
	const ImageSlot *slots;
	const uint32_t *links;
} PolicySlots;

static bool
is_member(const void *context, uint32_t slot)
{
	const PolicySlots *policy = context;

	return policy->slots[policy->links[slot]].kind == SLOT_MEMBER;
}

static bool
check_slot_uses(Checker *checker, uint32_t policy)
{
	PolicySlots slots = {image_slots(checker->image), llp_image_links(checker->image, policy).slots};
	const char *problem = llp_verify_slot_uses(image_fragment(checker->image, policy), is_member, &slots);

	return problem == NULL || complain(checker, problem);
}

static bool
check_policy_links(Checker *checker, uint32_t policy)
{
	const Image *image = checker->image;
	const Fragment *fragment = image_fragment(image, policy);
	PolicyLinks links = llp_image_links(image, policy);

	if (!are_below(links.slots, fragment_slots_count(fragment), checker->count.slots) ||
		!are_below(links.keys, fragment_keys_count(fragment), checker->count.keys) ||
		!are_below(links.regexes, fragment_regexes_count(fragment), checker->count.regexes) ||
		!are_below(links.set_keys, fragment_set_keys_count(fragment), checker->count.keys))
		return complain(checker, "a link is out of range");
	for (uint32_t i = 0; i < fragment_slots_count(fragment); i++)
		if (image_slots(image)[links.slots[i]].path.size == 0)
			return complain(checker, "a link leads to a slot without path");
	for (uint32_t i = 0; i < fragment_literal_slots_count(fragment); i++)
		if (links.literals[i] >= known_literals(checker, links.slots[fragment_literal_slots(fragment)[i]]))
			return complain(checker, "the link of a literal is out of range");
	for (uint32_t i = 0; i < fragment_sets_count(fragment); i++)
		if (!is_sorted(links.set_keys + fragment_sets(fragment)[i].first, fragment_sets(fragment)[i].count))
			return complain(checker, "the keys of a set are out of order");
	return true;
}

static bool
check_links(Checker *checker)
{
	for (uint32_t i = 0; i < checker->count.policies; i++)
		if (!check_policy_links(checker, i) || !check_slot_uses(checker, i))
			return false;
	return true;
}

/* --- Edges ---------------------------------------------------------------------------------------------- */

static bool
check_edge_operand(Checker *checker, const ImageEdge *edge)
{
	uint32_t slot = edge->predicate / ACCESS_END;
	uint64_t count;

	if (slot >= checker->count.slots)
		return complain(checker, "the predicate of an edge is out of range");
	switch ((AccessKind) (edge->predicate % ACCESS_END))
	{
		case ACCESS_KEY:
		case ACCESS_ITEM:
			count = checker->count.keys;
			break;
		case ACCESS_LITERAL:
			count = slot_literals(checker, slot);
			break;
		case ACCESS_ABOVE:
		case ACCESS_BELOW:
			count = 0;
			break;
		default:
			count = 1;
	}
	return edge->operand < count || complain(checker, "the operand of an edge is out of range");
}

/* Notes the child's parent, its only one.  Whether a candidate is one is known once the roots of nodes are.
 */
static bool
check_edge(Checker *checker, const ImageEdge *edge)
{
	if ((edge->child & EDGE_CANDIDATE) != 0)
		return edge->node < checker->count.nodes ? check_edge_operand(checker, edge)
												 : complain(checker, "an edge leads out of nowhere");
	checker->nodes_reached++;
	if (edge->node >= edge->child || edge->child < ROOT_COUNT || edge->child >= checker->count.nodes)
		return complain(checker, "an edge leads backward or out of range");
	if (checker->ways[edge->child] != 0)
		return complain(checker, "two edges lead to one node");
	checker->ways[edge->child] = edge->node + 1;
	return check_edge_operand(checker, edge);
}

static bool
same_edge(const ImageEdge *a, const ImageEdge *b)
{
	return a->node == b->node && a->predicate == b->predicate && a->operand == b->operand;
}

/* Does a look-up of what the edge at that place is about end there? */
static bool
is_edge_found(Checker *checker, uint32_t place, size_t used)
{
	const ImageEdge *edges = image_edges(checker->image);
	const ImageEdge *edge = &edges[place];
	uint32_t size = (uint32_t) checker->count.edges;

	for (uint32_t at = llp_edge_place(edge->node, edge->predicate, edge->operand, size); at != place;
		 at = (at + 1) & (size - 1))
	{
		if (edges[at].child == 0)
			return complain(checker, "an edge is not found");
		if (same_edge(&edges[at], edge))
			return complain(checker, "an edge is there twice");
		if (!may_probe(checker, used))
			return complain(checker, "edges collide");
	}
	return true;
}

static bool
check_edges(Checker *checker)
{
	const ImageEdge *edges = image_edges(checker->image);
	size_t used = 0;

	if (checker->count.nodes < ROOT_COUNT)
		return complain(checker, "it has no roots");
	checker->ways = llp_arena_array(checker->scratch, checker->count.nodes, sizeof(uint32_t));
	if (checker->ways == NULL)
	{
		checker->status = STATUS_NO_MEMORY;
		return false;
	}
	for (uint32_t i = 0; i < checker->count.edges; i++)
	{
		if (edges[i].child == 0)
			continue;
		used++;
		if (!check_edge(checker, &edges[i]))
			return false;
	}
	if (!is_table_size(checker->count.edges, used) ||
		checker->nodes_reached != checker->count.nodes - ROOT_COUNT)
		return complain(checker, "the table of edges is wrong");
	checker->probes = 0;
	for (uint32_t i = 0; i < checker->count.edges; i++)
		if (edges[i].child != 0 && !is_edge_found(checker, i, used))
			return false;
	return true;
}

/* --- Nodes ---------------------------------------------------------------------------------------------- */

/* A node's root and its depth below it. */
static uint32_t
way_of(uint32_t root, uint32_t depth)
{
	return depth * ROOT_COUNT + root;
}

/* Is it the number of something that may be a candidate below the root? */
static bool
is_candidate(const Checker *checker, IndexRoot root, uint32_t number)
{
	const ImagePolicy *policies = image_policies(checker->image);

	if (number >= (root == ROOT_SCOPE ? checker->count.policies : checker->count.entries))
		return false;
	if (root != ROOT_SCOPE)
		number = image_entries(checker->image)[number];
	return policies[number].status == (root == ROOT_SHADOW ? POLICY_SHADOW : POLICY_ACTIVE);
}

static bool
check_postings(Checker *checker, IndexRoot root, const ImageNode *node)
{
	const uint32_t *postings = image_postings(checker->image);

	if (!within(node->first_posting, node->posting_count, checker->count.postings))
		return complain(checker, "the postings of a node are out of range");
	checker->postings += node->posting_count;
	for (uint32_t i = node->first_posting; i < node->first_posting + node->posting_count; i++)
	{
		if (!is_candidate(checker, root, postings[i]))
			return complain(checker, "a posting is below the wrong root");
		if (i > node->first_posting && postings[i - 1] >= postings[i])
			return complain(checker, "postings are out of order");
	}
	return true;
}

/* One side of a probe: bounds in the order in which they cease to hold. */
static bool
check_bounds(Checker *checker, IndexRoot root, uint32_t first, uint32_t count, bool above)
{
	const double *bounds = image_thresholds(checker->image);

	if (!within(first, count, checker->count.bounded))
		return complain(checker, "the bounds of a probe are out of range");
	checker->bounds += count;
	for (uint32_t i = first; i < first + count; i++)
	{
		if (!isfinite(bounds[i]))
			return complain(checker, "a bound is not finite");
		if (!is_candidate(checker, root, image_bounded(checker->image)[i]))
			return complain(checker, "a posting is below the wrong root");
		if (i > first && (above ? bounds[i - 1] > bounds[i] : bounds[i - 1] < bounds[i]))
			return complain(checker, "bounds are out of order");
	}
	return true;
}

/* One probe a slot: no child is reached by two of them. */
static bool
check_probes(Checker *checker, IndexRoot root, const ImageNode *node)
{
	const ImageProbe *probes = image_probes(checker->image);

	if (!within(node->first_probe, node->probe_count, checker->count.probes))
		return complain(checker, "the probes of a node are out of range");
	checker->probes_taken += node->probe_count;
	for (uint32_t i = node->first_probe; i < node->first_probe + node->probe_count; i++)
	{
		if (probes[i].slot >= checker->count.slots || probes[i].kinds >> ACCESS_END != 0)
			return complain(checker, "a probe is out of range");
		if (i > node->first_probe && probes[i - 1].slot >= probes[i].slot)
			return complain(checker, "probes are out of order");
		if (!check_bounds(checker, root, probes[i].first_above, probes[i].above_count, true) ||
			!check_bounds(checker, root, probes[i].first_below, probes[i].below_count, false))
			return false;
	}
	return true;
}

/* Parents come first, so that their ways are known. */
static bool
check_node(Checker *checker, uint32_t number)
{
	const ImageNode *node = &image_nodes(checker->image)[number];
	uint32_t root = number;
	uint32_t depth = 0;

	if (number >= ROOT_COUNT)
	{
		uint32_t above = checker->ways[checker->ways[number] - 1];

		root = above % ROOT_COUNT;
		depth = above / ROOT_COUNT + 1;
	}
	if (depth > MAX_INDEX_DEPTH)
		return complain(checker, "the index is too deep");
	checker->ways[number] = way_of(root, depth);
	return check_postings(checker, (IndexRoot) root, node) && check_probes(checker, (IndexRoot) root, node);
}

static bool
check_edge_candidates(Checker *checker)
{
	const ImageEdge *edges = image_edges(checker->image);

	for (uint32_t i = 0; i < checker->count.edges; i++)
	{
		uint32_t child = edges[i].child;

		if ((child & EDGE_CANDIDATE) != 0 &&
			!is_candidate(checker, (IndexRoot) (checker->ways[edges[i].node] % ROOT_COUNT),
						  child & ~EDGE_CANDIDATE))
			return complain(checker, "a posting is below the wrong root");
	}
	return true;
}

/* What all nodes have is no more than there is: what several shared would be walked over more than once. */
static bool
check_nodes(Checker *checker)
{
	if (checker->count.thresholds != checker->count.bounded)
		return complain(checker, "the bounds have no entries");
	for (uint32_t i = 0; i < checker->count.nodes; i++)
		if (!check_node(checker, i))
			return false;
	return (checker->postings == checker->count.postings && checker->probes_taken == checker->count.probes &&
			checker->bounds == checker->count.bounded) ||
		   complain(checker, "its nodes do not share out its index");
}

/* -------------------------------------------------------------------------------------------------------- */

static bool
check_content(Checker *checker)
{
	return check_sections(checker) && check_policies(checker) && check_text(checker) &&
		   check_slots(checker) && check_literal_sets(checker) && check_regexes(checker) &&
		   check_keys(checker) && check_links(checker) && check_edges(checker) && check_nodes(checker) &&
		   check_edge_candidates(checker);
}

Status
llp_image_verify(Arena *scratch, const void *bytes, size_t size, const char **problem)
{
	Checker checker = {.scratch = scratch};

	if (check_header(&checker, bytes, size) && check_content(&checker))
		return STATUS_OK;
	*problem = checker.status == STATUS_INVALID ? checker.problem : "memory is out";
	return checker.status;
}
