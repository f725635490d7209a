/*
 * policy/rule.h - the rules and exceptions of a policy.
 */
#ifndef LLP_POLICY_RULE_H
#define LLP_POLICY_RULE_H

#include "policy/model.h"
#include "policy/schema.h"

#define LLP_MAX_RULES 10000		/* of a policy */
#define LLP_MAX_EXCEPTIONS 1000 /* likewise */

/* Read the lists of a policy's section into `policy` and their normalised copies into policy->normalised. */
extern void llp_read_rules(Reader *reader, const Section *section, Policy *policy);
extern void llp_read_exceptions(Reader *reader, const Section *section, Policy *policy);

#endif
