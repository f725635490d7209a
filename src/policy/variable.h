/*
 * policy/variable.h - the named values of a policy: expressions, and rows of data sources.
 */
#ifndef LLP_POLICY_VARIABLE_H
#define LLP_POLICY_VARIABLE_H

#include "policy/model.h"
#include "policy/schema.h"

/*
 * Reads the variables of a policy and its uses of data sources.  The expressions that are read after it,
 * until the next policy's turn, may use them.
 */
extern void llp_read_variables(Reader *reader, const Section *section, Policy *policy);

#endif
