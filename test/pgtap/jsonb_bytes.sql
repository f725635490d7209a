-- Results are jsonb as the server itself would write it, byte for byte: record_image_eq compares bytes, not values.
BEGIN;
SELECT no_plan();

-- A request through the engine and back; the second column is what jsonb_in makes of its text.
CREATE FUNCTION pg_temp.through(request jsonb) RETURNS jsonb LANGUAGE sql AS
	$$ SELECT llm_policy_apply_modifications(request, '{"decision": "allow"}') $$;
CREATE FUNCTION pg_temp.same_bytes(made jsonb) RETURNS boolean LANGUAGE sql AS
	$$ SELECT record_image_eq(ROW(made), ROW(made::text::jsonb)) $$;

SELECT ok(NOT record_image_eq(ROW('{"a": 1.0}'::jsonb), ROW('{"a": 1}'::jsonb)), 'the comparison sees what equality does not');

-- Shapes: empty, nested, with as many entries as make offsets, keys that sort by length before bytes.
SELECT ok(pg_temp.through(request) = request AND pg_temp.same_bytes(pg_temp.through(request)), 'bytes of ' || left(request::text, 60))
FROM unnest(ARRAY['{}', '{"a": {}}', '{"a": [], "b": [[], {}, [[]]]}', '{"": "", "b": "x", "aa": null, "ab": true, "c": false}',
				  '{"ä": "ö", "zz": "\"\\\u0001", "k": [1, "a", null, true, {"x": [{}]}]}']::jsonb[]) AS request;
SELECT ok(pg_temp.same_bytes(pg_temp.through(jsonb_build_object('list', list, 'map', map, 'inner', jsonb_build_array(map, list)))),
		  'bytes of containers with ' || size || ' entries')
FROM unnest('{1, 23, 24, 25, 31, 32, 33, 63, 64, 65, 100, 1000}'::integer[]) AS size,
	LATERAL (SELECT jsonb_agg(CASE WHEN n % 3 = 0 THEN to_jsonb(n) ELSE to_jsonb(repeat('x', n % 7)) END) AS list,
					jsonb_object_agg(repeat('k', n % 5) || n * 7 % size,
									 CASE WHEN n % 4 = 0 THEN to_jsonb(n * 1000) ELSE to_jsonb(md5(n::text)) END) AS map
			 FROM generate_series(1, size) AS n) AS made;

