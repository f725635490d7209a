-- Reads cases from standard input and prints a line for each that fails, then the score.
BEGIN;
CREATE TEMP TABLE cases (line text NOT NULL) ON COMMIT DROP;
-- One column a line, whatever the line holds: neither sign occurs in JSON.
\copy cases FROM pstdin WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')

-- What of a decision the cases know; a key that the result leaves out is a null.
CREATE FUNCTION pg_temp.outcome(decision jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT CASE WHEN decision ? 'error' THEN decision ELSE
		jsonb_build_object('decision', decision->'decision', 'allowed', decision->'allowed',
			'reason', decision->'reason', 'matchedPolicies', decision->'matchedPolicies',
			'matchedRules', decision->'matchedRules', 'modifications', decision->'modifications') END
$$;

-- The same of what a case expects, its pairs of policy and rule as the result spells them.
CREATE FUNCTION pg_temp.expected(expect jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.outcome(jsonb_set(expect, '{matchedRules}',
		(SELECT coalesce(jsonb_agg(to_jsonb(pair->>0 || '/' || (pair->>1)) ORDER BY place), '[]')
		 FROM jsonb_array_elements(expect->'matchedRules') WITH ORDINALITY AS p(pair, place))))
$$;

-- The decision of a case; the policies it applied are gone when it returns.
CREATE FUNCTION pg_temp.decide(test_case json) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	ids text[] := ARRAY(SELECT json_array_elements_text(test_case->'policyIds'));
	decision jsonb;
BEGIN
	BEGIN
		PERFORM llm_policy_apply((test_case->'policies')::text);
		decision := llm_policy_simulate((test_case->'request')::jsonb, '*',
			policies => CASE WHEN test_case->'policyIds' IS NOT NULL THEN ids END);
		RAISE EXCEPTION USING ERRCODE = 'CC001';
	EXCEPTION
		WHEN SQLSTATE 'CC001' THEN NULL;
		WHEN OTHERS THEN decision := jsonb_build_object('error', SQLERRM);
	END;
	RETURN decision;
END
$$;

-- Every setting that could change an answer stands as it comes.
SET LOCAL llm_policy.default_decision = 'allow';

CREATE TEMP TABLE answers ON COMMIT DROP AS
	SELECT line::json->>'id' AS id, pg_temp.outcome(pg_temp.decide(line::json)) AS answer,
		   pg_temp.expected((line::json->'expect')::jsonb) AS expected
	FROM cases;

SELECT format('%s: expected %s, got %s', id, expected, answer)
FROM answers
WHERE answer <> expected;

SELECT format('operators %s/%s',
			  count(*) FILTER (WHERE answer = expected), count(*))
FROM answers;
ROLLBACK;
