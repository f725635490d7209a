-- Reads cases of the expression language from standard input and prints a line for each that fails or is left out,
-- then the score of each tier.
BEGIN;
CREATE TEMP TABLE cases (line text NOT NULL) ON COMMIT DROP;
-- One column a line, whatever the line holds: neither sign occurs in JSON.
\copy cases FROM pstdin WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')

-- A typed value as the JSON that stands for it.
CREATE FUNCTION pg_temp.json_of(typed jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	RETURN CASE typed->>'t'
		WHEN 'null' THEN 'null'
		WHEN 'int' THEN (typed->>'v')::jsonb
		WHEN 'uint' THEN (typed->>'v')::jsonb
		WHEN 'double' THEN CASE WHEN typed->>'v' ~ '^[-0-9.e+]+$' THEN to_jsonb((typed->>'v')::float8) ELSE typed->'v' END
		WHEN 'list' THEN (SELECT coalesce(jsonb_agg(pg_temp.json_of(item) ORDER BY place), '[]')
						  FROM jsonb_array_elements(typed->'v') WITH ORDINALITY AS i (item, place))
		WHEN 'map' THEN (SELECT coalesce(jsonb_object_agg(pair->0->>'v', pg_temp.json_of(pair->1)), '{}')
						 FROM jsonb_array_elements(typed->'v') AS p (pair))
		ELSE typed->'v'
	END;
END
$$;

-- Why a case cannot be run here; null: it can.
CREATE FUNCTION pg_temp.reason(test_case json) RETURNS text LANGUAGE sql AS $$
	SELECT CASE
		WHEN test_case->>'tier' = 'ext:block' THEN 'cel.block is an internal form of an optimiser'
		WHEN NOT (test_case->>'json_native_bindings')::boolean THEN 'JSON has no such variables'
		WHEN EXISTS (SELECT FROM json_object_keys(test_case->'bindings') AS k WHERE k LIKE '%.%')
			THEN 'a request has no variables with qualified names'
		WHEN test_case->>'disable_check' IS NOT NULL AND test_case->'expect'->'value' IS NOT NULL
			THEN 'the checker is asked always'
	END
$$;

-- 'passed', 'FAILED …' or 'left out …'.
CREATE FUNCTION pg_temp.outcome(line text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	test_case json := line;
	expect jsonb;
	reason text;
	answer jsonb;
BEGIN
	IF line ~ '[^\\](\\\\)*\\u0000' THEN
		RETURN 'left out: no text of a database has a NUL';
	END IF;
	reason := pg_temp.reason(test_case);
	IF reason IS NOT NULL THEN
		RETURN 'left out: ' || reason;
	END IF;
	BEGIN
		expect := (test_case->'expect')::jsonb;
		answer := llm_policy_evaluate_expression(test_case->>'expr',
			(SELECT coalesce(jsonb_object_agg(key, pg_temp.json_of(value)), '{}') FROM jsonb_each((test_case->'bindings')::jsonb)));
	EXCEPTION
		WHEN SQLSTATE 'LP006' OR SQLSTATE 'LP007' OR SQLSTATE 'LP008' OR program_limit_exceeded THEN
			IF expect ? 'value' AND SQLERRM LIKE '%no JSON form%' THEN
				RETURN 'left out: ' || SQLERRM;
			END IF;
			RETURN CASE WHEN expect ? 'value' THEN 'FAILED: the error ' || SQLERRM ELSE 'passed' END;
	END;
	IF NOT expect ? 'value' THEN
		RETURN format('FAILED: %s, not an error', answer);
	END IF;
	RETURN CASE WHEN answer = pg_temp.json_of(expect->'value') THEN 'passed'
				ELSE format('FAILED: %s, not %s', answer, pg_temp.json_of(expect->'value')) END;
END
$$;

CREATE TEMP TABLE answers ON COMMIT DROP AS
	SELECT substring(line FROM '"id": "([^"]*)"') AS id, substring(line FROM '"tier": "([^"]*)"') AS tier,
		   pg_temp.outcome(line) AS outcome
	FROM cases;

SELECT format('%s %s', id, outcome)
FROM answers
WHERE outcome <> 'passed';

SELECT format('%s %s/%s%s%s', rpad(tier, 16), passed, total,
			  CASE WHEN left_out > 0 THEN format(', %s left out', left_out) END,
			  CASE WHEN passed * 100 < total * CASE tier WHEN 'core' THEN 100 ELSE 98 END THEN '  BELOW THE BAR' END)
FROM (SELECT tier, count(*) FILTER (WHERE outcome = 'passed') AS passed,
			 count(*) FILTER (WHERE outcome NOT LIKE 'left out%') AS total,
			 count(*) FILTER (WHERE outcome LIKE 'left out%') AS left_out
	  FROM answers GROUP BY tier) AS tiers
ORDER BY tier;
ROLLBACK;
