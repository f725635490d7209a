-- What a role may not get at, whatever it sets, creates or names.
BEGIN;
SELECT plan(29);

CREATE ROLE llm_policy_test_attacker;
CREATE ROLE llm_policy_test_group NOLOGIN;
CREATE ROLE llm_policy_test_outsider NOINHERIT IN ROLE llm_policy_test_group;
GRANT CREATE ON SCHEMA public TO llm_policy_test_attacker;
SELECT lives_ok($$SELECT llm_policy_apply('[{"metadata": {"name": "Mine", "namespace": "mine"}, "rules": []},
	{"metadata": {"name": "Secret", "namespace": "theirs", "owner": "somebody"}, "rules": []}]')$$, 'two namespaces');
SELECT lives_ok($$SELECT llm_policy_grant('llm_policy_test_attacker', 'author', 'mine')$$, 'the author of one');

SET LOCAL ROLE llm_policy_test_attacker;

-- Nothing of the schema llm_policy but the views is open.
SELECT is((SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class c
		   WHERE c.relnamespace = 'llm_policy'::regnamespace AND c.relkind IN ('r', 'p', 'v')
			 AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES')),
		  'grants models_in_force policies policy_revisions policy_sets registrations rules', 'an author reads views and no table');
SELECT is((SELECT string_agg(p.proname, ' ' ORDER BY p.proname) FROM pg_proc p
		   WHERE p.pronamespace = 'llm_policy'::regnamespace AND has_function_privilege(p.oid, 'EXECUTE')),
		  'has_right', 'and of the functions there calls one');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc p
				  JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
				  JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'llm_policy'
				  WHERE EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)$$,
				'PUBLIC may call no function of the extension');
SELECT throws_ok($$SELECT llm_policy_grant('llm_policy_test_attacker', 'admin')$$, '42501', NULL, 'grants nothing to itself');
SELECT throws_ok($$SELECT llm_policy_revoke('llm_policy_test_attacker', 'author', 'mine')$$, '42501', NULL, 'and takes nothing');
SELECT throws_ok($$SELECT llm_policy.refresh_heads('{theirs}')$$, '42501', NULL, 'cannot call what the triggers call');

