/*
 * prog/link.h - from fragments to an image.
 *
 * Linking is two steps, so that an image can be written where it is to stay: llp_link plans everything and
 * knows the size, llp_link_write writes.  Time is linear in the size of the fragments, apart from sorting
 * policies that do not come in walk order and literals.
 */
#ifndef LLP_PROG_LINK_H
#define LLP_PROG_LINK_H

#include "base/status.h"
#include "base/terms.h"
#include "prog/image.h"

typedef struct LinkInput
{
	const Fragment *fragment; /* verified; stays until the image is written */
	int32_t revision;		  /* 0 when it has none */
	PolicyStatus status;	  /* POLICY_NONE: the document's own */
	/* Where `fragment` is the body of policy `number` of an image: the image, one for all inputs; else NULL.
	 */
	const Image *image;
	uint32_t number;
} LinkInput;

typedef struct Linker Linker;

/*
 * Plans the image of `count` policies, given in any order; they walk by priority descending, id, namespace.
 * `seed` hashes keys and should be nobody's guess. Everything it needs is in the arena.  STATUS_OK,
 * STATUS_NO_MEMORY, STATUS_CANCELLED, STATUS_LIMIT when the set has more than 2^31 entries, keys or accesses,
 * STATUS_INVALID when a fragment has a path that is none.
 */
extern Status llp_link(Arena *arena, const LinkInput *inputs, uint32_t count, uint64_t seed, Linker **linker);
/* Bytes of the image. */
extern size_t llp_link_size(const Linker *linker);
/* Writes the image to `target`, aligned to eight bytes, not yet sealed; returns target. */
extern Image *llp_link_write(const Linker *linker, void *target);
/* Computes the checksum; nothing may change afterwards. */
extern void llp_image_seal(Image *image);

#endif
