/*
 * policy/place.h - where in its document something stands.
 */
#ifndef LLP_POLICY_PLACE_H
#define LLP_POLICY_PLACE_H

#include "base/str.h"

/* A chain from the inside out, on the stack of who reads it. */
typedef struct Place
{
	const struct Place *parent; /* NULL for the document itself */
	Str key;					/* a member of the parent, as written … */
	size_t index;				/* … or, when key.data is NULL, an element of it */
} Place;

extern Place llp_place_member(const Place *parent, Str key);
extern Place llp_place_element(const Place *parent, size_t index);
/* "rules[2].condition.operator" */
extern Str llp_place_path(Arena *arena, const Place *place);

/* The first characters of an author's text, for messages. */
extern Str llp_excerpt(Arena *arena, Str text);

#endif
