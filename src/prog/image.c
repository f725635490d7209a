/*
 * prog/image.c - look-ups in an image, once it is known to be sound.
 */
#include "prog/image.h"

#include "prog/checksum.h"

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

uint32_t
llp_image_key(const Image *image, Str text)
{
	const ImageKey *keys = image_keys(image);
	const uint32_t *table = image_key_table(image);
	uint32_t size = (uint32_t) image_key_table_count(image);
	uint64_t hash;

	if (text.size > image->longest_key || size == 0)
		return NO_KEY;
	hash = llp_str_hash(text, image->seed);
	for (uint32_t at = (uint32_t) hash & (size - 1); table[at] != 0; at = (at + 1) & (size - 1))
	{
		const ImageKey *key = &keys[table[at] - 1];

		if (key->hash == (uint32_t) (hash >> 32) && llp_str_equal(text, image_key_text(image, table[at] - 1)))
			return table[at] - 1;
	}
	return NO_KEY;
}

uint64_t
llp_image_checksum(const Image *image)
{
	size_t start = offsetof(Image, checksum) + sizeof(image->checksum);
	uint64_t before = llp_checksum(0, image, offsetof(Image, checksum));

	return llp_checksum(before, (const char *) image + start, (size_t) image->size - start);
}
