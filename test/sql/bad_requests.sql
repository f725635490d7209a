-- Bad requests: one clear error each, quickly, and the session lives on.
\set SHOW_CONTEXT never
\pset null ''

-- Runs a statement that must fail; says how, and whether it took longer than 100 ms.
CREATE FUNCTION pg_temp.attempt(statement text, OUT code text, OUT message text, OUT detail text, OUT hint text, OUT slow boolean)
LANGUAGE plpgsql AS $$
DECLARE
	started timestamptz := clock_timestamp();
BEGIN
	EXECUTE statement;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
							hint = PG_EXCEPTION_HINT;
	slow := clock_timestamp() - started > interval '100 ms';
END
$$;

SELECT action FROM llm_policy_apply($$
metadata: {name: Known, namespace: regress.bad.one}
rules: [{id: r, condition: {operator: eq, field: a, value: 1}, action: {decision: deny}}]
---
metadata: {name: Known, namespace: regress.bad}
rules: [{id: r, condition: {operator: eq, field: a, value: 2}, action: {decision: deny}}]
$$);

\x on
SELECT statement, (pg_temp.attempt(statement)).*
FROM (VALUES
	('SELECT llm_policy_evaluate(NULL)'),
	('SELECT llm_policy_simulate(NULL)'),
	('SELECT llm_policy_evaluate(''[{"a": 1}]'')'),
	('SELECT llm_policy_evaluate(''"text"'')'),
	('SELECT llm_policy_evaluate(''null'')'),
	('SELECT llm_policy_evaluate(''{"data": {}}'')'),
	('SELECT llm_policy_evaluate(''{"variables": 1, "llm": {}}'')'),
	('SELECT llm_policy_evaluate(''{}'', ''regress.unknown'')'),
	('SELECT llm_policy_evaluate(''{}'', ''no such'')'),
	('SELECT llm_policy_evaluate(''{}'', '''')'),
	('SELECT llm_policy_evaluate(''{}'', repeat(''n'', 256))'),
	('SELECT llm_policy_evaluate(''{}'', ''regress.bad.one'', ''{}'')'),
	('SELECT llm_policy_evaluate(''{}'', ''regress.bad.one'', ''{NULL}'')'),
	('SELECT llm_policy_evaluate(''{}'', ''regress.bad.one'', ''{nobody}'')'),
	('SELECT llm_policy_evaluate(''{}'', ''regress.bad.one'', ''{regress/known}'')'),
	('SELECT llm_policy_evaluate(''{}'', ''regress.bad.one'', ''{known}'')'),
	('SELECT llm_policy_evaluate(''{}'', ''regress.bad.one'', ''{/}'')'),
	('SELECT llm_policy_simulate(''{}'', ''regress.bad'', policy_set => ''not a hash'')'),
	('SELECT llm_policy_simulate_document('''', ''{}'')'),
	('SELECT llm_policy_simulate_document(''{metadata: {name: x}, rules: []}'', ''[]'')'),
	('SELECT llm_policy_evaluate_expression(''true'', ''[]'')'),
	('SELECT llm_policy_evaluate_expression(''true'', ''{"data": 1}'')'),
	('SELECT llm_policy_evaluate_expression(NULL, ''{}'')'),
	('SELECT llm_policy_evaluate_expression(''true'', NULL)'),
	('SELECT llm_policy_evaluate(''{"a": "\u0000"}'')')
) AS statements (statement);
\x off

-- Exactly one of them is meant.
SELECT llm_policy_evaluate('{"a": 1}', 'regress.bad.one', '{regress.bad.one/known}') ->> 'decision' AS decision;
SELECT llm_policy_evaluate('{"a": 1}', 'regress.bad', '{known}') ->> 'decision' AS decision;
SELECT llm_policy_evaluate('{"a": 2}', 'regress.bad.one', '{regress.bad/known, regress.bad/known}') ->> 'decision' AS decision;

-- Too large: refused before it is read; compressed or not.
SET llm_policy.max_request_size = 64;
CREATE TEMPORARY TABLE large AS SELECT jsonb_build_object('prompt', repeat('x', 100000)) AS request;
SELECT code, message, detail, slow FROM pg_temp.attempt('SELECT llm_policy_evaluate(request) FROM large');
SELECT code, message, detail, slow FROM pg_temp.attempt('SELECT llm_policy_apply_modifications(request, ''{"decision": "allow"}'') FROM large');
RESET llm_policy.max_request_size;
SELECT llm_policy_evaluate(request) ->> 'decision' AS decision FROM large;

-- Nested as deep as PostgreSQL lets it be: decided, or refused by a limit, and kept by the audit either way.
SELECT llm_policy_evaluate((repeat('{"a":', 2000) || '1' || repeat('}', 2000))::jsonb) ->> 'decision' AS decision;
SET llm_policy.audit_content = hash;
SELECT llm_policy_evaluate((repeat('{"a":', 2000) || '"s"' || repeat('}', 2000))::jsonb) ->> 'decision' AS decision;
RESET llm_policy.audit_content;
SELECT code, message, detail FROM pg_temp.attempt(
	'SELECT llm_policy_apply_modifications((repeat(''{"a":'', 2000) || ''1'' || repeat(''}'', 2000))::jsonb, ''{"decision": "allow"}'')');

-- Memory has its limit.
SELECT action FROM llm_policy_apply($$
metadata: {name: Change, namespace: regress.bad.memory}
rules: [{id: r, condition: {operator: exists, field: many}, action: {decision: modify, modifications: {some: 1}}}]
$$);
SET llm_policy.evaluation_memory = '1MB';
SELECT code, message, detail FROM pg_temp.attempt(
	'SELECT llm_policy_evaluate(jsonb_build_object(''many'', array_agg(n)), ''regress.bad.memory'', return_request => true)
	 FROM generate_series(1, 50000) AS n');
RESET llm_policy.evaluation_memory;
SELECT jsonb_array_length(llm_policy_evaluate(jsonb_build_object('many', array_agg(n)), 'regress.bad.memory', return_request => true)
						  #> '{modifiedRequest,many}') AS elements
FROM generate_series(1, 50000) AS n;

-- Nothing of what failed was recorded.
SELECT count(*) FROM llm_policy.evaluations WHERE namespace LIKE 'regress.unknown%' OR namespace = 'no such';
SELECT id, action FROM llm_policy_delete('known', 'regress.bad.one');
SELECT id, action FROM llm_policy_delete('known', 'regress.bad');
SELECT id, action FROM llm_policy_delete('change', 'regress.bad.memory');
