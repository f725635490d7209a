-- What the counters count: each decision once, whatever becomes of its transaction.
BEGIN;
SELECT no_plan();

CREATE TEMPORARY TABLE mark (name text, labels jsonb, value numeric);
CREATE TEMPORARY TABLE latency_mark (below_us double precision, evaluations bigint);
CREATE FUNCTION start_counting() RETURNS void LANGUAGE sql AS $$
	DELETE FROM mark;
	INSERT INTO mark SELECT name, labels, value FROM llm_policy.statistics;
	DELETE FROM latency_mark;
	INSERT INTO latency_mark SELECT below_us, evaluations FROM llm_policy.statistics_latency
$$;
-- What has grown since, without time: {"name label": by how much}.
CREATE FUNCTION grown() RETURNS jsonb LANGUAGE sql AS $$
	SELECT coalesce(jsonb_object_agg(
		concat_ws(' ', regexp_replace(s.name, '^llm_policy_(.*)_total$', '\1'), l.label_value), s.value - m.value), '{}')
	FROM llm_policy.statistics AS s JOIN mark AS m USING (name, labels)
		LEFT JOIN LATERAL jsonb_each_text(s.labels) AS l(label, label_value) ON true
	WHERE s.value <> m.value AND s.unit <> 'seconds'
$$;
CREATE FUNCTION timed() RETURNS bigint LANGUAGE sql AS $$
	SELECT sum(l.evaluations - m.evaluations)::bigint
	FROM llm_policy.statistics_latency AS l JOIN latency_mark AS m USING (below_us)
$$;
CREATE FUNCTION request(want text) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('want', want) $$;

SELECT llm_policy_apply($$
metadata: {name: Counted, namespace: counted}
rules:
- {id: d, condition: {operator: eq, field: want, value: deny}, action: {decision: deny}}
- {id: m, condition: {operator: eq, field: want, value: modify}, action: {decision: modify, modifications: {want: less}}}
- {id: w, condition: {operator: eq, field: want, value: warn}, action: {decision: warn}}
$$);
SELECT llm_policy_simulate('{}', 'counted');	-- links the program

-- --- Verdicts ----------------------------------------------------------------------------------------------------------

SELECT start_counting();
SELECT is(grown(), '{}', 'reading counts nothing');
SELECT llm_policy_evaluate(request(want), 'counted')
FROM unnest('{allow, warn, modify, deny}'::text[]) WITH ORDINALITY AS w(want, n), generate_series(1, n);
SELECT is(grown(), '{"evaluations allow": 1, "evaluations warn": 2, "evaluations modify": 3, "evaluations deny": 4,
	"audit_outcomes table": 10}', 'n evaluations of a verdict add n to it');
SELECT is(timed(), 10::bigint, 'and each is timed');
SELECT cmp_ok((SELECT s.value - m.value FROM llm_policy.statistics AS s JOIN mark AS m USING (name, labels)
			   WHERE s.unit = 'seconds'), '<', 60::numeric, 'in seconds');

SELECT start_counting();
SELECT llm_policy_simulate(request('deny'), 'counted'), llm_policy_simulate(request('deny'), 'counted', trace => true);
SELECT llm_policy_allowed(request(want), 'counted') FROM unnest('{warn, modify, modify}'::text[]) AS want;
SELECT is(grown(), '{"simulations deny": 2, "simulations warn": 1, "simulations modify": 2}', 'simulate and allowed');
SELECT is(timed(), 0::bigint, 'are not timed');

SELECT start_counting();
SELECT llm_policy_simulate_document('{metadata: {name: D}, config: {defaultAction: deny}, rules: []}', '{}');
SELECT is(grown(), '{"simulations deny": 1}', 'simulate_document');

SELECT start_counting();
SELECT llm_policy_simulate('{}', 'counted', as_of => now() + '1 day');
SELECT llm_policy_simulate('{}', 'counted', policy_set => llm_policy_simulate('{}', 'counted') ->> 'policySet');
SELECT is(grown(), '{"simulations allow": 3, "programs_linked call": 2}', 'as_of and policy_set link for themselves');

-- --- Programs ------------------------------------------------------------------------------------------------------------

SELECT start_counting();
SELECT llm_policy_apply('{metadata: {name: More, namespace: counted}, rules: []}');
SELECT llm_policy_simulate('{}', 'counted'), llm_policy_simulate('{}', 'counted');
SELECT is(grown(), jsonb_build_object('simulations allow', 2, 'programs_linked '
	|| CASE WHEN current_setting('llm_policy.cache_size', true) IS NULL THEN 'backend' ELSE 'shared' END, 1),
	'a new set is linked once');

-- --- Records -------------------------------------------------------------------------------------------------------------

