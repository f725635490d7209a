-- What test/bench/load.c asks of a database: a policy that every request meets, whose version stands in every decision, and
-- the right answers while its version is even (it allows) and odd (it warns).
SELECT bench.generate_rules(:rules, 1, 'uniform') \g /dev/null
SELECT bench.generate_requests(:rules, 'uniform', :requests) \g /dev/null
SELECT bench.apply_policies() \g /dev/null

CREATE FUNCTION bench.version_document(version text, shift integer) RETURNS text LANGUAGE sql AS $$
	SELECT format('{"metadata": {"id": "versioned", "name": "Versioned", "priority": 1000}, "rules": [{"id": "r0",
		"condition": {"operator": "ne", "field": "llm.provider", "value": "none"},
		"action": {"decision": "%s", "reason": "v%s"}}]}',
		CASE (version::bigint + shift) % 2 WHEN 0 THEN 'allow' ELSE 'warn' END, version) $$;
SELECT count(*) FROM llm_policy_apply(bench.version_document('0', 0)) \g /dev/null

INSERT INTO bench.rules VALUES (-1, 'versioned', 1000, 'r0', 'allow', '*', '[["ne", "llm.provider", "none"]]',
	'!($.llm.provider == "none")');
CREATE TABLE bench.expected_versions AS SELECT n, bench.linear(request) AS even FROM bench.requests;
UPDATE bench.rules SET decision = 'warn' WHERE policy = 'versioned';
ALTER TABLE bench.expected_versions ADD odd jsonb;
UPDATE bench.expected_versions e SET odd = bench.linear(request) FROM bench.requests r WHERE r.n = e.n;
CREATE TABLE bench.phase (started timestamptz NOT NULL);
CREATE TABLE bench.links (hash text PRIMARY KEY, place text, build_ms double precision);
