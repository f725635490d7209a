/*
 * doc/slices.h - the documents of a text, each with its own part of it.
 *
 * The parts are those of Document.source (doc/reader.h).  Where a document of a stream ends is known only
 * when the next one starts; where an element of a block list ends is where the next dash's line starts.
 */
#ifndef LLP_DOC_SLICES_H
#define LLP_DOC_SLICES_H

#include "doc/position.h"
#include "doc/reader.h"

/* What a document is a part of. */
typedef enum Enclosure
{
	IN_STREAM,	   /* of the text itself */
	IN_BLOCK_LIST, /* - … */
	IN_FLOW_LIST   /* [ … ] */
} Enclosure;

typedef struct Slices
{
	Arena *arena;
	Str text;
	Document *documents;
	size_t count;
	size_t capacity;
	bool seen_marker;
	bool open;	 /* the last document's end is not known yet */
	size_t next; /* where the next document's part starts, but for a flow list */
	int next_line;
} Slices;

extern void llp_slices_init(Slices *slices, Arena *arena, Str text);
/* A document of the stream starts at the position: at its directives, its marker or its first character. */
extern void llp_slices_marker(Slices *slices, Position start);
/* A block list that holds documents starts at the position, which is that of its first dash. */
extern void llp_slices_block_list(Slices *slices, Position start);
/* Adds a document whose characters are start … end; false when the arena is exhausted. */
extern bool llp_slices_add(Slices *slices, TreeNode *root, Enclosure enclosure, Position start, Position end);
/* The text has ended, or reading has. */
extern DocumentStream llp_slices_finish(Slices *slices);

#endif
