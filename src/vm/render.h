/*
 * vm/render.h - the values of a rule's action with their templates computed.
 */
#ifndef LLP_VM_RENDER_H
#define LLP_VM_RENDER_H

#include "vm/interpreter.h"

/* Is told of a template that errs: vm->problem and vm->trouble say why. */
typedef void TemplateErred(void *context);

/*
 * A copy of value `index` of the policy with its templates computed.  One that errs leaves its source, and
 * `erred` is told; without `erred` there is no value then.  NULL also when vm->status says so.
 */
extern TreeNode *
llp_render(Interpreter *vm, const PolicyView *view, uint32_t index, TemplateErred *erred, void *context);

#endif
