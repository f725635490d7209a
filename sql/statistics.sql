-- Counters of what the engine does, for those who run the server.  They tell of every database, and of none by name.

CREATE FUNCTION llm_policy.statistics_entries(
		OUT name text, OUT label text, OUT label_value text, OUT amount bigint, OUT unit text, OUT description text,
		OUT scope text, OUT since timestamptz) RETURNS SETOF record
	LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED ROWS 20 AS 'MODULE_PATHNAME', 'llm_policy_statistics_entries';
COMMENT ON FUNCTION llm_policy.statistics_entries() IS 'What llm_policy.statistics shows, seconds in microseconds';
REVOKE ALL ON FUNCTION llm_policy.statistics_entries() FROM PUBLIC;

CREATE FUNCTION llm_policy.statistics_buckets(OUT below_us double precision, OUT evaluations bigint) RETURNS SETOF record
	LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED ROWS 25 AS 'MODULE_PATHNAME', 'llm_policy_statistics_buckets';
COMMENT ON FUNCTION llm_policy.statistics_buckets() IS 'What llm_policy.statistics_latency sums up';
REVOKE ALL ON FUNCTION llm_policy.statistics_buckets() FROM PUBLIC;

-- For the owner and members of it: whoever resets takes the counters from everybody.
CREATE FUNCTION llm_policy_statistics_reset() RETURNS void
	LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'llm_policy_statistics_reset';
COMMENT ON FUNCTION llm_policy_statistics_reset() IS 'Sets the counters of llm_policy.statistics back to zero, the server''s if it has any';
REVOKE ALL ON FUNCTION llm_policy_statistics_reset() FROM PUBLIC;

CREATE VIEW llm_policy.statistics AS
	SELECT s.name,
		   CASE WHEN s.label IS NULL THEN '{}' ELSE pg_catalog.jsonb_build_object(s.label, s.label_value) END AS labels,
		   CASE s.unit WHEN 'seconds' THEN s.amount * 0.000001 ELSE s.amount END AS value,
		   s.unit, s.description, s.scope, s.since
	FROM llm_policy.statistics_entries() AS s;
COMMENT ON VIEW llm_policy.statistics IS
	'What was decided, recorded and linked; of the server where the library is preloaded, else of this session';

CREATE VIEW llm_policy.statistics_latency AS
	SELECT b.below_us, b.evaluations, pg_catalog.sum(b.evaluations) OVER (ORDER BY b.below_us)::bigint AS cumulative
	FROM llm_policy.statistics_buckets() AS b;
COMMENT ON VIEW llm_policy.statistics_latency IS 'How long llm_policy_evaluate took to decide: evaluations by powers of two of microseconds';

GRANT EXECUTE ON FUNCTION llm_policy.statistics_entries(), llm_policy.statistics_buckets() TO pg_monitor;
GRANT SELECT ON llm_policy.statistics, llm_policy.statistics_latency TO pg_monitor;
