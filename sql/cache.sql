-- The cache of compiled policy sets, as those who run the server see it.  Rows of other databases are for members of
-- pg_read_all_stats only, because labels are names of namespaces.

CREATE FUNCTION llm_policy.cache_entries(
		OUT place text, OUT database text, OUT kind text, OUT label text, OUT hash text, OUT state text, OUT size bigint,
		OUT items bigint, OUT pins integer, OUT hits bigint, OUT builder_pid integer, OUT build_ms double precision,
		OUT built_at timestamptz, OUT last_used timestamptz) RETURNS SETOF record
	LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED ROWS 50 AS 'MODULE_PATHNAME', 'llm_policy_cache_entries';
COMMENT ON FUNCTION llm_policy.cache_entries() IS 'The rows of llm_policy.program_cache';
REVOKE ALL ON FUNCTION llm_policy.cache_entries() FROM PUBLIC;

CREATE FUNCTION llm_policy.cache_totals(
		OUT area_size bigint, OUT used bigint, OUT entries integer, OUT max_entries integer, OUT builds bigint,
		OUT failures bigint, OUT evictions bigint, OUT too_large bigint, OUT no_room bigint, OUT no_entry bigint,
		OUT timeouts bigint) RETURNS SETOF record
	LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED ROWS 1 AS 'MODULE_PATHNAME', 'llm_policy_cache_totals';
COMMENT ON FUNCTION llm_policy.cache_totals() IS 'The row of llm_policy.program_cache_totals';
REVOKE ALL ON FUNCTION llm_policy.cache_totals() FROM PUBLIC;

CREATE VIEW llm_policy.program_cache AS SELECT * FROM llm_policy.cache_entries();
COMMENT ON VIEW llm_policy.program_cache IS 'Compiled policy sets and literal databases that are kept, and who uses them';

CREATE VIEW llm_policy.program_cache_totals AS SELECT * FROM llm_policy.cache_totals();
COMMENT ON VIEW llm_policy.program_cache_totals IS
	'The shared part of the cache: how full it is, what was made, evicted and refused; no row where there is none';

GRANT USAGE ON SCHEMA llm_policy TO pg_monitor;
GRANT EXECUTE ON FUNCTION llm_policy.cache_entries(), llm_policy.cache_totals() TO pg_monitor;
GRANT SELECT ON llm_policy.program_cache, llm_policy.program_cache_totals TO pg_monitor;

-- What an evaluation runs, for authors: how each rule was compiled, and by what the index reaches it.
CREATE FUNCTION llm_policy_explain_program(namespace text DEFAULT NULL, policy text DEFAULT NULL,
		OUT policy_id text, OUT part text, OUT place text, OUT content text) RETURNS SETOF record
	LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 100 AS 'MODULE_PATHNAME', 'llm_policy_explain_program';
COMMENT ON FUNCTION llm_policy_explain_program(text, text) IS
	'The program that evaluations in a namespace run: code, slots, and by which predicates the index reaches each rule';
REVOKE ALL ON FUNCTION llm_policy_explain_program(text, text) FROM PUBLIC;
