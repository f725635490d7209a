/*
 * prog/image.c - look-ups in an image, once it is known to be sound.
 */
#include "prog/image.h"

#include "base/checksum.h"

uint64_t
llp_fragment_link_count(const Fragment *fragment)
{
	return (uint64_t) fragment_slots_count(fragment) + fragment_keys_count(fragment) +
		   fragment_regexes_count(fragment) + fragment_literals_count(fragment) +
		   fragment_set_keys_count(fragment);
}

PolicyLinks
llp_image_links(const Image *image, uint32_t policy)
{
	const Fragment *fragment = image_fragment(image, policy);
	PolicyLinks links;

	links.slots = image_links(image) + image_policies(image)[policy].links;
	links.keys = links.slots + fragment_slots_count(fragment);
	links.regexes = links.keys + fragment_keys_count(fragment);
	links.literals = links.regexes + fragment_regexes_count(fragment);
	links.set_keys = links.literals + fragment_literals_count(fragment);
	return links;
}

uint32_t
llp_edge_place(uint32_t node, uint32_t predicate, uint32_t operand, uint32_t size)
{
	uint64_t mixed = ((uint64_t) node << 32 | predicate) * UINT64_C(0x9E3779B97F4A7C15);

	mixed = (mixed ^ mixed >> 32 ^ operand) * UINT64_C(0xD6E8FEB86659FD93);
	return (uint32_t) (mixed >> 32) & (size - 1);
}

const uint32_t *
llp_image_child(const Image *image, uint32_t node, uint32_t predicate, uint32_t operand)
{
	const ImageEdge *edges = image_edges(image);
	uint32_t size = (uint32_t) image_edges_count(image);
	uint32_t at;

	if (size == 0)
		return NULL;
	for (at = llp_edge_place(node, predicate, operand, size); edges[at].child != 0;
		 at = (at + 1) & (size - 1))
		if (edges[at].node == node && edges[at].predicate == predicate && edges[at].operand == operand)
			return &edges[at].child;
	return NULL;
}

void
llp_image_prefetch_child(const Image *image, uint32_t node, uint32_t predicate, uint32_t operand)
{
	uint32_t size = (uint32_t) image_edges_count(image);

	if (size > 0)
		__builtin_prefetch(&image_edges(image)[llp_edge_place(node, predicate, operand, size)]);
}

/* Could the text be a key? */
static bool
may_be_key(const Image *image, Str text)
{
	return text.size <= image->longest_key && image_key_table_count(image) > 0;
}

static uint32_t
first_place(const Image *image, uint64_t hash)
{
	return (uint32_t) hash & ((uint32_t) image_key_table_count(image) - 1);
}

static uint32_t
find_key(const Image *image, Str text, uint64_t hash)
{
	const ImageKey *keys = image_keys(image);
	const uint32_t *table = image_key_table(image);
	uint32_t size = (uint32_t) image_key_table_count(image);

	for (uint32_t at = first_place(image, hash); table[at] != 0; at = (at + 1) & (size - 1))
	{
		const ImageKey *key = &keys[table[at] - 1];

		if (key->hash == (uint32_t) (hash >> 32) && llp_str_equal(text, image_key_text(image, table[at] - 1)))
			return table[at] - 1;
	}
	return NO_KEY;
}

uint32_t
llp_image_key(const Image *image, Str text)
{
	return may_be_key(image, text) ? find_key(image, text, llp_str_hash(text, image->seed)) : NO_KEY;
}

/* The key that a look-up compares first; NO_KEY: none. */
static uint32_t
first_key(const Image *image, uint64_t hash)
{
	return image_key_table(image)[first_place(image, hash)] - 1;
}

void
llp_image_find_keys(const Image *image, const Str *texts, uint32_t count, uint32_t *numbers)
{
	uint64_t hashes[MOST_KEYS_AT_ONCE];

	for (uint32_t i = 0; i < count; i++)
	{
		if (!may_be_key(image, texts[i]))
			continue;
		hashes[i] = llp_str_hash(texts[i], image->seed);
		__builtin_prefetch(&image_key_table(image)[first_place(image, hashes[i])]);
	}
	for (uint32_t i = 0; i < count; i++)
		if (may_be_key(image, texts[i]) && first_key(image, hashes[i]) != NO_KEY)
			__builtin_prefetch(&image_keys(image)[first_key(image, hashes[i])]);
	for (uint32_t i = 0; i < count; i++)
		if (may_be_key(image, texts[i]) && first_key(image, hashes[i]) != NO_KEY)
			__builtin_prefetch(image_key_text(image, first_key(image, hashes[i])).data);
	for (uint32_t i = 0; i < count; i++)
		numbers[i] = may_be_key(image, texts[i]) ? find_key(image, texts[i], hashes[i]) : NO_KEY;
}

uint64_t
llp_image_checksum(const Image *image)
{
	size_t start = offsetof(Image, checksum) + sizeof(image->checksum);
	uint64_t before = llp_checksum(0, image, offsetof(Image, checksum));

	return llp_checksum(before, (const char *) image + start, (size_t) image->size - start);
}
