-- Reads cases from standard input and prints a line for each that fails, how many were left out, and the score.
BEGIN;
CREATE TEMP TABLE cases (line text NOT NULL) ON COMMIT DROP;
-- One column a line, whatever the line holds: neither sign occurs in JSON.
\copy cases FROM pstdin WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')

-- An encoding that is not shipped may have no vocabulary here (README.md).
CREATE FUNCTION pg_temp.is_installed(encoding text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	PERFORM llm_policy_tokenize('', encoding);
	RETURN true;
EXCEPTION
	WHEN undefined_file THEN RETURN encoding <> 'llama3';
END
$$;

CREATE TEMP TABLE runnable ON COMMIT DROP AS
	SELECT c.line::json AS test_case, c.line::json->>'encoding' AS encoding, c.line::json->>'text' AS content,
		   c.line::jsonb ? 'allow_special' AS special,
		   ARRAY(SELECT json_array_elements_text(c.line::json->'ids')::int) AS ids
	FROM cases c
	WHERE pg_temp.is_installed(c.line::json->>'encoding');

CREATE TEMP TABLE answers ON COMMIT DROP AS
	SELECT content, ids, encoding, llm_policy_tokenize(content, encoding, special) AS answer,
		   CASE WHEN special THEN cardinality(ids) ELSE llm_policy_count_tokens(content, encoding) END AS tokens
	FROM runnable;

SELECT format('%s: expected %s, got %s and %s tokens: %s', encoding, ids, answer, tokens, content)
FROM answers
WHERE answer <> ids OR tokens <> cardinality(ids);

SELECT format('left out: %s cases of llama3, whose vocabulary is not here (its licence)', missing)
FROM (SELECT (SELECT count(*) FROM cases) - (SELECT count(*) FROM answers)) AS m(missing)
WHERE missing > 0;

SELECT format('tokens %s/%s', count(*) FILTER (WHERE answer = ids AND tokens = cardinality(ids)), count(*))
FROM answers;
ROLLBACK;
