/*
 * policy/validity.h - validFrom and validUntil of policies, rules and exceptions.
 */
#ifndef LLP_POLICY_VALIDITY_H
#define LLP_POLICY_VALIDITY_H

#include "policy/model.h"
#include "policy/schema.h"

extern Validity llp_read_validity(Reader *reader, const Section *section, Key from, Key until);

#endif
