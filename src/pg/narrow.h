/*
 * pg/narrow.h - which policies of a program the caller names.
 */
#ifndef LLP_PG_NARROW_H
#define LLP_PG_NARROW_H

#include "postgres.h"

#include "utils/array.h"

#include "prog/image.h"

/*
 * A flag for each policy of the image: does `names` (text[]) list it, as "namespace/id" or by a bare id that
 * only one of them has?  In the current memory context.  Raises 22023 for an empty list or a null in it,
 * 42704 for an unknown name, 42P09 for a bare id of several policies.
 */
extern bool *narrow_policies(const Image *image, ArrayType *names);

#endif
