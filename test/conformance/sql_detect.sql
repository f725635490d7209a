-- Reads texts from standard input and prints a line for each finding.
BEGIN;
CREATE TEMP TABLE cases (number integer GENERATED ALWAYS AS IDENTITY, line text NOT NULL) ON COMMIT DROP;
-- One column a line, whatever the line holds: neither sign occurs in JSON.
\copy cases (line) FROM pstdin WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')
SELECT concat_ws(' ', number, d.type, d.start, d.length, d.score)
FROM (SELECT number, line::jsonb AS line FROM cases OFFSET 0) AS c,
	LATERAL llm_policy_detect(line->>'text',
		CASE WHEN line->'types' <> 'null' THEN ARRAY(SELECT jsonb_array_elements_text(line->'types')) END,
		(line->>'threshold')::real) AS d
ORDER BY number, d.start;
COMMIT;
