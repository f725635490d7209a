-- One case: `policies` of `rules` each, of a `workload`.  Prints "name|value" lines; ends with an error when answers differ.
-- `sample`: requests that the linear evaluation answers; the others are compared with plain SQL.
SELECT bench.generate_rules(:policies * :rules, :rules, :'workload') \g /dev/null
SELECT bench.generate_requests(:policies * :rules, :'workload', :requests) \g /dev/null
SELECT 'apply_ms', bench.apply_policies(:'workload' = 'cel');
-- Bytes of shared memory of the first program made, and of its literals' databases.
SELECT count(llm_policy_simulate(request)) FROM bench.requests \g /dev/null
SELECT 'bytes_per_rule', sum(size)::float8 / sum(items) FROM llm_policy.program_cache
WHERE database = current_database() AND kind = 'program';
SELECT 'literal_count', sum(items), 'bytes_per_literal', sum(size)::float8 / sum(items) FROM llm_policy.program_cache
WHERE database = current_database() AND kind = 'literals' HAVING sum(items) > 0;

INSERT INTO bench.expected SELECT n, bench.linear(request) FROM bench.requests WHERE n % greatest(1, :requests / :sample) = 0;
ANALYZE bench.expected;
SELECT 'compared', count(*) FROM bench.expected;
SELECT 'matches', avg(count), 'matches_most', max(count)
FROM (SELECT jsonb_array_length(llm_policy_simulate(request)->'matchedRules') AS count FROM bench.requests) m;

-- Where no rule has an equality, plain SQL is the linear evaluation.
SELECT EXISTS (SELECT FROM bench.rules WHERE selector <> '*') AS is_selective \gset
SELECT bench.disagreements() + CASE WHEN :'is_selective' THEN bench.plain_disagreements() ELSE 0 END AS disagreements \gset
-- Without the policy that decided most often answers must differ, or the comparison would prove nothing.
BEGIN;
SELECT count(*) FROM llm_policy_delete((SELECT split_part(answer->>'rule', '/', 1) FROM bench.expected
										WHERE answer->>'rule' IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)) \g /dev/null
SELECT bench.disagreements() AS planted \gset
ROLLBACK;
SELECT :disagreements > 0 OR :planted = 0 AS unsound \gset
\if :unsound
	\warn :disagreements 'answers differ;' :planted 'differ without a policy that decides'
	DO $$ BEGIN RAISE EXCEPTION 'the answers do not agree'; END $$;
\endif

SELECT 'simulate_p50', p50, 'simulate_p99', p99 FROM bench.time_calls('llm_policy_simulate(request)', :seconds);
\if :is_selective
	SELECT 'plain_p50', p50, 'plain_p99', p99 FROM bench.time_calls('bench.plain(request)', :seconds);
\endif
SELECT 'trivial_p50', p50 FROM bench.time_calls('jsonb_object_field(request, ''user'')', :seconds);
SELECT 'simulate_rows', rate, 'trivial_rows', other_rate, 'rows_ratio', ratio
FROM bench.time_pair('SELECT count(llm_policy_simulate(request)) FROM bench.requests',
	'SELECT count(jsonb_object_field(request, ''user'')) FROM bench.requests', :requests, :seconds);

-- The audit: evaluating against a plain copy of one pass's rows into a table of the same partitions, key and index.
SELECT count(llm_policy_evaluate(request)) FROM bench.requests \g /dev/null
CREATE TABLE bench.audit_rows AS SELECT * FROM llm_policy.evaluations;
DO $$
BEGIN
	IF EXISTS (SELECT FROM bench.expected e LEFT JOIN bench.audit_rows a ON a.request_id = 'r' || e.n
			   WHERE a.decision IS DISTINCT FROM e.answer->>'decision'
				   OR (a.decided_by->>'policy') || '/' || (a.decided_by->>'rule') IS DISTINCT FROM e.answer->>'rule') THEN
		RAISE EXCEPTION 'audit rows tell of other decisions';
	END IF;
END $$;
CREATE TABLE bench.audit_copy (LIKE llm_policy.evaluations) PARTITION BY RANGE (evaluated_at);
CREATE TABLE bench.audit_copy_all PARTITION OF bench.audit_copy (PRIMARY KEY (id)) FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
CREATE INDEX ON bench.audit_copy_all (namespace, evaluated_at);
-- The rows must lie in a partition that is stored like the copy and has just those indexes.
CREATE FUNCTION pg_temp.form(partition regclass) RETURNS text[] LANGUAGE sql AS $$
	SELECT (SELECT array_agg(format('%s %s %s %s %s', attname, atttypid, attstorage, attcompression, attnotnull) ORDER BY attnum)
			FROM pg_attribute WHERE attrelid = partition AND attnum > 0)
		|| (SELECT array_agg(format('%s %s %s', indkey, indclass, indisunique) ORDER BY indkey::text) FROM pg_index WHERE indrelid = partition)
$$;
DO $$
BEGIN
	IF pg_temp.form((SELECT min(tableoid::oid) FROM llm_policy.evaluations)) IS DISTINCT FROM pg_temp.form('bench.audit_copy_all') THEN
		RAISE EXCEPTION 'the copy is not made like the audit';
	END IF;
END $$;
-- Ids and times are new and sort by time, as those of evaluations are: both go to the ends of their indexes.
SELECT format('INSERT INTO bench.audit_copy SELECT bench.next_id(), clock_timestamp(), %s FROM bench.audit_rows',
			  string_agg(quote_ident(attname), ', ' ORDER BY attnum)) AS statement
FROM pg_attribute WHERE attrelid = 'bench.audit_rows'::regclass AND attnum > 2 \gset
SELECT 'evaluate_rows', rate, 'insert_rows', other_rate, 'audit_ratio', ratio
FROM bench.time_pair('SELECT count(llm_policy_evaluate(request)) FROM bench.requests', :'statement', :requests, 2 * :seconds);
SELECT 'evaluate_p50', p50, 'evaluate_p99', p99 FROM bench.time_calls('llm_policy_evaluate(request)', :seconds);
DROP TABLE bench.audit_rows, bench.audit_copy;
TRUNCATE llm_policy.evaluations;

-- After a change: the first answer by the new set, in a session that knows the old one.
SELECT llm_policy_simulate(request) FROM bench.requests LIMIT 1 \g /dev/null
SELECT count(*) FROM llm_policy_set_status('p0000000', 'shadow') \g /dev/null
SELECT bench.clock() AS before \gset
SELECT llm_policy_simulate(request) FROM bench.requests LIMIT 1 \g /dev/null
SELECT 'reload_ms', (bench.clock() - :before) / 1e6;
SELECT count(*) FROM llm_policy_set_status('p0000000', 'active') \g /dev/null
