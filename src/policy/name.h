/*
 * policy/name.h - how an id is made of a name; what ids and namespaces may look like is in policy/model.h.
 */
#ifndef LLP_POLICY_NAME_H
#define LLP_POLICY_NAME_H

#include "base/str.h"

/*
 * The id that a policy of this name has when its author gave none: the ASCII letters, in lower case, and
 * digits of the name, with one "-" for each run of anything else between them.  It can be empty or longer
 * than an id may be: check it.  Empty also when the arena is exhausted.
 */
extern Str llp_name_slug(Arena *arena, Str name);

#endif
