-- What the evaluation functions promise to the planner, and that they keep it.
BEGIN;
SELECT no_plan();

SELECT volatility_is(name::name, marked, name || ' is ' || marked)
FROM (VALUES ('llm_policy_evaluate', 'volatile'), ('llm_policy_simulate', 'stable'), ('llm_policy_allowed', 'stable'),
			 ('llm_policy_simulate_document', 'stable'), ('llm_policy_evaluate_expression', 'stable'),
			 ('llm_policy_apply_modifications', 'stable')) AS functions (name, marked);
SELECT is(proparallel::text, CASE proname WHEN 'llm_policy_evaluate' THEN 'u' ELSE 's' END, proname || ' in parallel plans')
FROM pg_proc WHERE proname IN ('llm_policy_evaluate', 'llm_policy_simulate', 'llm_policy_allowed', 'llm_policy_simulate_document',
							   'llm_policy_evaluate_expression', 'llm_policy_apply_modifications');
SELECT is(pg_get_function_identity_arguments('llm_policy_evaluate'::regproc),
	'request jsonb, namespace text, policies text[], trace boolean, audit boolean, return_request boolean', 'arguments of evaluate');
SELECT is(pg_get_function_identity_arguments('llm_policy_simulate'::regproc),
	'request jsonb, namespace text, policies text[], trace boolean, return_request boolean, as_of timestamp with time zone, policy_set text',
	'arguments of simulate');

SELECT llm_policy_apply($$
metadata: {name: Rules, namespace: promise}
rules:
- {id: no, condition: {operator: eq, field: want, value: deny}, action: {decision: deny, reason: as wanted}}
- {id: change, condition: {operator: eq, field: want, value: modify}, action: {decision: modify, modifications: {want: less}}}
- {id: mind, condition: {operator: eq, field: want, value: warn}, action: {decision: warn, reason: as wanted}}
$$);

-- simulate is evaluate without its traces.
SELECT is(llm_policy_simulate(request, 'promise', return_request => true),
		  llm_policy_evaluate(request, 'promise', return_request => true) - '{decisionId, audited, evaluationTimeMs}'::text[],
		  'simulate and evaluate agree on ' || want)
FROM unnest('{allow, warn, modify, deny}'::text[]) AS want, jsonb_build_object('want', want, 'requestId', 'agree') AS request;
SELECT is((SELECT count(*) FROM llm_policy.evaluations WHERE namespace = 'promise'), 4::bigint, 'only evaluate leaves rows');

-- What the row says is what the decision said.
CREATE TEMPORARY TABLE decided AS
	SELECT llm_policy_evaluate(jsonb_build_object('want', want, 'requestId', want), 'promise') AS result
	FROM unnest('{allow, warn, modify, deny}'::text[]) AS want;
SELECT results_eq($$
	SELECT result ->> 'decisionId', result ->> 'requestId', result ->> 'decision', (result -> 'allowed')::boolean, result ->> 'reason',
		   result ->> 'reasonCode', result -> 'decidedBy', result -> 'modifications', result ->> 'policySet', (result ->> 'now')::timestamptz
	FROM decided ORDER BY 1$$, $$
	SELECT e.id::text, e.request_id, e.decision, e.allowed, e.reason, e.reason_code, e.decided_by, e.modifications, e.policy_set, e.decision_time
	FROM llm_policy.evaluations e JOIN decided ON e.id = (result ->> 'decisionId')::uuid ORDER BY 1$$, 'rows hold the decisions');
SELECT is(min((result ->> 'evaluationTimeMs')::numeric * 1000 - duration_us), 0::numeric, 'and how long they took')
FROM decided JOIN llm_policy.evaluations e ON e.id = (result ->> 'decisionId')::uuid;

-- A recorded decision can be made again from its row.
SELECT is(llm_policy_simulate('{"want": "deny"}', e.namespace, policy_set => e.policy_set, as_of => e.decision_time) ->> 'reason',
		  e.reason, 'replayed from the row')
FROM llm_policy.evaluations e WHERE e.request_id = 'deny' AND namespace = 'promise';

-- Validity is judged by the statement's time, or by as_of.
SELECT llm_policy_apply(format($$
metadata: {name: Sale, namespace: promise.sale}
validFrom: %s
validUntil: %s
rules: [{id: r, condition: {operator: and, conditions: []}, action: {decision: warn, reason: sale}}]
$$, to_char(now() AT TIME ZONE 'UTC' + interval '1 day', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
	to_char(now() AT TIME ZONE 'UTC' + interval '2 days', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')));
SELECT is(llm_policy_simulate('{}', 'promise.sale', as_of => clock_timestamp() + ahead) ->> 'decision', expected, 'sale after ' || ahead)
FROM (VALUES (interval '0', 'allow'), ('36 hours', 'warn'), ('3 days', 'allow')) AS t (ahead, expected);

-- Requests out of line: compressed and stored elsewhere.
CREATE TEMPORARY TABLE stored (request jsonb);
ALTER TABLE stored ALTER request SET STORAGE EXTERNAL;
INSERT INTO stored SELECT jsonb_build_object('want', 'deny', 'text', string_agg(md5(n::text), '')) FROM generate_series(1, 3000) AS n;
ALTER TABLE stored ALTER request SET STORAGE EXTENDED;
INSERT INTO stored SELECT jsonb_build_object('want', 'deny', 'text', repeat('x', 100000));
SELECT is(llm_policy_evaluate(request, 'promise') ->> 'decision', 'deny', 'a request of ' || pg_column_size(request) || ' stored bytes')
FROM stored;

-- Thousands of calls leave no memory behind.
CREATE FUNCTION pg_temp.memory() RETURNS bigint LANGUAGE sql AS
	$$ SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts $$;
DO $$
BEGIN
	FOR i IN 1 .. 200 LOOP
		PERFORM llm_policy_simulate('{"want": "modify"}', 'promise', return_request => true, trace => true);
	END LOOP;
END
$$;
SELECT pg_temp.memory() AS before \gset
DO $$
BEGIN
	FOR i IN 1 .. 5000 LOOP
		PERFORM llm_policy_simulate('{"want": "modify"}', 'promise', return_request => true, trace => true);
	END LOOP;
END
$$;
SELECT cmp_ok(pg_temp.memory() - :before, '<', 100000::bigint, 'no memory is left behind');
SELECT is((SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'llm_policy evaluation' AND level >
	(SELECT level + 1 FROM pg_backend_memory_contexts WHERE name = 'TopMemoryContext')),
	0::bigint, 'no evaluation is under way');
SELECT is(llm_policy_simulate(jsonb_build_object('want', repeat('x', 2000000)), 'promise', return_request => true) ->> 'decision', 'allow', 'a large request');
SELECT cmp_ok((SELECT max(total_bytes) FROM pg_backend_memory_contexts WHERE name = 'llm_policy evaluation'), '<', 65536::bigint,
	'its memory is not kept for the next one');
SELECT cmp_ok((SELECT count(*) FROM pg_backend_memory_contexts WHERE ident = 'policy set'), '<=', 16::bigint, 'policy sets are bounded');

SELECT * FROM finish();
ROLLBACK;
