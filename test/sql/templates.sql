-- Templates in actions: what a caller, the audit, embedded tests and validate see of them.
\set SHOW_CONTEXT never

SELECT action FROM llm_policy_apply($$
metadata: {name: Templates, namespace: regress.templates}
variables: {limit: 'user.tier == "gold" ? 100 : 10'}
rules:
- id: deny
  when: llm.model == 'big'
  action: {decision: deny, reason: 'no {{ llm.model }} for "{{ user.id }}" {{{{', code: '{{ user.tier.upperAscii() }}-{{ 1 }}'}
- id: change
  when: llm.model == 'small'
  actions:
  - type: modify
    set: {llm.options: {seed: '{{ llm.maxTokens % 7 }}', note: 'by {{ user.id }}'}}
    cap: {llm.maxTokens: '{{ variables.limit }}'}
    append: {llm.tags: '{{ [user.tier, true, null, 0.5] }}'}
    reason: '{{ variables.limit }}'
  - {type: throttle, delayMs: '{{ llm.maxTokens * 2 }}'}
- id: ask
  when: llm.model == 'new'
  actions: [{type: require_approval, approvers: ['{{ user.boss }}'], timeout: '{{ variables.limit }}h', reason: 'ask {{ user.boss }}'}]
tests:
- {name: deny, request: {llm: {model: big}, user: {id: u, tier: gold}}, expect: {decision: deny, reason: 'no big for "u" {{'}}
- {name: change, request: {llm: {model: small, maxTokens: 50}, user: {id: u, tier: free}},
   expect: {decision: modify, modifications: {llm.maxTokens: 10, llm.options: {seed: 1, note: by u}}}}
- {name: wrong, request: {llm: {model: big}, user: {id: u, tier: gold}}, expect: {decision: deny, reason: 'no {{ llm.model }}'}}
$$, test => false);
SELECT * FROM llm_policy_test('templates', 'regress.templates');

CREATE TEMPORARY TABLE request AS SELECT '{"llm": {"model": "small", "maxTokens": 50}, "user": {"id": "ü {{ x }}", "tier": "free"}}'::jsonb AS request;
SELECT jsonb_pretty(r - '{policySet,now}'::text[]) AS decision,
	   r -> 'modifiedRequest' = llm_policy_apply_modifications(request, r) AS same
FROM request, llm_policy_simulate(request, 'regress.templates', return_request => true) AS r;
SELECT r ->> 'reason' AS reason, r -> 'approval' AS approval
FROM llm_policy_simulate('{"llm": {"model": "new"}, "user": {"boss": "eve", "tier": "gold"}}', 'regress.templates') AS r;

-- The audit row has what was told, and the errors.
SELECT llm_policy_evaluate('{"llm": {"model": "big"}, "user": {"id": "u", "tier": "gold"}}', 'regress.templates') ->> 'decisionId' AS told \gset
SELECT llm_policy_evaluate('{"llm": {"model": "big"}, "user": {"id": "u"}}', 'regress.templates') ->> 'decisionId' AS erred \gset
SELECT decision, reason, code, reason_code, matches -> 0 ->> 'reason' AS of_match, errors
FROM llm_policy.evaluations WHERE id IN (:'told', :'erred') ORDER BY id;

-- Modifications that cannot be computed: the fallback, whatever is asked for.
SELECT r ->> 'decision' AS decision, r ->> 'reasonCode' AS code, r -> 'modifications' AS changes, r -> 'errors' AS errors
FROM llm_policy_simulate('{"llm": {"model": "small"}, "user": {"id": "u", "tier": "gold"}}', 'regress.templates') AS r;
SELECT llm_policy_allowed('{"llm": {"model": "small"}, "user": {"id": "u", "tier": "gold"}}', 'regress.templates');
SELECT c ->> 'matched' AS matched, c ->> 'rule' AS rule
FROM llm_policy_simulate('{"llm": {"model": "small"}, "user": {"id": "u", "tier": "gold"}}', 'regress.templates', trace => true) AS r,
	 jsonb_array_elements(r -> 'trace') AS c WHERE c ? 'rule';

-- Their errors, where they stand.
SELECT severity, line, col, path, message, hint FROM llm_policy_validate($$
metadata: {name: Wrong}
rules:
- when: 'true'
  action:
    decision: modify
    reason: |
      a {{ user.id
      }} {{ nope(1) }}
    modifications: {a: 'x {{ 1 + }}', b: '{{ variables.none }}', c: '{{ data.x }}', d: '{{ }}', e: '{{ open', f: '{{ "}} }}'}
    code: '{{ a }} {{{{ {{'
    metadata: {g: ['{{ has(a) }}']}
$$);

-- Hostile ones.  A string that doubles, loops, and a text of nothing but braces.
SELECT r ->> 'decision' AS decision, r ->> 'reasonCode' AS code, length(r ->> 'reason') AS reason, r -> 'errors' -> 0 ->> 'message' AS error
FROM (VALUES
	('reason', '{{ lists.range(1000).map(x, lists.range(1000)) }}'),
	('reason', '{{ [llm.t].map(s, s + s).map(s, s + s).map(s, s + s).map(s, s + s).map(s, s + s).map(s, s + s)[0] }} {{ llm.t }}'),
	('reason', repeat('{{ llm.t }}', 2000)),
	('reason', repeat('{{{{', 16000)),
	('reason', 'no text of SQL: {{ "\u0000" }}'),
	('modifications', '{"a": "{{ lists.range(9000).map(x, llm.t) }}"}'),
	('modifications', '{"a": "{{ lists.range(100000).map(x, x) }}"}')) AS v (key, value),
	llm_policy_simulate_document(format('{"metadata": {"name": "H"}, "rules": [{"when": "true", "action": {"decision": "modify", %s: %s}}]}',
		to_json(key), CASE key WHEN 'reason' THEN to_json(value)::text ELSE value END),
		jsonb_build_object('llm', jsonb_build_object('t', repeat('ab', 2000)))) AS r;
SELECT message, line, col FROM llm_policy_validate('{"metadata": {"name": "H"}, "rules": [{"when": "true", "action": {"decision": "deny", "reason": "'
	|| repeat('{{ ', 20000) || '"}}]}') LIMIT 3;
SELECT message, line, col FROM llm_policy_validate('{"metadata": {"name": "H"}, "rules": [{"when": "true", "action": {"decision": "deny", "reason": "{{ 1'
	|| repeat(' + 1', 20000) || ' }}"}}]}') LIMIT 3;

SELECT action FROM llm_policy_delete('templates', 'regress.templates');
