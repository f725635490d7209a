-- llm_policy_get: byte for byte, or normalised.
\set SHOW_CONTEXT never
SELECT action FROM llm_policy_apply(E'# kept,   as it is\nmetadata: {name: "Snake ☃", namespace: regress.get}\nconfig: {default_action: deny}\nrules:\n  - condition: {operator: eq, field: a, value: 1.50}\n    action: {decision: allow}   # trailing\n\n');
SELECT llm_policy_get('snake', 'regress.get');
SELECT llm_policy_get('snake', 'regress.get', format => 'json');
SELECT llm_policy_get('snake', 'regress.get', 1, NULL) = llm_policy_get('snake', 'regress.get', NULL, 'yaml') AS nulls_are_defaults;
-- Of a text with several policies each keeps its own part, which is a document of its own.
SELECT id, action FROM llm_policy_apply(E'metadata: {name: One, namespace: regress.get}\nrules: []\n---\n# about two\nmetadata: {name: Two, namespace: regress.get}\nrules: []\n');
SELECT llm_policy_get('one', 'regress.get');
SELECT llm_policy_get('two', 'regress.get');
SELECT id, action FROM llm_policy_apply('[{"metadata": {"name": "Three"}, "rules": []}, {"metadata": {"name": "Four"}, "rules": []}]', 'regress.get');
SELECT llm_policy_get('four', 'regress.get');
SELECT id, action FROM llm_policy_apply(llm_policy_get('four', 'regress.get'), 'regress.get');

SELECT llm_policy_get('snake', 'regress.get', 7);
SELECT llm_policy_get('snake', 'regress.get', 0);
SELECT llm_policy_get('snake', 'regress.get', -1);
SELECT llm_policy_get('snake');
SELECT llm_policy_get('snake', 'regress.get', format => 'xml');
SELECT llm_policy_get(NULL);
