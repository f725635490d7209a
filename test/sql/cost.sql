-- llm_policy_cost and what it looks up, by rows of the test's own.
\set SHOW_CONTEXT never
\pset null (null)

-- A statement's first column, or its error with DETAIL and HINT.
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	detail text;
	hint text;
BEGIN
	EXECUTE 'SELECT ' || statement INTO answer;
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, SQLERRM, nullif(detail, ''), nullif(hint, ''));
END
$$;

INSERT INTO llm_policy.models (model, provider, prompt_above, input_price, output_price, cached_input_price,
							   cache_write_price, reasoning_price, batch_discount, context_window) VALUES
	('tm-plain',  'tp', 0,    2,      10,   0.5,  2.5,  NULL, 0.5,  100),
	('tm-thinks', 'tp', 0,    2,      10,   NULL, NULL, 40,   0.25, NULL),
	('tm-tiers',  'tp', 0,    1,      2,    0.1,  NULL, NULL, NULL, 1000),
	('tm-tiers',  'tp', 1000, 2,      4,    NULL, NULL, NULL, NULL, 1000),
	('tm-tiers',  'tp', 5000, 4,      8,    0.4,  NULL, NULL, NULL, 1000),
	('tm-long',   'tp', 1000, 2,      4,    NULL, NULL, NULL, NULL, NULL),
	('tm-free',   'tp', 0,    0,      0,    0,    0,    NULL, 1,    NULL),
	('tm-zero',   'tp', 0,    1,      1,    0,    0,    NULL, NULL, NULL),
	('tm-blank',  'tp', 0,    NULL,   NULL, NULL, NULL, NULL, NULL, NULL),
	('tm-input',  'tp', 0,    3,      0,    NULL, NULL, NULL, NULL, NULL),
	('tm-cheap',  'tp', 0,    0.0000005, 0.0000025, 0.0000004999999, NULL, NULL, NULL, NULL),
	('tm-dear',   'tp', 0,    99999999999999999999.5, 1, NULL, NULL, NULL, NULL, NULL);

SELECT arguments, pg_temp.try('llm_policy_cost(' || arguments || ')') AS cost FROM (VALUES
	-- input and output
	($$'tm-plain', 0, 0$$), ($$'tm-plain', 1, 0$$), ($$'tm-plain', 0, 1$$), ($$'tm-plain', 1000000, 1000000$$),
	-- parts of the prompt, and of the answer
	($$'tm-plain', 1000000, 0, cached_tokens => 400000$$),
	($$'tm-plain', 1000000, 0, cached_tokens => 1000000$$),
	($$'tm-plain', 1000000, 0, cache_write_tokens => 400000$$),
	($$'tm-plain', 1000000, 100000, cached_tokens => 400000, cache_write_tokens => 600000$$),
	($$'tm-plain', 0, 1000000, reasoning_tokens => 900000$$),
	($$'tm-thinks', 0, 1000000, reasoning_tokens => 900000$$),
	($$'tm-thinks', 0, 1000000$$),
	-- batch
	($$'tm-plain', 1000000, 1000000, batch => true$$),
	($$'tm-plain', 1000000, 0, cached_tokens => 1000000, batch => true$$),
	($$'tm-thinks', 1, 0, batch => true$$),
	($$'tm-free', 1, 1, batch => true$$),
	-- tiers: above a threshold, not at it, all tokens cost what the tier says
	($$'tm-tiers', 0, 1000$$), ($$'tm-tiers', 1000, 1000$$), ($$'tm-tiers', 1001, 1000$$), ($$'tm-tiers', 5000, 0$$),
	($$'tm-tiers', 5001, 0$$), ($$'tm-tiers', 5001, 0, cached_tokens => 5000$$), ($$'tm-tiers', 1000, 0, cached_tokens => 1000$$),
	($$'tm-long', 1001, 0$$),
	-- exact, and rounded once: half a unit in the last place, less than half, sums of such
	($$'tm-cheap', 1, 0$$), ($$'tm-cheap', 1, 0, cached_tokens => 1$$), ($$'tm-cheap', 0, 1$$), ($$'tm-cheap', 1, 1$$),
	($$'tm-cheap', 1000000, 1000000$$),
	-- largest counts
	($$'tm-plain', 9223372036854775807, 9223372036854775807$$), ($$'tm-dear', 9223372036854775807, 0$$),
	-- what is free is free, what is not known is no zero
	($$'tm-free', 1000000, 1000000, cached_tokens => 10, cache_write_tokens => 10$$),
	($$'tm-input', 1000000, 1000000$$),
	($$'tm-blank', 0, 0$$), ($$'tm-blank', 1, 0$$), ($$'tm-blank', 0, 1$$),
	($$'tm-thinks', 2, 0, cached_tokens => 1$$), ($$'tm-thinks', 2, 0, cache_write_tokens => 1$$),
	($$'tm-zero', 2, 0$$), ($$'tm-zero', 2, 0, cached_tokens => 1$$), ($$'tm-zero', 2, 0, cache_write_tokens => 1$$),
	($$'tm-tiers', 1, 1, batch => true$$),
	($$'tm-tiers', 1001, 0, cached_tokens => 1$$),
	($$'tm-long', 1000, 0$$),
	-- counts that cannot be
	($$'tm-plain', -1, 0$$), ($$'tm-plain', 0, -1$$), ($$'tm-plain', 1, 0, cached_tokens => -1$$),
	($$'tm-plain', 1, 0, cache_write_tokens => -1$$), ($$'tm-plain', 1, 0, reasoning_tokens => -1$$),
	($$'tm-plain', 1, 0, cached_tokens => 2$$), ($$'tm-plain', 3, 0, cached_tokens => 2, cache_write_tokens => 2$$),
	($$'tm-plain', 9223372036854775807, 0, cached_tokens => 9223372036854775807, cache_write_tokens => 9223372036854775807$$),
	($$'tm-plain', 1, 1, reasoning_tokens => 2$$),
	($$'no-such-model', -1, 0$$),
	-- null is null
	($$NULL, 1, 1$$), ($$'tm-plain', NULL, 1$$), ($$'tm-plain', 1, NULL$$), ($$'tm-plain', 1, 1, cached_tokens => NULL$$),
	($$'tm-plain', 1, 1, cache_write_tokens => NULL$$), ($$'tm-plain', 1, 1, reasoning_tokens => NULL$$),
	($$'tm-plain', 1, 1, batch => NULL$$), ($$'tm-plain', 1, 1, at => NULL$$), ($$'tm-plain', 1, 1, provider => NULL$$)
) AS t (arguments);

