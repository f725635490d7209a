-- The views of the cache: who may read them, and what they show where there is no shared area.
BEGIN;
SELECT no_plan();

CREATE ROLE llm_policy_test_nobody;
CREATE ROLE llm_policy_test_admin;
CREATE ROLE llm_policy_test_monitor IN ROLE pg_monitor;
SELECT llm_policy_grant('llm_policy_test_admin', 'admin', '*');

SELECT is((SELECT count(*) FROM llm_policy.program_cache_totals),
	CASE WHEN current_setting('llm_policy.cache_size', true) IS NULL THEN 0 ELSE 1 END::bigint,
	'totals are there if the library is preloaded');
SELECT is((SELECT area_size FROM llm_policy.program_cache_totals),
	pg_size_bytes(current_setting('llm_policy.cache_size', true)), 'and the area has the size that was set');
SELECT ok(used <= area_size AND entries <= max_entries, 'no more is used than there is')
FROM llm_policy.program_cache_totals;
SELECT is_empty($$SELECT * FROM llm_policy.program_cache WHERE hash !~ '^[0-9a-f]{64}$' OR size < 0 OR database IS NULL$$,
	'every row has its hash, size and database');

SET LOCAL ROLE llm_policy_test_monitor;
SELECT lives_ok('SELECT * FROM llm_policy.program_cache', 'pg_monitor reads the entries');
SELECT lives_ok('SELECT * FROM llm_policy.program_cache_totals', 'and the totals');
SELECT throws_ok('SELECT * FROM llm_policy.policies', '42501', NULL, 'but no policies');
RESET ROLE;

SET LOCAL ROLE llm_policy_test_nobody;
SELECT throws_ok('SELECT * FROM llm_policy.program_cache', '42501', NULL, 'nobody else reads them');
SELECT throws_ok('SELECT * FROM llm_policy.cache_entries()', '42501', NULL, 'nor calls what is behind them');
RESET ROLE;
SET LOCAL ROLE llm_policy_test_admin;
SELECT throws_ok('SELECT * FROM llm_policy.program_cache', '42501', NULL, 'a right on policies is none on the server');
SELECT throws_ok('SELECT * FROM llm_policy.cache_totals()', '42501', NULL, 'nor on its totals');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
