/*
 * prog/image.h - a policy set compiled: one block of bytes without pointers.
 *
 * An image holds the bodies of its policies' fragments as they were compiled, the names of their slots, keys,
 * regexes and literals, each once, links from a policy's numbers to them, and the predicate index.  It may
 * lie anywhere that is aligned to eight bytes, and is never changed once it is sealed.  prog/link.c writes
 * it, prog/verify.c checks it, the vm runs it where it lies.
 *
 * Entries are what an evaluation walks over: for each policy in walk order its enabled rules, then, if it
 * denies by default, one more for its end.  Entries of policies that are neither active nor shadow exist, but
 * nothing leads to them.
 */
#ifndef LLP_PROG_IMAGE_H
#define LLP_PROG_IMAGE_H

#include "prog/fragment.h"

/* "LLPI" as the machine writes it. */
#define IMAGE_MAGIC 0x4950504CU
/* Raised by every change of this format, up to 255; an image's identity includes FRAGMENT_VERSION too. */
#define IMAGE_VERSION 6

/* Bytes of section text, from the image's start. */
typedef struct ImageText
{
	uint64_t at;
	uint64_t size;
} ImageText;

typedef struct ImagePolicy
{
	uint64_t fragment; /* offset from the image's start */
	uint32_t first_entry;
	uint32_t links; /* the first of its links; see image_slot_of and its like */
	int32_t revision;
	uint32_t status; /* PolicyStatus: the stored one, which overrides the document's */
} ImagePolicy;

typedef enum SlotKind
{
	SLOT_KEY,	/* a step of a path by a name (base/field_path.h) */
	SLOT_INDEX, /* a step that may be an index too */
	SLOT_MEMBER /* a member, as expressions read it; so is its parent */
} SlotKind;

/*
 * A path is its parent's path and one more step, so that what siblings have in common is fetched once.  Some
 * slots are parents only.
 */
typedef struct ImageSlot
{
	uint32_t parent;	  /* a smaller number, or NO_SLOT: the request itself */
	uint32_t index;		  /* the step as an index, of SLOT_INDEX */
	uint32_t kind;		  /* SlotKind */
	uint32_t literal_set; /* the first of the sets of literals looked for in its text, or NO_LITERAL_SET */
	ImageText key;		  /* the step as a member's name */
	ImageText path;		  /* the whole path as its authors wrote it; size 0: a parent only */
} ImageSlot;

#define NO_SLOT UINT32_MAX
#define NO_LITERAL_SET UINT32_MAX

/* A text that an equality may look for; its number is the key of every scalar with this text form. */
typedef struct ImageKey
{
	uint64_t at;
	uint32_t size;
	uint32_t hash; /* upper half of llp_str_hash with the image's seed */
} ImageKey;

#define LITERAL_DIGEST_SIZE 32

/* Literals of a set, at most; a multiple of 64.  A test build has several sets where there is more than a
 * few. */
#ifdef LLP_TINY_LIMITS
#define MAX_SET_LITERALS 64
#else
#define MAX_SET_LITERALS 16384
#endif

/*
 * The literals of one slot stand together, and their places are their ids.  First come those that the index
 * needs and texts are searched for, ordered by their bytes, without doubles, parted into sets of
 * MAX_SET_LITERALS and a rest; then the others, behind the last set.
 */
typedef struct ImageLiteralSet
{
	uint32_t slot;
	uint32_t first;						 /* in section literals */
	uint32_t count;						 /* that are looked for; 0: the slot has no others than `others` */
	uint32_t others;					 /* of the slot that are not */
	uint8_t digest[LITERAL_DIGEST_SIZE]; /* names the set's database; whoever keeps databases fills it in */
} ImageLiteralSet;

/*
 * The predicate index is a trie: on the way from a root to a rule each edge is one predicate that the rule
 * needs.  (Clusters of subscriptions under access predicates, Fabret et al., SIGMOD 2001; recursive
 * partitioning by the predicates that tell most apart, BE-Tree, Sadoghi and Jacobsen, SIGMOD 2011.)
 */
typedef struct ImageNode
{
	uint32_t first_posting; /* entries that are candidates once this node is reached, ascending */
	uint32_t posting_count;
	uint32_t first_probe; /* slots whose values lead on */
	uint32_t probe_count;
} ImageNode;

/* Which edges leave a node by a slot: bit 1 << AccessKind for each kind. */
typedef struct ImageProbe
{
	uint32_t slot;
	uint32_t kinds;
	/* Entries by their bound, in sections thresholds and bounded: for values above, ascending … */
	uint32_t first_above;
	uint32_t above_count;
	/* … and for values below, descending, so that those whose bound holds come first. */
	uint32_t first_below;
	uint32_t below_count;
} ImageProbe;

/*
 * An element of a hash table with open addressing.  Most edges of a large set lead to one candidate only,
 * which stands in the edge itself and has no node.
 */
typedef struct ImageEdge
{
	uint32_t node;
	uint32_t predicate; /* image_predicate(slot, kind) */
	uint32_t operand;	/* key or literal id, else 0 */
	uint32_t child;		/* a node, or EDGE_CANDIDATE | a number; 0: free, because a root is nobody's child */
} ImageEdge;

#define EDGE_CANDIDATE ((uint32_t) 1 << 31)

/* The roots of the trie. */
typedef enum IndexRoot
{
	ROOT_ACTIVE, /* entries of active policies */
	ROOT_SHADOW, /* entries of shadow policies */
	ROOT_SCOPE,	 /* numbers of active policies, by appliesTo alone */
	ROOT_COUNT
} IndexRoot;

#define MAX_INDEX_DEPTH 6

