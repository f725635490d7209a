/*
 * test/fuzz/fuzz_image.c - hostile fragments and images: whatever the verifier accepts is run and shown.
 *
 * The input is a byte that says what to do, a digit and so many patches of PATCH_SIZE bytes, and the rest:
 *
 *   0     the rest is an image; nothing is patched
 *   1, a  the rest are policies; their image is patched
 *   2, b  the rest are policies; the fragment of the first one is patched
 *
 * With the letters literals are looked for by a database, which takes time to make.
 *
 * Checksums, and where bytes are taken for an image the fields that everything stands or falls with, are set
 * right.  What is not patched has to be accepted; a fragment that is accepted, and an image once more, has to
 * link to an image that is accepted; and a decision must not depend on whether it is traced.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "doc/reader.h"
#include "policy/read.h"
#include "prog/compile.h"
#include "prog/disassemble.h"
#include "prog/link.h"
#include "prog/verify.h"
#include "vm/evaluate.h"

#define MEMORY_LIMIT (512u * 1024 * 1024)
/* Large policies find nothing but time. */
#define MAX_TEXT 16384
#define MAX_POLICIES 64
/* 2026-07-02T09:30:00Z */
#define NOW INT64_C(1782984600000000)

/* section, element (2 bytes), place in it, what to do, operand (2 bytes), section of a fragment */
#define PATCH_SIZE 8
#define OPERAND 5 /* where it begins */
#define MAX_PATCHES 4

/* A section, or another run of elements. */
typedef struct Region
{
	char *begin;
	size_t size;
	size_t element_size;
} Region;

