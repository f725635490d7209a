-- The audit: what a row holds, when there is one, who sees it, how tampering shows.
\set SHOW_CONTEXT never
\pset null '<null>'

SELECT action FROM llm_policy_apply($$
metadata: {name: Audited, namespace: regress.audit}
rules:
- {id: no-big, condition: {operator: eq, field: llm.model, value: big}, action: {decision: deny, reason: too big, code: B1}}
- {id: less, condition: {operator: gt, field: llm.maxTokens, value: 10}, action: {decision: modify, modifications: {llm.maxTokens: 10}}}
$$);
CREATE TEMPORARY TABLE request AS SELECT '{
	"requestId": "req-1", "stage": "tool_call",
	"llm": {"model": "big", "prompt": "my secret", "messages": [{"role": "user", "content": "hidden"}], "maxTokens": 50,
			"estimatedTokens": 12, "estimatedCost": 0.125, "stream": true},
	"user": {"id": "u-1", "email": "someone@example.org", "roles": ["admin", "dev"]}, "team": {"id": 7},
	"project": {"id": "p-1"}, "session": {"id": "s-1"},
	"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}'::jsonb AS request;

-- omit, the default: the plain paths only.
SET application_name = 'audit test';
SELECT llm_policy_evaluate(request, 'regress.audit') ->> 'decisionId' AS omitted FROM request \gset
\x on
SELECT request_id, stage, namespace, decision, allowed, reason, code, reason_code, decided_by, policies, narrowed_to, matches,
	   modifications, patch, advice, errors, shadow, context, model, estimated_tokens, estimated_cost,
	   caller_role, login_role, application_name, client_addr, trace_id, user_id, team_id, project_id, session_id,
	   duration_us > 0 AS has_duration, length(policy_set) AS policy_set, decision_time <= evaluated_at AS times_in_order,
	   xid < pg_current_xact_id() AS xid_before, length(context_salt) AS salt, length(context_digest) AS digest
FROM llm_policy.evaluations WHERE id = :'omitted';
\x off

-- hash: the structure with every other string hashed.  full: as it came.
SET llm_policy.audit_content = hash;
SELECT llm_policy_evaluate(request, 'regress.audit') ->> 'decisionId' AS hashed FROM request \gset
SELECT jsonb_pretty(regexp_replace(context::text, 'sha256:[0-9a-f]{64}', 'sha256:…', 'g')::jsonb) AS context
FROM llm_policy.evaluations WHERE id = :'hashed';
SELECT context #>> '{llm,prompt}' = 'sha256:' || encode(sha256(context_salt || 'my secret'::bytea), 'hex') AS salted_digest
FROM llm_policy.evaluations WHERE id = :'hashed';
SET llm_policy.audit_content = full;
SELECT llm_policy_evaluate(request, 'regress.audit') ->> 'decisionId' AS whole FROM request \gset
SELECT e.context = r.request AS whole FROM llm_policy.evaluations e, request r WHERE id = :'whole';
RESET llm_policy.audit_content;

-- The plain paths are a setting, and what is not plain is in no column either.
SET llm_policy.audit_plain_paths = 'llm.messages[0].role, user.roles[1], metadata["a.b"], nothing.there';
SELECT llm_policy_evaluate(request || '{"metadata": {"a.b": "kept"}}', 'regress.audit') ->> 'decisionId' AS plain FROM request \gset
SELECT context, request_id, stage, model, user_id, trace_id FROM llm_policy.evaluations WHERE id = :'plain';
SET llm_policy.audit_plain_paths = '';
SELECT llm_policy_evaluate(request, 'regress.audit') ->> 'decisionId' AS bare FROM request \gset
SELECT context, request_id, user_id FROM llm_policy.evaluations WHERE id = :'bare';
SELECT r ->> 'decisionId' AS plain FROM llm_policy_evaluate('{"llm": {"prompt": "x"}}', 'regress.audit') AS r \gset
SELECT request_id = id::text AS own_id, stage FROM llm_policy.evaluations WHERE id = :'plain';
RESET llm_policy.audit_plain_paths;
-- A trace parent that is none, estimates that are no numbers.
SELECT r ->> 'decisionId' AS odd FROM llm_policy_evaluate('{"traceparent": "00-XX7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "llm": {"estimatedTokens": 1.5, "estimatedCost": "1"}}', 'regress.audit') AS r \gset
SELECT trace_id, estimated_tokens, estimated_cost FROM llm_policy.evaluations WHERE id = :'odd';

