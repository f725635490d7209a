/*
 * llm/vocabulary.c - the layout of a vocabulary's block, its making, its checks and its look-ups.
 *
 * Open addressing with linear probes, at most half full.  A slot holds a token's first eight bytes, so that
 * the look-up of a short one touches one line of memory; a longer one is compared with its bytes.
 */
#include "llm/vocabulary.h"

#include <stddef.h>

#include "base/checksum.h"

#define MAGIC UINT64_C(0x424B4F54504C4C01) /* the first byte differs by byte order */
#define VERSION 1
#define BYTES 256
#define PAIRS (BYTES * BYTES)
#define MIN_SLOT_BITS 10
#define MAX_SLOT_BITS 24

/* Everything behind `checksum` is summed. */
struct Vocabulary
{
	uint64_t magic;
	uint64_t checksum;
	uint64_t size; /* of the block */
	uint32_t version;
	uint32_t slot_bits;
	uint32_t first_id;
	uint32_t id_count; /* ids from first_id on, unused ones among them */
	uint32_t token_count;
	uint32_t text_size;
	uint32_t longest;
	uint32_t reserved[3]; /* the slots behind the header begin at a multiple of 64 */
	uint32_t byte_ids[BYTES];
};

#define MARK_BITS 20
#define SIZE_BITS 12

typedef struct Slot
{
	uint64_t
		key;	 /* of a short token, its bytes, zeros behind them; else 32 bits of the hash, and its place */
	uint32_t id; /* LLP_NO_TOKEN: free */
	uint32_t label; /* other bits of the hash, and the size */
} Slot;

#define SHORT_TOKEN 8

/* The parts behind the header; INVARIANT of an open block: they fill it exactly. */
static inline const Slot *
slots_of(const Vocabulary *vocabulary)
{
	return (const Slot *) (const void *) (vocabulary + 1);
}

static inline const uint32_t *
pairs_of(const Vocabulary *vocabulary)
{
	return (const uint32_t *) (const void *) (slots_of(vocabulary) + ((size_t) 1 << vocabulary->slot_bits));
}

/* Where the tokens of the ids begin, and the end of the last. */
static inline const uint32_t *
places_of(const Vocabulary *vocabulary)
{
	return pairs_of(vocabulary) + PAIRS;
}

static inline const unsigned char *
text_of(const Vocabulary *vocabulary)
{
	return (const unsigned char *) (places_of(vocabulary) + vocabulary->id_count + 1);
}

static uint64_t
block_size(const Vocabulary *header)
{
	return sizeof(*header) + ((uint64_t) sizeof(Slot) << header->slot_bits) + PAIRS * sizeof(uint32_t) +
		   ((uint64_t) header->id_count + 1) * sizeof(uint32_t) + header->text_size;
}

static uint64_t
sum_of(const Vocabulary *vocabulary)
{
	size_t skipped = offsetof(struct Vocabulary, size);

	return llp_checksum(VERSION, (const char *) vocabulary + skipped, (size_t) vocabulary->size - skipped);
}

/* --- Hashing -------------------------------------------------------------------------------------------- */

static inline uint64_t
load_32(const unsigned char *bytes)
{
	return bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 | (uint32_t) bytes[3] << 24;
}

static inline uint64_t
load_64(const unsigned char *bytes)
{
	return load_32(bytes) | load_32(bytes + 4) << 32;
}

/* The first `size` <= 8 bytes, with nothing read behind them. */
static inline uint64_t
load_head(const unsigned char *bytes, size_t size)
{
	if (size == 8)
		return load_64(bytes);
	if (size >= 4)
		return load_32(bytes) | load_32(bytes + size - 4) << (size - 4) * 8;
	if (size == 0)
		return 0;
	return bytes[0] | (uint64_t) bytes[size / 2] << size / 2 * 8 |
		   (uint64_t) bytes[size - 1] << (size - 1) * 8;
}

