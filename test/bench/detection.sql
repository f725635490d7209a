-- Speed of llm_policy_detect for all types, and of regexp_matches over the same expressions as the reference.
-- Prints "name|value" lines: megabytes a second of each text and size.  The file :patterns has one expression a line.
CREATE TEMP TABLE patterns (expression text);
\copy patterns FROM pstdin WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')

CREATE FUNCTION pg_temp.content(kind text, size integer) RETURNS text LANGUAGE sql AS $$
	SELECT left(CASE kind
		WHEN 'digits' THEN (SELECT string_agg(substr(md5(n::text || 'x')::bytea::text, 3 + n % 7, 1 + n % 12), ' ' ORDER BY n)
							FROM generate_series(1, size / 4) AS n)
		ELSE repeat(CASE kind
			WHEN 'prose' THEN 'It was late in the afternoon when the delegation finally reached the valley, and the farmers who had waited '
				'since dawn greeted them with bread and a little salt. Nobody spoke of the flood, although its traces were everywhere. '
			WHEN 'code' THEN E'for (size_t i = 0; i < x->count; i++)\n\ttotal += hash_bytes(x->items[i].name, 16) ^ 0x9E37;\nreturn total;\n'
			WHEN 'json' THEN '{"id": 48213, "name": "turbine", "tags": ["alpha", "beta"], "price": 129.95, "updated": "2024-03-15T14:30:00Z"}, '
			WHEN 'chinese' THEN '春天的早晨，村子里的人们都起得很早。孩子们沿着河边的小路走向学校，老人坐在门前晒太阳。'
			END, size / 20) END, CASE kind WHEN 'chinese' THEN size / 3 ELSE size END)
$$;

-- Megabytes a second: the best of several rounds of `calls` each.
CREATE FUNCTION pg_temp.rate(statement text, content text, calls integer, rounds integer) RETURNS double precision
	LANGUAGE plpgsql AS $$
DECLARE
	best double precision := 0;
	began timestamptz;
BEGIN
	FOR round IN 1..rounds LOOP
		began := clock_timestamp();
		EXECUTE statement USING content, calls;
		best := greatest(best, octet_length(content) * calls / extract(epoch FROM clock_timestamp() - began) / 1e6);
	END LOOP;
	RETURN best;
END
$$;

SELECT kind || '_' || size || '_detect|' || round(pg_temp.rate(
		'SELECT count(d.type) FROM generate_series(1, $2) AS n, LATERAL llm_policy_detect(CASE WHEN n > 0 THEN $1 END) AS d',
		content, 2000000 / size, 7)::numeric, 1)
	|| '|' || kind || '_' || size || '_regexes|' || round(pg_temp.rate(
		'SELECT count(*) FROM generate_series(1, $2) AS n, patterns AS p, LATERAL regexp_matches(CASE WHEN n > 0 THEN $1 END, p.expression, ''g'') AS m',
		content, 1, 2)::numeric, 3)
FROM unnest(ARRAY['prose', 'code', 'json', 'chinese', 'digits']) AS kind, unnest(ARRAY[1024, 10240]) AS size,
	LATERAL pg_temp.content(kind, size) AS content;
