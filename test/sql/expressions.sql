-- Expressions: llm_policy_evaluate_expression, and expressions as conditions.
\set SHOW_CONTEXT never

-- Values of every type as JSON.
SELECT expression, llm_policy_evaluate_expression(expression,
	'{"llm": {"model": "gpt-4o", "maxTokens": 500}, "items": [1, 2.5, null], "exact": 12345678901234567890.5}') AS value
FROM (VALUES ('llm.model'), ('llm.maxTokens * 2'), ('2u'), ('1.5'), ('2.0'), ('true'), ('null'), ('b"abc"'), ('items'),
			 ('{"a": [1, {"b": llm.maxTokens}], 1: true}'), ('timestamp("2026-06-01T12:00:00.5Z")'),
			 ('duration("90m")'), ('type(1)'), ('ip("::1")'), ('cidr("10.0.0.0/8")'), ('optional.of(1)'),
			 ('llm.?none'), ('has(tool.name)'), ('coalesce(tool.name, llm.model)'), ('exact > 1'),
			 ('items.filter(i, i != null).map(i, [i])'), ('cel.bind(x, llm.maxTokens, [x, x + 1])'),
			 ('[3, 1, 2].sort()'), ('now() > timestamp("2020-01-01T00:00:00Z")')) AS tried (expression);

-- Errors: of form with their place, of the evaluation, limits.
SELECT llm_policy_evaluate_expression(E'a == 1 &&\n  foo(2)', '{}');
SELECT llm_policy_evaluate_expression('1 +', '{}');
SELECT llm_policy_evaluate_expression('"a".startswth("b")', '{}');
SELECT llm_policy_evaluate_expression('tool.name', '{}');
SELECT llm_policy_evaluate_expression('1 / 0', '{}');
SELECT llm_policy_evaluate_expression('0.0 / 0.0', '{}');
SELECT llm_policy_evaluate_expression('lists.range(1000).all(x, lists.range(1000).all(y, true))', '{}');
SELECT llm_policy_evaluate_expression(repeat('(', 300) || '1' || repeat(')', 300), '{}');
SELECT llm_policy_evaluate_expression(repeat('1 + ', 20000) || '1', '{}');

-- What is or needs too much has a code of its own; settings say what is too much.
\set VERBOSITY sqlstate
SELECT llm_policy_evaluate_expression(repeat('(', 300) || '1' || repeat(')', 300), '{}');
SELECT llm_policy_evaluate_expression(repeat('1 + ', 20000) || '1', '{}');
SELECT llm_policy_evaluate_expression('lists.range(1000).all(x, lists.range(1000).all(y, true))', '{}');
\set VERBOSITY default
SET llm_policy.max_rule_steps = 100;
SELECT llm_policy_evaluate_expression('lists.range(100).size()', '{}');
SET llm_policy.max_rule_steps = 1000;
SELECT llm_policy_evaluate_expression('lists.range(100).size()', '{}');
SET llm_policy.max_evaluation_steps = 100;
SELECT llm_policy_evaluate_expression('lists.range(100).size()', '{}');
RESET llm_policy.max_evaluation_steps;
RESET llm_policy.max_rule_steps;
SET llm_policy.evaluation_memory = '1MB';
SELECT llm_policy_evaluate_expression('lists.range(30000).size()', '{}');
RESET llm_policy.evaluation_memory;
SELECT llm_policy_evaluate_expression('lists.range(30000).size()', '{}');
SELECT llm_policy_evaluate_expression('data.x', '{}');