static inline uint64_t
mix(uint64_t state, uint64_t word)
{
	state = (state ^ word) * UINT64_C(0x9E3779B97F4A7C15);
	return state ^ state >> 32;
}

/* The bytes behind the head: in steps of eight, the last one reaching back. */
static inline uint64_t
hash_of(const unsigned char *bytes, size_t size, uint64_t head)
{
	uint64_t state = mix(size, head);

	if (size > 8)
	{
		for (size_t at = 8; at + 8 < size; at += 8)
			state = mix(state, load_64(bytes + at));
		state = mix(state, load_64(bytes + size - 8));
	}
	return state * UINT64_C(0xD6E8FEB86659FD93);
}

static inline uint32_t
label_of(uint64_t hash, size_t size)
{
	return (uint32_t) (hash & ((1 << MARK_BITS) - 1)) << SIZE_BITS | (uint32_t) size;
}

/* Does the slot have the key, and for a long token its bytes? */
static inline bool
slot_holds(const Vocabulary *vocabulary, const Slot *slot, uint64_t key, const unsigned char *bytes,
		   size_t size)
{
	if (size <= SHORT_TOKEN)
		return slot->key == key;
	return slot->key >> 32 == key >> 32 &&
		   memcmp(text_of(vocabulary) + (uint32_t) slot->key, bytes, size) == 0;
}

uint32_t
llp_vocabulary_find(const Vocabulary *vocabulary, const unsigned char *bytes, size_t size)
{
	const Slot *slots = slots_of(vocabulary);
	size_t mask = ((size_t) 1 << vocabulary->slot_bits) - 1;
	uint64_t head;
	uint64_t hash;
	uint64_t key;
	uint32_t label;

	if (size > vocabulary->longest)
		return LLP_NO_TOKEN;
	head = load_head(bytes, size < SHORT_TOKEN ? size : SHORT_TOKEN);
	hash = hash_of(bytes, size, head);
	key = size <= SHORT_TOKEN ? head : hash;
	label = label_of(hash, size);
	for (size_t i = hash >> (64 - vocabulary->slot_bits); slots[i].id != LLP_NO_TOKEN; i = (i + 1) & mask)
		if (slots[i].label == label && slot_holds(vocabulary, &slots[i], key, bytes, size))
			return slots[i].id;
	return LLP_NO_TOKEN;
}

Str
llp_vocabulary_bytes(const Vocabulary *vocabulary, uint32_t id)
{
	const uint32_t *places = places_of(vocabulary);
	uint32_t i = id - vocabulary->first_id;

	if (id < vocabulary->first_id || i >= vocabulary->id_count)
		return STR("");
	return (Str){(const char *) text_of(vocabulary) + places[i], places[i + 1] - places[i]};
}

size_t
llp_vocabulary_longest(const Vocabulary *vocabulary)
{
	return vocabulary->longest;
}

uint32_t
llp_vocabulary_pair(const Vocabulary *vocabulary, const unsigned char *bytes)
{
	return pairs_of(vocabulary)[bytes[0] * BYTES + bytes[1]];
}

uint32_t
llp_vocabulary_end(const Vocabulary *vocabulary)
{
	return vocabulary->first_id + vocabulary->id_count;
}

/* --- Opening -------------------------------------------------------------------------------------------- */

static const char *
header_problem(const void *block, size_t size)
{
	const Vocabulary *header = block;

	if (size < sizeof(*header))
		return "it is too short for a vocabulary";
	if (header->magic == __builtin_bswap64(MAGIC))
		return "it was made on a machine of another byte order";
	if (header->magic != MAGIC)
		return "it is not a vocabulary";
	if (header->version != VERSION)
		return "it is a vocabulary of another version";
	if (header->slot_bits < MIN_SLOT_BITS || header->slot_bits > MAX_SLOT_BITS ||
		header->id_count > LLP_MAX_TOKENS || header->first_id > LLP_MAX_TOKENS ||
		header->token_count > header->id_count ||
		(uint64_t) header->token_count * 2 > UINT64_C(1) << header->slot_bits)
		return "its numbers of tokens and slots do not fit";
	if (header->size != size || block_size(header) != size)
		return "it has another size than it says";
	if (header->longest == 0 || header->longest > LLP_MAX_TOKEN_SIZE)
		return "its tokens are too long";
	return NULL;
}

