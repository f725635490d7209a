-- llm_policy_simulate and llm_policy_simulate_document: decisions that leave nothing behind.
\set SHOW_CONTEXT never

SELECT action FROM llm_policy_apply($$
metadata: {name: Models, namespace: regress.simulate}
rules:
- id: blocked
  condition: {operator: eq, field: llm.model, value: big}
  action: {decision: deny, reason: first revision}
$$);
SELECT llm_policy_simulate('{"llm": {"model": "big"}}', 'regress.simulate') ->> 'policySet' AS first_set,
	   clock_timestamp() AS first_time \gset

SELECT jsonb_pretty(llm_policy_simulate('{"llm": {"model": "big"}}', 'regress.simulate') - '{now, policySet}'::text[]);
SELECT count(*) FROM llm_policy.evaluations WHERE namespace = 'regress.simulate';

SELECT action, revision FROM llm_policy_apply($$
metadata: {name: Models, namespace: regress.simulate}
rules:
- id: allowed
  condition: {operator: eq, field: llm.model, value: big}
  action: {decision: warn, reason: second revision}
$$);
SELECT llm_policy_simulate('{"llm": {"model": "big"}}', 'regress.simulate') ->> 'reason' AS now;

-- By a recorded set, by a time, by both.
SELECT r ->> 'reason' AS reason, r ->> 'policySet' = :'first_set' AS same_set, r -> 'warnings' AS warnings
FROM llm_policy_simulate('{"llm": {"model": "big"}}', 'regress.simulate', policy_set => :'first_set') AS r;
SELECT r ->> 'reason' AS reason, r ->> 'policySet' = :'first_set' AS same_set, r -> 'warnings' AS warnings,
	   (r ->> 'now')::timestamptz = :'first_time' AS then
FROM llm_policy_simulate('{"llm": {"model": "big"}}', 'regress.simulate', as_of => :'first_time') AS r;
SELECT r ->> 'reason' AS reason, (r ->> 'now')::timestamptz = '2020-01-01 00:00+00' AS then
FROM llm_policy_simulate('{"llm": {"model": "big"}}', 'regress.simulate', policy_set => :'first_set',
						 as_of => '2020-01-01 00:00+00') AS r;
-- Before there was anything; without end; by an unknown set.
SELECT llm_policy_simulate('{}', 'regress.simulate', as_of => '2020-01-01');
SELECT llm_policy_simulate('{}', 'regress.simulate', as_of => 'infinity');
SELECT llm_policy_simulate('{}', 'regress.simulate', policy_set => repeat('0', 64));

-- A text that is not stored; drafts among it count.
SELECT jsonb_pretty(llm_policy_simulate_document($$
metadata: {name: Draft of a rule, namespace: nowhere.yet}
status: draft
rules:
- id: long-prompts
  condition: {operator: gt, field: llm.prompt.length, value: 3}
  action: {decision: deny, reason: too long}
$$, '{"llm": {"prompt": "long"}}', trace => true) - '{now, policySet}'::text[]);
SELECT llm_policy_simulate_document(E'metadata: {name: x}\nrules:\n- condition: {operator: equals, field: a, value: 1}\n', '{}');
SELECT llm_policy_simulate_document(NULL, '{}');

-- In parallel workers, each of which finds the policies by itself.
CREATE TABLE simulate_requests WITH (parallel_workers = 2) AS
	SELECT jsonb_build_object('llm', jsonb_build_object('model', CASE WHEN n % 3 = 0 THEN 'big' ELSE 'small' END)) AS request
	FROM generate_series(1, 3000) AS n;
ANALYZE simulate_requests;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF)
SELECT count(*) FROM simulate_requests WHERE llm_policy_simulate(request, 'regress.simulate') ->> 'decision' = 'warn';
SELECT llm_policy_simulate(request, 'regress.simulate') ->> 'decision' AS decision, count(*)
FROM simulate_requests GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM simulate_requests WHERE llm_policy_simulate(request, 'regress.simulate', as_of => :'first_time') ->> 'decision' = 'deny';
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
DROP TABLE simulate_requests;

SELECT id, action FROM llm_policy_delete('models', 'regress.simulate');