SELECT start_counting();
SET LOCAL llm_policy.audit = 'off';
SELECT llm_policy_evaluate(request('deny'), 'counted');
SET LOCAL llm_policy.audit = 'log';
SELECT llm_policy_evaluate(request('deny'), 'counted');
SET LOCAL llm_policy.audit = 'both';
SELECT llm_policy_evaluate(request('deny'), 'counted');
RESET llm_policy.audit;
SELECT is(grown(), '{"evaluations deny": 3, "audit_outcomes none": 1, "audit_outcomes log": 1, "audit_outcomes table": 1}',
	'where each was recorded');

-- --- What is undone, and what fails ----------------------------------------------------------------------------------------

SELECT start_counting();
SAVEPOINT s;
SELECT llm_policy_evaluate(request('deny'), 'counted');
ROLLBACK TO s;
SELECT is(grown(), '{"evaluations deny": 1, "audit_outcomes table": 1}', 'a rollback does not undo counts');
SELECT is((SELECT count(*) FROM llm_policy.evaluations), 11::bigint, 'as it does rows');

SELECT start_counting();
SELECT throws_ok($$ SELECT llm_policy_evaluate('[]', 'counted') $$, '22023', NULL, 'a request that is none');
SELECT throws_ok($$ SELECT llm_policy_allowed('{}', 'no.such') $$, '42704', NULL, 'a namespace that is none');
SELECT is(grown(), '{}', 'count as no decision');

-- --- The rows --------------------------------------------------------------------------------------------------------------

SELECT is_empty($$ SELECT name FROM llm_policy.statistics GROUP BY name
				   HAVING count(DISTINCT (unit, description)) > 1 OR count(DISTINCT labels) < count(*) $$,
	'rows of a name differ in their labels alone');
SELECT is_empty($$ SELECT name FROM llm_policy.statistics WHERE name !~ '^llm_policy_[a-z_]+_(total|seconds_sum)$' $$,
	'names are as Prometheus wants them');
SELECT is_empty($$ SELECT n FROM (SELECT below_us, row_number() OVER (ORDER BY below_us) AS n FROM llm_policy.statistics_latency) AS l
				   WHERE below_us <> CASE n WHEN 25 THEN 'Infinity' ELSE 2.0 ^ (n - 1) END $$, 'bounds are powers of two');
SELECT is((SELECT max(cumulative) FROM llm_policy.statistics_latency),
	(SELECT sum(value)::bigint FROM llm_policy.statistics WHERE name = 'llm_policy_evaluations_total'),
	'as many are timed as there are evaluations');
SELECT is((SELECT DISTINCT scope FROM llm_policy.statistics),
	CASE WHEN current_setting('llm_policy.cache_size', true) IS NULL THEN 'session' ELSE 'server' END, 'whose they are');
SELECT ok((SELECT bool_and(since BETWEEN pg_postmaster_start_time() - interval '1 minute' AND clock_timestamp())
		   FROM llm_policy.statistics), 'and since when');

-- --- A reset ---------------------------------------------------------------------------------------------------------------

SELECT llm_policy_statistics_reset();
SELECT is((SELECT sum(value) FROM llm_policy.statistics), 0::numeric, 'a reset takes all to zero');
SELECT is((SELECT sum(evaluations) FROM llm_policy.statistics_latency), 0::numeric, 'the times too');
SELECT is((SELECT min(since) FROM llm_policy.statistics) > now(), true, 'and says when');
SELECT llm_policy_evaluate('{}', 'counted');
SELECT is((SELECT sum(value) FROM llm_policy.statistics WHERE name = 'llm_policy_evaluations_total'), 1::numeric,
	'what follows counts');

-- --- Who may see them --------------------------------------------------------------------------------------------------------

CREATE ROLE llm_policy_test_nobody;
CREATE ROLE llm_policy_test_admin;
CREATE ROLE llm_policy_test_monitor IN ROLE pg_monitor;
SELECT llm_policy_grant('llm_policy_test_admin', 'admin', '*');
SET LOCAL ROLE llm_policy_test_monitor;
SELECT lives_ok('SELECT * FROM llm_policy.statistics', 'pg_monitor reads the counters');
SELECT lives_ok('SELECT * FROM llm_policy.statistics_latency', 'and the times');
SELECT throws_ok('SELECT llm_policy_statistics_reset()', '42501', NULL, 'but resets nothing');
SET LOCAL ROLE llm_policy_test_nobody;
SELECT throws_ok('SELECT * FROM llm_policy.statistics', '42501', NULL, 'nobody else reads them');
SELECT throws_ok('SELECT * FROM llm_policy.statistics_entries()', '42501', NULL, 'nor calls what is behind them');
SET LOCAL ROLE llm_policy_test_admin;
SELECT throws_ok('SELECT * FROM llm_policy.statistics', '42501', NULL, 'a right on policies is none on the server');
SELECT throws_ok('SELECT * FROM llm_policy.statistics_latency', '42501', NULL, 'nor on the times');
SELECT throws_ok('SELECT llm_policy_statistics_reset()', '42501', NULL, 'nor for a reset');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