static const char *const requests[] = {
	"{\"v\": {\"env\": \"prod\", \"tier\": \"gold\", \"a\": \"x\", \"n\": 7, \"l\": [2, null, {}], \"t\": \"a Needle, a password\"}}",
	"{\"v\": {\"env\": \"test\", \"tier\": {\"x\": \"gold\"}, \"n\": \"12.5\", \"l\": {\"k\": 5}, \"k\": true, \"u\": null}}",
};

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
extern size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static void
require(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* '0' to '4', and any other byte too. */
static int
count_patches(const uint8_t *data)
{
	return (data[1] + 2) % (MAX_PATCHES + 1);
}

/* --- Patches ----------------------------------------------------------------------------------------------
 */

static size_t
two_bytes(const uint8_t *patch, int at)
{
	return (size_t) patch[at] << 8 | patch[at + 1];
}

/* Changes four bytes, or one, of an element. */
static void
patch_region(Region region, const uint8_t *patch)
{
	size_t count = region.size / region.element_size;
	uint32_t operand = (uint32_t) two_bytes(patch, OPERAND);
	size_t at = patch[3] % region.element_size;
	uint32_t word;

	if (count == 0)
		return;
	at += two_bytes(patch, 1) % count * region.element_size;
	if (patch[4] % 8 == 7 || region.size < sizeof(word))
	{
		region.begin[at] = (char) patch[6];
		return;
	}
	at &= ~(size_t) 3;
	memcpy(&word, region.begin + at, sizeof(word));
	switch (patch[4] % 8)
	{
		case 0:
			word = operand;
			break;
		case 1:
			word += operand;
			break;
		case 2:
			word -= operand;
			break;
		case 3:
			word ^= (uint32_t) 1 << operand % 32;
			break;
		case 4:
			word = UINT32_MAX - operand;
			break;
		case 5:
			word <<= operand % 32;
			break;
		default:
			memcpy(&word, region.begin + operand * 4 % (region.size & ~(size_t) 3), sizeof(word));
	}
	memcpy(region.begin + at, &word, sizeof(word));
}

/*
 * `sound` tells where sections are, whatever earlier patches made of `bytes`; the first `section_count` of
 * them are there.
 */
static void
patch_fragment(char *bytes, const Fragment *sound, int section_count, const uint8_t *patch, uint8_t selector)
{
	static const size_t sizes[] = {
#define FRAGMENT_SECTION(name, type) sizeof(type),
		FRAGMENT_SECTIONS
#undef FRAGMENT_SECTION
	};
	int section = selector % (section_count + 1);
	Region region = {bytes, NARROW_HEADER_SIZE, NARROW_HEADER_SIZE};

	if (section < section_count)
		region =
			(Region){bytes + fragment_offset(sound, section),
					 fragment_offset(sound, section + 1) - fragment_offset(sound, section), sizes[section]};
	patch_region(region, patch);
}

static void
patch_image(char *bytes, const Image *sound, const uint8_t *patch)
{
	static const size_t sizes[] = {
#define IMAGE_SECTION(name, type) sizeof(type),
		IMAGE_SECTIONS
#undef IMAGE_SECTION
	};
	int section = patch[0] % (IMAGE_SECTION_COUNT + 1);
	Region region = {bytes, sizeof(Image), sizeof(Image)};

	if (section == IMAGE_fragments && image_policies_count(sound) > 0)
	{
		uint32_t policy = patch[7] / (SECTION_slots + 1) % (uint32_t) image_policies_count(sound);

		patch_fragment(bytes + image_policies(sound)[policy].fragment, image_fragment(sound, policy),
					   SECTION_slots, patch, patch[7]);
		return;
	}
	if (section < IMAGE_SECTION_COUNT)
		region = (Region){bytes + sound->section[section],
						  (size_t) (sound->section[section + 1] - sound->section[section]), sizes[section]};
	patch_region(region, patch);
}

/* --- Running ----------------------------------------------------------------------------------------------
 */

static Value
read_request(Arena *arena, const char *text)
{
	DiagnosticList findings;
	DocumentStream stream;

	llp_diag_init(&findings, arena);
	require(llp_read_documents(arena, llp_str(text), &stream, &findings) == STATUS_OK, "a request is none");
	return llp_tree_value(llp_tree_get(stream.documents[0].root, STR("v")));
}

/* A string that some policy looks for. */
static TreeNode *
wanted_string(Arena *arena, const Image *image, uint32_t slot)
{
	if (image_keys_count(image) > 0 && slot % 2 == 0)
	{
		const ImageKey *key = &image_keys(image)[slot / 2 % image_keys_count(image)];

		return llp_tree_string(arena, (Str){(const char *) image + key->at, key->size});
	}
	if (image_literals_count(image) > 0)
		return llp_tree_string(arena,
							   image_str(image, image_literals(image)[slot % image_literals_count(image)]));
	return llp_tree_string(arena, STR("x"));
}

/* Something for every path, at the key that is the whole path. */
static Value
matching_request(Arena *arena, const Image *image)
{
	TreeNode *map = llp_tree_map(arena);

	for (uint32_t i = 0; i < image_slots_count(image); i++)
	{
		Str path = image_str(image, image_slots(image)[i].path);
		TreeNode *value = wanted_string(arena, image, i);

		if (i % 5 == 3)
			value = llp_tree_int(arena, i);
		if (i % 7 == 4)
		{
			TreeNode *list = llp_tree_list(arena);

			llp_tree_append(arena, list, value);
			llp_tree_append(arena, list, llp_tree_null(arena));
			llp_tree_append(arena, list, llp_tree_map(arena));
			value = list;
		}
		if (!llp_str_equal(path, STR("data")) && !llp_str_equal(path, STR("variables")))
			llp_tree_set(arena, map, path, value);
	}
	return llp_tree_value(map);
}

static void
check_decisions(Arena *arena, Program *program, const Value *request, const bool *selected)
{
	Decision decisions[2];

	for (int trace = 0; trace < 2; trace++)
	{
		EvaluationOptions options = {.now = NOW,
									 .default_decision = VERDICT_ALLOW,
									 .trace = trace == 1,
									 .return_request = true,
									 .selected = selected};
		DiagnosticList findings;
		Status status;

		llp_diag_init(&findings, arena);
		status = llp_evaluate(arena, program, request, &options, &decisions[trace], &findings);
		if (status == STATUS_NO_MEMORY)
			return;
		require(status == STATUS_OK, "a verified image does not run");
	}
	require(decisions[0].verdict == decisions[1].verdict &&
				decisions[0].reason_code == decisions[1].reason_code &&
				decisions[0].error_count == decisions[1].error_count,
			"a trace changes the decision");
}

static void
run_image(Arena *arena, const Image *image, bool with_literals)
{
	Program *program = llp_program_open(arena, image);
	bool *selected = llp_arena_array(arena, image_policies_count(image), sizeof(bool));
	Value request = matching_request(arena, image);
	Disassembly disassembly;

	if (llp_arena_exhausted(arena))
		return;
	for (size_t i = 0; i < image_policies_count(image); i++)
		selected[i] = i % 3 != 1;
	if (with_literals)
		llp_program_compile_literals(program);
	check_decisions(arena, program, &request, NULL);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
	{
		request = read_request(arena, requests[i]);
		check_decisions(arena, program, &request, NULL);
		check_decisions(arena, program, &request, selected);
	}
	llp_image_disassemble(arena, image, STR(""), STR(""), &disassembly);
}

/* What is accepted can be linked again, without its fragments' own names. */
static void
link_again(Arena *arena, const Image *image)
{
	uint32_t count = (uint32_t) image_policies_count(image);
	LinkInput *inputs = llp_arena_array(arena, count, sizeof(LinkInput));
	const char *problem;
	Linker *linker;
	Image *again;
	Status status;

	if (inputs == NULL)
		return;
	for (uint32_t i = 0; i < count; i++)
		inputs[i] = (LinkInput){.fragment = image_fragment(image, i),
								.status = (PolicyStatus) image_policies(image)[i].status,
								.image = image,
								.number = i};
	status = llp_link(arena, inputs, count, 1, &linker);
	if (status == STATUS_NO_MEMORY)
		return;
	require(status == STATUS_OK, "a verified image cannot be linked again");
	again = llp_arena_alloc(arena, llp_link_size(linker));
	if (again == NULL)
		return;
	llp_image_seal(llp_link_write(linker, again));
	status = llp_image_verify(arena, again, (size_t) again->size, &problem);
	require(status != STATUS_INVALID, "an image linked again is refused");
}

/* --- Sound images -----------------------------------------------------------------------------------------
 */

/* What the policies of a text give; kept from one input to the next, which mostly has the same. */
typedef struct Sound
{
	Arena *arena;
	Str text;
	const Fragment *fragment; /* of the first policy */
	const Image *image;		  /* NULL when the text has no policies, or too many */
} Sound;

static Sound sound;

/* Their fragments linked; the seed is no address, so that an input means the same in every run. */
static const Image *
link_all(Arena *arena, const PolicyList *list)
{
	LinkInput inputs[MAX_POLICIES];
	Linker *linker;
	Image *image;

	for (size_t i = 0; i < list->count; i++)
	{
		inputs[i] = (LinkInput){.status = list->policies[i]->status};
		if (llp_compile_policy(arena, list->policies[i], NULL, &inputs[i].fragment) != STATUS_OK)
			return NULL;
	}
	if (llp_link(arena, inputs, (uint32_t) list->count, 1, &linker) != STATUS_OK)
		return NULL;
	image = llp_arena_alloc(arena, llp_link_size(linker));
	if (image == NULL)
		return NULL;
	llp_image_seal(llp_link_write(linker, image));
	sound.fragment = inputs[0].fragment;
	return image;
}

static const Sound *
sound_of(Str text)
{
	DiagnosticList findings;
	PolicyList list;

	if (sound.arena != NULL && llp_str_equal(sound.text, text))
		return &sound;
	llp_arena_destroy(sound.arena);
	sound = (Sound){.arena = llp_arena_create(&llp_libc_host, MEMORY_LIMIT)};
	require(sound.arena != NULL, "no arena");
	sound.text = llp_str_copy(sound.arena, text);
	llp_diag_init(&findings, sound.arena);
	if (text.size <= MAX_TEXT &&
		llp_read_policies(sound.arena, sound.text, STR(""), &list, &findings) == STATUS_OK &&
		list.count > 0 && list.count <= MAX_POLICIES)
		sound.image = link_all(sound.arena, &list);
	return &sound;
}

/* --- The three kinds of input -----------------------------------------------------------------------------
 */

static void
try_bytes(Arena *arena, Str bytes)
{
	size_t size = bytes.size & ~(size_t) 7;
	Image *image = llp_arena_alloc(arena, size);
	const char *problem;

	memcpy(image, bytes.data, size);
	if (size >= sizeof(Image))
	{
		image->magic = IMAGE_MAGIC;
		image->version = image_version();
		image->size = size;
		llp_image_seal(image);
	}
	if (llp_image_verify(arena, image, size, &problem) != STATUS_OK)
		return;
	run_image(arena, image, false);
	link_again(arena, image);
}

static void
try_image(Arena *arena, const Image *whole, const uint8_t *patches, int count, bool with_literals)
{
	size_t size = (size_t) whole->size;
	Image *image = llp_arena_alloc(arena, size);
	const char *problem;
	Status status;

	if (image == NULL)
		return;
	memcpy(image, whole, size);
	for (int i = 0; i < count; i++)
		patch_image((char *) image, whole, patches + i * PATCH_SIZE);
	if (image->size == size)
		llp_image_seal(image);
	status = llp_image_verify(arena, image, size, &problem);
	require(count > 0 || status != STATUS_INVALID, "a sound image is refused");
	if (status != STATUS_OK)
		return;
	run_image(arena, image, with_literals);
	link_again(arena, image);
}

static void
run_fragment(Arena *arena, const Fragment *fragment, bool with_literals)
{
	LinkInput input = {.fragment = fragment, .status = POLICY_ACTIVE};
	Disassembly disassembly;
	const char *problem;
	Linker *linker;
	Image *image;
	Status status;

	llp_fragment_disassemble(arena, fragment, &disassembly);
	status = llp_link(arena, &input, 1, 1, &linker);
	if (status == STATUS_NO_MEMORY)
		return;
	require(status == STATUS_OK, "a verified fragment cannot be linked");
	image = llp_arena_alloc(arena, llp_link_size(linker));
	if (image == NULL)
		return;
	llp_image_seal(llp_link_write(linker, image));
	status = llp_image_verify(arena, image, (size_t) image->size, &problem);
	require(status != STATUS_INVALID, "the image of a verified fragment is refused");
	if (status == STATUS_OK)
		run_image(arena, image, with_literals);
}

static void
try_fragment(Arena *arena, const Fragment *whole, const uint8_t *patches, int count, bool with_literals)
{
	uint32_t size = fragment_size(whole);
	Fragment *fragment = llp_arena_alloc(arena, size);
	const char *problem;
	Status status;

	if (fragment == NULL)
		return;
	memcpy(fragment, whole, size);
	for (int i = 0; i < count; i++)
		patch_fragment((char *) fragment, whole, SECTION_COUNT, patches + i * PATCH_SIZE,
					   patches[i * PATCH_SIZE]);
	if (fragment_size(fragment) == size)
		fragment->checksum = llp_fragment_checksum(fragment);
	status = llp_fragment_verify(fragment, size, &problem);
	require(count > 0 || status == STATUS_OK, "a sound fragment is refused");
	if (status == STATUS_OK)
		run_fragment(arena, fragment, with_literals);
}

/* --- Mutations --------------------------------------------------------------------------------------------
 */

/* The input with the image of its policies in their place; 0 when there is none that fits. */
static size_t
with_image(uint8_t *data, size_t size, size_t max_size)
{
	size_t start = 2 + (size_t) count_patches(data) * PATCH_SIZE;
	const Image *image = sound_of((Str){(const char *) data + start, size - start})->image;

	if (image == NULL || image->size + 2 > max_size)
		return 0;
	data[0] = data[1] = '0';
	memcpy(data + 2, image, (size_t) image->size);
	return (size_t) image->size + 2;
}

/* One random patch more, the first. */
static size_t
add_patch(uint8_t *data, size_t size, uint64_t random)
{
	memmove(data + 2 + PATCH_SIZE, data + 2, size - 2);
	data[1]++;
	memcpy(data + 2, &random, PATCH_SIZE);
	/* Small operands make more of what is nearly sound. */
	if (random % 8 < 5)
		data[2 + OPERAND] = 0;
	return size + PATCH_SIZE;
}

/* One patch less, the first. */
static size_t
drop_patch(uint8_t *data, size_t size)
{
	memmove(data + 2, data + 2 + PATCH_SIZE, size - 2 - PATCH_SIZE);
	data[1]--;
	return size - PATCH_SIZE;
}

static size_t
mutate_patches(uint8_t *data, size_t size, size_t max_size, uint64_t random)
{
	int count = count_patches(data);

	if (count > 0 && random % 4 == 0)
	{
		data[2 + random / 4 % ((size_t) count * PATCH_SIZE)] = (uint8_t) (random >> 32);
		return size;
	}
	if (count > 1 && random % 4 != 3)
		return drop_patch(data, size);
	if (count < MAX_PATCHES && size + PATCH_SIZE <= max_size)
		return add_patch(data, size, random * UINT64_C(0x9E3779B97F4A7C15));
	return 0;
}

/*
 * Mostly changes patches and leaves the policies as they are, which random changes make unreadable.  Images
 * as bytes are made of policies now and then, so that no seed has to be kept for them.
 */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	uint64_t random = ((uint64_t) seed + 1) * UINT64_C(6364136223846793005);
	size_t written = 0;

	random ^= random >> 32;
	if (size >= 2 && data[0] % 3 != 0 && size >= 2 + (size_t) count_patches(data) * PATCH_SIZE)
	{
		if (random % 64 == 0)
			written = with_image(data, size, max_size);
		else if (random % 16 != 1)
			written = mutate_patches(data, size, max_size, random / 16);
	}
	return written > 0 ? written : LLVMFuzzerMutate(data, size, max_size);
}

static void
try_input(Arena *arena, const uint8_t *data, size_t size)
{
	int count = count_patches(data);
	size_t start = 2 + (size_t) count * PATCH_SIZE;
	bool with_literals = (data[0] & 64) != 0;
	const Sound *whole;
	Str rest;

	if (size < start)
		return;
	rest = (Str){(const char *) data + start, size - start};
	if (data[0] % 3 == 0)
	{
		try_bytes(arena, rest);
		return;
	}
	whole = sound_of(rest);
	if (whole->image == NULL)
		return;
	if (data[0] % 3 == 1)
		try_image(arena, whole->image, data + 2, count, with_literals);
	else
		try_fragment(arena, whole->fragment, data + 2, count, with_literals);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena *arena = llp_arena_create(&llp_libc_host, MEMORY_LIMIT);

	require(arena != NULL, "no arena");
	if (size >= 2)
		try_input(arena, data, size);
	llp_arena_destroy(arena);
	return 0;
}
