/*
 * doc/repairs.h - what JSON allows inside a quoted string and libyaml does not.
 *
 * These are pairs of surrogate escapes, \ud83d\ude00, which libyaml refuses, and a few characters that stand
 * for themselves in JSON: DEL, the C1 controls and two noncharacters, which libyaml refuses, and three line
 * breaks of YAML 1.1 (U+0085, U+2028, U+2029), which libyaml would fold.  Each such place is fed to libyaml
 * as \UXXXXXXXX, the same character in an escape.
 *
 * That is right only between double quotes, and only libyaml knows where those are.  So every place is
 * repaired at first and each is checked when its scalar comes: one that looks like a pair but stands in a
 * scalar of another style means reading again without that repair; a character there is an error.  Places
 * outside of scalars are in comments.
 */
#ifndef LLP_DOC_REPAIRS_H
#define LLP_DOC_REPAIRS_H

#include "base/str.h"

#define LLP_BYTE_ORDER_MARK STR("\xEF\xBB\xBF")

/* Characters, and bytes, of a repaired place: \UXXXXXXXX */
#define LLP_REPAIRED_SIZE 10

typedef struct Place
{
	size_t offset; /* in the text */
	size_t size;   /* in bytes */
	uint32_t code_point;
	bool is_pair; /* two escapes, else the character itself */
	bool applied;
} Place;

typedef struct Repairs
{
	Place *places; /* in text order */
	size_t count;
	size_t checked; /* the scalars read so far have passed this many */
} Repairs;

/* Finds all places of the text; false when the arena is exhausted. */
extern bool llp_repairs_find(Arena *arena, Str text, Repairs *repairs);
/* The text with the places that are `applied` repaired; data is NULL when the arena is exhausted. */
extern Str llp_repairs_apply(Arena *arena, Str text, const Repairs *repairs);
/*
 * The next place within the scalar that covers the bytes start … end of the text, or NULL; a place is given
 * once.  Scalars are asked for in text order.
 */
extern Place *llp_repairs_next_within(Repairs *repairs, size_t start, size_t end);

#endif
