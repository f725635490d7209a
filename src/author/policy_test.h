/*
 * author/policy_test.h - runs the tests that a policy carries, against this policy alone.
 */
#ifndef LLP_AUTHOR_POLICY_TEST_H
#define LLP_AUTHOR_POLICY_TEST_H

#include "policy/model.h"
#include "vm/evaluate.h"

typedef struct PolicyTestResult
{
	const PolicyTest *test;
	bool passed;
	Str problem;	  /* "decision is allow, not deny; rule is …"; empty when passed */
	TreeNode *result; /* the decision's result */
} PolicyTestResult;

typedef struct PolicyTestReport
{
	PolicyTestResult *results; /* in document order */
	size_t count;
	size_t failed;
	Str *uncovered; /* ids of enabled rules that no test matched */
	size_t uncovered_count;
} PolicyTestReport;

/*
 * Runs every test of `policy` as if its status were active.  `now` judges tests that do not name one.  A
 * request that llp_evaluate refuses is a failed test, not an error of this call.  No data source is asked:
 * what data.name is, the test says.  `redactor` NULL: rules that redact err.
 */
extern Status llp_run_policy_tests(Arena *arena, const Policy *policy, Timestamp now,
								   const Redactor *redactor, PolicyTestReport *report);

#endif
