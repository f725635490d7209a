/*
 * vm/cel_text.h - what a template inserts for values.
 */
#ifndef LLP_VM_CEL_TEXT_H
#define LLP_VM_CEL_TEXT_H

#include "vm/cel_context.h"

/*
 * The texts of a list's items, joined: strings as they are, all others as the JSON that vm/cel_tree.h makes
 * of them.  An error if `list` is one, or an item has no such form; CEL_STOPPED.
 */
extern CelValue llp_cel_text_of(CelContext *context, CelValue list);

#endif