/* Each in a loop of its own over memory in its order: opening costs each process a few milliseconds. */
static const char *
contents_problem(const Vocabulary *vocabulary)
{
	const uint32_t *places = places_of(vocabulary);
	const uint32_t *pairs = pairs_of(vocabulary);
	const Slot *slots = slots_of(vocabulary);
	size_t taken = 0;

	for (uint32_t i = 0; i < vocabulary->id_count; i++)
		if (places[i] > places[i + 1] || places[i + 1] - places[i] > vocabulary->longest)
			return "its tokens do not lie one behind the other";
	if (places[0] != 0 || places[vocabulary->id_count] != vocabulary->text_size)
		return "its tokens do not fill their place";
	for (size_t i = 0; i < PAIRS; i++)
		if (pairs[i] != LLP_NO_TOKEN && llp_vocabulary_bytes(vocabulary, pairs[i]).size != 2)
			return "a pair of bytes has a wrong id";
	for (size_t i = 0; i < BYTES; i++)
		if (llp_vocabulary_bytes(vocabulary, vocabulary->byte_ids[i]).size != 1)
			return "a single byte has a wrong id";
	for (size_t i = 0; i < (size_t) 1 << vocabulary->slot_bits; i++)
	{
		size_t size = slots[i].label & ((1 << SIZE_BITS) - 1);

		if (slots[i].id == LLP_NO_TOKEN)
			continue;
		taken++;
		if (llp_vocabulary_bytes(vocabulary, slots[i].id).size != size || size == 0)
			return "a slot has a wrong id";
		if (size > SHORT_TOKEN && (uint32_t) slots[i].key + size > vocabulary->text_size)
			return "a slot has a wrong place";
	}
	return taken == vocabulary->token_count ? NULL : "it has another number of tokens than it says";
}

const Vocabulary *
llp_vocabulary_open(const void *block, size_t size, const char **problem)
{
	const Vocabulary *vocabulary = block;

	*problem = header_problem(block, size);
	if (*problem == NULL && sum_of(vocabulary) != vocabulary->checksum)
		*problem = "it is damaged: its checksum is wrong";
	if (*problem == NULL)
		*problem = contents_problem(vocabulary);
	return *problem == NULL ? vocabulary : NULL;
}

/* --- Making --------------------------------------------------------------------------------------------- */

/* Takes the next token off a list; false when the list ends inside it. */
static bool
next_token(Str *ranks, Str *token)
{
	const unsigned char *bytes = (const unsigned char *) ranks->data;
	size_t size = bytes[0];
	size_t head = 1;

	if (size == 255)
	{
		head = 3;
		if (ranks->size < head)
			return false;
		size = bytes[1] | (size_t) bytes[2] << 8;
	}
	if (size > ranks->size - head)
		return false;
	*token = (Str){ranks->data + head, size};
	*ranks = (Str){ranks->data + head + size, ranks->size - head - size};
	return true;
}

static const char *
measure(Str ranks, TokenNumbering numbering, Vocabulary *header)
{
	Str token;

	while (ranks.size > 0)
	{
		if (!next_token(&ranks, &token))
			return "the list ends within a token";
		if (token.size == 0 || token.size > LLP_MAX_TOKEN_SIZE)
			return "a token is empty or too long";
		if (header->token_count == LLP_MAX_TOKENS / 2 || token.size > UINT32_MAX / 2 - header->text_size)
			return "there are too many tokens";
		header->token_count++;
		header->text_size += (uint32_t) token.size;
		if (token.size > header->longest)
			header->longest = (uint32_t) token.size;
	}
	if (numbering.first_id > LLP_MAX_TOKENS / 2)
		return "the first id is too high";
	header->first_id = numbering.first_id;
	header->id_count = header->token_count;
	if (numbering.skipped_id > numbering.first_id &&
		numbering.skipped_id - numbering.first_id < header->token_count)
		header->id_count++;
	for (header->slot_bits = MIN_SLOT_BITS; header->token_count * 2 > 1U << header->slot_bits;)
		header->slot_bits++;
	return header->slot_bits <= MAX_SLOT_BITS ? NULL : "there are too many tokens";
}

