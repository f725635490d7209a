/*
 * author/lint_values.h - what trees and expressions have in common when they are held against a schema.
 */
#ifndef LLP_AUTHOR_LINT_VALUES_H
#define LLP_AUTHOR_LINT_VALUES_H

#include "author/request_schema.h"

/* The hint for a member that a schema does not list: what was meant, or what there is. */
extern const char *llp_hint_member(Arena *arena, const RequestSchema *schema, Str name);
/* The hint for a text, or something else (empty), that is none of the schema's values. */
extern const char *llp_hint_value(Arena *arena, const TreeNode *values, Str text);

#endif
