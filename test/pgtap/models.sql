-- The catalogue of models: who may change it, that rows of users win and shipped ones stay, and when rows are valid.
BEGIN;
SELECT no_plan();

CREATE FUNCTION pg_temp.price(name text, provider_name text DEFAULT NULL, moment timestamptz DEFAULT now()) RETURNS numeric
	LANGUAGE sql AS $$ SELECT llm_policy_cost(name, 1000000, 0, provider_name, at => moment) $$;

-- --- What is shipped -------------------------------------------------------------------------------------------------

SELECT cmp_ok((SELECT count(*) FROM llm_policy.models WHERE origin = 'shipped' AND prompt_above = 0), '>', 600::bigint,
			  'a catalogue is shipped');
SELECT is_empty($$SELECT * FROM llm_policy.models WHERE origin <> 'shipped'$$, 'and nothing else is there');
SELECT is_empty($$
	SELECT model FROM llm_policy.models WHERE preferred GROUP BY model HAVING count(DISTINCT provider) > 1$$,
	'no two providers of a model are preferred');
SELECT is_empty($$
	SELECT model, provider FROM llm_policy.models t WHERE prompt_above > 0 AND NOT EXISTS (
		SELECT FROM llm_policy.models m WHERE (m.model, m.provider, m.preferred, m.prompt_above) = (t.model, t.provider, t.preferred, 0))$$,
	'a tier has a row for shorter prompts');
SELECT is(pg_temp.price('gpt-4o'), pg_temp.price('gpt-4o', 'openai'), 'a bare name means the provider that makes the model');
SELECT is(pg_temp.price('gpt-4o', moment => '-infinity'), 2.5, 'shipped prices are for all times');
SELECT set_eq($$SELECT * FROM llm_policy.models_in_force$$, $$SELECT * FROM llm_policy.models$$, 'all of it is in force');
-- Every price and size of the catalogue can be asked for.
SELECT is_empty($$
	SELECT model, provider FROM llm_policy.models m
	WHERE prompt_above = 0 AND (input_price IS DISTINCT FROM
			CASE WHEN input_price IS NOT NULL AND NOT EXISTS (SELECT FROM llm_policy.models t
					WHERE (t.model, t.provider) = (m.model, m.provider) AND t.prompt_above > 0)
				 THEN llm_policy_cost(model, 1000000, 0, provider) ELSE input_price END
		OR context_window IS DISTINCT FROM llm_policy_context_window(model, provider))$$, 'functions say what the table says');

-- --- Rows of users win -----------------------------------------------------------------------------------------------

INSERT INTO llm_policy.models (model, provider, input_price, valid_from, valid_until) VALUES
	('gpt-4o', 'openai', 7, '2006-03-01 00:00Z', '2006-04-01 00:00Z'), ('gpt-4o', 'openai', 8, '2006-04-01 00:00Z', '2006-05-01 00:00Z');
SELECT is(pg_temp.price('gpt-4o', moment => moment), expected, 'at ' || moment)
FROM (VALUES ('2006-02-28 23:59:59.999999Z'::timestamptz, 2.5), ('2006-03-01 00:00Z', 7), ('2006-03-31 23:59:59.999999Z', 7),
			 ('2006-04-01 00:00Z', 8), ('2006-05-01 00:00Z', 2.5)) AS t (moment, expected);
SELECT is(pg_temp.price('gpt-4o', 'azure', '2006-03-15'), 2.5, 'another provider''s row stays as it was');

INSERT INTO llm_policy.models (model, provider, input_price) VALUES ('gemini-2.5-pro', 'google', 3);
SELECT is(llm_policy_cost('gemini-2.5-pro', 300000, 0), 0.9, 'shipped tiers do not count beside a row of a user');
SELECT is(llm_policy_context_window('gemini-2.5-pro'), NULL, 'neither does anything else of the shipped row');
SELECT is((SELECT count(*) FROM llm_policy_model('gemini-2.5-pro')), 1::bigint, 'nor is it shown');
SELECT results_eq($$SELECT input_price FROM llm_policy.models_in_force WHERE model = 'gemini-2.5-pro' AND provider = 'google'$$,
				  '{3}'::numeric[], 'or in force');
INSERT INTO llm_policy.models (model, provider, input_price, preferred) VALUES ('gpt-4.1', 'azure', 9, true);
SELECT is(pg_temp.price('gpt-4.1'), 9::numeric, 'a user''s preferred provider is meant by the bare name');
SELECT is(pg_temp.price('openai/gpt-4.1'), 2::numeric, 'others can be named');
UPDATE llm_policy.models SET input_price = 10 WHERE origin = 'user' AND model = 'gpt-4.1';
SELECT is(pg_temp.price('gpt-4.1'), 10::numeric, 'a change counts at once');
DELETE FROM llm_policy.models WHERE origin = 'user' AND model = 'gpt-4.1';
SELECT is(pg_temp.price('gpt-4.1'), 2::numeric, 'without it the shipped row counts again');
SAVEPOINT undone;
INSERT INTO llm_policy.models (model, provider, input_price) VALUES ('gpt-4.1', 'openai', 11);
SELECT is(pg_temp.price('gpt-4.1'), 11::numeric, 'inside a savepoint');
ROLLBACK TO undone;
SELECT is(pg_temp.price('gpt-4.1'), 2::numeric, 'and after it');

