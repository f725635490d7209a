-- What a benchmark's database holds besides its policies and requests: the plain-SQL alternative, the linear reference,
-- comparisons, stop watches.  `clock` is the path of the library with the clock.

CREATE EXTENSION llm_policy;
SELECT count(*) FROM llm_policy_maintain();
CREATE SCHEMA bench;
CREATE FUNCTION bench.clock() RETURNS bigint LANGUAGE c AS :'clock', 'bench_clock';
CREATE FUNCTION bench.next_id() RETURNS uuid LANGUAGE c AS :'clock', 'bench_next_id';
CREATE FUNCTION bench.ready(request jsonb, answer jsonb) RETURNS jsonb LANGUAGE c STRICT STABLE PARALLEL SAFE AS :'clock', 'bench_ready';
\ir generate.sql

-- From the matching rules in walk order to {decision, rule, matched}: a denial ends the walk.
CREATE FUNCTION bench.verdict(rules text[], decisions text[]) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
	denial integer := array_position(decisions, 'deny');
	place integer := coalesce(denial, array_position(decisions, 'warn'), array_position(decisions, 'allow'));
BEGIN
	RETURN jsonb_build_object('decision', coalesce(decisions[place], 'allow'), 'rule', rules[place],
							  'matched', to_jsonb(coalesce(rules[1:coalesce(denial, cardinality(rules))], '{}')));
END $$;

-- What a user of plain SQL would write, and the same without the index: the reference that every answer must equal.
CREATE FUNCTION bench.plain(request jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RETURN (SELECT bench.verdict(array_agg(policy || '/' || name ORDER BY priority DESC, policy, n),
								 array_agg(decision ORDER BY priority DESC, policy, n))
			FROM bench.rules
			WHERE selector IN ('*', 'user.id=' || (request->'user'->>'id'), 'team.id=' || (request->'team'->>'id'),
							   'project.id=' || (request->'project'->>'id'),
							   'metadata.costCenter=' || (request->'metadata'->>'costCenter'),
							   'metadata.purpose=' || (request->'metadata'->>'purpose'),
							   'llm.model=' || (request->'llm'->>'model'))
				AND request @@ condition);
END $$;

CREATE FUNCTION bench.linear(request jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RETURN (SELECT bench.verdict(array_agg(policy || '/' || name ORDER BY priority DESC, policy, n),
								 array_agg(decision ORDER BY priority DESC, policy, n))
			FROM bench.rules WHERE request @@ condition);
END $$;

CREATE FUNCTION bench.answer(decision jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT jsonb_build_object('decision', decision->'decision', 'matched', decision->'matchedRules', 'rule',
		(decision->'decidedBy'->>'policy') || '/' || (decision->'decidedBy'->>'rule')) $$;

-- Answers of simulate that are not those of the linear evaluation, of the requests that it answered.
CREATE FUNCTION bench.disagreements() RETURNS bigint LANGUAGE sql STABLE AS $$
	SELECT count(*) FROM bench.expected JOIN bench.requests USING (n)
	WHERE bench.answer(llm_policy_simulate(request)) IS DISTINCT FROM answer
$$;

-- Requests that simulate and plain SQL answer differently, of all.
CREATE FUNCTION bench.plain_disagreements() RETURNS bigint LANGUAGE sql STABLE AS $$
	SELECT count(*) FROM bench.requests
	WHERE bench.answer(llm_policy_simulate(request)) IS DISTINCT FROM bench.plain(request)
$$;

-- --- Stop watches -------------------------------------------------------------------------------------------

-- Nanoseconds of each call of an expression in one statement over all requests.  Expressions of a target list are
-- computed from left to right.
CREATE FUNCTION bench.samples(expression text) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
	samples bigint[];
	answers bigint;
BEGIN
	EXECUTE format('SELECT array_agg(b - a), count(answer) FROM
			(SELECT bench.clock() AS a, %s AS answer, bench.clock() AS b FROM bench.requests OFFSET 0) s', expression)
	INTO samples, answers;
	IF answers <> cardinality(samples) THEN
		RAISE EXCEPTION 'an answer is NULL';
	END IF;
	RETURN samples;
END $$;

-- Microseconds a call, less the median of an expression that computes nothing, which takes turns with it: statements
-- for `seconds`, and longer for 1 000 calls, but not ten times as long.  A first statement warms up
-- and does not count, unless it takes longer by itself.
CREATE FUNCTION bench.time_calls(expression text, seconds double precision, OUT p50 double precision, OUT p99 double precision)
	LANGUAGE plpgsql AS $$
DECLARE
	samples bigint[] := '{}';
	nothing bigint[] := '{}';
	start timestamptz;
BEGIN
	start := clock_timestamp();
	samples := bench.samples(expression);
	nothing := bench.samples('request');
	IF clock_timestamp() < start + seconds * interval '10 s' THEN
		samples := '{}';
		nothing := '{}';
		start := clock_timestamp();
	END IF;
	WHILE clock_timestamp() < start + seconds * interval '1 s'
		OR (cardinality(samples) < 1000 AND clock_timestamp() < start + seconds * interval '10 s') LOOP
		samples := samples || bench.samples(expression);
		nothing := nothing || bench.samples('request');
	END LOOP;
	SELECT (percentile_cont(0.5) WITHIN GROUP (ORDER BY s) - baseline) / 1000,
		   (percentile_cont(0.99) WITHIN GROUP (ORDER BY s) - baseline) / 1000
	INTO p50, p99
	FROM unnest(samples) s, (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY n) AS baseline FROM unnest(nothing) n) b
	GROUP BY baseline;
END $$;

-- Rows a second of a statement over so many rows, which runs for at least a tenth of a second.
CREATE FUNCTION bench.rate(statement text, row_count bigint) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
	start bigint := bench.clock();
	runs integer := 0;
BEGIN
	LOOP
		EXECUTE statement;
		runs := runs + 1;
		EXIT WHEN bench.clock() > start + 100000000;
	END LOOP;
	RETURN runs * row_count * 1e9 / (bench.clock() - start);
END $$;

-- Rows a second of two statements over as many rows, which take turns of a tenth of a second, for `seconds` and at least
-- three times, the first of all turns not counted: medians, and the median of each turn's ratio.  Turns are equally long,
-- for whatever else the machine does interrupts a long turn more often than a short one.
CREATE FUNCTION bench.time_pair(statement text, other text, row_count bigint, seconds double precision,
								OUT rate double precision, OUT other_rate double precision, OUT ratio double precision)
	LANGUAGE plpgsql AS $$
DECLARE
	rates double precision[] := '{}';
	other_rates double precision[] := '{}';
	start timestamptz;
BEGIN
	PERFORM bench.rate(statement, row_count), bench.rate(other, row_count);
	start := clock_timestamp();
	LOOP
		rates := rates || bench.rate(statement, row_count);
		other_rates := other_rates || bench.rate(other, row_count);
		EXIT WHEN cardinality(rates) >= 3 AND clock_timestamp() > start + seconds * interval '1 s';
	END LOOP;
	SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a), percentile_cont(0.5) WITHIN GROUP (ORDER BY b),
		   percentile_cont(0.5) WITHIN GROUP (ORDER BY a / b)
	INTO rate, other_rate, ratio FROM unnest(rates, other_rates) AS turns(a, b);
END $$;
