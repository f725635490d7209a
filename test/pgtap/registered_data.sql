-- Data sources: what may be registered and by whom, whose rights count, that nothing is changed, and what becomes of
-- policies when what a source stands on changes.
BEGIN;
SELECT no_plan();

CREATE ROLE llm_policy_test_reader;
CREATE ROLE llm_policy_test_registrar;
CREATE ROLE llm_policy_test_data_author;
GRANT llm_policy_test_reader TO llm_policy_test_registrar;
SELECT llm_policy_grant('llm_policy_test_registrar', 'admin');
SELECT llm_policy_grant('llm_policy_test_data_author', 'author');
SELECT llm_policy_grant('llm_policy_test_data_author', 'evaluator');

CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO llm_policy_test_reader;
CREATE TABLE app.budgets (team text PRIMARY KEY, "limit" numeric, spent bigint, hidden boolean DEFAULT false);
CREATE TABLE app.secrets (id int PRIMARY KEY);
CREATE TABLE app.marks (mark text);
CREATE SEQUENCE app.numbers;
GRANT SELECT ON app.budgets TO llm_policy_test_reader;
GRANT ALL ON app.marks, app.numbers TO llm_policy_test_reader;
INSERT INTO app.budgets VALUES ('red', 10, 4), ('blue', 2.5, 9), ('x'' OR true --', 1, 1);

-- Runs a statement as a role: the SQLSTATE and message of its error, or its first column.
CREATE FUNCTION as_role(role_name name, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role_name);
	EXECUTE statement INTO result;
	RESET ROLE;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RESET ROLE;
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
-- A policy with one data, `d`, and one rule that denies when the condition holds.
CREATE FUNCTION apply(source text, condition text) RETURNS text LANGUAGE sql AS $$
	SELECT action FROM llm_policy_apply(format(E'metadata: {name: P, id: p}\ndata:\n  d: %s\nrules:\n- id: r\n  when: %s\n'
		'  action: {decision: deny, reason: over}\n', source, to_json(condition)))
