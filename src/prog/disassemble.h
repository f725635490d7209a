/*
 * prog/disassemble.h - what a fragment or an image says, for people.
 *
 * The text is the same for the same policies, on every machine and in every process: it has no addresses,
 * seeds or numbers that depend on them.  It shows; it checks nothing: a fragment from outside has to be
 * verified first.
 */
#ifndef LLP_PROG_DISASSEMBLE_H
#define LLP_PROG_DISASSEMBLE_H

#include "base/status.h"
#include "prog/image.h"

/* One row of the table that is shown. */
typedef struct DisassemblyRow
{
	Str policy; /* "namespace/id", or empty in rows about a whole image */
	/*
	 * policy, slot, applies, rule, exception, default: `place` is a number or an id;
	 * clause: one way for the index to reach the rule above, of which it chooses one;
	 * group, code: instructions, by number; what is inside an `and`, `or` or `not` is indented;
	 * index: a way on which the index leads to the rule above, from its root;
	 * total: how many there are of `place`, and what they take; rows about the whole image come last.
	 */
	Str part;
	Str place;
	Str text;
} DisassemblyRow;

typedef struct Disassembly
{
	DisassemblyRow *rows;
	uint32_t count;
} Disassembly;

/* STATUS_OK or STATUS_NO_MEMORY. */
extern Status llp_fragment_disassemble(Arena *arena, const Fragment *fragment, Disassembly *result);
/*
 * The policies of an image in walk order, with what its index makes of them, and its totals.  Only policies
 * of namespace `ns` and with identifier `id` are shown; where one is empty all are.  STATUS_OK or
 * STATUS_NO_MEMORY.
 */
extern Status llp_image_disassemble(Arena *arena, const Image *image, Str ns, Str id, Disassembly *result);

#endif
