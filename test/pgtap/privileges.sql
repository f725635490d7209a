-- What an unprivileged role can not do: read policies, audit rows or traces, reach another namespace, or change what the
-- extension's code does by anything a caller can set.
BEGIN;
SELECT no_plan();

-- --- What PUBLIC has: nothing --------------------------------------------------------------------------------------

CREATE TEMPORARY VIEW members AS
	SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'llm_policy'
	WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e';
SELECT is_empty($$
	SELECT p.oid::regprocedure FROM members JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
	WHERE has_function_privilege('public', p.oid, 'EXECUTE')$$, 'PUBLIC may execute no function');
SELECT is_empty($$
	SELECT c.oid::regclass FROM members JOIN pg_class c ON classid = 'pg_class'::regclass AND c.oid = objid
	WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
	  AND has_table_privilege('public', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')$$,
	'PUBLIC has nothing on any table or view');
SELECT is(has_schema_privilege('public', 'llm_policy', 'USAGE'), false, 'PUBLIC may not use the schema');
SELECT is_empty($$
	SELECT p.oid::regprocedure FROM members JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
	WHERE obj_description(p.oid, 'pg_proc') IS NULL$$, 'every function has a comment');
SELECT is_empty($$
	SELECT p.oid::regprocedure FROM members JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
	WHERE prolang <> (SELECT oid FROM pg_language WHERE lanname = 'c')
	  AND NOT coalesce(proconfig, '{}') @> '{"search_path=pg_catalog, pg_temp"}'$$,
	'every function that is not C has its search_path pinned');

-- --- Somebody who may evaluate in one namespace ----------------------------------------------------------------------

CREATE ROLE llm_policy_test_evaluator;
CREATE ROLE llm_policy_test_author;
CREATE ROLE llm_policy_test_auditor;
CREATE ROLE llm_policy_test_nobody;
SELECT llm_policy_grant('llm_policy_test_evaluator', 'evaluator', 'shop.web');
SELECT llm_policy_grant('llm_policy_test_author', 'author', 'shop.web');
SELECT llm_policy_grant('llm_policy_test_auditor', 'auditor', 'shop.web');
SELECT llm_policy_apply($$
metadata: {name: Shop, namespace: shop}
rules: [{id: r, condition: {operator: eq, field: llm.model, value: big}, action: {decision: deny, reason: no big models}}]
---
metadata: {name: Web, namespace: shop.web}
rules: [{id: r, condition: {operator: eq, field: llm.model, value: odd}, action: {decision: warn}}]
---
metadata: {name: Bank, namespace: bank}
rules: [{id: r, condition: {operator: and, conditions: []}, action: {decision: deny, reason: secret of the bank}}]
$$);
SELECT llm_policy_evaluate('{"user": {"id": "customer"}}', 'bank') AS "in the bank";

-- Runs a statement as a role: the SQLSTATE of its error, or its first column.
CREATE FUNCTION pg_temp.as_role(role_name name, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role_name);
	EXECUTE statement INTO answer;
	RESET ROLE;
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;
CREATE FUNCTION pg_temp.evaluator(statement text) RETURNS text LANGUAGE sql AS
	$$ SELECT pg_temp.as_role('llm_policy_test_evaluator', statement) $$;

SELECT is(pg_temp.evaluator($$SELECT llm_policy_evaluate('{"llm": {"model": "big"}}', 'shop.web') ->> 'reason'$$),
		  'no big models', 'it evaluates where it may, by policies it cannot read');
SELECT is(pg_temp.evaluator($$SELECT llm_policy_evaluate('{}', 'shop.web.cart') ->> 'decision'$$), 'allow', 'and below');
SELECT is(pg_temp.evaluator($$SELECT llm_policy_allowed('{}', 'shop.web')$$), 'true', 'allowed too');

SELECT is(pg_temp.evaluator(statement), '42501', statement)
FROM (VALUES
	-- other namespaces
	($$SELECT llm_policy_evaluate('{}', 'shop')$$),
	($$SELECT llm_policy_evaluate('{}', 'default')$$),
	($$SELECT llm_policy_evaluate('{}', 'bank')$$),
	($$SELECT llm_policy_evaluate('{}', 'shop.webshop')$$),
	($$SELECT llm_policy_evaluate('{}', 'no.such.namespace')$$),
	($$SELECT llm_policy_evaluate('{}', '*')$$),
	($$SELECT llm_policy_evaluate('{}')$$),
	($$SELECT llm_policy_simulate('{}', 'bank')$$),
	($$SELECT llm_policy_simulate('{}', '*')$$),
	($$SELECT llm_policy_allowed('{}', 'bank')$$),
	-- less than all of its policies, a trace
	($$SELECT llm_policy_evaluate('{}', 'shop.web', '{shop.web/web}')$$),
	($$SELECT llm_policy_evaluate('{}', 'shop.web', trace => true)$$),
	($$SELECT llm_policy_simulate('{}', 'shop.web', trace => true)$$),
	-- policies and audit rows
	($$SELECT * FROM llm_policy.policy_documents$$),
	($$SELECT * FROM llm_policy.policy_current$$),
	($$SELECT * FROM llm_policy.policies$$),
	($$SELECT * FROM llm_policy.policy_revisions$$),
	($$SELECT * FROM llm_policy.rules$$),
	($$SELECT * FROM llm_policy.policy_sets$$),
	($$SELECT * FROM llm_policy.role_grants$$),
	($$SELECT * FROM llm_policy.evaluations$$),
	($$SELECT * FROM llm_policy.evaluations_default$$),
	($$INSERT INTO llm_policy.role_grants VALUES ('*', 'evaluator', 'llm_policy_test_evaluator', 1, 'me', now())$$),
	($$DELETE FROM llm_policy.evaluations$$),
	($$TRUNCATE llm_policy.evaluations_default$$),
	($$LOCK TABLE llm_policy.policy_heads$$),
	($$CREATE TRIGGER t AFTER INSERT ON llm_policy.evaluations FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger()$$),
	($$CREATE TABLE llm_policy.policy_heads2 ()$$),
	-- what is for others
	($$SELECT llm_policy_simulate_document('{metadata: {name: x}, rules: []}', '{}')$$),
	($$SELECT llm_policy_evaluate_expression('true', '{}')$$),
	($$SELECT llm_policy_apply('{metadata: {name: x, namespace: shop.web}, rules: []}')$$),
	($$SELECT llm_policy_get('web', 'shop.web')$$),
	($$SELECT llm_policy_validate('{}')$$),
	($$SELECT llm_policy_test('web', 'shop.web')$$),
	($$SELECT llm_policy_set_request_schema('shop.web', '{}')$$),
	($$SELECT llm_policy_get_request_schema('shop.web')$$),
	($$SELECT * FROM llm_policy.request_schemas$$),
	($$SELECT llm_policy_grant('llm_policy_test_evaluator', 'admin')$$),
	($$SELECT llm_policy_maintain()$$),
	($$SELECT llm_policy.maintain_evaluations()$$),
	($$SELECT llm_policy.has_right('admin', '*')$$),
	($$SELECT llm_policy.refresh_heads('{bank}')$$),
	-- what widens or hides
	($$SET llm_policy.audit = off$$),
	($$SET llm_policy.default_decision = allow$$),
	($$SET llm_policy.audit_content = full$$),
	($$SET llm_policy.audit_plain_paths = 'llm'$$),
	($$SET session_replication_role = replica$$),
	($$ALTER EXTENSION llm_policy UPDATE$$),
	($$ALTER FUNCTION llm_policy_allowed(jsonb, text) IMMUTABLE$$)
) AS tried (statement);
SELECT is(pg_temp.evaluator($$SELECT llm_policy_simulate('{}', 'shop.web', policy_set => (SELECT
	'$$ || (llm_policy_simulate('{}', 'bank') ->> 'policySet') || $$'))$$), '42501', 'a recorded set of another namespace');
SELECT is(pg_temp.as_role('llm_policy_test_nobody', statement), '42501', 'nobody: ' || statement)
FROM (VALUES ($$SELECT llm_policy_evaluate('{}', 'shop.web')$$), ($$SELECT llm_policy_allowed(NULL)$$),
			 ($$SELECT llm_policy_apply_modifications('{}', '{}')$$)) AS tried (statement);

-- An author of the namespace may narrow and trace; an auditor may trace.
SELECT llm_policy_grant('llm_policy_test_author', 'evaluator', 'shop.web');
SELECT is(pg_temp.as_role('llm_policy_test_author',
		  $$SELECT llm_policy_evaluate('{"llm": {"model": "big"}}', 'shop.web', '{web}', trace => true) ->> 'decision'$$),
		  'allow', 'an author narrows and traces');
SELECT is(pg_temp.as_role('llm_policy_test_author', $$SELECT llm_policy_evaluate('{}', 'shop', '{shop}')$$), '42501',
		  'not above its namespace');
SELECT is(pg_temp.as_role('llm_policy_test_auditor', $$SELECT llm_policy_simulate('{}', 'shop.web', trace => true) ->> 'decision'$$),
		  'allow', 'an auditor simulates and traces');
SELECT is(pg_temp.as_role('llm_policy_test_auditor', $$SELECT llm_policy_evaluate('{}', 'shop.web')$$), '42501',
		  'but does not evaluate');
SELECT is(pg_temp.as_role('llm_policy_test_author',
		  $$SELECT llm_policy_simulate_document('{metadata: {name: x, namespace: shop.web}, rules: []}', '{}') ->> 'decision'$$),
		  'allow', 'an author tries a document of its namespace');
SELECT is(pg_temp.as_role('llm_policy_test_author',
		  $$SELECT llm_policy_simulate_document('{metadata: {name: x, namespace: bank}, rules: []}', '{}')$$),
		  '42501', 'not of another');

SELECT is(pg_temp.as_role('llm_policy_test_author', $$SELECT llm_policy_evaluate_expression('a + 1', '{"a": 1}')$$), '2',
		  'an author tries an expression');
SELECT is(pg_temp.as_role('llm_policy_test_auditor', $$SELECT llm_policy_evaluate_expression('1', '{}')$$), '42501',
		  'an auditor does not');

-- --- Audit rows ----------------------------------------------------------------------------------------------------

SELECT is(pg_temp.as_role('llm_policy_test_auditor', 'SELECT array_agg(DISTINCT namespace ORDER BY namespace) FROM llm_policy.evaluations'),
		  '{shop.web,shop.web.cart}', 'an auditor sees the rows of its namespace and below');
SELECT is(pg_temp.as_role('llm_policy_test_auditor', $$SELECT count(*) FROM llm_policy.evaluations WHERE user_id = 'customer'$$),
		  '0', 'and no other');
SELECT is(pg_temp.as_role('llm_policy_test_auditor',
		  'SELECT bool_and(row_hash = llm_policy.evaluation_row_hash(e)) FROM llm_policy.evaluations e'),
		  'true', 'it verifies them');
SELECT is(pg_temp.as_role('llm_policy_test_auditor', statement), '42501', 'an auditor: ' || statement)
FROM (VALUES ('SELECT * FROM llm_policy.evaluations_default'), ('DELETE FROM llm_policy.evaluations'),
			 ('UPDATE llm_policy.evaluations SET allowed = true'), ('SELECT llm_policy_maintain()'),
			 ('INSERT INTO llm_policy.evaluations SELECT * FROM llm_policy.evaluations'),
			 ($$SELECT llm_policy_apply('{metadata: {name: x, namespace: shop.web}, rules: []}')$$)) AS tried (statement);
-- A function that leaks what it sees does not get to see other rows first.
GRANT CREATE ON SCHEMA public TO llm_policy_test_auditor;
SELECT is(pg_temp.as_role('llm_policy_test_auditor', $$
	WITH made AS (SELECT 1)
	SELECT count(*) FROM llm_policy.evaluations WHERE public.llm_policy_test_leak(namespace)$$), '42883', 'no such function yet');
SET LOCAL ROLE llm_policy_test_auditor;
CREATE TEMPORARY TABLE leaked (namespace text);
CREATE FUNCTION public.llm_policy_test_leak(namespace text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS
	$$ BEGIN INSERT INTO leaked VALUES (namespace); RETURN true; END $$;
SELECT count(*) FROM llm_policy.evaluations WHERE public.llm_policy_test_leak(namespace);
RESET ROLE;
SELECT is_empty($$SELECT * FROM leaked WHERE namespace NOT LIKE 'shop.web%'$$, 'a cheap function sees no other rows');
-- Partitions that come later are as closed, whatever the owner's default privileges.
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO llm_policy_test_evaluator;
SELECT count(*) AS partitions FROM llm_policy_maintain();
ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM llm_policy_test_evaluator;
SELECT is(pg_temp.evaluator(format('SELECT count(*) FROM llm_policy.%I',
								   'evaluations_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD'))), '0',
		  'a partition made with open default privileges shows nothing');

-- --- What a caller can set -------------------------------------------------------------------------------------------

-- Objects of the caller's own that bear the names which the extension's code uses, in front of the search_path.
GRANT CREATE ON SCHEMA public TO llm_policy_test_evaluator;
GRANT USAGE ON SCHEMA llm_policy TO llm_policy_test_evaluator;
CREATE SCHEMA llm_policy_test_trap AUTHORIZATION llm_policy_test_evaluator;
SET LOCAL ROLE llm_policy_test_evaluator;
SET LOCAL search_path = llm_policy_test_trap, pg_temp, public, pg_catalog;
CREATE FUNCTION llm_policy_test_trap.sprung() RETURNS void LANGUAGE plpgsql AS
	$$ BEGIN RAISE EXCEPTION 'the trap was sprung'; END $$;
CREATE FUNCTION llm_policy_test_trap.trap(text, text) RETURNS boolean LANGUAGE plpgsql AS
	$$ BEGIN RAISE EXCEPTION 'the trap was sprung'; END $$;
CREATE FUNCTION llm_policy_test_trap.trap(uuid, uuid) RETURNS boolean LANGUAGE plpgsql AS
	$$ BEGIN RAISE EXCEPTION 'the trap was sprung'; END $$;
CREATE OPERATOR llm_policy_test_trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = llm_policy_test_trap.trap);
CREATE OPERATOR llm_policy_test_trap.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = llm_policy_test_trap.trap);
CREATE OPERATOR llm_policy_test_trap.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = llm_policy_test_trap.trap);
CREATE FUNCTION llm_policy_test_trap.unnest(anyarray) RETURNS SETOF anyelement LANGUAGE plpgsql AS
	$$ BEGIN RAISE EXCEPTION 'the trap was sprung'; END $$;
