/*
 * doc/builder.h - libyaml's events to trees.
 *
 * Takes one event at a time, keeps the stack of open containers, the anchors and the caps, and reports what
 * is wrong with what YAML itself allows: duplicate keys, keys that are no scalars, tags, aliases.
 */
#ifndef LLP_DOC_BUILDER_H
#define LLP_DOC_BUILDER_H

#include <yaml.h>

#include "base/diag.h"
#include "doc/slices.h"

/* A container that is being filled. */
typedef struct Frame
{
	TreeNode *node;
	/* Of a map, once the key has come and before its value is complete: */
	bool has_key;
	bool drop_value; /* the key was refused, and its value goes with it */
	Str key;
	Position key_position;
} Frame;

typedef struct Builder
{
	Arena *arena;
	DiagnosticList *findings;
	Repairs *repairs;
	Cursor cursor;
	Slices slices;
	Enclosure enclosure;
	Position here;			 /* where the event at hand starts */
	Position document_start; /* the document at hand */
	Frame frames[LLP_MAX_DOCUMENT_DEPTH];
	int depth;
	TreeNode *anchors; /* map of the document's anchors to nodes; NULL while there are none */
	size_t nodes;	   /* of the whole text, aliases expanded */
	bool misplaced;	   /* a repair turned out to be wrong: the text must be read again */
	Status status;	   /* other than OK: stop */
} Builder;

extern void
llp_builder_init(Builder *builder, Arena *arena, Str text, Repairs *repairs, DiagnosticList *findings);
extern void llp_builder_take(Builder *builder, const yaml_event_t *event);
/* The path to what is being read, inside its document: rules[2].condition */
extern Str llp_builder_path(const Builder *builder);

#endif