-- What a name means.
INSERT INTO llm_policy.models (model, provider, preferred, input_price) VALUES
	('tm-one', 'tp', false, 1), ('tm-two', 'tp', false, 1), ('tm-two', 'tq', false, 2),
	('tm-best', 'tp', false, 1), ('tm-best', 'tq', true, 2), ('tm-both', 'tp', true, 1), ('tm-both', 'tq', true, 2),
	('tv/tm-two', 'tq', false, 3), ('tp/tm-two', 'tq', false, 4);
SELECT arguments, pg_temp.try('llm_policy_cost(' || replace(arguments, ' |', ', 1000000, 0, ') || ')') AS cost FROM (VALUES
	($$'tm-one' |NULL$$), ($$'tm-one' |'tp'$$), ($$'tp/tm-one' |NULL$$), ($$'tp/tm-one' |'tp'$$), ($$'tm-one' |'tq'$$),
	($$'tm-two' |NULL$$), ($$'tm-two' |'tq'$$), ($$'tq/tm-two' |NULL$$),
	($$'tm-best' |NULL$$), ($$'tm-best' |'tp'$$), ($$'tm-both' |NULL$$),
	-- a provider's name is part of the model's with some
	($$'tv/tm-two' |NULL$$), ($$'tq/tv/tm-two' |NULL$$), ($$'tv/tm-two' |'tq'$$), ($$'tp/tm-two' |NULL$$), ($$'tp/tm-two' |'tq'$$),
	-- nothing like it, something like it
	($$'' |NULL$$), ($$'/' |NULL$$), ($$'tm-one' |''$$), ($$'TM-ONE' |NULL$$), ($$'tm-one ' |NULL$$),
	($$'tm-won' |NULL$$), ($$'tp/tm-won' |NULL$$), ($$'tm-won' |'tp'$$), ($$'tm-one' |'to'$$),
	($$repeat('x', 70) |NULL$$)
) AS t (arguments);

-- When prices changed.
INSERT INTO llm_policy.models (model, provider, valid_from, valid_until, input_price) VALUES
	('tm-then', 'tp', '2026-01-01 00:00Z', '2026-02-01 00:00Z', 1), ('tm-then', 'tp', '2026-02-01 00:00Z', 'infinity', 2);
SELECT at, pg_temp.try(format('llm_policy_cost(''tm-then'', 1000000, 0, at => %L)', at)) AS cost FROM (VALUES
	('-infinity'), ('2025-12-31 23:59:59.999999Z'), ('2026-01-01 00:00Z'), ('2026-01-31 23:59:59.999999Z'),
	('2026-02-01 00:00Z'), ('9999-01-01 00:00Z'), ('infinity')
) AS t (at);

