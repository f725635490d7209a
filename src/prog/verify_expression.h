/*
 * prog/verify_expression.h - the part of prog/verify.h that is about the code of expressions.
 */
#ifndef LLP_PROG_VERIFY_EXPRESSION_H
#define LLP_PROG_VERIFY_EXPRESSION_H

#include "prog/fragment.h"

/*
 * Verifies the expression that begins at instruction *at of a fragment whose sections, values and constants
 * are sound, and moves *at to its RESULT.  NULL, or a phrase that says what is wrong.
 */
extern const char *llp_verify_expression(const Fragment *fragment, uint32_t *at);

/* Is a slot of the fragment one of expressions, a member of the request? */
typedef bool SlotIsMember(const void *context, uint32_t slot);
/*
 * Verifies that expressions read slots of expressions, and all else the others: what is kept of a slot is of
 * one form or the other (vm/slots.h).  The fragment's body is sound.  NULL, or a phrase that says what is
 * wrong.
 */
extern const char *
llp_verify_slot_uses(const Fragment *fragment, SlotIsMember *is_member, const void *context);

#endif
