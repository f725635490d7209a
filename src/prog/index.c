/*
 * prog/index.c - builds the predicate index of an image.
 *
 * A node's items are parted by the clause that fewest of them share: each item goes along the accesses of its
 * rarest clause, into one child for each access, and children that are still large are parted again by the
 * clauses their items have left.  An item without a clause becomes a candidate where it is.
 */
#include "prog/index.h"

#include <stdlib.h>

/* So many candidates are cheaper to judge than to part further; a test build parts all it can. */
#ifdef LLP_TINY_LIMITS
#define SMALL_ROOT 0
#define SMALL_NODE 0
#define FEW_TEXT_SEARCHES 0
#define FEW_TEXT_SEARCHES_BELOW 0
#else
#define SMALL_ROOT 4
#define SMALL_NODE 2
/*
 * So many candidates that each search a text by themselves are cheaper than a scan for all their literals.
 * Below the roots they are more: few requests come there, but a scan at a root looks for all literals.
 */
#define FEW_TEXT_SEARCHES 4
#define FEW_TEXT_SEARCHES_BELOW 8
#endif

/* Items between two questions whether to go on. */
#define ITEMS_PER_POLL 4096

/* What an access costs beside its candidates, in candidates: a scan of the text, a part of a sorted array. */
#define LITERAL_COST 16
#define RANGE_COST 4
#define PRESENCE_COST 32

#define NO_CLAUSE UINT32_MAX

/* An item on its way down. */
typedef struct Member
{
	const IndexItem *item;
	uint32_t used;	 /* bits of the clauses that led here */
	uint32_t chosen; /* the clause it goes on by, or NO_CLAUSE */
} Member;

/* The distinct accesses of a node's members, numbered. */
typedef struct Counter
{
	uint32_t *table; /* number + 1 by hash; a power of two */
	uint32_t size;
	IndexAccess *accesses;
	uint32_t *counts; /* members that have the access; then, that chose it */
	uint32_t count;
} Counter;

typedef struct Bound
{
	double threshold;
	uint32_t number;
	uint32_t predicate;
} Bound;

/* One node in the making. */
typedef struct Parting
{
	IndexBuilder *builder;
	Arena *arena; /* ends with the node */
	uint32_t node;
	Member *members;
	uint32_t count;
	Counter counter;
	Bound *bounds;
	uint32_t bound_count;
	uint32_t *starts; /* by number of access: its first in `children` */
	Member *children; /* members by the access they go along */
} Parting;

static AccessKind
kind_of(const IndexAccess *access)
{
	return (AccessKind) (access->predicate % ACCESS_END);
}

static bool
is_range(const IndexAccess *access)
{
	return kind_of(access) == ACCESS_ABOVE || kind_of(access) == ACCESS_BELOW;
}

static void
fail(IndexBuilder *builder, Status status)
{
	if (builder->status == STATUS_OK)
		builder->status = status;
}

static void
append(IndexBuilder *builder, StrBuf *buffer, const void *element, size_t size)
{
	llp_buf_append(buffer, (Str){element, size});
	if (buffer->failed)
		fail(builder, STATUS_NO_MEMORY);
}

static uint32_t
count_of(const StrBuf *buffer, size_t size)
{
	return (uint32_t) (buffer->size / size);
}

static uint32_t
add_node(IndexBuilder *builder)
{
	ImageNode node = {.first_posting = 0};

	append(builder, &builder->nodes, &node, sizeof(node));
	return count_of(&builder->nodes, sizeof(node)) - 1;
}

static ImageNode *
node_at(IndexBuilder *builder, uint32_t node)
{
	return (ImageNode *) (void *) builder->nodes.data + node;
}

void
llp_index_init(IndexBuilder *builder, Arena *arena, const IndexAccess *accesses, const IndexClause *clauses,
			   uint32_t slot_count)
{
	*builder = (IndexBuilder){.arena = arena,
							  .host = llp_arena_host(arena),
							  .accesses = accesses,
							  .clauses = clauses,
							  .kinds = llp_arena_array(arena, slot_count, sizeof(uint32_t)),
							  .predicate_count = slot_count * ACCESS_END};
	llp_buf_init(&builder->nodes, arena);
	llp_buf_init(&builder->probes, arena);
	llp_buf_init(&builder->edges, arena);
	llp_buf_init(&builder->thresholds, arena);
	llp_buf_init(&builder->bounded, arena);
	llp_buf_init(&builder->postings, arena);
	if (builder->kinds == NULL)
		fail(builder, STATUS_NO_MEMORY);
	for (int root = 0; root < ROOT_COUNT; root++)
		add_node(builder);
}