-- The setting for models that are not known, and for them alone.
SET llm_policy.unknown_model_price = '12.5';
SELECT arguments, pg_temp.try('llm_policy_cost(' || arguments || ')') AS cost FROM (VALUES
	($$'no-such-model', 1000000, 1000000$$), ($$'no-such-model', 1000000, 1000000, cached_tokens => 500000, batch => true$$),
	($$'tm-one', 1000000, 0, 'tx'$$), ($$'tm-then', 1000000, 0, at => '2000-01-01'$$), ($$'tm-one', 1000000, 0$$),
	($$'tm-blank', 1, 0$$), ($$'tm-two', 1, 0$$), ($$'no-such-model', -1, 0$$)
) AS t (arguments);
SET llm_policy.unknown_model_price = '0';
SELECT llm_policy_cost('no-such-model', 1, 1);
SET llm_policy.unknown_model_price = '-1';
SET llm_policy.unknown_model_price = '1.';
SET llm_policy.unknown_model_price = '.5';
SET llm_policy.unknown_model_price = '1e3';
SET llm_policy.unknown_model_price = 'NaN';
SET llm_policy.unknown_model_price = '10000000000000000000000000000000000000000';
SET llm_policy.unknown_model_price = '';
SELECT pg_temp.try($$llm_policy_cost('no-such-model', 1, 1)$$);
RESET llm_policy.unknown_model_price;

-- Context windows.
SELECT arguments, pg_temp.try('llm_policy_context_window(' || arguments || ')') AS context_window FROM (VALUES
	($$'tm-plain'$$), ($$'tp/tm-plain'$$), ($$'tm-plain', 'tp'$$), ($$'tm-tiers'$$), ($$'tm-thinks'$$), ($$'tm-two'$$),
	($$'tm-won'$$), ($$NULL$$), ($$NULL, 'tp'$$)
) AS t (arguments);

-- A model's rows.
SELECT model, provider, origin, prompt_above, input_price FROM llm_policy_model('tp/tm-tiers') ORDER BY prompt_above;
SELECT input_price FROM llm_policy_model('tm-then', at => '2026-01-15');
SELECT count(*) FROM llm_policy_model('no-such-model');
SELECT count(*) FROM llm_policy_model(NULL);
SELECT count(*) FROM llm_policy_model('tm-one', at => NULL);

-- A shipped model that will not change any more.
SELECT llm_policy_cost('gpt-4o', 1000, 500), llm_policy_cost('openai/gpt-4o', 1000, 500, batch => true),
	   llm_policy_context_window('gpt-4o');

-- No price is negative, not even a number; no row is for no time.
CREATE FUNCTION pg_temp.insert_model(columns text, row_values text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	violated text;
BEGIN
	EXECUTE format('INSERT INTO llm_policy.models (model, provider, %s) VALUES (''tm-odd'', ''tp'', %s)', columns, row_values);
	DELETE FROM llm_policy.models WHERE model = 'tm-odd';
	RETURN 'taken';
EXCEPTION WHEN integrity_constraint_violation OR check_violation OR exclusion_violation OR not_null_violation THEN
	GET STACKED DIAGNOSTICS violated = CONSTRAINT_NAME;
	RETURN SQLSTATE || ' ' || violated;
END
$$;
SELECT columns, row_values, pg_temp.insert_model(columns, row_values) FROM (VALUES
	('input_price', '0'), ('input_price', '-0.01'), ('output_price', '-1'), ('cached_input_price', '-1'),
	('cache_write_price', '-1'), ('reasoning_price', '-1'), ('input_price', '''NaN'''), ('output_price', '''Infinity'''),
	('batch_discount', '1.01'), ('batch_discount', '-0.01'), ('batch_discount', '''NaN'''),
	('context_window', '0'), ('prompt_above', '-1'), ('origin', '''mine'''), ('status', '''new'''),
	('valid_from, valid_until', '''2026-01-01'', ''2026-01-01'''), ('valid_from, valid_until', '''2026-01-02'', ''2026-01-01'''),
	('valid_from', '''infinity'''), ('valid_until', '''-infinity''')
) AS t (columns, row_values);
INSERT INTO llm_policy.models (model, provider) VALUES ('m', 'a/b');
INSERT INTO llm_policy.models (model, provider) VALUES ('', 'a');

DELETE FROM llm_policy.models WHERE origin = 'user';
