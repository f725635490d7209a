/*
 * policy/template.h - templates in the strings of an action: {{ expression }}, and {{{{ for a literal {{.
 */
#ifndef LLP_POLICY_TEMPLATE_H
#define LLP_POLICY_TEMPLATE_H

#include "policy/model.h"
#include "policy/schema.h"

extern bool llp_has_template(Str text);
/* Is it one template and nothing else, so that its value can be of any type? */
extern bool llp_is_template(Arena *arena, Str text);
/*
 * Reads the templates of every string below `node` (an action or a list of them, keys left alone) into the
 * action.  Errors are reported where they stand.
 */
extern void llp_read_templates(Reader *reader, const TreeNode *node, const Place *place, Action *action);
/*
 * The text, or the value with every string below it, as it is meant: {{{{ becomes {{.  What holds a template
 * stays as written.  The same node comes back when nothing changes; NULL (data NULL) when exhausted.
 */
extern Str llp_literal_text(Arena *arena, Str text);
extern TreeNode *llp_literal_value(Arena *arena, TreeNode *node);

#endif
