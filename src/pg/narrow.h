/*
 * pg/narrow.h - a policy set cut down to the policies that the caller names.
 */
#ifndef LLP_PG_NARROW_H
#define LLP_PG_NARROW_H

#include "postgres.h"

#include "utils/array.h"

#include "policy/model.h"

/*
 * The policies of `set` that `names` (text[]) lists as "namespace/id", or by a bare id that only one of them
 * has; in walk order, in the current memory context.  Raises 22023 for an empty list or a null in it, 42704
 * for an unknown name, 42P09 for a bare id of several policies.
 */
extern PolicySet narrow_policy_set(const PolicySet *set, ArrayType *names);

#endif
