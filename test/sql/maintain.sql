-- llm_policy_maintain(): partitions ahead of time, rows out of the default partition, retention.  Counted from a fixed
-- distance to today, since partitions are named after days.
\set SHOW_CONTEXT never

BEGIN;
DELETE FROM llm_policy.evaluations;
SELECT action FROM llm_policy_apply('{metadata: {name: m, namespace: regress.maintain}, rules: []}');
-- Rows of earlier and later days, all in the default partition.
CREATE FUNCTION pg_temp.add_row(days integer) RETURNS void LANGUAGE sql AS $$
	SELECT llm_policy_evaluate(jsonb_build_object('requestId', 'day ' || days), 'regress.maintain');
	UPDATE llm_policy.evaluations SET evaluated_at = date_trunc('day', now(), 'UTC') + make_interval(days => days, hours => 12)
	WHERE request_id = 'day ' || days;
$$;
SELECT count(pg_temp.add_row(days)) FROM unnest('{-40, -3, -3, 0, 20}'::int[]) AS days;
-- What a partition is called, as the distance of its day from today.
CREATE FUNCTION pg_temp.day_of(partition_name text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN partition_name ~ '_\d{8}$'
				THEN 'day ' || to_date(right(partition_name, 8), 'YYYYMMDD') - (now() AT TIME ZONE 'UTC')::date
				ELSE partition_name END
$$;

SELECT pg_temp.day_of(partition_name) AS partition, action, row_count
FROM llm_policy_maintain() ORDER BY partition_name;
SELECT pg_temp.day_of(tableoid::regclass::text) AS partition, count(*), min(request_id)
FROM llm_policy.evaluations GROUP BY tableoid ORDER BY min(evaluated_at);
SELECT count(*) AS again FROM llm_policy_maintain();

-- Each has a key and its index; the parent has none, so that a dump can be restored.
SELECT count(DISTINCT i.indrelid) = (SELECT count(*) FROM pg_inherits WHERE inhparent = 'llm_policy.evaluations'::regclass) AS all_have_keys
FROM pg_index i JOIN pg_inherits h ON h.inhrelid = i.indrelid
WHERE h.inhparent = 'llm_policy.evaluations'::regclass AND i.indisprimary;
SELECT count(*) AS of_parent FROM pg_index WHERE indrelid = 'llm_policy.evaluations'::regclass;

-- A new row goes to the partition of its day.
SELECT llm_policy_evaluate('{"requestId": "now"}', 'regress.maintain') -> 'audited' AS audited;
SELECT pg_temp.day_of(tableoid::regclass::text) AS partition FROM llm_policy.evaluations WHERE request_id = 'now';

-- Retention: whole days, the default partition by row.
SELECT count(pg_temp.add_row(days)) FROM unnest('{-60, -2}'::int[]) AS days;
SET LOCAL llm_policy.audit_retention = 3;
SELECT pg_temp.day_of(partition_name) AS partition, action, row_count
FROM llm_policy_maintain() ORDER BY partition_name, action DESC;
SELECT request_id FROM llm_policy.evaluations ORDER BY request_id COLLATE "C";
SET LOCAL llm_policy.audit_retention = 0;

-- Months fill what days leave.
SELECT pg_temp.add_row(70);
SET LOCAL llm_policy.audit_partition = month;
SELECT count(*) AS created, sum(row_count) AS moved FROM llm_policy_maintain() WHERE action = 'created';
SELECT count(*) AS uncovered FROM generate_series(0, 14) AS d
WHERE NOT EXISTS (SELECT FROM llm_policy.evaluation_partitions() p
				  WHERE now() + make_interval(days => d) >= p.lower_bound AND now() + make_interval(days => d) < p.upper_bound);
SELECT upper_bound - lower_bound > interval '27 days' AS a_month
FROM llm_policy.evaluation_partitions() ORDER BY lower_bound DESC LIMIT 1;
ROLLBACK;

-- It is for admins.
CREATE ROLE llm_policy_test_admin;
SET ROLE llm_policy_test_admin;
SELECT * FROM llm_policy_maintain();
RESET ROLE;
SELECT llm_policy_grant('llm_policy_test_admin', 'admin', 'regress.maintain');
SET ROLE llm_policy_test_admin;
SELECT * FROM llm_policy_maintain();
RESET ROLE;
SELECT llm_policy_revoke('llm_policy_test_admin', 'admin', 'regress.maintain');
SELECT llm_policy_grant('llm_policy_test_admin', 'admin');
BEGIN;
SET ROLE llm_policy_test_admin;
SELECT count(*) AS partitions FROM llm_policy_maintain();
RESET ROLE;
SELECT count(*) AS not_the_owners FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
WHERE i.inhparent = 'llm_policy.evaluations'::regclass
  AND c.relowner <> (SELECT extowner FROM pg_extension WHERE extname = 'llm_policy');
ROLLBACK;
SELECT llm_policy_revoke('llm_policy_test_admin', 'admin');
DROP ROLE llm_policy_test_admin;
