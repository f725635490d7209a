/*
 * vm/cel_select.h - parts of values: x.name, x[key], has(x.name), and the optional forms of them.
 */
#ifndef LLP_VM_CEL_SELECT_H
#define LLP_VM_CEL_SELECT_H

#include "vm/cel_context.h"

/*
 * x[key] of a list or map.  An index is an integer of any numeric type.  Errors: CEL_ERROR_ABSENT where there
 * is no such element or key, no such overload for other values.
 */
extern CelValue llp_cel_part(CelValue container, CelValue key);
/* The optional of what llp_cel_part returned: none for an absent part. */
extern CelValue llp_cel_optional_part(CelContext *context, CelValue part);
/* x.name: of a map, of an optional of one (then an optional, as x.?name), or a member of a timestamp. */
extern CelValue llp_cel_select(CelContext *context, CelValue value, Str name);
/* x.?name: an optional. */
extern CelValue llp_cel_optional_select(CelContext *context, CelValue value, Str name);
/* has(x.name): a bool, or an error where x has no members. */
extern CelValue llp_cel_has(CelValue value, Str name);

#endif