-- --- Valid once ------------------------------------------------------------------------------------------------------

INSERT INTO llm_policy.models (model, provider, valid_from, valid_until) VALUES ('m', 'p', '2006-01-10 00:00Z', '2006-01-20 00:00Z');
CREATE FUNCTION pg_temp.insert_span(lower text, upper text, others text DEFAULT $$'m', 'p', 0, 'user'$$) RETURNS text
	LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('INSERT INTO llm_policy.models (model, provider, prompt_above, origin, valid_from, valid_until) VALUES (%s, %L, %L)',
				   others, lower, upper);
	DELETE FROM llm_policy.models
		WHERE model IN ('m', 'n', 'p') AND (valid_from, valid_until) = (lower::timestamptz, upper::timestamptz);
	RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;
SELECT is(pg_temp.insert_span(lower, upper), expected, lower || ' to ' || upper)
FROM (VALUES
	('2006-01-01 00:00Z', '2006-01-10 00:00Z', 'taken'), ('2006-01-20 00:00Z', '2006-02-01 00:00Z', 'taken'),
	('-infinity', '2006-01-10 00:00Z', 'taken'), ('2006-01-20 00:00Z', 'infinity', 'taken'),
	('2006-01-01 00:00Z', '2006-01-10 00:00:00.000001Z', '23P01'), ('2006-01-19 23:59:59.999999Z', '2006-02-01 00:00Z', '23P01'),
	('2006-01-11 00:00Z', '2006-01-12 00:00Z', '23P01'), ('2006-01-10 00:00Z', '2006-01-20 00:00Z', '23505'),
	('2006-01-01 00:00Z', '2006-02-01 00:00Z', '23P01'), ('-infinity', 'infinity', '23P01'),
	('4713-01-01 00:00Z BC', '2006-01-10 00:00:01Z', '23P01'), ('2006-01-19 00:00Z', '294276-12-31 00:00Z', '23P01')
) AS t (lower, upper, expected);
SELECT is(pg_temp.insert_span('-infinity', 'infinity', others), 'taken', 'beside it: ' || others)
FROM (VALUES ($$'m', 'q', 0, 'user'$$), ($$'n', 'p', 0, 'user'$$), ($$'m', 'p', 1, 'user'$$), ($$'p', 'm', 0, 'user'$$)) AS t (others);
SELECT lives_ok($$INSERT INTO llm_policy.models (model, provider, input_price, valid_from, valid_until)
	VALUES ('m', 'p', 4, '2006-01-10 00:00Z', '2006-01-15 00:00Z')
	ON CONFLICT (model, provider, origin, valid_from, prompt_above)
	DO UPDATE SET input_price = excluded.input_price$$, 'a row can be replaced in one statement');
SELECT is(pg_temp.price('m', moment => '2006-01-19'), 4::numeric, 'and is');

-- --- Shipped rows stay -----------------------------------------------------------------------------------------------

SELECT throws_ok(statement, '55000', NULL, statement) FROM (VALUES
	($$INSERT INTO llm_policy.models (model, provider, origin) VALUES ('m', 'p', 'shipped')$$),
	($$UPDATE llm_policy.models SET input_price = 0 WHERE model = 'gpt-4o'$$),
	($$UPDATE llm_policy.models SET origin = 'shipped' WHERE model = 'm'$$),
	($$UPDATE llm_policy.models SET origin = 'user' WHERE model = 'o1'$$),
	($$DELETE FROM llm_policy.models WHERE model = 'o1'$$),
	($$TRUNCATE llm_policy.models$$)
) AS t (statement);
-- What a later version's script does.
SELECT llm_policy.load_models($$columns,…
gpt-4o,openai,0,,2008-06-01 00:00Z,true,1000,,,1,2,,,,,,,test
gpt-4o,openai,0,2008-06-01 00:00Z,,true,2000,900,100,3,4,0.5,0.25,6,0.5,o200k_base,beta,test
$$) AS loaded;
SELECT is((SELECT count(*) FROM llm_policy.models WHERE origin = 'shipped'), 2::bigint, 'a newer catalogue replaces the shipped rows');
SELECT is((SELECT count(*) FROM llm_policy.models WHERE origin = 'user'), 4::bigint, 'and leaves those of users');
SELECT is(pg_temp.price('gpt-4o', moment => moment), expected, 'with it, at ' || moment)
FROM (VALUES ('2000-01-01 00:00Z'::timestamptz, 1::numeric), ('2006-03-15 00:00Z', 7), ('2008-06-01 00:00Z', 3)) AS t (moment, expected);
SELECT results_eq($$
	SELECT model::text COLLATE "default", provider::text COLLATE "default", origin::text COLLATE "default", prompt_above, preferred,
		   context_window, max_input, max_output, input_price, output_price,
		   cached_input_price, cache_write_price, reasoning_price, batch_discount, tokenizer, status, source
	FROM llm_policy.models WHERE origin = 'shipped' AND valid_until = 'infinity'$$,
	$$VALUES ('gpt-4o', 'openai', 'shipped', 0::bigint, true, 2000::bigint, 900::bigint, 100::bigint, 3::numeric, 4::numeric,
		0.5, 0.25, 6::numeric, 0.5, 'o200k_base', 'beta', 'test')$$, 'columns are where they belong');