/* Members whose numbers ascend become the node's postings. */
static void
write_postings(IndexBuilder *builder, uint32_t node, const Member *members, uint32_t count)
{
	uint32_t first = count_of(&builder->postings, sizeof(uint32_t));
	uint32_t written = 0;

	for (uint32_t i = 0; i < count; i++)
	{
		if (members[i].chosen != NO_CLAUSE)
			continue;
		append(builder, &builder->postings, &members[i].item->number, sizeof(uint32_t));
		written++;
	}
	if (builder->status != STATUS_OK)
		return;
	node_at(builder, node)->first_posting = first;
	node_at(builder, node)->posting_count = written;
}

/* Goes over the clauses that an item has; `bit` numbers them. */
typedef struct ClauseWalk
{
	const Member *member;
	uint32_t range;
	uint32_t place;
	uint32_t bit;
} ClauseWalk;

/* The next clause that has not been used, or NO_CLAUSE. */
static uint32_t
next_clause(ClauseWalk *walk)
{
	while (walk->range < ITEM_RANGES)
	{
		const ClauseRange *range = &walk->member->item->clauses[walk->range];

		if (walk->place < range->count)
		{
			uint32_t bit = walk->bit++;

			walk->place++;
			if ((walk->member->used >> bit & 1) == 0)
				return range->first + walk->place - 1;
			continue;
		}
		walk->range++;
		walk->place = 0;
	}
	return NO_CLAUSE;
}

static bool
same_access(const IndexAccess *a, const IndexAccess *b)
{
	return a->predicate == b->predicate && a->operand == b->operand;
}

/* The number of an access, made if there is none. */
static uint32_t
number_of(Counter *counter, const IndexAccess *access)
{
	uint32_t at = llp_edge_place(0, access->predicate, access->operand, counter->size);

	while (counter->table[at] != 0 && !same_access(&counter->accesses[counter->table[at] - 1], access))
		at = (at + 1) & (counter->size - 1);
	if (counter->table[at] == 0)
	{
		counter->accesses[counter->count++] = *access;
		counter->table[at] = counter->count;
	}
	return counter->table[at] - 1;
}

/* How many accesses the unused clauses of all members have. */
static size_t
total_accesses(const Parting *self)
{
	size_t total = 0;

	for (uint32_t i = 0; i < self->count; i++)
	{
		ClauseWalk walk = {.member = &self->members[i]};

		for (uint32_t clause = next_clause(&walk); clause != NO_CLAUSE; clause = next_clause(&walk))
			total += self->builder->clauses[clause].count;
	}
	return total;
}

static bool
init_counter(Parting *self)
{
	size_t total = total_accesses(self);
	size_t size = 16;
	Counter *counter = &self->counter;

	while (size < total * 2)
		size *= 2;
	if (size > UINT32_MAX)
	{
		fail(self->builder, STATUS_LIMIT);
		return false;
	}
	counter->size = (uint32_t) size;
	counter->table = llp_arena_array(self->arena, size, sizeof(uint32_t));
	counter->accesses = llp_arena_array(self->arena, total, sizeof(IndexAccess));
	counter->counts = llp_arena_array(self->arena, total, sizeof(uint32_t));
	self->bounds = llp_arena_array(self->arena, total, sizeof(Bound));
	if (llp_arena_exhausted(self->arena))
		fail(self->builder, STATUS_NO_MEMORY);
	return self->builder->status == STATUS_OK;
}

static bool
may_go_on(IndexBuilder *builder, uint32_t item)
{
	if (item % ITEMS_PER_POLL == 0 && builder->host->poll(builder->host->context))
		fail(builder, STATUS_CANCELLED);
	return builder->status == STATUS_OK;
}

static void
count_accesses(Parting *self)
{
	const IndexBuilder *builder = self->builder;

	for (uint32_t i = 0; i < self->count && may_go_on(self->builder, i); i++)
	{
		ClauseWalk walk = {.member = &self->members[i]};

		for (uint32_t clause = next_clause(&walk); clause != NO_CLAUSE; clause = next_clause(&walk))
			for (uint32_t j = 0; j < builder->clauses[clause].count; j++)
				self->counter.counts[number_of(&self->counter,
											   &builder->accesses[builder->clauses[clause].first + j])]++;
	}
}

