/*
 * vm/cel_tree.h - what an expression computed as JSON.
 */
#ifndef LLP_VM_CEL_TREE_H
#define LLP_VM_CEL_TREE_H

#include "base/tree.h"
#include "vm/cel_context.h"

/*
 * A value as a tree in the evaluation's arena, which shares its texts; NULL with *problem, the value itself
 * if that failed, or the error that it, or something in it, has no JSON form.
 *
 * Null, bool, numbers, string, list and map are what they are, and the numbers of a request keep their exact
 * form; keys that are no strings become their texts.  Bytes become base64, timestamps, durations, addresses
 * and types their texts, an optional its value or null.  There is no form for NaN, infinities, a uint beyond
 * int's range, a string with U+0000, which SQL cannot hold, and a map with two keys of one text.
 */
extern TreeNode *llp_cel_tree(CelContext *context, CelValue value, CelValue *problem);

#endif
