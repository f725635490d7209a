-- Functions that policies call as custom.name: what may be registered and by whom, how values go in and come out, and
-- what becomes of calls when the function changes.
BEGIN;
SELECT no_plan();

CREATE ROLE llm_policy_test_caller;
CREATE ROLE llm_policy_test_function_admin IN ROLE llm_policy_test_caller;
SELECT llm_policy_grant('llm_policy_test_function_admin', 'admin');
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO llm_policy_test_caller;

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
CREATE FUNCTION value(expression text, request jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT as_role('postgres', format('SELECT llm_policy_evaluate_expression(%L, %L)', expression, request))
$$;
CREATE FUNCTION register(name text, signature text) RETURNS text LANGUAGE sql AS $$
	SELECT as_role('llm_policy_test_function_admin',
		format('SELECT llm_policy_register_function(%L, %L, %L)', name, signature, 'llm_policy_test_caller'))
$$;

-- --- What may be registered ------------------------------------------------------------------------------------------

CREATE FUNCTION app.good(a text, b int) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$SELECT a || b$$;
CREATE FUNCTION app.changing() RETURNS int LANGUAGE sql VOLATILE PARALLEL SAFE AS 'SELECT 1';
CREATE FUNCTION app.unsafe() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
CREATE FUNCTION app.several() RETURNS SETOF int LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT 1';
CREATE FUNCTION app.any_number(VARIADIC a text[]) RETURNS int LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT 1';
CREATE FUNCTION app.odd(a uuid) RETURNS int LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT 1';
CREATE FUNCTION app.odd_result() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT NULL::uuid';
CREATE FUNCTION app.closed() RETURNS int LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT 1';
REVOKE ALL ON FUNCTION app.closed() FROM PUBLIC;
CREATE AGGREGATE app.total(int) (SFUNC = int4pl, STYPE = int, PARALLEL = SAFE);
SELECT is(register('good', 'app.good(text, int)'), '', 'a function is registered');
SELECT is((SELECT signature FROM llm_policy.functions), 'app.good(pg_catalog.text,integer)', 'by its whole signature');
SELECT is(register('x', 'app.nope()'), '42883 function "app.nope()" does not exist', 'it has to exist');
SELECT is(register('x', 'app.changing()'), '42P13 function app.changing() cannot be called by policies: it is VOLATILE', 'not VOLATILE');
SELECT is(register('x', 'app.unsafe()'), '42P13 function app.unsafe() cannot be called by policies: it is not PARALLEL SAFE', 'PARALLEL SAFE');
SELECT is(register('x', 'app.several()'), '42P13 function app.several() cannot be called by policies: it returns a set', 'one value');
SELECT is(register('x', 'app.any_number(text[])'), '42P13 function app.any_number(pg_catalog.text[]) cannot be called by policies: it is variadic',
	'with so many arguments');
SELECT is(register('x', 'app.odd(uuid)'), '42P13 function app.odd(pg_catalog.uuid) cannot be called by policies: argument 1 is of type uuid', 'of types of values');
SELECT is(register('x', 'app.odd_result()'), '42P13 function app.odd_result() cannot be called by policies: it returns uuid', 'and so its result');
SELECT is(register('x', 'app.total(int)'), '42P13 function app.total(integer) cannot be called by policies: it is no plain function', 'no aggregate');
SELECT is(register('x', 'app.closed()'),
	'42P13 function app.closed() cannot be called by policies: role "llm_policy_test_caller" may not execute it', 'that the role may execute');
SELECT is(as_role('llm_policy_test_function_admin', $$SELECT llm_policy_register_function('x', 'app.good(text, int)', 'postgres')$$),
	'42501 role "llm_policy_test_function_admin" is not a member of role "postgres"', 'for a role that is the registrar''s');
SELECT is(as_role('llm_policy_test_caller', $$SELECT llm_policy_register_function('x', 'app.good(text, int)')$$),
	'42501 permission denied for function llm_policy_register_function', 'who is an admin');
SELECT is(register('1x', 'app.good(text, int)'), '42602 invalid name "1x"', 'under a name that can be written');

-- --- Values ----------------------------------------------------------------------------------------------------------

CREATE FUNCTION app.echo(v text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT v';
CREATE FUNCTION app.echo(v bool) RETURNS bool LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT v';
CREATE FUNCTION app.echo(v int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT v';
CREATE FUNCTION app.echo(v int8) RETURNS int8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT v';
CREATE FUNCTION app.echo(v float8) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT v';
CREATE FUNCTION app.echo(v numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT v';
CREATE FUNCTION app.echo(v timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT v';
CREATE FUNCTION app.echo(v jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT v';
CREATE FUNCTION app.echo(v text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT v';
CREATE FUNCTION app.digits(v numeric) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT v::text';
SELECT is(string_agg(register('e_' || replace(replace(t, ' ', '_'), '[]', 's'), format('app.echo(%s)', t)), ''), '', 'each type')
FROM unnest('{text,bool,int,int8,float8,numeric,timestamptz,jsonb,text[]}'::text[]) t;
SELECT is(register('digits', 'app.digits(numeric)'), '', 'and digits');
SELECT is(value(e), w, e) FROM (VALUES
	('custom.e_text("aé")', '"aé"'), ('custom.e_text("")', '""'), ('custom.e_text(null)', 'null'),
	('custom.e_bool(1 == 1)', 'true'), ('custom.e_int(-7)', '-7'), ('custom.e_int8(9223372036854775807)', '9223372036854775807'),
	('type(custom.e_float8(2)) == double', 'true'), ('custom.e_float8(2.5) * 2.0', '5'),
	('type(custom.e_numeric(2)) == int', 'true'), ('custom.e_numeric(2.5)', '2.5'),
	('custom.e_timestamptz(timestamp("2026-01-02T03:04:05.678901Z")) + duration("1s") == timestamp("2026-01-02T03:04:06.678901Z")', 'true'),
	('custom.e_timestamptz(timestamp("1960-01-02T03:04:05.5Z")) == timestamp("1960-01-02T03:04:05.5Z")', 'true'),
	('custom.e_timestamptz("2026-01-02T03:04:05+01:00").hour', '2'),
	('custom.e_jsonb({"a": [1, 2.5, null, true, "x"]}).a[1]', '2.5'), ('custom.e_jsonb(null)', 'null'), ('custom.e_jsonb(5)', '5'),
	('custom.e_texts(["a", "b"])[1]', '"b"'), ('custom.e_texts([])', '[]'),
	('custom.good("a", 1) + custom.good("b", 2)', '"a1b2"'),
	('[1, 2, 3].map(x, custom.e_int(x))', '[1, 2, 3]')) AS v(e, w);
SELECT is(value('custom.digits(n)', '{"n": 0.1}'), '"0.1"', 'a double has the digits that it is written with');
SELECT is(value(e), 'LP007 the expression has no value: ' || w, e) FROM (VALUES
	('custom.e_text(1)', 'argument 1 of custom.e_text: number is no text'),
	('custom.e_text("a\x00b")', 'argument 1 of custom.e_text: string is no text'),
	('custom.e_int(3000000000)', 'argument 1 of custom.e_int: number is no integer'),
	('custom.e_int(1.5)', 'argument 1 of custom.e_int: number is no integer'),
	('custom.e_int("1")', 'argument 1 of custom.e_int: string is no integer'),
	('custom.e_timestamptz("yesterday")', 'argument 1 of custom.e_timestamptz: string is no timestamp with time zone'),
	('custom.e_texts(["a", 1])', 'argument 1 of custom.e_texts: list is no text[]'),
	('custom.e_jsonb({"a": "b\x00"})', 'argument 1 of custom.e_jsonb: map is no jsonb'),
	('custom.good("a")', 'custom.good takes 2 arguments, not 1'),
	('custom.nope()', 'no function is registered as custom.nope'),
	('custom.e_text(none)', 'no such key: none')) AS v(e, w);

-- --- Calls -----------------------------------------------------------------------------------------------------------

CREATE TABLE app.private (a int);
CREATE FUNCTION app.fails() RETURNS int LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$BEGIN RAISE 'my own error' USING ERRCODE = 'XY001'; END$$;
CREATE FUNCTION app.reads() RETURNS int8 LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT count(*) FROM app.private';
CREATE FUNCTION app.who() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
	$$SELECT concat_ws(' ', current_user, current_setting('search_path'), current_setting('transaction_read_only'))$$;
CREATE FUNCTION app.write() RETURNS int LANGUAGE plpgsql AS $$BEGIN INSERT INTO app.private VALUES (1); RETURN 1; END$$;
CREATE FUNCTION app.lies() RETURNS int LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT app.write()';
GRANT INSERT ON app.private TO llm_policy_test_caller;
SELECT is(string_agg(register(n, format('app.%s()', n)), ''), '', 'more functions') FROM unnest('{fails,reads,who,lies}'::text[]) n;
SELECT is(value('true || custom.fails() == 1'), 'true', 'what is not needed is not called');
SELECT is(value('custom.fails()'), 'XY001 my own error', 'an error of the function ends the statement');
SELECT is(value('custom.reads()'), '42501 permission denied for table private', 'the rights of the role count');
SELECT is(value('custom.lies()'), '25006 cannot execute INSERT in a read-only transaction', 'nothing is changed');
SELECT is(value('custom.who()'), '"llm_policy_test_caller pg_catalog, pg_temp on"', 'it runs as the role');
SELECT is(current_user || current_setting('transaction_read_only'), 'postgresoff', 'and all is as it was');

-- --- Policies and changes --------------------------------------------------------------------------------------------

CREATE FUNCTION apply(condition text) RETURNS text LANGUAGE sql AS $$
	SELECT as_role('postgres', format('SELECT action FROM llm_policy_apply(%L)', format(
		E'metadata: {name: P, id: p}\nrules: [{id: r, when: %s, action: {decision: deny}}]\n', to_json(condition))))
$$;
CREATE FUNCTION decide(request jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', d->>'decision', d->>'reasonCode', d->'errors'->0->>'message') FROM llm_policy_simulate(request) d
$$;
SELECT is(apply('custom.nope(1)'), 'LP001 invalid policy: no function is registered as custom.nope', 'apply knows what is registered');
SELECT is(apply('custom.good("a")'), 'LP001 invalid policy: custom.good takes 2 arguments, not 1', 'and what it takes');
SELECT is(apply('custom.good(a, 1) == "x1"'), 'created', 'and takes what fits');
SELECT is(decide('{"a": "x"}'), 'deny rule', 'a policy calls');
ALTER FUNCTION app.good(text, int) VOLATILE;
SELECT is(decide('{"a": "x"}'), 'deny error custom.good cannot be called: it is VOLATILE', 'what was altered is not called any more');
SELECT is(apply('custom.good(a, 1) == "x1" && true'),
	'42P13 function app.good(pg_catalog.text,integer) cannot be called by policies: it is VOLATILE', 'nor applied');
ALTER FUNCTION app.good(text, int) STABLE;
CREATE OR REPLACE FUNCTION app.good(a text, b int) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$SELECT 'y1'$$;
SELECT is(decide('{"a": "x"}'), 'allow no_match', 'what was replaced is called as it is now');
ALTER FUNCTION app.good(text, int) RENAME TO renamed;
SELECT is(decide('{"a": "x"}'), 'deny error custom.good cannot be called: it does not exist', 'what was renamed is not found');
SELECT results_eq('SELECT kind, name, problem FROM llm_policy_check()',
	$$VALUES ('function', 'good', 'function app.good(pg_catalog.text,integer) cannot be called by policies: it does not exist')$$,
	'which the check says');
SELECT llm_policy_unregister_function('good');
SELECT is(decide('{"a": "x"}'), 'deny error no function is registered as custom.good', 'without a function a rule errs');
SELECT results_eq('SELECT kind, name, problem FROM llm_policy_check()',
	$$VALUES ('policy', 'default/p', 'no function is registered as custom.good (line 2, column 31)')$$, 'which the check says, too');
SELECT throws_ok($$SELECT llm_policy_unregister_function('good')$$, '42704', 'no function is registered as "good"', 'once');
SELECT is((SELECT string_agg(path || ' ' || message, ', ') FROM llm_policy_validate(
	E'metadata: {name: P}\nrules: [{when: "custom.x() && rate_limit.count(1) > 2", action: {decision: deny}}]')),
	'rules[0].when nothing provides "rate_limit.count" yet', 'what nothing provides is an error of the text');

SELECT * FROM finish();
ROLLBACK;
