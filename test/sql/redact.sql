-- redact actions from the document to the changed request.
\set SHOW_CONTEXT never

SELECT action FROM llm_policy_apply($$
metadata: {name: Outbound, namespace: regress.redact}
rules:
- id: addresses
  condition: {operator: exists, field: llm.prompt}
  actions:
  - {type: redact, fields: [llm.prompt], types: [EMAIL_ADDRESS, IBAN], reason: No addresses}
- id: keys
  condition: {operator: exists, field: llm.messages}
  actions:
  - {type: modify, set: {llm.model: small}}
  - {type: redact, pattern: credentials, mode: keep_last}
- id: pseudonyms
  condition: {operator: exists, field: customer}
  actions:
  - {type: redact, fields: [customer], mode: hash}
tests:
- name: an address is taken out
  request: {llm: {prompt: 'mail jane@example.org'}}
  expect: {decision: modify, rule: addresses, modifications: {llm.prompt: 'mail [EMAIL_ADDRESS]'}}
- name: without a key there are no hashes
  request: {customer: {mail: jane@example.org}}
  expect: {decision: deny, reasonCode: error, errors: 1}
$$);

CREATE TEMPORARY TABLE original AS SELECT $$
{"llm": {"prompt": "Jane <jane@example.org> pays to GB82 WEST 1234 5698 7654 32",
		 "messages": [{"role": "user", "content": "my key is ghp_Zk3vQ8rT1mXw9LbN4sYdJ7cHf2GpUe6AoKiR"}]}}$$::jsonb AS request;
SELECT jsonb_pretty(r - '{policySet,now,matches,evaluationTimeMs,decidedBy}'::text[]) AS decision,
	   llm_policy_apply_modifications(request, r) = r -> 'modifiedRequest' AS same
FROM original, llm_policy_simulate(request, 'regress.redact', return_request => true) AS r;

-- A missing key is an error of the rule; with one, equal values have equal hashes.
SELECT r -> 'reasonCode' AS code, r -> 'errors' AS errors
FROM llm_policy_simulate('{"customer": {"mail": "jane@example.org"}}', 'regress.redact') AS r;
SET llm_policy.redaction_key = 'k';
SELECT r -> 'modifications'
FROM llm_policy_simulate('{"customer": {"mail": "jane@example.org", "also": ["jane@example.org", 4111111111111111]}}', 'regress.redact') AS r;
RESET llm_policy.redaction_key;

-- What is wrong is said where it stands.
SELECT severity, line, col, path, message, hint FROM llm_policy_validate($$
metadata: {name: Wrong}
rules:
- condition: {operator: exists, field: llm}
  actions:
  - {type: redact, types: [iban_code, emails], mode: labels}
$$);

-- The SQL functions take the same names.
SELECT llm_policy_redact('jane@example.org 4111 1111 1111 1111', ARRAY['EMAIL_Address']),
	   llm_policy_redact('jane@example.org ghp_Zk3vQ8rT1mXw9LbN4sYdJ7cHf2GpUe6AoKiR', ARRAY['Secrets']);

-- With audit_content = mask the record has labels for what is found, and so has all that the decision tells.
SET llm_policy.audit_content = mask;
SELECT llm_policy_evaluate('{"llm": {"prompt": "mail jane@example.org", "model": "gpt-4o"}, "note": ["x@example.org", 5], "user": {"id": "u@example.org"}}',
						   'regress.redact') ->> 'decision' AS decision;
SELECT action FROM llm_policy_apply($$
metadata: {name: Telltale, namespace: regress.redact.told}
rules:
- id: tells
  when: has(llm.prompt)
  actions:
  - {type: deny, reason: 'not {{ llm.prompt }}', code: '{{ llm.prompt }}'}
  - {type: suggest_alternative, message: 'instead of {{ llm.prompt }}'}
$$);
SELECT llm_policy_evaluate('{"llm": {"prompt": "mail jane@example.org"}}', 'regress.redact.told') ->> 'reason' AS told;
SELECT context, modifications, reason, code, advice, llm_policy.evaluation_row_hash(e) = row_hash AS sound
FROM llm_policy.evaluations AS e WHERE namespace LIKE 'regress.redact%' ORDER BY namespace;
SELECT count(*) AS leaks FROM llm_policy.evaluations AS e
WHERE namespace LIKE 'regress.redact%' AND e::text LIKE '%jane@%';
RESET llm_policy.audit_content;
