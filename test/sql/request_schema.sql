-- llm_policy_set_request_schema: what llm_policy_validate makes of a schema, and what a schema may be.
\set SHOW_CONTEXT never
\pset null (null)
CREATE FUNCTION findings(condition text, namespace text) RETURNS TABLE (severity text, line integer, col integer, path text, message text, hint text)
	LANGUAGE sql AS $$
	SELECT * FROM llm_policy_validate(format(E'metadata: {name: Schema, namespace: %s}\nrules:\n- action: {decision: deny}\n  %s', namespace, condition))
$$;

-- What is shipped knows the names that have a meaning to the engine, and requires none of them.
SELECT * FROM findings('when: user.tier == "gold" && llm.maxTokens > 5 && client.ip == "x" || stage == "tool_call"', 'regress.schema');
SELECT * FROM findings('when: stage == "answer" || llm.model == 5', 'regress.schema');
SELECT * FROM findings('condition: {operator: eq, field: stage, value: tool-call}', 'regress.schema');

SELECT llm_policy_set_request_schema('regress.schema', $$
{"title": "Requests of the tests", "type": "object", "required": ["user"], "$defs": {},
 "properties": {"user": {"type": "object", "required": ["id", "tier"],
						 "properties": {"id": {"type": "string", "minLength": 1}, "age": {"type": "integer"},
										"tier": {"enum": ["free", "gold", "platinum"]}}}}}
$$);
SELECT * FROM findings('when: user.id == 5 || user.tier == "glod" || user.idd == "x"', 'regress.schema');
SELECT * FROM findings('when: user.age > 18', 'regress.schema');
SELECT * FROM findings('when: has(user.age) && user.age > 18', 'regress.schema');
-- Nothing of it keeps a policy from being stored.
SELECT id, action FROM llm_policy_apply(E'metadata: {name: Slip, namespace: regress.schema}\nrules: [{when: user.id == 5, action: {decision: deny}}]');
SELECT llm_policy_delete('slip', 'regress.schema') IS NOT NULL AS deleted;

-- The nearest schema counts: that of a namespace for those below it, and for no other.
SELECT namespace, count(*) FROM unnest('{regress.schema, regress.schema.below.it, regress.other}'::text[]) AS n (namespace),
	LATERAL findings('when: user.id == 5', namespace) GROUP BY namespace ORDER BY namespace;
SELECT llm_policy_set_request_schema('regress.schema.below', '{}');
SELECT count(*) FROM findings('when: user.id == 5', 'regress.schema.below.it');
SELECT llm_policy_get_request_schema('regress.schema.below.it');
SELECT llm_policy_set_request_schema('regress.schema.below', NULL);
SELECT count(*) FROM findings('when: user.id == 5', 'regress.schema.below.it');
-- Each document of a text has its own.
SELECT line, col, message FROM llm_policy_validate($$
metadata: {name: One, namespace: regress.schema}
appliesTo: {user.tier: silver}
rules: []
---
metadata: {name: Two, namespace: regress.other}
appliesTo: {user.tier: silver}
rules: []
$$);

-- In place of the one that was shipped, until that is taken back.
SELECT llm_policy_set_request_schema('default', '{"properties": {"stage": {"type": "integer"}}}');
SELECT message, hint FROM findings('when: stage == "request" && user.id == "x"', 'regress.other');
SELECT llm_policy_set_request_schema('default', NULL);
SELECT count(*) FROM findings('when: stage == "request" && user.id == "x"', 'regress.other');
SELECT namespace, shipped, changed_by FROM llm_policy.request_schemas ORDER BY namespace, shipped;

-- What is no schema.
SELECT llm_policy_set_request_schema('regress.schema', '[]');
SELECT llm_policy_set_request_schema('regress.schema', '{"properties": {"a": {"type": "text"}, "b": 5}}');
SELECT llm_policy_set_request_schema('regress.schema', (repeat('{"items": ', 100) || '{}' || repeat('}', 100))::jsonb);
SELECT llm_policy_set_request_schema('regress.schema', (repeat('{"items": ', 1000) || '{}' || repeat('}', 1000))::jsonb);
SELECT llm_policy_set_request_schema('regress.schema', jsonb_build_object('enum', jsonb_build_array(repeat('x', 1100000))));
SELECT llm_policy_set_request_schema('*', '{}');
SELECT llm_policy_set_request_schema('not a namespace', '{}');
SELECT llm_policy_set_request_schema(NULL, '{}');
SELECT llm_policy_get_request_schema(NULL);

SELECT llm_policy_set_request_schema('regress.schema', NULL);
DROP FUNCTION findings;
