-- llm_policy_diff: what changed between two revisions.
\set SHOW_CONTEXT never
\pset null (null)
SELECT revision FROM llm_policy_apply($$
metadata: {name: Changing, namespace: regress.diff, tags: [a, b], x.y: 1}
rules:
- {id: first, condition: {operator: eq, field: a, value: 1}, action: {decision: deny, reason: one}}
- {id: block-gpt4, priority: 5, condition: {operator: and, conditions: [{operator: eq, field: llm.model, value: gpt-4}, {operator: exists, field: b}]}, action: {decision: deny}}
- {id: last, condition: {operator: in, field: a, value: [1, 2]}, action: {decision: warn}}
$$);
SELECT revision FROM llm_policy_apply($$
metadata: {name: Changing, namespace: regress.diff, tags: [a, c], x.y: 2, owner: ada}
status: shadow
rules:
- {id: new, condition: {operator: exists, field: c}, action: {decision: allow}}
- {id: last, condition: {operator: in, field: a, value: [1, 2, 3]}, action: {decision: warn}}
- {id: block-gpt4, priority: 7, condition: {operator: and, conditions: [{operator: eq, field: llm.model, value: gpt-5}]}, action: {decision: deny}}
$$);
SELECT * FROM llm_policy_diff('changing', 1, 2, 'regress.diff');
SELECT * FROM llm_policy_diff('changing', 1, namespace => 'regress.diff') EXCEPT SELECT * FROM llm_policy_diff('changing', 1, 2, 'regress.diff');
SELECT * FROM llm_policy_diff('changing', 2, 1, 'regress.diff') WHERE path LIKE 'rules[block%';
SELECT * FROM llm_policy_diff('changing', 2, 2, 'regress.diff');
-- Another spelling of the same is no difference.
SELECT revision FROM llm_policy_apply('{"metadata": {"name": "Spelt", "namespace": "regress.diff"}, "config": {"default_action": "deny"}, "rules": []}');
SELECT revision FROM llm_policy_apply(E'rules: []\nconfig:\n  defaultAction: deny\nmetadata:\n  namespace: regress.diff\n  name: Spelt\n');
SELECT * FROM llm_policy_diff('spelt', 1, 2, 'regress.diff');
SELECT * FROM llm_policy_diff('changing', 1, 9, 'regress.diff');
SELECT * FROM llm_policy_diff('changing', NULL, 1, 'regress.diff');
SELECT * FROM llm_policy_diff('nothing', 1, 2, 'regress.diff');