-- Rows of others do not leak through conditions that tell.
CREATE FUNCTION pg_temp.tell(shown text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
	RAISE WARNING 'saw %', shown;
	IF shown LIKE '%somebody%' THEN
		RAISE EXCEPTION 'leaked';
	END IF;
	RETURN true;
END $$;
SET LOCAL client_min_messages = error;
SELECT is((SELECT string_agg(namespace, ' ') FROM llm_policy.policies WHERE pg_temp.tell(owner) IS NOT FALSE), 'mine',
		  'the view policies shows one namespace');
SELECT lives_ok('SELECT 1 FROM llm_policy.policies WHERE pg_temp.tell(definition::text)', 'before any condition is judged');
SELECT lives_ok('SELECT 1 FROM llm_policy.policy_revisions WHERE pg_temp.tell(document)', 'so does policy_revisions');

-- Shadows of what the extension uses: relations, functions, operators, types, in schemas that come first.
CREATE TEMP TABLE policy_heads (namespace text, level_hash text, scope_hash text);
CREATE TEMP TABLE role_grants AS SELECT '*'::text AS namespace, 'admin'::text AS role_right, CURRENT_USER::text AS role_name;
CREATE FUNCTION public.has_right(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION public.unnest(text[], text[]) RETURNS SETOF record LANGUAGE plpgsql AS
	$$ BEGIN RAISE EXCEPTION 'called'; END $$;
CREATE FUNCTION public.never_equal(text, text) RETURNS boolean LANGUAGE plpgsql AS
	$$ BEGIN RAISE EXCEPTION 'called'; END $$;
CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.never_equal);
-- pgTAP would call them itself, so they come first only inside.
CREATE FUNCTION among_shadows(statement text) RETURNS text LANGUAGE plpgsql
	SET search_path = pg_temp, public, pg_catalog AS $$
BEGIN
	EXECUTE statement;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
SELECT is(among_shadows($$SELECT llm_policy_get('a', 'b') FROM pg_class WHERE 'x'::text = 'y'::text$$), 'P0001',
		  'the shadows would be called');
SELECT is(among_shadows($$SELECT llm_policy_get('secret', 'theirs')$$), '42501', 'shadows give no right to read');
SELECT is(among_shadows($$SELECT llm_policy_apply('{"metadata": {"name": "x"}, "rules": []}', 'theirs')$$), '42501',
		  'nor to write');
SELECT is(among_shadows($$SELECT llm_policy_apply('{"metadata": {"name": "Mine", "priority": 1}, "rules": []}', 'mine')$$),
		  'done', 'and what the author may do works without calling them');
SELECT is(among_shadows($$SELECT llm_policy_apply('{"metadata": {"name": "Other"}, "rules": []}', 'mine', prune => true)$$),
		  'done', 'prune, too');
SELECT is(among_shadows($$SELECT llm_policy_rollback('mine', 1, 'mine')$$), 'done', 'rollback, too');
SELECT is(among_shadows($$SELECT FROM llm_policy.policies, llm_policy.policy_sets, llm_policy.rules, llm_policy.grants$$),
		  'done', 'and the views');

-- Settings that change what SQL means.
SET LOCAL row_security = off;
SET LOCAL standard_conforming_strings = off;
SET LOCAL transform_null_equals = on;
SET LOCAL quote_all_identifiers = on;
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT throws_ok($$SELECT llm_policy_get('secret', 'theirs')$$, '42501', NULL, 'settings give no right');
SELECT lives_ok($$SELECT llm_policy_apply('{"metadata": {"name": "Mine", "priority": 2}, "rules": []}', 'mine')$$, 'and break nothing');

-- Who works is recorded as the caller, and the caller is who it was before.
SELECT is((SELECT caller_role FROM llm_policy.policies WHERE namespace = 'mine' AND id = 'mine'), 'llm_policy_test_attacker', 'the caller is recorded');
SELECT is(CURRENT_USER::text, 'llm_policy_test_attacker', 'the user is the caller again');
SELECT throws_ok($$SELECT llm_policy_create('{"metadata": {"name": "Mine"}, "rules": []}', 'mine')$$, '42710', NULL, 'also after an error');
SELECT is(CURRENT_USER::text || current_setting('search_path'), 'llm_policy_test_attacker"$user", public', 'of which nothing is left');
RESET ROLE;

-- Rights go by privileges: a member that does not inherit has to become the role.
SELECT lives_ok($$SELECT llm_policy_grant('llm_policy_test_group', 'author', 'theirs')$$, 'a group');
SET LOCAL ROLE llm_policy_test_outsider;
SELECT throws_ok($$SELECT llm_policy_get('secret', 'theirs')$$, '42501', NULL, 'a member without INHERIT has no right');
RESET ROLE;

-- A role that is renamed, or takes over a name, has what was granted to it under its name and no more.
ALTER ROLE llm_policy_test_group RENAME TO llm_policy_test_renamed;
CREATE ROLE llm_policy_test_group;
GRANT EXECUTE ON FUNCTION llm_policy_get(text, text, integer, text) TO llm_policy_test_group;
SET LOCAL ROLE llm_policy_test_group;
SELECT throws_ok($$SELECT llm_policy_get('secret', 'theirs')$$, '42501', NULL, 'a name alone gives nothing');
RESET ROLE;
SET LOCAL ROLE llm_policy_test_renamed;
SELECT throws_ok($$SELECT llm_policy_get('secret', 'theirs')$$, '42501', NULL, 'nor does what was granted under another');
RESET ROLE;
SELECT is_empty($$SELECT FROM llm_policy.grants WHERE namespace = 'theirs'$$, 'and the view does not list it');

SELECT * FROM finish();
ROLLBACK;