/* Candidates that reaching a member by this clause would bring, about. */
static uint64_t
clause_cost(Parting *self, uint32_t clause)
{
	const IndexClause *accesses = &self->builder->clauses[clause];
	uint64_t cost = 0;

	for (uint32_t i = 0; i < accesses->count; i++)
	{
		const IndexAccess *access = &self->builder->accesses[accesses->first + i];
		uint64_t shared = self->counter.counts[number_of(&self->counter, access)];

		switch (kind_of(access))
		{
			case ACCESS_LITERAL:
				cost += shared + LITERAL_COST;
				break;
			case ACCESS_ABOVE:
			case ACCESS_BELOW:
				cost += shared / 2 + RANGE_COST;
				break;
			case ACCESS_ABSENT:
			case ACCESS_PRESENT:
				cost += shared + PRESENCE_COST;
				break;
			case ACCESS_FAILED:
			case ACCESS_UNREADABLE:
			case ACCESS_UNSEARCHABLE:
				cost++;
				break;
			default:
				cost += shared;
		}
	}
	return cost;
}

static void
choose_clause(Parting *self, Member *member)
{
	ClauseWalk walk = {.member = member};
	uint64_t lowest = UINT64_MAX;
	uint32_t used = 0;

	member->chosen = NO_CLAUSE;
	for (uint32_t clause = next_clause(&walk); clause != NO_CLAUSE; clause = next_clause(&walk))
	{
		uint64_t cost = clause_cost(self, clause);

		if (cost >= lowest)
			continue;
		lowest = cost;
		member->chosen = clause;
		used = (uint32_t) 1 << (walk.bit - 1);
	}
	member->used |= used;
}

static bool
goes_by_literals(const Parting *self, const Member *member)
{
	const IndexBuilder *builder = self->builder;
	const IndexClause *clause;

	if (member->chosen == NO_CLAUSE)
		return false;
	clause = &builder->clauses[member->chosen];
	for (uint32_t i = 0; i < clause->count; i++)
		if (kind_of(&builder->accesses[clause->first + i]) == ACCESS_LITERAL)
			return true;
	return false;
}

/* Where few members would go along literals, they stay, and nobody has to scan for them. */
static void
keep_few_literals(Parting *self, int depth)
{
	const uint32_t few = depth == 0 ? FEW_TEXT_SEARCHES : FEW_TEXT_SEARCHES_BELOW;
	uint32_t count = 0;

	for (uint32_t i = 0; i < self->count; i++)
		count += goes_by_literals(self, &self->members[i]);
	for (uint32_t i = 0; i < self->count && count <= few; i++)
		if (goes_by_literals(self, &self->members[i]))
			self->members[i].chosen = NO_CLAUSE;
}

static void
note_kind(IndexBuilder *builder, const IndexAccess *access)
{
	builder->kinds[access->predicate / ACCESS_END] |= (uint32_t) 1 << kind_of(access);
}

/* Counts who goes along which access, puts bounds aside, and notes by which slots the node leads on. */
static void
follow_choices(Parting *self)
{
	IndexBuilder *builder = self->builder;

	memset(self->counter.counts, 0, self->counter.count * sizeof(uint32_t));
	for (uint32_t i = 0; i < self->count; i++)
	{
		const IndexClause *clause;

		if (self->members[i].chosen == NO_CLAUSE)
			continue;
		clause = &builder->clauses[self->members[i].chosen];
		for (uint32_t j = 0; j < clause->count; j++)
		{
			const IndexAccess *access = &builder->accesses[clause->first + j];

			note_kind(builder, access);
			if (is_range(access))
				self->bounds[self->bound_count++] =
					(Bound){access->bound, self->members[i].item->number, access->predicate};
			else
				self->counter.counts[number_of(&self->counter, access)]++;
		}
	}
}

static int
compare_bounds(const void *left, const void *right)
{
	const Bound *a = left;
	const Bound *b = right;
	int order = (a->threshold > b->threshold) - (a->threshold < b->threshold);

	if (a->predicate != b->predicate)
		return a->predicate < b->predicate ? -1 : 1;
	if (order == 0)
		return (a->number > b->number) - (a->number < b->number);
	return a->predicate % ACCESS_END == ACCESS_BELOW ? -order : order;
}