-- A key that is a whole path wins over what the path leads to, in columns as in conditions.
SELECT r ->> 'decisionId' AS flat FROM llm_policy_evaluate('{"user.id": "flat", "user": {"id": "nested"}, "team": {"id": 7.50}, "project": "p", "requestId": true, "llm": {"estimatedTokens": 5}, "llm.estimatedTokens": 6}', 'regress.audit') AS r \gset
SELECT user_id, team_id, project_id, request_id, estimated_tokens, context FROM llm_policy.evaluations WHERE id = :'flat';

-- The row is the transaction's.
BEGIN;
SELECT llm_policy_evaluate('{"requestId": "rolled-back"}', 'regress.audit') -> 'audited' AS audited;
ROLLBACK;
SELECT count(*) FROM llm_policy.evaluations WHERE request_id = 'rolled-back';

-- No row: audit off; or a chunk of a response that passes.  What does not pass, or is another stage, has its row.
SET llm_policy.audit = off;
SELECT llm_policy_evaluate('{}', 'regress.audit') -> 'audited' AS off;
RESET llm_policy.audit;
SELECT stage, model, llm_policy_evaluate(jsonb_build_object('stage', stage, 'llm', jsonb_build_object('model', model)),
										 'regress.audit', audit => false) -> 'audited' AS audited
FROM unnest('{response, response, request}'::text[], '{small, big, small}'::text[]) AS t (stage, model);

-- Where no row can be written the log has it, or the decision is refused.
BEGIN READ ONLY;
SELECT llm_policy_evaluate('{"llm": {"model": "big"}}', 'regress.audit') -> 'audited' AS read_only;
SET LOCAL llm_policy.unaudited = deny;
SELECT llm_policy_evaluate('{}', 'regress.audit');
ROLLBACK;
SET llm_policy.audit = log;
SELECT llm_policy_evaluate('{}', 'regress.audit') -> 'audited' AS log;
RESET llm_policy.audit;

-- Tampering shows; erasing the content does not look like it.
CREATE FUNCTION pg_temp.is_genuine(decision uuid) RETURNS boolean LANGUAGE sql AS $$
	SELECT row_hash = llm_policy.evaluation_row_hash(e) FROM llm_policy.evaluations AS e WHERE id = $1
$$;
SELECT pg_temp.is_genuine(id) AS genuine, count(*) FROM llm_policy.evaluations WHERE namespace = 'regress.audit' GROUP BY 1;
BEGIN;
UPDATE llm_policy.evaluations SET allowed = true WHERE id = :'omitted';
UPDATE llm_policy.evaluations SET context = jsonb_set(context, '{user,id}', '"u-2"') WHERE id = :'hashed';
UPDATE llm_policy.evaluations SET context = NULL, context_salt = NULL WHERE id = :'whole';
UPDATE llm_policy.evaluations SET reason = NULL WHERE id = :'plain';
UPDATE llm_policy.evaluations SET code = 'x', reason = NULL WHERE id = :'bare';
SELECT pg_temp.is_genuine(:'omitted') AS altered_verdict, pg_temp.is_genuine(:'hashed') AS altered_context,
	   pg_temp.is_genuine(:'whole') AS erased_context, pg_temp.is_genuine(:'plain') AS nothing_altered,
	   pg_temp.is_genuine(:'bare') AS moved;