$$;
CREATE FUNCTION decide(request jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', d->>'decision', d->>'reasonCode', d->'errors'->0->>'message') FROM llm_policy_simulate(request) d
$$;

-- --- Who may register ------------------------------------------------------------------------------------------------

SELECT is(as_role('llm_policy_test_data_author', $$SELECT llm_policy_register_data('b', 'SELECT 1')$$),
	'42501 permission denied for function llm_policy_register_data', 'an author may not register');
SELECT is(as_role('llm_policy_test_registrar', $$SELECT llm_policy_register_data('b', 'SELECT 1', 'postgres')$$),
	'42501 role "llm_policy_test_registrar" is not a member of role "postgres"', 'nobody gives away a role that is not his');
SELECT is(as_role('llm_policy_test_registrar', $$SELECT llm_policy_register_data('b', 'SELECT 1', 'nobody')$$),
	'42704 role "nobody" does not exist', 'the role has to exist');
SELECT is(as_role('llm_policy_test_registrar', $$SELECT llm_policy_register_data('b',
	'SELECT "limit", spent FROM app.budgets WHERE team = $1 AND NOT hidden', 'llm_policy_test_reader')$$), '',
	'an admin registers for a role that he is a member of');
SELECT is(as_role('llm_policy_test_registrar', $$SELECT llm_policy_register_data('s', 'SELECT id FROM app.secrets',
	'llm_policy_test_reader')$$), '', 'a query is prepared when it is registered');
SELECT is(as_role('llm_policy_test_data_author', $$SELECT query FROM llm_policy.data_sources$$),
	'42501 permission denied for table data_sources', 'nobody reads the table');
SELECT is(as_role('llm_policy_test_data_author', $$SELECT string_agg(concat_ws(' ', name, argument_types, definition), ', '
	ORDER BY name) FROM llm_policy.registrations$$), 'b {text}, s {}', 'authors see what there is, not how it is read');
SELECT is(as_role('llm_policy_test_registrar', $$SELECT definition FROM llm_policy.registrations WHERE name = 's'$$),
	'SELECT id FROM app.secrets', 'admins see the queries');

-- --- What may be registered ------------------------------------------------------------------------------------------

CREATE FUNCTION register(query text, source text DEFAULT 'try') RETURNS text LANGUAGE sql AS $$
	SELECT as_role('postgres', format('SELECT llm_policy_register_data(%L, %L, %L)', source, query, 'llm_policy_test_reader'))
$$;
CREATE FUNCTION app.write(mark text) RETURNS int LANGUAGE plpgsql VOLATILE AS
	$$BEGIN INSERT INTO app.marks VALUES (mark); RETURN 1; END$$;
CREATE VIEW app.writing AS SELECT app.write('view');
GRANT SELECT ON app.writing TO llm_policy_test_reader;
SELECT is(register('SELECT 1; SELECT 2'), '0A000 a data source is one statement, not 2', 'one statement');
SELECT is(register(''), '0A000 a data source is one statement, not 0', 'and not none');
SELECT is(register('DELETE FROM app.marks RETURNING *'), '0A000 a data source has to be a SELECT', 'a SELECT');
SELECT is(register('EXPLAIN SELECT 1'), '0A000 a data source has to be a SELECT', 'no utility');
SELECT is(register('SELECT 1 INTO app.made'), '0A000 a data source has to be a SELECT', 'that makes no table');
SELECT is(register('SELECT team FROM app.budgets FOR UPDATE'), '0A000 a data source may neither lock nor change rows',
	'locks no row');
SELECT is(register('SELECT * FROM (SELECT team FROM app.budgets FOR SHARE) s'),
	'0A000 a data source may neither lock nor change rows', 'also below');
SELECT is(register('WITH w AS (INSERT INTO app.marks VALUES (1) RETURNING 1) SELECT 1'),
	'0A000 a data source may neither lock nor change rows', 'changes no row');
SELECT is(register('SELECT app.write(''x'')'), '0A000 a data source may not call a volatile function', 'calls nothing volatile');
SELECT is(register('SELECT * FROM app.writing'), '0A000 a data source may not call a volatile function', 'nor does its view');
SELECT is(register('SELECT 1 AS a, 2 AS a'), '0A000 two columns are named "a"', 'names its columns apart');
SELECT is(register('SELECT team FROM app.budgets WHERE team::uuid = $1'), '0A000 parameter $1 is of type uuid',
	'takes values that expressions have');
SELECT is(register('SELECT $2'), '42P18 could not determine data type of parameter $1', 'says of what type they are');
SELECT is(register('SELECT team FROM budgets'), '42P01 relation "budgets" does not exist', 'names schemas');
SELECT is(register('SELECT nope FROM app.budgets'), '42703 column "nope" does not exist', 'names columns that are there');
SELECT is(register('SELECT 1', 'not a name'), '42602 invalid name "not a name"', 'has a name that expressions can write');
SELECT is(as_role('postgres', $$SELECT llm_policy_register_data('try', 'SELECT 1', rows => 'few')$$),
	'22023 rows cannot be "few"', 'has one row or many');
SELECT is(register('SELECT $1::text AS a, $2::int AS b -- comment'), '', 'comments do no harm');

-- --- Policies --------------------------------------------------------------------------------------------------------

SELECT is(as_role('postgres', $$SELECT apply('{source: nope}', 'true')$$),
	'LP001 invalid policy: no data source is registered as "nope"', 'apply knows what is registered');
SELECT is(as_role('postgres', $$SELECT apply('{source: b}', 'true')$$),
	'LP001 invalid policy: data source "b" takes 1 argument, not 0', 'and what it takes');
SELECT is(apply('{source: b, args: [team.id]}', 'data.d.spent > data.d.limit'), 'created', 'a policy reads a source');
SELECT is(decide('{"team": {"id": "blue"}}'), 'deny rule', 'its row decides');
SELECT is(decide('{"team": {"id": "red"}}'), 'allow no_match', 'another row decides otherwise');
SELECT is(decide('{"team": {"id": "green"}}'), 'deny error data source "b" has no row', 'no row is an error to who needs it');
SELECT is(decide('{"team": {"id": "'' OR true --"}}'), 'deny error data source "b" has no row', 'values are no SQL');
SELECT is(decide('{"team": {"id": "x'' OR true --"}}'), 'allow no_match', 'whatever they look like');
SELECT is(decide('{"team": {"id": 5}}'), 'deny error argument 1 of data source "b": number is no text', 'types are kept apart');
SELECT is(as_role('llm_policy_test_data_author', $$SELECT llm_policy_simulate('{"team": {"id": "blue"}}')->>'decision'$$),
	'deny', 'whoever evaluates needs no right on the table');
SELECT is(as_role('llm_policy_test_data_author', $$SELECT team FROM app.budgets$$), '42501 permission denied for schema app',
	'and gets none');
UPDATE app.budgets SET spent = 11 WHERE team = 'red';
SELECT is(decide('{"team": {"id": "red"}}'), 'deny rule', 'a change is seen by the next statement');
SELECT is(apply('{source: b, args: [team.id]}', 'data.?d.limit.orValue(100) < 5'), 'updated', 'an absent row may be looked at');
SELECT is(decide('{"team": {"id": "green"}}'), 'allow no_match', 'as one');
SELECT is(apply('{source: s}', 'data.d.id == 1'), 'updated', 'the rights of the role count');
SELECT throws_ok($$SELECT llm_policy_simulate('{}')$$, '42501', 'permission denied for table secrets', 'when it is read');
SELECT is(current_user, 'postgres', 'and the user is who it was');
SELECT is(current_setting('transaction_read_only'), 'off', 'the transaction may write again');
SELECT lives_ok($$CREATE TEMPORARY TABLE t (a int)$$, 'and is not restricted');

SELECT llm_policy_register_data('rows', 'SELECT team, spent FROM app.budgets WHERE spent > $1 ORDER BY team',
	'llm_policy_test_reader', rows => 'many', max_rows => 2);
SELECT is(apply('{source: rows, args: [n]}', 'data.d.map(x, x.team) == ["blue", "red"]'), 'updated', 'many rows are a list');
SELECT is(decide('{"n": 2}'), 'deny rule', 'in the order of the query');
SELECT is(decide('{"n": 20}'), 'allow no_match', 'which may be empty');
SELECT is(decide('{"n": 0}'), 'deny error data source "rows" has more than 2 rows', 'and has a cap');
SELECT llm_policy_register_data('rows', 'SELECT team FROM app.budgets WHERE spent > $1', 'llm_policy_test_reader');
SELECT is(decide('{"n": 2}'), 'deny error data source "rows" has more than one row', 'where one is expected two are an error');

SELECT llm_policy_register_data('kinds', $$SELECT 1::numeric AS one, 1.5 AS half, 9223372036854775808 AS big, true AS yes,
	NULL::int AS nothing, '2026-01-02 03:04:05+00'::timestamptz AS moment, ARRAY[1, 2] AS list, '{"a": [1]}'::jsonb AS json,
	'é'::text AS letter$$, 'llm_policy_test_reader');
SELECT is(apply('{source: kinds}', 'type(data.d.one) == int && data.d.half == 1.5 && data.d.yes && data.d.nothing == null '
	'&& data.d.moment == "2026-01-02T03:04:05+00:00" && data.d.list == [1, 2] && data.d.json.a[0] == 1 && data.d.letter == "é"'),
	'updated', 'values are those of JSON');
SELECT is(decide('{}'), 'deny rule', 'of each type');
SELECT is(apply('{source: kinds}', 'data.d.big > 1.0'), 'updated', 'an int that is none');
SELECT is(left(decide('{}'), 30), 'deny rule', 'is the double that it is exactly');

SELECT llm_policy_register_data('large', $$SELECT repeat('x', 9 * 1024 * 1024) AS t$$, 'llm_policy_test_reader');
SELECT is(apply('{source: large}', 'data.d.t != ""'), 'updated', 'rows that are too large');
SELECT is(left(decide('{}'), 10), 'deny limit', 'are beyond a limit of the rule');

-- --- Nothing is changed ----------------------------------------------------------------------------------------------

-- What says that it does not change anything, and does.
CREATE FUNCTION app.lies(kind text) RETURNS text LANGUAGE plpgsql STABLE AS
	$$DECLARE r text; BEGIN EXECUTE format('SELECT app.%I()', kind) INTO r; RETURN r; END$$;
CREATE FUNCTION app.insert_row() RETURNS text LANGUAGE plpgsql AS $$BEGIN INSERT INTO app.marks VALUES ('x'); RETURN 'done'; END$$;
CREATE FUNCTION app.insert_temporary() RETURNS text LANGUAGE plpgsql AS $$BEGIN INSERT INTO pg_temp.t VALUES (1); RETURN 'done'; END$$;
CREATE FUNCTION app.create_table() RETURNS text LANGUAGE plpgsql AS $$BEGIN CREATE TABLE app.made (a int); RETURN 'done'; END$$;
CREATE FUNCTION app.create_temporary() RETURNS text LANGUAGE plpgsql AS $$BEGIN CREATE TEMPORARY TABLE made (a int); RETURN 'done'; END$$;
CREATE FUNCTION app.take_number() RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN nextval('app.numbers'); END$$;
CREATE FUNCTION app.notify_all() RETURNS text LANGUAGE plpgsql AS $$BEGIN NOTIFY somebody; RETURN 'done'; END$$;
CREATE FUNCTION app.write_again() RETURNS text LANGUAGE plpgsql AS
	$$BEGIN SET transaction_read_only = off; INSERT INTO app.marks VALUES ('x'); RETURN 'done'; END$$;
CREATE FUNCTION app.write_again_by_function() RETURNS text LANGUAGE plpgsql AS
	$$BEGIN PERFORM set_config('transaction_read_only', 'off', true); INSERT INTO app.marks VALUES ('x'); RETURN 'done'; END$$;
CREATE FUNCTION app.become_other() RETURNS text LANGUAGE plpgsql AS $$BEGIN SET ROLE postgres; RETURN 'done'; END$$;
CREATE FUNCTION app.become_other_by_function() RETURNS text LANGUAGE sql AS $$SELECT set_config('role', 'postgres', true)$$;
CREATE FUNCTION app.reset_authorization() RETURNS text LANGUAGE plpgsql AS $$BEGIN RESET SESSION AUTHORIZATION; RETURN 'done'; END$$;
CREATE FUNCTION app.evaluate_again() RETURNS text LANGUAGE sql AS $$SELECT public.llm_policy_evaluate('{"kind": "evaluate_again"}')->>'decision'$$;
CREATE FUNCTION app.who() RETURNS text LANGUAGE sql AS $$SELECT concat_ws(' ', current_user, current_setting('search_path'))$$;
GRANT ALL ON pg_temp.t TO llm_policy_test_reader;
GRANT CREATE ON SCHEMA app TO llm_policy_test_reader;
SELECT llm_policy_grant('llm_policy_test_reader', 'evaluator');
SELECT llm_policy_register_data('lies', 'SELECT app.lies($1) AS said', 'llm_policy_test_reader');
SELECT is(apply('{source: lies, args: [kind]}', 'data.d.said == said'), 'updated', 'a source that lies');
SELECT is(decide('{"kind": "who", "said": "llm_policy_test_reader pg_catalog, pg_temp"}'), 'deny rule',
	'functions run as the role, with a search_path that is pinned');
CREATE FUNCTION lie(kind text) RETURNS text LANGUAGE sql AS
	$$SELECT as_role('postgres', format('SELECT llm_policy_simulate(%L)->>''decision''', jsonb_build_object('kind', kind, 'said', 'done')))$$;
SELECT is(lie('insert_row'), '25006 cannot execute INSERT in a read-only transaction', 'no row is written');
SELECT alike(lie('insert_temporary'), '25000 cannot execute INSERT during a parallel operation', 'not even a temporary one');
SELECT is(lie('create_table'), '25006 cannot execute CREATE TABLE in a read-only transaction', 'no table is made');
SELECT alike(lie('create_temporary'), '% cannot %', 'nor a temporary one');
SELECT alike(lie('take_number'), '25%cannot execute nextval() %', 'no number is taken');
SELECT alike(lie('notify_all'), '25000 cannot execute NOTIFY during a parallel operation', 'nobody is told');
SELECT is(lie('write_again'), '25000 cannot execute SET during a parallel operation', 'what keeps it from writing stays');
SELECT alike(lie('write_again_by_function'), '25%cannot %set%', 'whoever sets it');
SELECT is(lie('become_other'), '25000 cannot execute SET during a parallel operation', 'the role stays');
SELECT alike(lie('become_other_by_function'), '%"role" cannot be set%', 'whoever sets it');
SELECT is(lie('reset_authorization'), '25000 cannot execute RESET during a parallel operation', 'and so does the session''s');
SELECT is_empty('TABLE app.marks', 'nothing was written');
SELECT alike(lie('evaluate_again'), 'LP003 policy evaluations are nested too deep', 're-entry ends at the limit');
SELECT is(decide('{"kind": "who", "said": "llm_policy_test_reader pg_catalog, pg_temp"}'), 'deny rule', 'and the session lives on');
SELECT is(current_user, 'postgres', 'as who it was');

-- --- What changes below a source -------------------------------------------------------------------------------------

SELECT is(apply('{source: b, args: [team.id]}', 'data.d.spent > data.d.limit'), 'updated', 'the first source again');
SELECT is(decide('{"team": {"id": "blue"}}'), 'deny rule', 'decides');
SELECT is_empty('SELECT * FROM llm_policy_check()', 'all is well');
ALTER TABLE app.budgets RENAME COLUMN spent TO used;
SELECT throws_ok($$SELECT llm_policy_simulate('{"team": {"id": "blue"}}')$$, '42703', NULL, 'a query that fails ends the statement');
SELECT is(as_role('postgres', $$SELECT apply('{source: b, args: [team.id]}', 'data.d.limit > 3')$$),
	'42703 column "spent" does not exist', 'nothing is applied that cannot be prepared');
SELECT results_eq($$SELECT kind, name, problem FROM llm_policy_check() WHERE name = 'b'$$,
	$$VALUES ('data', 'b', 'column "spent" does not exist')$$, 'the check says so');
ALTER TABLE app.budgets RENAME COLUMN used TO spent;
ALTER TABLE app.budgets RENAME TO renamed;
SELECT results_eq($$SELECT kind, name, problem FROM llm_policy_check() WHERE name = 'b'$$,
	$$VALUES ('data', 'b', 'relation "app.budgets" does not exist')$$, 'and of tables');
ALTER TABLE app.renamed RENAME TO budgets;
ALTER TABLE app.budgets ALTER spent TYPE text;
SELECT is(left(decide('{"team": {"id": "blue"}}'), 10), 'deny error', 'another type reaches the policy at once');
ALTER TABLE app.budgets ALTER spent TYPE bigint USING spent::bigint;
SELECT is(as_role('llm_policy_test_data_author', 'SELECT * FROM llm_policy_check()'),
	'42501 permission denied for function llm_policy_check', 'the check is for admins');

-- Whoever comes later sees it, who has rolled back does not.
SAVEPOINT before;
SELECT llm_policy_register_data('b', 'SELECT 1 AS "limit", 2 AS spent WHERE $1::text IS NOT NULL', 'llm_policy_test_reader');
SELECT is(decide('{"team": {"id": "green"}}'), 'deny rule', 'another query counts at once');
ROLLBACK TO before;
SELECT is(decide('{"team": {"id": "green"}}'), 'deny error data source "b" has no row', 'and not after a rollback');
SAVEPOINT before;
SELECT llm_policy_unregister_data('b');
SELECT is(decide('{"team": {"id": "blue"}}'), 'deny error no data source is registered as "b"', 'without a source a rule errs');
SELECT results_eq($$SELECT kind, name, problem FROM llm_policy_check()$$,
	$$VALUES ('policy', 'default/p', 'no data source is registered as "b" (line 3, column 15)')$$, 'which the check finds');
SELECT throws_ok($$SELECT llm_policy_unregister_data('b')$$, '42704', 'no data source is registered as "b"', 'once');
ROLLBACK TO before;
ALTER ROLE llm_policy_test_reader RENAME TO llm_policy_test_renamed;
CREATE ROLE llm_policy_test_reader;
SELECT is(decide('{"team": {"id": "blue"}}'), 'deny error the role of data source "b" does not exist',
	'a role that took over the name is not the role');
SELECT results_eq($$SELECT problem FROM llm_policy_check() WHERE name = 'b'$$,
	$$VALUES ('the role of data source "b" does not exist')$$, 'which the check finds, too');

SELECT * FROM finish();
ROLLBACK;
