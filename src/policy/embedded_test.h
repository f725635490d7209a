/*
 * policy/embedded_test.h - the tests that a policy carries.
 */
#ifndef LLP_POLICY_EMBEDDED_TEST_H
#define LLP_POLICY_EMBEDDED_TEST_H

#include "policy/model.h"
#include "policy/schema.h"

#define LLP_MAX_TESTS 1000 /* of a policy */

/* Reads the tests of a policy's section into `policy`, whose rules are already there. */
extern void llp_read_tests(Reader *reader, const Section *section, Policy *policy);

#endif
