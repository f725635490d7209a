-- llm_policy_validate: all findings of a text, and no error.
\set SHOW_CONTEXT never
\pset null (null)
SELECT * FROM llm_policy_validate($$
metadata: {name: Fine}
rules: [{condition: {operator: eq, field: a, value: 1}, action: {decision: deny}}]
$$);
SELECT severity, line, col, path, message FROM llm_policy_validate($$
metadata: {name: Many, id: "bad id", priority: high, namespace: a..b}
status: on
rules:
- {id: a, condition: {operator: equals, field: a, value: 1}, action: {decision: deny}}
- {id: a, condition: {operator: eq, field: a}, action: {decision: refuse}}
- {id: b, condition: {operator: not, conditions: [{operator: exists, field: a}, {operator: exists, field: b}]}, action: {decision: deny}}
- {id: c, condition: {operator: matches, field: a, value: "("}, action: {decision: deny}}
- {id: d, when: "a == \"b\" && nonsense(a)", action: {decision: deny}}
surprise: 1
$$);
-- Warnings alone do not keep a text from being stored.
SELECT severity, line, col, path, message FROM llm_policy_validate($$
metadata: {name: Doubtful}
rules: [{id: never, condition: {operator: or, conditions: []}, action: {decision: deny}}]
fallback: {action: allow}
$$);
SELECT severity, line, message FROM llm_policy_validate('');
SELECT severity, line, message FROM llm_policy_validate(E'rules:\n\t- tab');
SELECT severity, line, message FROM llm_policy_validate('rules: [');
SELECT severity, line, message FROM llm_policy_validate(E'a: 1\nb: 2\na: 3') WHERE message LIKE '%duplicate%';
SELECT count(*), max(severity) FROM llm_policy_validate('[' || (SELECT string_agg('{"metadata": {}, "rules": [' || n || ']}', ',') FROM generate_series(1, 100) n) || ']');
SELECT * FROM llm_policy_validate(NULL);
-- What can never work in an expression is an error before a request comes, at its place; a document with it is not stored.
SELECT severity, line, col, path, message, hint FROM llm_policy_validate($$
metadata: {name: Never}
variables:
  since: timestamp("2026-13-01T00:00:00Z")
rules:
- when: |
    user.email.matches("@(example|") &&
      cidr("10.0.0.0/33").containsIP(client.ip)
  action: {decision: deny}
$$);
SELECT severity, line, col, path, message, hint
FROM llm_policy_validate(E'metadata: {name: Large}\nrules:\n- {id: r, when: "math.greatest(1' || repeat(', a', 600) || ') > 1", action: {decision: deny}}');
SELECT llm_policy_apply($$
metadata: {name: Never}
rules: [{when: duration("a day") > duration("1h"), action: {decision: deny}}]
$$);
SELECT llm_policy_apply(E'metadata: {name: Large}\nrules:\n- {id: r, when: "math.greatest(1' || repeat(', a', 600) || ') > 1", action: {decision: deny}}');
