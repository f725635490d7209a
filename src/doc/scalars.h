/*
 * doc/scalars.h - what a scalar of a document is.
 */
#ifndef LLP_DOC_SCALARS_H
#define LLP_DOC_SCALARS_H

#include "base/tree.h"

/*
 * A plain scalar follows JSON: its number grammar, true, false and null, to which ~ and nothing at all are
 * added; every other text (no, 012, +1, .5, 12:30, True) is a string, and so is whatever is quoted or a
 * block. The text is copied.  NULL when the arena is exhausted.
 */
extern TreeNode *llp_read_scalar(Arena *arena, Str text, bool plain);

#endif
