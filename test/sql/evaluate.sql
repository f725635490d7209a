-- llm_policy_evaluate: decisions as users see them.
\set SHOW_CONTEXT never
\pset null '<null>'

SELECT * FROM llm_policy_apply($$
metadata: {name: Cost limits, namespace: regress.evaluate, priority: 10}
rules:
- id: too-dear
  condition: {operator: gt, field: llm.estimatedCost, value: 1}
  action: {decision: deny, reason: costs too much, code: COST}
- id: cap-output
  condition: {operator: gt, field: llm.maxTokens, value: 1000}
  actions:
  - {type: modify, cap: {llm.maxTokens: 1000}, reason: output was capped}
  - {type: log, level: info}
---
metadata: {name: Tiers, namespace: regress}
rules:
- id: free-tier
  condition: {operator: eq, field: user.tier, value: free}
  action: {decision: warn, reason: free tier}
---
metadata: {name: Watch, namespace: regress}
status: shadow
rules:
- id: every-request
  condition: {operator: and, conditions: []}
  action: {decision: deny}
$$);

-- What differs from call to call is compared apart.
CREATE FUNCTION pg_temp.stable(result jsonb) RETURNS text LANGUAGE sql AS
	$$ SELECT jsonb_pretty(result - '{decisionId, requestId, evaluationTimeMs, now, policySet}'::text[]) $$;

SELECT pg_temp.stable(llm_policy_evaluate('{"llm": {"estimatedCost": 1.01}}', 'regress.evaluate'));
SELECT pg_temp.stable(llm_policy_evaluate('{"llm": {"maxTokens": 4096}, "user": {"tier": "free"}}', 'regress.evaluate',
										  return_request => true));
SELECT pg_temp.stable(llm_policy_evaluate('{"user": {"tier": "free"}}', 'regress.evaluate'));
SELECT pg_temp.stable(llm_policy_evaluate('{}', 'regress.evaluate'));
-- An ancestor's policies count below it, a sibling's do not.
SELECT llm_policy_evaluate('{"llm": {"estimatedCost": 5}, "user": {"tier": "free"}}', 'regress.other') ->> 'decision' AS decision;
-- Narrowed to some of the policies.
SELECT llm_policy_evaluate('{"llm": {"estimatedCost": 5}}', 'regress.evaluate', '{regress/tiers}') ->> 'reasonCode' AS reason_code;
-- A trace.
SELECT jsonb_pretty(llm_policy_evaluate('{"llm": {"maxTokens": 5}}', 'regress.evaluate', '{cost-limits}', trace => true) -> 'trace');

-- Ids: version 7, ordered by time; the caller's requestId, request.id, or the decision's own.
SELECT r ->> 'requestId' = r ->> 'decisionId' AS own_id,
	   substr(r ->> 'decisionId', 15, 1) AS version,
	   (r ->> 'evaluationTimeMs')::numeric >= 0 AS has_time,
	   (r ->> 'now')::timestamptz = statement_timestamp() AS now_of_statement,
	   length(r ->> 'policySet') AS hash_length
FROM llm_policy_evaluate('{}', 'regress.evaluate') AS r;
SELECT llm_policy_evaluate('{"requestId": "a-1"}', 'regress.evaluate') ->> 'requestId' AS first,
	   llm_policy_evaluate('{"request": {"id": "a-2"}}', 'regress.evaluate') ->> 'requestId' AS second;
SELECT count(*), count(DISTINCT id) AS ids, bool_and(follows) AS ordered
FROM (SELECT id, id >= lag(id) OVER (ORDER BY n) AS follows
	  FROM (SELECT n, (llm_policy_evaluate('{}', 'regress.evaluate') ->> 'decisionId')::uuid AS id
			FROM generate_series(1, 100) AS n) AS decisions) AS pairs;

-- The namespace: argument, setting, root.
SET llm_policy.namespace = 'regress.evaluate';
SELECT llm_policy_evaluate('{"llm": {"estimatedCost": 5}}') ->> 'decision' AS by_setting;
SET llm_policy.namespace = '';
SELECT llm_policy_evaluate('{"llm": {"estimatedCost": 5}}') ->> 'reasonCode' AS of_the_root;
RESET llm_policy.namespace;

-- What is decided when no rule matched.
SET llm_policy.default_decision = deny;
SELECT r ->> 'decision' AS decision, r ->> 'reasonCode' AS reason_code
FROM llm_policy_evaluate('{}', 'regress.evaluate') AS r;
RESET llm_policy.default_decision;

-- A change counts at once, and no longer after it was rolled back.
BEGIN;
SAVEPOINT before_change;
SELECT action FROM llm_policy_set_status('tiers', 'draft', 'regress');
SELECT llm_policy_evaluate('{"user": {"tier": "free"}}', 'regress.evaluate') ->> 'decision' AS changed;
ROLLBACK TO before_change;
SELECT llm_policy_evaluate('{"user": {"tier": "free"}}', 'regress.evaluate') ->> 'decision' AS as_before;
ROLLBACK;

-- Many namespaces in one session: more sets than the backend keeps.
SELECT count(*) FROM generate_series(1, 40) AS n,
	LATERAL llm_policy_apply(format('{metadata: {name: only, namespace: regress.many.n%s}, rules: [{condition: {operator: eq, field: n, value: %s}, action: {decision: deny}}]}', n, n));
SELECT count(*) FILTER (WHERE llm_policy_evaluate(jsonb_build_object('n', n), 'regress.many.n' || n) ->> 'decision' = 'deny') AS denied
FROM generate_series(1, 40) AS n, generate_series(1, 3);
SELECT count(llm_policy_delete('only', 'regress.many.n' || n)) FROM generate_series(1, 40) AS n;

-- Every namespace at once.
SELECT llm_policy_evaluate('{"llm": {"estimatedCost": 5}}', '*', '{regress.evaluate/cost-limits}') ->> 'decision' AS decision;

SELECT id, action FROM llm_policy_delete('cost-limits', 'regress.evaluate');
SELECT id, action FROM llm_policy_delete('tiers', 'regress');
SELECT id, action FROM llm_policy_delete('watch', 'regress');