static const char *
insert(Vocabulary *vocabulary, Slot *slots, uint32_t *pairs, uint32_t place, size_t size, uint32_t id)
{
	const unsigned char *bytes = text_of(vocabulary) + place;
	size_t mask = ((size_t) 1 << vocabulary->slot_bits) - 1;
	uint64_t head = load_head(bytes, size < SHORT_TOKEN ? size : SHORT_TOKEN);
	uint64_t hash = hash_of(bytes, size, head);
	size_t i = hash >> (64 - vocabulary->slot_bits);

	if (llp_vocabulary_find(vocabulary, bytes, size) != LLP_NO_TOKEN)
		return "a token is there twice";
	while (slots[i].id != LLP_NO_TOKEN)
		i = (i + 1) & mask;
	slots[i] = (Slot){size <= SHORT_TOKEN ? head : (hash >> 32 << 32 | place), id, label_of(hash, size)};
	if (size == 1)
		vocabulary->byte_ids[bytes[0]] = id;
	if (size == 2)
		pairs[bytes[0] * BYTES + bytes[1]] = id;
	return NULL;
}

static const char *
fill(Vocabulary *vocabulary, Str ranks, uint32_t skipped_id)
{
	Slot *slots = (Slot *) (void *) (vocabulary + 1);
	uint32_t *pairs = (uint32_t *) (void *) (slots + ((size_t) 1 << vocabulary->slot_bits));
	uint32_t *places = pairs + PAIRS;
	unsigned char *text = (unsigned char *) (places + vocabulary->id_count + 1);
	const char *problem = NULL;
	uint32_t at = 0;
	uint32_t id = vocabulary->first_id;
	Str token;

	for (size_t i = 0; i < (size_t) 1 << vocabulary->slot_bits; i++)
		slots[i].id = LLP_NO_TOKEN;
	memset(pairs, 0xFF, PAIRS * sizeof(*pairs));
	memset(vocabulary->byte_ids, 0xFF, sizeof(vocabulary->byte_ids));
	while (problem == NULL && ranks.size > 0 && next_token(&ranks, &token))
	{
		places[id - vocabulary->first_id] = at;
		if (id == skipped_id && id > vocabulary->first_id)
			places[++id - vocabulary->first_id] = at;
		memcpy(text + at, token.data, token.size);
		problem = insert(vocabulary, slots, pairs, at, token.size, id++);
		at += (uint32_t) token.size;
	}
	places[vocabulary->id_count] = at;
	for (size_t i = 0; problem == NULL && i < BYTES; i++)
		if (vocabulary->byte_ids[i] == LLP_NO_TOKEN)
			problem = "a single byte has no token";
	return problem;
}

Status
llp_vocabulary_build(Arena *arena, Str ranks, TokenNumbering numbering, Str *block, const char **problem)
{
	Vocabulary header = {.magic = MAGIC, .version = VERSION};
	Vocabulary *vocabulary;

	*problem = measure(ranks, numbering, &header);
	if (*problem != NULL)
		return STATUS_INVALID;
	header.size = block_size(&header);
	vocabulary = llp_arena_alloc(arena, (size_t) header.size);
	if (vocabulary == NULL)
		return STATUS_NO_MEMORY;
	*vocabulary = header;
	*problem = fill(vocabulary, ranks, numbering.skipped_id);
	if (*problem != NULL)
		return STATUS_INVALID;
	vocabulary->checksum = sum_of(vocabulary);
	*block = (Str){(const char *) vocabulary, (size_t) header.size};
	return STATUS_OK;
}
