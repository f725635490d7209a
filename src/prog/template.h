/*
 * prog/template.h - the values of an action, whose strings may be templates.
 */
#ifndef LLP_PROG_TEMPLATE_H
#define LLP_PROG_TEMPLATE_H

#include "policy/model.h"
#include "prog/assembler.h"

/* What is stored from here on is of this action. */
extern void llp_begin_action(Assembler *assembler, const Action *action);
/* No more of it; was there a template in what was stored? */
extern bool llp_end_action(Assembler *assembler);
/*
 * A value of the action in hand in section values.  The code of its templates comes first: what a container
 * holds has to stand together.  NULL gives NO_VALUE.
 */
extern uint32_t llp_compile_value(Assembler *assembler, const TreeNode *node);
/*
 * The same of a string that is a template and gives a text, whatever its expression's type; NO_VALUE for any
 * other.  An alias may have made it a value of the action too, which has to be compiled before.
 */
extern uint32_t llp_compile_text(Assembler *assembler, const TreeNode *node);

#endif
