/*
 * policy/variable.h - the named expressions of a policy.
 */
#ifndef LLP_POLICY_VARIABLE_H
#define LLP_POLICY_VARIABLE_H

#include "policy/model.h"
#include "policy/schema.h"

/*
 * Reads the variables of a policy.  The expressions that are read after it, until the next policy's turn, may
 * use them.
 */
extern void llp_read_variables(Reader *reader, const Section *section, Policy *policy);

#endif