/* Writes the bounds of one predicate, which stand together from *next on. */
static void
write_bounds(Parting *self, uint32_t *next, uint32_t predicate, uint32_t *first, uint32_t *count)
{
	IndexBuilder *builder = self->builder;

	*first = count_of(&builder->bounded, sizeof(uint32_t));
	for (; *next < self->bound_count && self->bounds[*next].predicate == predicate; (*next)++)
	{
		append(builder, &builder->thresholds, &self->bounds[*next].threshold, sizeof(double));
		append(builder, &builder->bounded, &self->bounds[*next].number, sizeof(uint32_t));
		(*count)++;
	}
}

/* One probe for each slot by which somebody goes on, in the order of slots. */
static void
write_probes(Parting *self)
{
	IndexBuilder *builder = self->builder;
	uint32_t first = count_of(&builder->probes, sizeof(ImageProbe));
	uint32_t next_bound = 0;

	qsort(self->bounds, self->bound_count, sizeof(Bound), compare_bounds);
	for (uint32_t slot = 0; slot < builder->predicate_count / ACCESS_END; slot++)
	{
		ImageProbe probe = {.slot = slot, .kinds = builder->kinds[slot]};

		if (probe.kinds == 0)
			continue;
		builder->kinds[slot] = 0;
		write_bounds(self, &next_bound, image_predicate(slot, ACCESS_ABOVE), &probe.first_above,
					 &probe.above_count);
		write_bounds(self, &next_bound, image_predicate(slot, ACCESS_BELOW), &probe.first_below,
					 &probe.below_count);
		append(builder, &builder->probes, &probe, sizeof(probe));
	}
	if (builder->status != STATUS_OK)
		return;
	node_at(builder, self->node)->first_probe = first;
	node_at(builder, self->node)->probe_count = count_of(&builder->probes, sizeof(ImageProbe)) - first;
}

/* Sorts members by the access they go along, keeping their order. */
static bool
part_members(Parting *self)
{
	Counter *counter = &self->counter;
	uint32_t total = 0;

	self->starts = llp_arena_array(self->arena, (size_t) counter->count + 1, sizeof(uint32_t));
	if (self->starts == NULL)
	{
		fail(self->builder, STATUS_NO_MEMORY);
		return false;
	}
	for (uint32_t i = 0; i < counter->count; i++)
	{
		self->starts[i] = total;
		total += counter->counts[i];
		counter->counts[i] = 0;
	}
	self->starts[counter->count] = total;
	self->children = llp_arena_array(self->arena, total, sizeof(Member));
	if (self->children == NULL)
	{
		fail(self->builder, STATUS_NO_MEMORY);
		return false;
	}
	for (uint32_t i = 0; i < self->count; i++)
	{
		const IndexClause *clause;

		if (self->members[i].chosen == NO_CLAUSE)
			continue;
		clause = &self->builder->clauses[self->members[i].chosen];
		for (uint32_t j = 0; j < clause->count; j++)
		{
			const IndexAccess *access = &self->builder->accesses[clause->first + j];
			uint32_t number;

			if (is_range(access))
				continue;
			number = number_of(counter, access);
			/* A clause may name an access twice; its item goes there once. */
			if (counter->counts[number] > 0 &&
				self->children[self->starts[number] + counter->counts[number] - 1].item ==
					self->members[i].item)
				continue;
			self->children[self->starts[number] + counter->counts[number]++] =
				(Member){.item = self->members[i].item, .used = self->members[i].used};
		}
	}
	return true;
}

/* Is a node of so many members not parted? */
static bool
is_leaf(uint32_t count, int depth)
{
	return count <= (depth == 0 ? SMALL_ROOT : SMALL_NODE) || depth == MAX_INDEX_DEPTH;
}

/* Few requests go along these, and for them most of the child's members err. */
static bool
is_of_failures(const IndexAccess *access)
{
	AccessKind kind = kind_of(access);

	return kind == ACCESS_FAILED || kind == ACCESS_UNREADABLE || kind == ACCESS_UNSEARCHABLE;
}

static void build_node(IndexBuilder *builder, uint32_t node, Member *members, uint32_t count, int depth);

