/*
 * doc/position.h - from libyaml's marks to places in the author's text.
 *
 * libyaml counts code points of what it was fed.  That may differ from the text by a byte order mark at the
 * start and by repairs (doc/repairs.h); places are always those of the text.
 */
#ifndef LLP_DOC_POSITION_H
#define LLP_DOC_POSITION_H

#include "doc/repairs.h"

typedef struct Position
{
	size_t offset; /* bytes from the start of the text */
	int line;	   /* from 1 */
	int column;	   /* from 1, in code points */
} Position;

/* Walks forward through the text; a step back starts anew from the beginning. */
typedef struct Cursor
{
	Str text;
	const Repairs *repairs;
	Position at;
	size_t index; /* of libyaml's code points */
	size_t place; /* the next repaired place is this one or a later one */
} Cursor;

extern void llp_cursor_init(Cursor *cursor, Str text, const Repairs *repairs);
/* The place of libyaml's code point `index`; inside a repaired place its start, after the end the end. */
extern Position llp_cursor_seek(Cursor *cursor, size_t index);
/* The place of a byte of the text. */
extern Position llp_position_of(Str text, size_t offset);

#endif
