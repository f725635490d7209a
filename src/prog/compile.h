/*
 * prog/compile.h - from a policy of the model to its fragment.
 */
#ifndef LLP_PROG_COMPILE_H
#define LLP_PROG_COMPILE_H

#include "policy/model.h"
#include "prog/fragment.h"
#include "base/status.h"

/*
 * Compiles one policy into a fragment in the arena.  `source` (FRAGMENT_SOURCE_SIZE bytes, or NULL for zeros)
 * is kept in it for whoever looks it up.  Equal policies give equal fragments.  STATUS_OK, STATUS_NO_MEMORY,
 * or STATUS_LIMIT when the policy has more than 65 536 different paths or would take a gigabyte.
 */
extern Status
llp_compile_policy(Arena *arena, const Policy *policy, const uint8_t *source, const Fragment **fragment);

#endif
