/*
 * vm/slots.h - what a request holds at the paths that a program reads.
 *
 * Each slot is fetched at most once an evaluation, when it is first asked for; what paths have in common is
 * fetched once for all of them.
 */
#ifndef LLP_VM_SLOTS_H
#define LLP_VM_SLOTS_H

#include "base/status.h"
#include "vm/cel_context.h"
#include "vm/program.h"

typedef struct SlotState
{
	union
	{
		Value value;
		CelValue cel; /* of a SLOT_MEMBER */
	};
	uint32_t key; /* number of its text form, or NO_KEY; valid once is_keyed */
	bool is_fetched;
	bool is_keyed;
} SlotState;

/* Which literals of a slot occur in its text. */
typedef struct LiteralState
{
	bool is_scanned;
	bool all;		 /* nothing is known: each may */
	uint32_t count;	 /* of the slot's literals */
	uint32_t *found; /* ids, ascending */
	uint32_t found_count;
	uint64_t *bits; /* by id */
} LiteralState;

typedef struct Slots
{
	Arena *arena;
	Program *program;
	const Image *image;
	const Value *request;
	/* Some top-level key may be the whole text of a path of more than one step. */
	bool has_whole_keys;
	SlotState *states;
	LiteralState *literals; /* by number of a slot's first set */
} Slots;

/* False when the arena is exhausted. */
extern bool llp_slots_init(Slots *slots, Arena *arena, Program *program, const Value *request);
/* The value of a slot, VALUE_MISSING where there is none.  It stays where it is. */
extern const Value *llp_slot_value(Slots *slots, uint32_t slot);
/*
 * For slots of kind SLOT_MEMBER.  The value as expressions see it, which stays where it is: an error where
 * it, or what it is a member of, is absent or has no members.
 */
extern const CelValue *llp_slot_member(Slots *slots, CelContext *context, uint32_t slot);
/*
 * The key of its bool, number or string.  It is that of every constant that equals it, and may be that of
 * constants of other types too.
 */
extern uint32_t llp_slot_member_key(Slots *slots, CelContext *context, uint32_t slot);
/* has(x.name) and x.?name, for which a variable that the request lacks is absent like any member. */
extern CelValue llp_slot_has(Slots *slots, CelContext *context, uint32_t slot);
extern CelValue llp_slot_optional(Slots *slots, CelContext *context, uint32_t slot);
/* What the request itself holds there, to be shown. */
extern Value llp_slot_shown(const Slots *slots, uint32_t slot);
/* For who has variables of other types than JSON's: gives the slot a value. */
extern void llp_slot_set(Slots *slots, uint32_t slot, CelValue value);
/* The key of the slot's scalar; NO_KEY when no policy compares with such a text, or it is no scalar. */
extern uint32_t llp_slot_key(Slots *slots, uint32_t slot);
/* Looks up the keys of those probes' slots that are strings, together; the others wait until one asks. */
extern void llp_slots_find_keys(Slots *slots, CelContext *context, const ImageProbe *probes, uint32_t count);
/* The key of any value's text form. */
extern uint32_t llp_value_key(const Slots *slots, const Value *value);
/*
 * Scans the slot's text for its literals; of a SLOT_MEMBER once it has been fetched.  *state is NULL when the
 * slot has no text: then none occurs.  STATUS_OK, STATUS_NO_MEMORY or STATUS_CANCELLED.
 */
extern Status llp_slot_literals(Slots *slots, uint32_t slot, const LiteralState **state);
/* What a scan of the slot's text has found; NULL where there was none. */
extern const LiteralState *llp_slot_found_literals(const Slots *slots, uint32_t slot);
/* True also of a literal that is not looked for. */
extern bool llp_literal_may_occur(const LiteralState *state, uint32_t id);

#endif