static void
build_children(Parting *self, int depth)
{
	IndexBuilder *builder = self->builder;

	for (uint32_t i = 0; i < self->counter.count && builder->status == STATUS_OK; i++)
	{
		const IndexAccess *access = &self->counter.accesses[i];
		ImageEdge edge = {.node = self->node, .predicate = access->predicate, .operand = access->operand};

		if (self->counter.counts[i] == 0)
			continue;
		if (self->counter.counts[i] == 1 && is_leaf(1, depth + 1))
		{
			edge.child = EDGE_CANDIDATE | self->children[self->starts[i]].item->number;
			append(builder, &builder->edges, &edge, sizeof(edge));
			continue;
		}
		edge.child = add_node(builder);
		append(builder, &builder->edges, &edge, sizeof(edge));
		build_node(builder, edge.child, &self->children[self->starts[i]], self->counter.counts[i],
				   is_of_failures(access) ? MAX_INDEX_DEPTH : depth + 1);
	}
}

static void
part_node(Parting *self, int depth)
{
	if (!init_counter(self))
		return;
	count_accesses(self);
	for (uint32_t i = 0; i < self->count && may_go_on(self->builder, i); i++)
		choose_clause(self, &self->members[i]);
	if (self->builder->status != STATUS_OK)
		return;
	keep_few_literals(self, depth);
	follow_choices(self);
	write_postings(self->builder, self->node, self->members, self->count);
	write_probes(self);
	if (self->builder->status == STATUS_OK && part_members(self))
		build_children(self, depth);
}

static void
make_postings(IndexBuilder *builder, uint32_t node, Member *members, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		members[i].chosen = NO_CLAUSE;
	write_postings(builder, node, members, count);
}

/* Recursion is at most MAX_INDEX_DEPTH deep. */
static void
build_node(IndexBuilder *builder, uint32_t node, Member *members, uint32_t count, int depth)
{
	Parting parting = {.builder = builder, .node = node, .members = members, .count = count};

	if (is_leaf(count, depth))
	{
		make_postings(builder, node, members, count);
		return;
	}
	parting.arena = llp_arena_create(builder->host, 0);
	if (parting.arena == NULL)
	{
		fail(builder, STATUS_NO_MEMORY);
		return;
	}
	part_node(&parting, depth);
	llp_arena_destroy(parting.arena);
}

void
llp_index_build(IndexBuilder *builder, IndexRoot root, const IndexItem *items, uint32_t count)
{
	Member *members = llp_arena_array(builder->arena, count, sizeof(Member));

	if (members == NULL)
	{
		fail(builder, STATUS_NO_MEMORY);
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		members[i].item = &items[i];
	build_node(builder, (uint32_t) root, members, count, 0);
}

static bool
is_literal_edge(const ImageEdge *edge)
{
	return edge->predicate % ACCESS_END == ACCESS_LITERAL;
}

void
llp_index_mark_literals(const IndexBuilder *builder, bool *used)
{
	const ImageEdge *edges = (const void *) builder->edges.data;

	for (uint32_t i = 0; i < count_of(&builder->edges, sizeof(ImageEdge)); i++)
		if (is_literal_edge(&edges[i]))
			used[edges[i].operand] = true;
}

void
llp_index_number_literals(IndexBuilder *builder, const uint32_t *ids)
{
	ImageEdge *edges = (void *) builder->edges.data;

	for (uint32_t i = 0; i < count_of(&builder->edges, sizeof(ImageEdge)); i++)
		if (is_literal_edge(&edges[i]))
			edges[i].operand = ids[edges[i].operand];
}

uint32_t
llp_index_table_size(const IndexBuilder *builder)
{
	uint32_t edges = count_of(&builder->edges, sizeof(ImageEdge));
	uint32_t size = 8;

	if (edges == 0)
		return 0;
	while (size < edges + edges / 2)
		size *= 2;
	return size;
}

void
llp_index_write_table(const IndexBuilder *builder, ImageEdge *table)
{
	const ImageEdge *edges = (const void *) builder->edges.data;
	uint32_t count = count_of(&builder->edges, sizeof(ImageEdge));
	uint32_t size = llp_index_table_size(builder);

	for (uint32_t i = 0; i < count; i++)
	{
		uint32_t at = llp_edge_place(edges[i].node, edges[i].predicate, edges[i].operand, size);

		while (table[at].child != 0)
			at = (at + 1) & (size - 1);
		table[at] = edges[i];
	}
}
