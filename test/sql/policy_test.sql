-- llm_policy_test: the tests that policies carry, and the rules that none of them reaches.
\set SHOW_CONTEXT never
\pset null (null)
SELECT id FROM llm_policy_apply($$
metadata: {name: Covered, namespace: regress.test}
rules:
- {id: deny-a, condition: {operator: eq, field: a, value: 1}, action: {decision: deny, reason: a is one}}
- {id: warn-b, condition: {operator: eq, field: b, value: 1}, action: {decision: warn}}
- {id: never, condition: {operator: eq, field: c, value: 1}, action: {decision: warn}}
tests:
- {name: a is denied, request: {a: 1}, expect: {decision: deny, rule: deny-a, reason: a is one}}
- {name: b is warned, request: {b: 1}, expect: {decision: warn}}
---
metadata: {name: Untested, namespace: regress.test}
status: draft
rules:
- {id: r, condition: {operator: exists, field: a}, action: {decision: deny}}
$$);
SELECT * FROM llm_policy_test(namespace => 'regress.test');
SELECT * FROM llm_policy_test('covered', 'regress.test');
-- A text that is not stored.
SELECT * FROM llm_policy_test(document => $$
metadata: {name: Draft, namespace: regress.test}
rules:
- {id: deny-a, condition: {operator: eq, field: a, value: 1}, action: {decision: deny}}
tests:
- {name: wrong, request: {a: 2}, expect: {decision: deny, rule: deny-a}}
- {name: refused, request: {data: 2}, expect: {decision: deny}}
$$);
SELECT count(*) FROM llm_policy.policies WHERE namespace = 'regress.test' AND id = 'draft';
SELECT * FROM llm_policy_test('nothing', 'regress.test');
SELECT * FROM llm_policy_test('covered', 'regress.test', 'a: text');
SELECT * FROM llm_policy_test(document => 'rules: 1');
SELECT * FROM llm_policy_test(namespace => 'regress.test.empty');