CREATE FUNCTION llm_policy_test_trap.sha256(bytea) RETURNS bytea LANGUAGE plpgsql AS
	$$ BEGIN RAISE EXCEPTION 'the trap was sprung'; END $$;
CREATE TEMPORARY TABLE policy_heads (namespace text, level_hash text, scope_hash text);
CREATE TEMPORARY TABLE policy_current (namespace text, id text, revision integer);
CREATE TEMPORARY TABLE policy_documents (namespace text, id text, revision integer, document text, status text);
CREATE TEMPORARY TABLE role_grants (namespace text, role_right text, role_name text, role_oid oid);
INSERT INTO role_grants VALUES ('*', 'admin', 'llm_policy_test_evaluator',
								(SELECT oid FROM pg_catalog.pg_roles WHERE rolname OPERATOR(pg_catalog.=) 'llm_policy_test_evaluator'));
CREATE TEMPORARY TABLE evaluations (id uuid);
CREATE TABLE llm_policy_test_trap.evaluations (id uuid);
SELECT pg_catalog.set_config('llm_policy_test.decision',
	public.llm_policy_evaluate('{"llm": {"model": "big"}, "requestId": "trapped"}', 'shop.web') ->> 'decision', true) AS decision;
RESET search_path;
RESET ROLE;
SELECT is(current_setting('llm_policy_test.decision'), 'deny', 'search_path, temporary tables and operators change no decision');
SELECT is((SELECT caller_role FROM llm_policy.evaluations WHERE request_id = 'trapped'), 'llm_policy_test_evaluator',
		  'nor where the row goes, and it names the caller');