-- Conditions.
SELECT action FROM llm_policy_apply($$
metadata: {name: Spending, namespace: regress.expressions}
rules:
  - id: too-much
    when: |
      llm.maxTokens > 1000
        && !(user.?tier.orValue("free") in ["gold", "platinum"])
    action: {decision: deny, reason: too many tokens}
  - id: careful
    conditions: {match: "llm.model.startsWith('gpt-4')"}
    action: {decision: warn, reason: expensive}
exceptions:
  - {id: admin, when: 'user.roles.contains("admin")', reason: administrators may}
$$);
SELECT request, d ->> 'decision' AS decision, d -> 'matchedRules' AS rules, d -> 'errors' AS errors
FROM (VALUES ('{"llm": {"maxTokens": 2000, "model": "gpt-4o"}, "user": {"roles": []}}'::jsonb),
			 ('{"llm": {"maxTokens": 2000, "model": "gpt-4o"}, "user": {"roles": ["admin"]}}'),
			 ('{"llm": {"maxTokens": 2000, "model": "gpt-4o"}, "user": {"tier": "gold"}}'),
			 ('{"llm": {"maxTokens": 10, "model": "small"}}'),
			 ('{"llm": {"model": "small"}}'),
			 ('{"llm": {"maxTokens": "10", "model": 5}}')) AS r (request),
	 LATERAL llm_policy_simulate(request, 'regress.expressions') AS d;
SELECT jsonb_pretty(llm_policy_simulate('{"llm": {"maxTokens": 2000, "model": "small"}, "user": {"tier": "gold"}}',
	'regress.expressions', trace => true) -> 'trace');

-- Variables: lazy, once, their errors the reader's; in the normalised form and in embedded tests.
SELECT action FROM llm_policy_apply($$
metadata: {name: Budget, namespace: regress.variables}
variables:
  limit: 'user.tier=="gold"?8000:1000'
  over: llm.maxTokens - variables.limit
rules:
  - {id: over, when: variables.over > 0, action: {decision: deny, reason: over the limit}}
  - {id: near, when: variables.over > -100, action: {decision: warn, reason: near the limit}}
tests:
  - {name: over, request: {llm: {maxTokens: 1001}, user: {tier: free}}, expect: {decision: deny, rule: over}}
  - {name: near, request: {llm: {maxTokens: 7901}, user: {tier: gold}}, expect: {decision: warn, rule: near}}
  - {name: neither, request: {llm: {maxTokens: 1}}, expect: {decision: deny, reasonCode: error, errors: 1}}
$$);
SELECT request, d ->> 'decision' AS decision, d -> 'matchedRules' AS rules, d -> 'errors' AS errors
FROM (VALUES ('{"llm": {"maxTokens": 2000}, "user": {"tier": "free"}}'::jsonb),
			 ('{"llm": {"maxTokens": 2000}, "user": {"tier": "gold"}}'),
			 ('{"user": {"tier": "gold"}}')) AS r (request),
	 LATERAL llm_policy_simulate(request, 'regress.variables') AS d;
SELECT llm_policy_get('budget', 'regress.variables', format => 'json')::jsonb -> 'variables' AS variables;
SELECT part, place, content FROM llm_policy_explain_program('regress.variables') WHERE part = 'variable';
SELECT severity, line, col, path, message, hint FROM llm_policy_validate($$
metadata: {name: Circle}
variables:
  a: variables.b + variables.limt
  b: |
    1 +
    variables.a
  limit: '1'
rules: []
$$);

-- The normalised form prints expressions in their canonical spelling; findings stand where the author wrote.
SELECT llm_policy_get('spending', 'regress.expressions', format => 'json')::jsonb #>> '{rules,0,when}' AS when,
	   llm_policy_get('spending', 'regress.expressions', format => 'json')::jsonb #>> '{rules,1,when}' AS match;
SELECT severity, line, col, path, message, hint FROM llm_policy_validate($$
metadata: {name: Wrong}
rules:
  - when: >-
      llm.model == "x" &&
      unknwn(user.id)
    action: {decision: deny}
  - when: "user.id == 'x' ? 1 : 2"
    action: {decision: deny}
  - when: size(5) == 1
    action: {decision: deny}
$$);
SELECT policy_id, part, place, content FROM llm_policy_explain_program('regress.expressions')
WHERE part IN ('slot', 'rule', 'exception', 'code');

SELECT llm_policy_delete('spending', 'regress.expressions') IS NOT NULL AS deleted;
