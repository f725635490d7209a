-- A parallel scan with simulate: the answers of a serial one, and how much faster.
CREATE TABLE bench.serial AS SELECT request FROM bench.requests, generate_series(1, greatest(1, 30000 / :requests)) copy;
CREATE TABLE bench.parallel AS SELECT * FROM bench.serial;
ALTER TABLE bench.serial SET (parallel_workers = 0);
ALTER TABLE bench.parallel SET (parallel_workers = 2);
ANALYZE bench.serial, bench.parallel;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET max_parallel_workers_per_gather = 2;

-- Workers that a statement really had.
CREATE FUNCTION bench.workers(statement text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT json, TIMING off) ' || statement INTO plan;
	RETURN coalesce((regexp_match(plan::text, '"Workers Launched": ([0-9]+)'))[1]::integer, 0);
END $$;
SELECT bench.workers('SELECT count(llm_policy_simulate(request)) FROM bench.serial') AS no_workers \gset
SELECT 'parallel_workers', bench.workers('SELECT count(llm_policy_simulate(request)) FROM bench.parallel');

SELECT sum(hashtextextended(bench.answer(llm_policy_simulate(request))::text, 0)) AS serial FROM bench.serial \gset
SELECT sum(hashtextextended(bench.answer(llm_policy_simulate(request))::text, 0)) AS parallel FROM bench.parallel \gset
SELECT :no_workers > 0 OR :serial <> :parallel AS unsound \gset
\if :unsound
	DO $$ BEGIN RAISE EXCEPTION 'parallel workers answer differently, or a serial scan had some'; END $$;
\endif

SELECT 'parallel_rows', rate, 'serial_rows', other_rate, 'parallel_ratio', ratio
FROM bench.time_pair('SELECT count(llm_policy_simulate(request)) FROM bench.parallel',
	'SELECT count(llm_policy_simulate(request)) FROM bench.serial', (SELECT count(*) FROM bench.serial), :seconds);