SELECT is(pg_temp.evaluator($$SELECT llm_policy_evaluate('{}', 'bank')$$), '42501', 'nor rights');
-- The caller is the caller again afterwards, also after an error.
SET LOCAL ROLE llm_policy_test_evaluator;
SELECT is(current_user::text, 'llm_policy_test_evaluator', 'the role is set') FROM (SELECT llm_policy_allowed('{}', 'shop.web')) AS called;
SELECT throws_ok($$SELECT llm_policy_evaluate('[]', 'shop.web')$$, '22023', NULL, 'an error');
SELECT is(current_user::text, 'llm_policy_test_evaluator', 'after an error too');
RESET ROLE;
-- Settings of the planner and of compatibility.
SELECT is(pg_temp.evaluator($$SELECT llm_policy_evaluate('{"llm": {"model": "big"}}', 'shop.web') ->> 'decision'
	FROM set_config('transform_null_equals', 'on', true) AS a, set_config('row_security', 'off', true) AS b,
		 set_config('enable_indexscan', 'off', true) AS c, set_config('standard_conforming_strings', 'off', true) AS d,
		 set_config('enable_partition_pruning', 'off', true) AS e, set_config('plan_cache_mode', 'force_custom_plan', true) AS f,
		 set_config('timezone', 'Pacific/Kiritimati', true) AS g, set_config('datestyle', 'German', true) AS h$$),
	'deny', 'settings of the session change no decision');

SELECT * FROM finish();
ROLLBACK;