SELECT throws_ok($$UPDATE llm_policy.models SET input_price = 0 WHERE origin = 'shipped'$$, '55000', NULL, 'which stay again');

-- --- Who may -----------------------------------------------------------------------------------------------------------

CREATE ROLE llm_policy_test_models_nobody;
CREATE ROLE llm_policy_test_models_evaluator;
CREATE ROLE llm_policy_test_models_author;
CREATE ROLE llm_policy_test_models_tenant;
CREATE ROLE llm_policy_test_models_admin;
SELECT llm_policy_grant('llm_policy_test_models_evaluator', 'evaluator', 'shop');
SELECT llm_policy_grant('llm_policy_test_models_author', 'author', 'shop');
SELECT llm_policy_grant('llm_policy_test_models_tenant', 'admin', 'shop');
SELECT llm_policy_grant('llm_policy_test_models_admin', 'admin');

-- Runs a statement as a role: the SQLSTATE of its error, or its first column.
CREATE FUNCTION pg_temp.as_role(role_name text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', 'llm_policy_test_models_' || role_name);
	EXECUTE statement INTO answer;
	RESET ROLE;
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;
SELECT is(pg_temp.as_role(role_name, statement), expected, role_name || ': ' || statement) FROM (VALUES
	($$SELECT llm_policy_cost('gpt-4o', 1000000, 0)$$, '42501', '3', '3', '3', '3'),
	($$SELECT llm_policy_context_window('gpt-4o')$$, '42501', '2000', '2000', '2000', '2000'),
	($$SELECT input_price FROM llm_policy_model('gpt-4o')$$, '42501', '3', '3', '3', '3'),
	($$SELECT llm_policy_cost('gpt-4oo', 1, 0)$$, '42501', '42704', '42704', '42704', '42704'),
	($$SELECT count(*) FROM llm_policy.models$$, '42501', '42501', '42501', '6', '6'),
	($$SELECT count(*) FROM llm_policy.models_in_force$$, '42501', '42501', '2', '2', '2'),
	($$INSERT INTO llm_policy.models (model, provider, input_price) VALUES ('n', 'p', 1) RETURNING model$$,
		'42501', '42501', '42501', '42501', 'n'),
	($$INSERT INTO llm_policy.models (model, provider, origin) VALUES ('n', 'p', 'shipped') RETURNING model$$,
		'42501', '42501', '42501', '55000', '55000'),
	($$UPDATE llm_policy.models SET output_price = 1 WHERE model = 'm' RETURNING model$$, '42501', '42501', '42501', NULL, 'm'),
	($$UPDATE llm_policy.models SET output_price = 1 WHERE model = 'gpt-4o' AND origin = 'shipped' RETURNING model$$,
		'42501', '42501', '42501', NULL, '55000'),
	($$DELETE FROM llm_policy.models WHERE model = 'm' RETURNING model$$, '42501', '42501', '42501', NULL, 'm'),
	($$TRUNCATE llm_policy.models$$, '42501', '42501', '42501', '42501', '42501'),
	($$ALTER TABLE llm_policy.models DISABLE TRIGGER ALL$$, '42501', '42501', '42501', '42501', '42501'),
	($$SELECT llm_policy.load_models('')$$, '42501', '42501', '42501', '42501', '42501'),
	($$SET llm_policy.unknown_model_price = '0'$$, '42501', '42501', '42501', '42501', '42501')
) AS t (statement, nobody, evaluator, author, tenant, admin),
	LATERAL (VALUES ('nobody', nobody), ('evaluator', evaluator), ('author', author), ('tenant', tenant), ('admin', admin))
		AS r (role_name, expected);

-- Nothing that a caller can set changes what is read.
CREATE TEMPORARY TABLE models (LIKE llm_policy.models INCLUDING DEFAULTS);
INSERT INTO models (model, provider, input_price) VALUES ('gpt-4o', 'openai', 0);
GRANT ALL ON models TO PUBLIC;
SET LOCAL search_path = pg_temp, public, pg_catalog;
SELECT is(pg_temp.as_role('evaluator', $$SELECT llm_policy_cost('gpt-4o', 1000000, 0)$$), '3',
		  'a temporary table is not read');
RESET search_path;

SELECT * FROM finish();
ROLLBACK;
