/*
 * prog/index.h - builds the predicate index of an image.
 *
 * What is indexed is an item: an entry of the walk, or a policy.  Whoever builds gives each item's clauses in
 * the image's numbering; the builder chooses by which of them the item is reached.
 */
#ifndef LLP_PROG_INDEX_H
#define LLP_PROG_INDEX_H

#include "base/status.h"
#include "base/str.h"
#include "prog/image.h"

/* An access (prog/fragment.h) in the image's numbering. */
typedef struct IndexAccess
{
	uint32_t predicate; /* image_predicate(slot, kind) */
	uint32_t operand;	/* key or number of a literal; 0 for kinds that have none */
	double bound;		/* of ACCESS_ABOVE and ACCESS_BELOW */
} IndexAccess;

typedef struct IndexClause
{
	uint32_t first; /* in accesses */
	uint32_t count;
} IndexClause;

/* A run of clauses. */
typedef struct ClauseRange
{
	uint32_t first;
	uint32_t count;
} ClauseRange;

#define ITEM_RANGES 2 /* clauses of the rule, and of its policy's appliesTo */

typedef struct IndexItem
{
	uint32_t number; /* what goes into the postings */
	ClauseRange clauses[ITEM_RANGES];
} IndexItem;

typedef struct IndexBuilder
{
	Arena *arena;
	const Host *host;
	Status status;
	const IndexAccess *accesses;
	const IndexClause *clauses;
	uint32_t predicate_count; /* predicates are smaller than this */
	uint32_t *kinds;		  /* by slot, of the node in hand; all 0 between nodes */
	/* Sections of the image. */
	StrBuf nodes;
	StrBuf probes;
	StrBuf edges; /* a list, not yet the table */
	StrBuf thresholds;
	StrBuf bounded;
	StrBuf postings;
} IndexBuilder;

/*
 * Begins an index whose accesses and clauses stay where they are until it is built, with an empty node for
 * each root.
 */
extern void llp_index_init(IndexBuilder *builder, Arena *arena, const IndexAccess *accesses,
						   const IndexClause *clauses, uint32_t slot_count);
/* Builds the trie below a root over items whose numbers ascend.  Failure is in builder->status. */
extern void llp_index_build(IndexBuilder *builder, IndexRoot root, const IndexItem *items, uint32_t count);
/* Marks the numbers of literals that some edge leads along. */
extern void llp_index_mark_literals(const IndexBuilder *builder, bool *used);
/* Gives the edges the ids that literals have by number. */
extern void llp_index_number_literals(IndexBuilder *builder, const uint32_t *ids);
/* Places the table of edges needs; a power of two, or 0. */
extern uint32_t llp_index_table_size(const IndexBuilder *builder);
/* Fills the zeroed table. */
extern void llp_index_write_table(const IndexBuilder *builder, ImageEdge *table);

#endif
