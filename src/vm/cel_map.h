/*
 * vm/cel_map.h - maps made by expressions: keys of several types, equal as numbers are.
 */
#ifndef LLP_VM_CEL_MAP_H
#define LLP_VM_CEL_MAP_H

#include "vm/value.h"

/* An empty map with room for `capacity` entries, or NULL when the evaluation stopped. */
extern CelMap *llp_cel_map_new(CelContext *context, size_t capacity);
/*
 * Adds an entry.  Null on success; else the error of a key that cannot be one, or that is there already, or
 * of a value that is one itself, or CEL_STOPPED.
 */
extern CelValue llp_cel_map_add(CelContext *context, CelMap *map, CelValue key, CelValue value);
/* For a map of that form. */
extern bool llp_cel_map_find(CelValue map, CelValue key, CelValue *value);

#endif