/* IMAGE_SECTION(name, element type), from eight bytes' alignment down. */
#define IMAGE_SECTIONS                                                                                       \
	IMAGE_SECTION(fragments, char)                                                                           \
	IMAGE_SECTION(policies, ImagePolicy)                                                                     \
	IMAGE_SECTION(slots, ImageSlot)                                                                          \
	IMAGE_SECTION(keys, ImageKey)                                                                            \
	IMAGE_SECTION(regexes, ImageText)                                                                        \
	IMAGE_SECTION(literals, ImageText)                                                                       \
	IMAGE_SECTION(thresholds, double)                                                                        \
	IMAGE_SECTION(literal_sets, ImageLiteralSet)                                                             \
	IMAGE_SECTION(nodes, ImageNode)                                                                          \
	IMAGE_SECTION(probes, ImageProbe)                                                                        \
	IMAGE_SECTION(edges, ImageEdge)                                                                          \
	IMAGE_SECTION(bounded, uint32_t)                                                                         \
	IMAGE_SECTION(postings, uint32_t)                                                                        \
	IMAGE_SECTION(links, uint32_t)                                                                           \
	IMAGE_SECTION(entries, uint32_t)                                                                         \
	IMAGE_SECTION(key_table, uint32_t)                                                                       \
	IMAGE_SECTION(text, char)

typedef enum ImageSection
{
#define IMAGE_SECTION(name, type) IMAGE_##name,
	IMAGE_SECTIONS
#undef IMAGE_SECTION
		IMAGE_SECTION_COUNT
} ImageSection;

/*
 * `entries` gives each entry's policy.  `key_table` holds key numbers plus one by hash, 0 where free; its
 * size and that of `edges` are powers of two, or 0.
 */
typedef struct Image
{
	uint32_t magic;
	uint32_t version; /* image_version() */
	uint64_t checksum;
	uint64_t size;
	uint64_t seed;			  /* of the hashes of keys */
	uint32_t longest_key;	  /* bytes */
	uint32_t rule_count;	  /* of active and shadow policies, enabled */
	uint32_t always_in_scope; /* some active policy applies to every request at any time */
	uint32_t unused;
	uint64_t section[IMAGE_SECTION_COUNT + 1]; /* where each begins; the last: the image's size */
} Image;

#define IMAGE_SECTION(name, type)                                                                            \
	static inline const type *image_##name(const Image *image)                                               \
	{                                                                                                        \
		return (const void *) ((const char *) image + image->section[IMAGE_##name]);                         \
	}                                                                                                        \
	static inline size_t image_##name##_count(const Image *image)                                            \
	{                                                                                                        \
		return (size_t) (image->section[IMAGE_##name + 1] - image->section[IMAGE_##name]) / sizeof(type);    \
	}
IMAGE_SECTIONS
#undef IMAGE_SECTION

/* What tells images apart that were made by different engines. */
static inline uint16_t
image_version(void)
{
	return IMAGE_VERSION << 8 | FRAGMENT_VERSION;
}

static inline Str
image_str(const Image *image, ImageText text)
{
	return (Str){(const char *) image + text.at, (size_t) text.size};
}

static inline Str
image_key_text(const Image *image, uint32_t key)
{
	return (Str){(const char *) image + image_keys(image)[key].at, image_keys(image)[key].size};
}

/* The place in section literals of the literal of that id among the slot's. */
static inline uint32_t
image_literal_place(const Image *image, uint32_t slot, uint32_t id)
{
	return image_literal_sets(image)[image_slots(image)[slot].literal_set].first + id;
}

/* Header and body of a policy's fragment; its names are the image's, see llp_image_links. */
static inline const Fragment *
image_fragment(const Image *image, uint32_t policy)
{
	return (const void *) ((const char *) image + image_policies(image)[policy].fragment);
}

static inline uint32_t
image_predicate(uint32_t slot, AccessKind kind)
{
	return slot * ACCESS_END + kind;
}

/*
 * A policy's links: for each element of its sections slots, keys, regexes, literals and set_keys, in this
 * order, the number in the image; of a literal its id.  The links of each set's keys are sorted.
 */
typedef struct PolicyLinks
{
	const uint32_t *slots;
	const uint32_t *keys;
	const uint32_t *regexes;
	const uint32_t *literals;
	const uint32_t *set_keys;
} PolicyLinks;

extern PolicyLinks llp_image_links(const Image *image, uint32_t policy);
/* How many links a policy has. */
extern uint64_t llp_fragment_link_count(const Fragment *fragment);
/* Where to begin to look for an edge in a table of `size` places. */
extern uint32_t llp_edge_place(uint32_t node, uint32_t predicate, uint32_t operand, uint32_t size);
/* What an edge leads to, in the image; NULL when there is no such edge. */
extern const uint32_t *
llp_image_child(const Image *image, uint32_t node, uint32_t predicate, uint32_t operand);
#define NO_KEY UINT32_MAX
/* The number of a text, or NO_KEY. */
extern uint32_t llp_image_key(const Image *image, Str text);
/*
 * The numbers of up to MOST_KEYS_AT_ONCE texts, as llp_image_key gives them; what it reads of a large image
 * is waited for together.
 */
#define MOST_KEYS_AT_ONCE 16
extern void llp_image_find_keys(const Image *image, const Str *texts, uint32_t count, uint32_t *numbers);
/* Asks the processor for the edge. */
extern void llp_image_prefetch_child(const Image *image, uint32_t node, uint32_t predicate, uint32_t operand);
/* Over everything but the field itself. */
extern uint64_t llp_image_checksum(const Image *image);

#endif