-- Each member is found in maps of every size, and no other.
CREATE FUNCTION pg_temp.decision_on(request jsonb, field text, value jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT llm_policy_simulate_document(jsonb_build_object('metadata', '{"name": "Members"}'::jsonb, 'rules', jsonb_build_array(jsonb_build_object(
		'id', 'r', 'condition', jsonb_build_object('operator', 'eq', 'field', field, 'value', value), 'action', '{"decision": "deny"}'::jsonb)))::text,
		request) ->> 'decision'
$$;
SELECT ok(bool_and(pg_temp.decision_on(made.map, key, value) = 'deny' AND pg_temp.decision_on(made.map - key, key, value) = 'allow'),
		  'members of maps with ' || size || ' entries')
FROM generate_series(1, 40) AS size,
	LATERAL (SELECT jsonb_object_agg(repeat('k', n % 5) || 'x' || n, CASE n % 3 WHEN 0 THEN to_jsonb(n) ELSE to_jsonb(md5(n::text)) END) AS map
			 FROM generate_series(1, size) AS n) AS made, jsonb_each(made.map) GROUP BY size;

-- Numbers: each group of digits, either sign, the ends of bigint, fractions as they came.
SELECT ok(bool_and(pg_temp.through(request) = request AND pg_temp.same_bytes(pg_temp.through(request))), 'bytes of integers around 10 ^ ' || power)
FROM generate_series(0, 18) AS power, generate_series(-2, 2) AS offset_by, unnest('{1, -1}'::integer[]) AS sign,
	jsonb_build_object('n', sign * (trunc(10::numeric ^ power) + offset_by)) AS request GROUP BY power;
SELECT ok(pg_temp.through(request) = request AND pg_temp.same_bytes(pg_temp.through(request)), 'bytes of ' || number)
FROM unnest('{0, 9223372036854775807, -9223372036854775808, 9223372036854775808, 10000, 100000000, 99999999, 0.1, -1.50, 1e-7,
			  1e-100, 123456.789, 1e300, 0.1000000000000000000001}'::numeric[]) AS number, jsonb_build_object('n', number) AS request;

-- Computed doubles.
SELECT llm_policy_apply('metadata: {name: Numbers, namespace: bytes}
rules: [{id: r, condition: {operator: gt, field: n, value: 0.25}, action: {decision: modify, modifications: {n: 0.125, m: 1e-9}}}]');
SELECT ok(pg_temp.same_bytes(d), 'bytes of a decision and the request it makes')
FROM llm_policy_evaluate('{"n": 3.5}', 'bytes', trace => true, return_request => true) AS d;
-- The row's columns are the result's members; one that the result lacks is null.
CREATE TEMPORARY TABLE decisions AS
SELECT llm_policy_evaluate(request, 'bytes') AS d FROM unnest(ARRAY['{"n": 3.5}', '{"n": 0}']::jsonb[]) AS request;
SELECT ok(record_image_eq(ROW(decided_by, matches, modifications, patch, advice, errors, shadow),
						  ROW(d -> 'decidedBy', d -> 'matches', d -> 'modifications', d -> 'patch', d -> 'advice', d -> 'errors', d -> 'shadow'))
		  AND (reason, code, policy_set) IS NOT DISTINCT FROM (d ->> 'reason', d ->> 'code', d ->> 'policySet')
		  AND to_jsonb(policies) = d -> 'matchedPolicies', 'bytes of the row of a decision to ' || decision)
FROM decisions JOIN llm_policy.evaluations ON id = (d ->> 'decisionId')::uuid;

-- Random trees.
SELECT setseed(0.25);
CREATE FUNCTION pg_temp.random_tree(depth integer) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	pick float8 := random();
	size integer := trunc(random() * random() * CASE depth WHEN 0 THEN 70 ELSE 40 / depth END);
BEGIN
	IF depth = 0 OR (depth < 5 AND pick < 0.2) THEN
		RETURN (SELECT coalesce(jsonb_object_agg(repeat(chr(97 + (random() * 25)::integer), (random() * 9)::integer) || n,
												 pg_temp.random_tree(depth + 1)), '{}')
				FROM generate_series(1, size) AS n);
	ELSIF depth < 5 AND pick < 0.35 THEN
		RETURN (SELECT coalesce(jsonb_agg(pg_temp.random_tree(depth + 1)), '[]') FROM generate_series(1, size));
	END IF;
	RETURN CASE trunc(random() * 6)::integer
		WHEN 0 THEN 'null'
		WHEN 1 THEN to_jsonb(random() < 0.5)
		WHEN 2 THEN to_jsonb(trunc((random() - 0.5) * 10 ^ (random() * 18))::bigint)
		WHEN 3 THEN to_jsonb((random() - 0.5) * 10 ^ (random() * 20 - 10))
		WHEN 4 THEN to_jsonb(repeat(md5(random()::text), (random() * 2)::integer))
		ELSE to_jsonb(left(md5(random()::text), (random() * 12)::integer)) END;
END
$$;
CREATE TEMPORARY TABLE trees AS SELECT n, pg_temp.random_tree(0) AS request FROM generate_series(1, 1000) AS n;
SELECT cmp_ok(max(pg_column_size(request)), '>', 10000, 'large trees are among them') FROM trees;
SELECT is_empty($$ SELECT n FROM trees WHERE pg_temp.through(request) <> request OR NOT pg_temp.same_bytes(pg_temp.through(request)) $$,
				'bytes of a thousand random trees');

-- Rows are hashed as the server sends their values: of the same trees, by hand.
SELECT is_empty($$
	SELECT n FROM trees, jsonb_populate_record(NULL::llm_policy.evaluations, jsonb_build_object('decided_by', request)) AS e
	WHERE llm_policy.evaluation_row_hash(e) <> sha256(int2send(11::smallint) || int4send(octet_length(jsonb_send(request))) || jsonb_send(request))
$$, 'hashes of a thousand random trees');
SELECT is(llm_policy.evaluation_row_hash(e), sha256(int2send(11::smallint) || int4send(octet_length(jsonb_send(json))) || jsonb_send(json)),
		  'hash of ' || json::text)
FROM unnest(ARRAY['', 'a', 'plain and long enough', E'\u0001\b\f\n\r\t\u001F\u007F', 'a"b', 'back\slash, eight"', '"', 'ünïcödé €𝄞',
				  'every eighth "' || repeat('1234567"', 9) || '\']) AS reason, to_jsonb(reason) AS json,
	 jsonb_populate_record(NULL::llm_policy.evaluations, jsonb_build_object('decided_by', json)) AS e;

-- What the audit keeps of a request, by the definition: plain paths as they are; else nothing, or hashes.
CREATE FUNCTION pg_temp.kept(value jsonb, salt bytea, place text[], plain text[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	hash boolean := current_setting('llm_policy.audit_content') = 'hash';
	here text := array_to_string(place, '.');
	on_the_way boolean := place = '{}' OR EXISTS (SELECT FROM unnest(plain) AS p WHERE starts_with(p, here || '.'));
BEGIN
	IF here = ANY (plain) THEN
		RETURN value;
	ELSIF jsonb_typeof(value) IN ('object', 'array') AND NOT hash AND NOT on_the_way THEN
		RETURN NULL;
	ELSIF jsonb_typeof(value) = 'object' THEN
		RETURN (SELECT coalesce(jsonb_object_agg(m.key, m.kept) FILTER (WHERE m.kept IS NOT NULL), '{}')
				FROM (SELECT e.key, pg_temp.kept(e.value, salt, place || e.key, plain) AS kept FROM jsonb_each(value) AS e) AS m);
	ELSIF jsonb_typeof(value) = 'array' THEN
		RETURN (SELECT coalesce(jsonb_agg(coalesce(pg_temp.kept(e.value, salt, place || (n - 1)::text, plain), 'null') ORDER BY n), '[]')
				FROM jsonb_array_elements(value) WITH ORDINALITY AS e (value, n));
	ELSIF NOT hash THEN
		RETURN NULL;
	ELSIF jsonb_typeof(value) = 'string' THEN
		RETURN to_jsonb('sha256:' || encode(sha256(salt || convert_to(value #>> '{}', 'UTF8')), 'hex'));
	END IF;
	RETURN value;
END
$$;
CREATE FUNCTION pg_temp.paths(value jsonb, place text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT place || key FROM jsonb_object_keys(CASE jsonb_typeof(value) WHEN 'object' THEN value ELSE '{}' END) AS key
	UNION ALL SELECT path FROM jsonb_each(CASE jsonb_typeof(value) WHEN 'object' THEN value ELSE '{}' END) AS e,
		pg_temp.paths(e.value, place || e.key || '.') AS path
	UNION ALL SELECT path FROM jsonb_array_elements(CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE '[]' END) WITH ORDINALITY AS e (value, n),
		LATERAL (SELECT place || (n - 1) UNION ALL SELECT pg_temp.paths(e.value, place || (n - 1) || '.')) AS p (path)
$$;
SELECT set_config('llm_policy.audit_plain_paths', string_agg(path, ', '), true) IS NOT NULL AS set
FROM (SELECT path FROM trees, pg_temp.paths(request, '') AS path WHERE n <= 60 AND path NOT LIKE '%..%' AND path NOT LIKE '.%'
	  ORDER BY md5(path) LIMIT 60) AS chosen;
SET LOCAL llm_policy.audit_content = 'omit';
CREATE FUNCTION pg_temp.context_differs(request jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	recorded uuid := llm_policy_evaluate(request, 'bytes') ->> 'decisionId';
BEGIN
	RETURN (SELECT NOT record_image_eq(ROW(context), ROW(wanted::text::jsonb)) OR row_hash <> llm_policy.evaluation_row_hash(e)
				OR context_digest <> sha256(context_salt || convert_to(wanted::text, 'UTF8'))
			FROM llm_policy.evaluations AS e, LATERAL (SELECT pg_temp.kept(request, e.context_salt, '{}',
				regexp_split_to_array(current_setting('llm_policy.audit_plain_paths'), ', ')) AS wanted) AS w
			WHERE id = recorded) IS NOT FALSE;
END
$$;
SELECT is_empty('SELECT n FROM trees WHERE n <= 60 AND pg_temp.context_differs(request)', 'omit: contexts of random trees');
SET LOCAL llm_policy.audit_content = 'hash';
SELECT is_empty('SELECT n FROM trees WHERE n <= 60 AND pg_temp.context_differs(request)', 'hash: contexts of random trees');
RESET llm_policy.audit_content;
RESET llm_policy.audit_plain_paths;

-- Scalars that are a whole result.
SELECT llm_policy_update('metadata: {name: Numbers, namespace: bytes, id: numbers}
rules: [{id: r, enabled: false, condition: {operator: gt, field: n, value: 12345678}, action: {decision: deny, reason: no}}]');
SELECT ok(pg_temp.same_bytes(value), 'bytes of ' || value::text)
FROM llm_policy_diff('numbers', 1, 2, 'bytes'), unnest(ARRAY[old_value, new_value]) AS value WHERE value IS NOT NULL;

SELECT * FROM finish();
ROLLBACK;
