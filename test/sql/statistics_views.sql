-- The counters: what there is, and by how much it grows.  They may be the server's, so only differences are shown.
\set SHOW_CONTEXT never
SELECT name, labels, unit FROM llm_policy.statistics;
SELECT name, min(description) AS description FROM llm_policy.statistics GROUP BY name ORDER BY name COLLATE "C";
SELECT below_us FROM llm_policy.statistics_latency;

SELECT action FROM llm_policy_apply($$
metadata: {name: Counted, namespace: regress.statistics}
rules:
- {id: d, condition: {operator: eq, field: want, value: deny}, action: {decision: deny}}
- {id: w, condition: {operator: eq, field: want, value: warn}, action: {decision: warn}}
$$);
CREATE TEMPORARY TABLE before AS SELECT * FROM llm_policy.statistics;
CREATE TEMPORARY TABLE latency_before AS SELECT * FROM llm_policy.statistics_latency;
SELECT llm_policy_evaluate(jsonb_build_object('want', want), 'regress.statistics') ->> 'decision' AS decision
FROM unnest('{allow, deny, deny, warn}'::text[]) AS want;
SELECT llm_policy_allowed(jsonb_build_object('want', want), 'regress.statistics') AS allowed
FROM unnest('{allow, allow, deny}'::text[]) AS want;
SELECT s.name, s.labels, s.value - b.value AS grown, s.since = b.since AS same_since
FROM llm_policy.statistics AS s JOIN before AS b USING (name, labels)
WHERE s.value <> b.value AND s.unit = 'decisions' ORDER BY s.name COLLATE "C", s.labels;
SELECT sum(l.evaluations - b.evaluations) AS grown, max(l.cumulative) = sum(l.evaluations) AS adds_up
FROM llm_policy.statistics_latency AS l JOIN latency_before AS b USING (below_us);

-- Only the owner starts over.
CREATE ROLE llm_policy_test_monitor IN ROLE pg_monitor;
SET ROLE llm_policy_test_monitor;
SELECT count(*) > 0 AS readable FROM llm_policy.statistics;
SELECT llm_policy_statistics_reset();
RESET ROLE;
SELECT llm_policy_statistics_reset();
SELECT sum(value) FROM llm_policy.statistics;
SELECT sum(evaluations) FROM llm_policy.statistics_latency;
SELECT DISTINCT s.since > b.since AS later FROM llm_policy.statistics AS s JOIN before AS b USING (name, labels);

DROP ROLE llm_policy_test_monitor;
SELECT id, action FROM llm_policy_delete('counted', 'regress.statistics');
