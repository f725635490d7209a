/*
 * policy/template.h - templates in the strings of an action: {{ expression }}, and {{{{ for a literal {{.
 */
#ifndef LLP_POLICY_TEMPLATE_H
#define LLP_POLICY_TEMPLATE_H

#include "policy/schema.h"

extern bool llp_has_template(Str text);
/*
 * Reports every string below `node` (a value, keys left alone) that holds a template: the errors of its
 * expressions, or else that there are no templates yet.
 */
extern void llp_check_templates(Reader *reader, const TreeNode *node, const Place *place);
/*
 * The text, or the value with every string below it, as it is meant: {{{{ becomes {{.  What holds a template
 * stays as written.  The same node comes back when nothing changes; NULL (data NULL) when exhausted.
 */
extern Str llp_literal_text(Arena *arena, Str text);
extern TreeNode *llp_literal_value(Arena *arena, TreeNode *node);

#endif
