-- Modified requests: return_request and llm_policy_apply_modifications.  On the way every kind of value goes through
-- the engine and back.
\set SHOW_CONTEXT never

SELECT action FROM llm_policy_apply($$
metadata: {name: Shape, namespace: regress.modifications}
rules:
- id: all-kinds
  condition: {operator: exists, field: llm}
  actions:
  - type: modify
    set: {llm.model: small, llm.options.seed: 7, llm.ratio: 0.1}
    remove: [llm.debug]
    append: {llm.tags: checked}
    cap: {llm.maxTokens: 100}
$$);

CREATE TEMPORARY TABLE original AS
	SELECT '{"llm": {"model": "big", "maxTokens": 5000, "debug": [1, 2], "tags": ["a"]}, "user": {"id": "ü1"}}'::jsonb AS request;
SELECT jsonb_pretty(r -> 'patch') AS patch, jsonb_pretty(r -> 'modifiedRequest') AS modified,
	   r -> 'modifiedRequest' = llm_policy_apply_modifications(request, r) AS same
FROM original, llm_policy_simulate(request, 'regress.modifications', return_request => true) AS r;

-- A decision without modifications leaves the request as it was.
SELECT llm_policy_apply_modifications('{"a": [1, {"b": null}], "c": true, "d": "x", "e": {}, "f": []}', '{"decision": "allow"}');
SELECT llm_policy_apply_modifications('{"n": -0.0, "m": 1.50, "o": 1e3, "p": 1e-7, "q": 9223372036854775807}', '{"decision": "allow"}');
-- Numbers that the engine rounds, to decide by, are passed on as they were.
SELECT llm_policy_simulate('{"llm": {}, "id": 18446744073709551615, "price": 0.1000000000000000000001, "rounds": [9007199254740993.5]}',
						   'regress.modifications', return_request => true) -> 'modifiedRequest' AS modified;

-- What is no decision, or not one for this request.
SELECT llm_policy_apply_modifications('{}', '[]');
SELECT llm_policy_apply_modifications('{}', '{"decision": "perhaps"}');
SELECT llm_policy_apply_modifications('{}', '{"decision": "modify", "patch": [{"op": "remove", "path": "/none"}]}');
SELECT llm_policy_apply_modifications('[]', '{"decision": "allow"}');
SELECT llm_policy_apply_modifications(NULL, '{"decision": "allow"}');
SELECT llm_policy_apply_modifications('{}', NULL);

-- Numbers: what the engine reads and writes is what SQL says of the same number.
CREATE FUNCTION pg_temp.through_engine(n numeric) RETURNS numeric LANGUAGE sql AS $$
	SELECT (llm_policy_simulate(jsonb_build_object('requestId', n), 'regress.modifications') ->> 'requestId')::numeric
$$;
CREATE FUNCTION pg_temp.as_number(n numeric) RETURNS numeric LANGUAGE sql AS $$
	SELECT CASE WHEN n = trunc(n) AND n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN n
				WHEN abs(n) < 9223372036854774000 AND n::float8 = trunc(n::float8) THEN n::float8::bigint
				ELSE n::float8::text::numeric END
$$;
SELECT setseed(0.25);
SELECT count(*) AS numbers, count(*) FILTER (WHERE pg_temp.through_engine(n) IS DISTINCT FROM pg_temp.as_number(n)) AS differ
FROM (
	SELECT ((random() - 0.5) * power(10, (random() * 40 - 20)::int))::numeric * (1 + (random() * 1e9)::bigint::numeric / 1e18)
	FROM generate_series(1, 3000)
	UNION ALL SELECT (random() * 1e18)::bigint * power(10::numeric, (random() * 30)::int) * sign(random() - 0.5)::int
	FROM generate_series(1, 3000)
	UNION ALL SELECT (random() * 1e15)::bigint / power(10::numeric, (random() * 30)::int) FROM generate_series(1, 3000)
	UNION ALL SELECT 10::numeric ^ k + d FROM generate_series(0, 250) AS k, generate_series(-1, 1) AS d
	UNION ALL SELECT (repeat('1234567890', 200) || '.5')::numeric / power(10::numeric, 1900)
	UNION ALL SELECT unnest('{0, 9223372036854775807, -9223372036854775808, 9223372036854775808, 9007199254740993, 0.00010,
							  12345678901234567890123, 5e-324, 1e308, 99999999.9999}'::numeric[])
) AS numbers (n);

SELECT id, action FROM llm_policy_delete('shape', 'regress.modifications');
