-- One case: `size` policies of a `workload`.  Prints "name|value" lines; ends with an error when answers differ.
SELECT bench.generate(:size, :'workload', :requests);
SELECT 'apply_ms', bench.apply_policies();
INSERT INTO bench.expected SELECT n, bench.linear(request) AS answer FROM bench.requests;
ANALYZE bench.expected;
SELECT 'matches', avg(jsonb_array_length(answer->'matched')) FROM bench.expected;
SELECT 'matches_most', max(jsonb_array_length(answer->'matched')) FROM bench.expected;

SELECT bench.disagreements() AS disagreements \gset
-- Without the policy that decided most often answers must differ, or the comparison would prove nothing.
BEGIN;
SELECT count(*) FROM llm_policy_delete((SELECT answer->>'policy' FROM bench.expected WHERE answer->>'policy' IS NOT NULL
										GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)) \g /dev/null
SELECT bench.disagreements() AS planted \gset
ROLLBACK;
SELECT :disagreements > 0 OR :planted = 0 AS unsound \gset
\if :unsound
	\warn :disagreements 'answers differ;' :planted 'differ without a policy that decides'
	DO $$ BEGIN RAISE EXCEPTION 'the answers do not agree'; END $$;
\endif

SELECT 'simulate_p50', p50, 'simulate_p99', p99 FROM bench.time_calls('llm_policy_simulate(request)');
SELECT 'plain_p50', p50, 'plain_p99', p99 FROM bench.time_calls('bench.plain(request)');
SELECT 'trivial_p50', p50, 'trivial_p99', p99 FROM bench.time_calls('jsonb_object_field(request, ''user'')');
SELECT 'simulate_rows', bench.time_statement('SELECT count(llm_policy_simulate(request)) FROM bench.requests');
SELECT 'plain_rows', bench.time_statement('SELECT count(bench.plain(request)) FROM bench.requests');
SELECT 'trivial_rows', bench.time_statement('SELECT count(jsonb_object_field(request, ''user'')) FROM bench.requests');

-- The audit: evaluating against a plain copy of one pass's rows into a table of the same partitions, key and index.
SELECT count(llm_policy_evaluate(request)) FROM bench.requests \g /dev/null
CREATE TABLE bench.audit_rows AS SELECT * FROM llm_policy.evaluations;
DO $$
BEGIN
	IF EXISTS (SELECT FROM bench.expected e LEFT JOIN bench.audit_rows a ON a.request_id = 'r' || e.n
			   WHERE a.decision IS DISTINCT FROM e.answer->>'decision'
				   OR a.decided_by->>'policy' IS DISTINCT FROM e.answer->>'policy') THEN
		RAISE EXCEPTION 'audit rows tell of other decisions';
	END IF;
END $$;
CREATE TABLE bench.audit_copy (LIKE llm_policy.evaluations) PARTITION BY RANGE (evaluated_at);
CREATE TABLE bench.audit_copy_all PARTITION OF bench.audit_copy (PRIMARY KEY (id)) FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
CREATE INDEX ON bench.audit_copy_all (namespace, evaluated_at);
SELECT 'evaluate_rows', bench.time_statement('SELECT count(llm_policy_evaluate(request)) FROM bench.requests');
-- A new id a pass keeps the key satisfied; gen_random_uuid() is part of the plain insert's cost.
SELECT format('INSERT INTO bench.audit_copy SELECT gen_random_uuid(), %s FROM bench.audit_rows',
			  string_agg(quote_ident(attname), ', ' ORDER BY attnum)) AS statement
FROM pg_attribute WHERE attrelid = 'bench.audit_rows'::regclass AND attnum > 1 \gset
SELECT 'insert_rows', bench.time_statement(:'statement');

-- After a change: the first answer by the new set, in a session that knows the old one.
SELECT llm_policy_simulate(request) FROM bench.requests LIMIT 1 \g /dev/null
SELECT count(*) FROM llm_policy_set_status('p0000000', 'shadow') \g /dev/null
SELECT clock_timestamp() AS before \gset
SELECT llm_policy_simulate(request) FROM bench.requests LIMIT 1 \g /dev/null
SELECT 'reload_ms', extract(epoch FROM clock_timestamp() - :'before'::timestamptz) * 1000;
SELECT count(*) FROM llm_policy_set_status('p0000000', 'active') \g /dev/null
