-- The views of the schema llm_policy.
\set SHOW_CONTEXT never
\pset null (null)
SELECT id, action FROM llm_policy_apply($$
metadata: {name: Shown, namespace: regress.views.leaf, version: 3, priority: 7, owner: ada, tags: [cost, gpt], description: What is shown}
rules:
- {id: b, name: Second by priority, priority: 1, condition: {operator: exists, field: b}, action: {decision: warn}}
- {id: a, priority: 2, enabled: false, condition: {operator: exists, field: a}, actions: [{type: deny, reason: no}]}
---
metadata: {name: Above, namespace: regress.views}
rules: []
$$, note => 'shown', changed_by => 'ada');
SELECT namespace, id, name, version, revision, status, priority, description, owner, tags, definition ->> 'status' AS normalised,
	note, changed_by, changed_at <= clock_timestamp() AS dated
FROM llm_policy.policies WHERE namespace LIKE 'regress.views%' ORDER BY namespace;
SELECT policy, place, rule, name, enabled, priority, condition, actions
FROM llm_policy.rules WHERE namespace LIKE 'regress.views%' ORDER BY place;

-- policy_sets says what a decision's policySet was, also after the policies have changed.
SELECT llm_policy_evaluate('{"b": 1}', 'regress.views.leaf') ->> 'policySet' AS hash \gset before_
SELECT namespace, policy, revision FROM llm_policy.policy_sets
WHERE hash = :'before_hash' AND namespace LIKE 'regress.views%' ORDER BY 1, 2;
SELECT revision FROM llm_policy_apply('{"metadata": {"name": "Above"}, "rules": [], "status": "draft"}', 'regress.views');
SELECT llm_policy_evaluate('{"b": 1}', 'regress.views.leaf') ->> 'policySet' AS hash \gset after_
SELECT :'before_hash' <> :'after_hash' AS another;
SELECT namespace, policy, revision FROM llm_policy.policy_sets
WHERE hash = :'after_hash' AND namespace LIKE 'regress.views%' ORDER BY 1, 2;
SELECT namespace, policy, revision FROM llm_policy.policy_sets
WHERE hash = :'before_hash' AND namespace LIKE 'regress.views%' ORDER BY 1, 2;
-- The number of the revision is part of it; what is taken back is the same set again.
SELECT revision FROM llm_policy_rollback('above', 1, 'regress.views');
SELECT llm_policy_evaluate('{"b": 1}', 'regress.views.leaf') ->> 'policySet' AS hash \gset again_
SELECT :'again_hash' IN (:'before_hash', :'after_hash') AS same_set;
BEGIN;
SELECT action FROM llm_policy_delete('above', 'regress.views');
SELECT llm_policy_evaluate('{"b": 1}', 'regress.views.leaf') ->> 'policySet' = :'again_hash' AS same_set;
ROLLBACK;
SELECT llm_policy_evaluate('{"b": 1}', 'regress.views.leaf') ->> 'policySet' = :'again_hash' AS same_set;
SELECT llm_policy_delete('above', 'regress.views'), llm_policy_delete('shown', 'regress.views.leaf');