ROLLBACK;
-- Nor does another content pass for the erased one, or a digest for that of the content.
BEGIN;
UPDATE llm_policy.evaluations SET context = '{"user": {"id": "u-2"}}', context_salt = NULL WHERE id = :'hashed';
UPDATE llm_policy.evaluations SET context_digest = '\x00' WHERE id = :'whole';
SELECT pg_temp.is_genuine(:'hashed') AS unsalted_context, pg_temp.is_genuine(:'whole') AS altered_digest;
ROLLBACK;
-- The hash does not depend on the session.
SET datestyle = 'SQL, DMY';
SET timezone = 'Asia/Kathmandu';
SET bytea_output = escape;
SET extra_float_digits = 0;
SELECT count(*) FROM llm_policy.evaluations AS e WHERE row_hash IS DISTINCT FROM llm_policy.evaluation_row_hash(e);
RESET datestyle;
RESET timezone;
RESET bytea_output;
RESET extra_float_digits;
-- Every column is covered but the two that are not meant to be: taking any other away changes the hash.
WITH sample AS (
	SELECT jsonb_object_agg(attname, CASE
		WHEN attname = 'context_digest' THEN to_jsonb(sha256('\x00'::bytea || '{}'::bytea))
		WHEN atttypid = 'jsonb'::regtype THEN '{}'
		WHEN atttypid = 'text[]'::regtype THEN '["x"]'
		WHEN atttypid = 'uuid'::regtype THEN to_jsonb('00000000-0000-7000-8000-000000000000'::text)
		WHEN atttypid = 'bytea'::regtype THEN to_jsonb('\x00'::bytea)
		WHEN atttypid = 'timestamptz'::regtype THEN to_jsonb('2026-07-02T09:30:00.5Z'::text)
		WHEN atttypid = 'inet'::regtype THEN to_jsonb('::1'::inet)
		ELSE '"1"' END) AS columns
	FROM pg_attribute WHERE attrelid = 'llm_policy.evaluations'::regclass AND attnum > 0 AND NOT attisdropped
), hashes AS (
	SELECT key, llm_policy.evaluation_row_hash(jsonb_populate_record(NULL::llm_policy.evaluations, columns)) AS whole,
		   llm_policy.evaluation_row_hash(jsonb_populate_record(NULL::llm_policy.evaluations, columns - key)) AS without
	FROM sample, jsonb_object_keys(columns) AS key
)
SELECT key FROM hashes WHERE whole = without ORDER BY key;
-- The same row has the same hash on every server and for ever.
SELECT encode(llm_policy.evaluation_row_hash(jsonb_populate_record(NULL::llm_policy.evaluations, '{
	"id": "00000000-0000-7000-8000-000000000000", "evaluated_at": "2026-07-02T09:30:00.5Z", "namespace": "a\"b\n", "allowed": true,
	"policies": ["p", "q"], "decided_by": {"b": 1.50, "aa": [null]}, "estimated_cost": "1.250", "duration_us": 7, "xid": "42",
	"client_addr": "10.0.0.1", "context_digest": "\\x0102"}')), 'hex') AS fixed;
SELECT encode(sha256(string_agg(int2send(n::smallint) || int4send(octet_length(value)) || value, '' ORDER BY n)), 'hex') AS by_hand
FROM (VALUES (1, uuid_send('00000000-0000-7000-8000-000000000000')), (2, timestamptz_send('2026-07-02T09:30:00.5Z')), (5, textsend(E'a"b\n')),
			 (7, boolsend(true)), (11, jsonb_send('{"b": 1.50, "aa": [null]}')), (12, array_send('{p,q}'::text[])), (22, byteasend('\x0102')),
			 (25, numeric_send(1.250)), (26, int8send(7)), (29, xid8send('42')), (33, inet_send('10.0.0.1'))) AS c (n, value);
-- What stands in for a content that is not the digest's own, or for what nobody would write.
SELECT llm_policy.evaluation_row_hash(e) = sha256(int2send(12::smallint) || int4send(octet_length(array_send(policies))) || array_send(policies)
		|| int2send(20::smallint) || int4send(32) || sha256('{}')) AS by_hand
FROM jsonb_populate_record(NULL::llm_policy.evaluations, '{"context": {}, "policies": "[2:3][0:1]={{a,NULL},{b,c}}"}') AS e;

RESET application_name;
SELECT id, action FROM llm_policy_delete('audited', 'regress.audit');
