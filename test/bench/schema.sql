-- What a benchmark's database holds: deterministic policies and requests, the plain-SQL alternative, stop watches.

CREATE EXTENSION llm_policy;
SELECT count(*) FROM llm_policy_maintain();
CREATE SCHEMA bench;

-- The same number for the same arguments on every server: 0 .. bound - 1.
CREATE FUNCTION bench.pick(salt text, n integer, bound integer) RETURNS integer LANGUAGE sql IMMUTABLE AS
	$$ SELECT ('x' || substr(md5(salt || n), 1, 7))::bit(28)::integer % bound $$;

-- One policy a row.  `predicates` lists [operator, field, value], of which the language's document and the jsonpath
-- are both made; `selector` is its most selective equality, which the plain-SQL alternative has a btree on.
CREATE TABLE bench.policies (n integer, id text COLLATE "C", priority integer, decision text, selector text,
							 predicates jsonb, condition jsonpath);
CREATE TABLE bench.requests (n integer PRIMARY KEY, request jsonb NOT NULL);
CREATE TABLE bench.expected (n integer PRIMARY KEY, answer jsonb NOT NULL);

CREATE FUNCTION bench.path_predicate(operator text, field text, val jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE operator
		WHEN 'eq' THEN format('$.%s == %s', field, val)
		WHEN 'ne' THEN format('!($.%s == %s)', field, val)
		WHEN 'gt' THEN format('$.%s > %s', field, val)
		WHEN 'in' THEN (SELECT '(' || string_agg(format('$.%s == %s', field, item), ' || ') || ')'
						FROM jsonb_array_elements(val) item)
		WHEN 'contains' THEN format('$.%s like_regex %s flag "q"', field, val)
		WHEN 'matches' THEN format('$.%s like_regex %s', field, val)
	END $$;

-- Of ten policies three bound a user's tokens, two a team's models, two a project's production, one a tier's large
-- requests, one a team's regions, and one looks for a regex or a substring in the prompt.  In the workload "skewed"
-- four of five policies about teams belong to one team, and tell its requests apart by model, region and size only.
CREATE FUNCTION bench.predicates(n integer, size integer, workload text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	kind integer := n % 10;
	model text := 'model-' || bench.pick('model', n, 40);
	region text := 'region-' || bench.pick('region', n, 5);
	team text := 'team-' || bench.pick('team', n, greatest(1, size / 10));
BEGIN
	IF kind IN (3, 4, 8) AND workload = 'skewed' AND bench.pick('skew', n, 5) < 4 THEN
		RETURN jsonb_build_array(jsonb_build_array('eq', 'llm.model', model), '["eq", "team.id", "team-big"]'::jsonb,
			jsonb_build_array('eq', 'metadata.region', region),
			jsonb_build_array('gt', 'llm.maxTokens', 3000 + 10 * bench.pick('tokens', n, 100)));
	END IF;
	RETURN CASE
		WHEN kind <= 2 THEN jsonb_build_array(
			jsonb_build_array('eq', 'user.id', 'user-' || bench.pick('user', n, greatest(1, size * 3 / 20))),
			jsonb_build_array('gt', 'llm.maxTokens', 500 * (1 + bench.pick('tokens', n, 7))))
		WHEN kind <= 4 THEN jsonb_build_array(jsonb_build_array('eq', 'team.id', team),
			jsonb_build_array('in', 'llm.model', jsonb_build_array(model, 'model-' || bench.pick('other', n, 40))))
		WHEN kind <= 6 THEN jsonb_build_array(
			jsonb_build_array('eq', 'project.id', 'project-' || bench.pick('project', n, greatest(1, size / 10))),
			'["eq", "project.environment", "production"]'::jsonb,
			jsonb_build_array('ne', 'llm.provider', 'provider-' || bench.pick('provider', n, 6)))
		WHEN kind = 7 THEN jsonb_build_array(jsonb_build_array('eq', 'llm.model', model),
			jsonb_build_array('eq', 'team.tier', 'tier-' || bench.pick('tier', n, 4)),
			jsonb_build_array('eq', 'metadata.region', region),
			jsonb_build_array('gt', 'llm.maxTokens', 500 * (1 + bench.pick('tokens', n, 7))))
		WHEN kind = 8 THEN jsonb_build_array(jsonb_build_array('eq', 'team.id', team),
			jsonb_build_array('in', 'metadata.region', jsonb_build_array(region)))
		-- The first ten are about every prompt of the organisation, the others about those of one team.
		ELSE CASE WHEN n < 100 THEN '[]'::jsonb ELSE jsonb_build_array(jsonb_build_array('eq', 'team.id', team)) END ||
			CASE WHEN n % 20 = 9
				THEN jsonb_build_array(jsonb_build_array('contains', 'llm.prompt', 'codename word' || n % 97))
				ELSE jsonb_build_array(jsonb_build_array('matches', 'llm.prompt', '(send|export) +word' || n % 97 || ' '))
			END
	END;
END $$;

CREATE FUNCTION bench.generate(size integer, workload text, request_count integer) RETURNS void LANGUAGE sql AS $$
	INSERT INTO bench.policies
	SELECT n, 'p' || lpad(n::text, 7, '0'), 10 * bench.pick('priority', n, 10),
		   CASE WHEN pick < 3 THEN 'deny' WHEN pick < 6 THEN 'warn' ELSE 'allow' END,
		   CASE WHEN p->0->>0 = 'eq' THEN (p->0->>1) || '=' || (p->0->>2) ELSE '*' END, p,
		   (SELECT string_agg(bench.path_predicate(e->>0, e->>1, e->2), ' && ' ORDER BY place)
			FROM jsonb_array_elements(p) WITH ORDINALITY AS elements(e, place))::jsonpath
	FROM generate_series(0, size - 1) n, bench.predicates(n, size, workload) p, bench.pick('decision', n, 10) pick;
	CREATE INDEX ON bench.policies (selector);

	INSERT INTO bench.requests
	SELECT n, jsonb_build_object('requestId', 'r' || n,
		'user', jsonb_build_object('id', 'user-' || bench.pick('ruser', n, greatest(1, size * 3 / 20))),
		'team', jsonb_build_object('tier', 'tier-' || bench.pick('rtier', n, 4), 'id',
			CASE WHEN workload = 'skewed' AND bench.pick('rskew', n, 5) < 4 THEN 'team-big'
				 ELSE 'team-' || bench.pick('rteam', n, greatest(1, size / 10)) END),
		'project', jsonb_build_object('id', 'project-' || bench.pick('rproject', n, greatest(1, size / 10)),
			'environment', (ARRAY['production', 'staging', 'test'])[1 + bench.pick('renv', n, 3)]),
		'metadata', CASE WHEN n % 20 = 0 THEN '{}'::jsonb
						 ELSE jsonb_build_object('region', 'region-' || bench.pick('rregion', n, 5)) END,
		'llm', jsonb_build_object('provider', 'provider-' || bench.pick('rprovider', n, 6),
			'model', 'model-' || bench.pick('rmodel', n, 40), 'maxTokens', 1 + bench.pick('rtokens', n, 4000),
			'prompt', (SELECT left(string_agg(CASE WHEN i = 50 THEN (ARRAY['codename', 'export', 'send'])[1 + n % 3]
					ELSE 'word' || bench.pick('word' || i || '-', n, CASE i WHEN 51 THEN 97 ELSE 1000 END) END, ' ' ORDER BY i), 1024)
				FROM generate_series(1, 170) i)))
	FROM generate_series(1, request_count) n;
	ANALYZE bench.policies, bench.requests;
$$;

-- Stores the policies, some thousand a text; gives the milliseconds that storing took.
CREATE FUNCTION bench.apply_policies() RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
	document text;
	start timestamptz;
	elapsed interval := '0';
BEGIN
	FOR document IN
		SELECT jsonb_agg(jsonb_build_object('metadata', jsonb_build_object('id', id, 'name', id, 'priority', priority),
			'rules', jsonb_build_array(jsonb_build_object('id', 'r',
				'condition', jsonb_build_object('operator', 'and', 'conditions',
					(SELECT jsonb_agg(jsonb_build_object('operator', e->0, 'field', e->1, 'value', e->2))
					 FROM jsonb_array_elements(predicates) e)),
				'action', jsonb_build_object('decision', decision, 'reason', 'Because of ' || id)))) ORDER BY n)::text
		FROM bench.policies GROUP BY n / 2500 ORDER BY n / 2500
	LOOP
		start := clock_timestamp();
		PERFORM count(*) FROM llm_policy_apply(document);
		elapsed := elapsed + (clock_timestamp() - start);
	END LOOP;
	RETURN extract(epoch FROM elapsed) * 1000;
END $$;

-- From the matching policies in walk order to {decision, policy, matched}: a denial ends the walk.
CREATE FUNCTION bench.verdict(ids text[], decisions text[]) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
	denial integer := array_position(decisions, 'deny');
	place integer := coalesce(denial, array_position(decisions, 'warn'), array_position(decisions, 'allow'));
BEGIN
	RETURN jsonb_build_object('decision', coalesce(decisions[place], 'allow'), 'policy', ids[place],
							  'matched', to_jsonb(coalesce(ids[1:coalesce(denial, cardinality(ids))], '{}')));
END $$;

-- What a user of plain SQL would write, and the same without the index: the reference that every answer must equal.
CREATE FUNCTION bench.plain(request jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RETURN (SELECT bench.verdict(array_agg(id ORDER BY priority DESC, id), array_agg(decision ORDER BY priority DESC, id))
			FROM bench.policies
			WHERE selector IN ('*', 'user.id=' || (request->'user'->>'id'), 'team.id=' || (request->'team'->>'id'),
							   'project.id=' || (request->'project'->>'id'), 'llm.model=' || (request->'llm'->>'model'))
				AND request @@ condition);
END $$;

CREATE FUNCTION bench.linear(request jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RETURN (SELECT bench.verdict(array_agg(id ORDER BY priority DESC, id), array_agg(decision ORDER BY priority DESC, id))
			FROM bench.policies WHERE request @@ condition);
END $$;

CREATE FUNCTION bench.answer(decision jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('decision', decision->'decision', 'policy', decision->'decidedBy'->'policy',
							  'matched', decision->'matchedPolicies') $$;

-- Requests whose answers differ, of `simulate` and of plain SQL with its index.
CREATE FUNCTION bench.disagreements() RETURNS bigint LANGUAGE sql STABLE AS $$
	SELECT count(*) FROM bench.requests r JOIN bench.expected e USING (n)
	WHERE bench.answer(llm_policy_simulate(r.request)) IS DISTINCT FROM e.answer OR bench.plain(r.request) IS DISTINCT FROM e.answer
$$;

-- Stop watches.  Each call of `expression`, at least 1 000 and at least a second, in µs; the clock ticks in µs.
CREATE FUNCTION bench.time_calls(expression text, OUT p50 double precision, OUT p99 double precision)
	LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format($body$
		CREATE OR REPLACE FUNCTION bench.samples() RETURNS double precision[] LANGUAGE plpgsql AS $code$
		DECLARE
			r record; answer jsonb; before timestamptz; taken interval; samples double precision[] := '{}';
			start timestamptz := clock_timestamp();
		BEGIN
			LOOP
				FOR r IN SELECT request FROM bench.requests LOOP
					before := clock_timestamp();
					answer := %s;
					taken := clock_timestamp() - before;
					samples := samples || (extract(epoch FROM taken) * 1000000)::double precision;
				END LOOP;
				EXIT WHEN cardinality(samples) >= 1000 AND clock_timestamp() > start + interval '1 s';
			END LOOP;
			RETURN samples;
		END $code$ $body$, replace(expression, 'request', 'r.request'));
	SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY s), percentile_cont(0.99) WITHIN GROUP (ORDER BY s)
	INTO p50, p99 FROM unnest(bench.samples()) s;
END $$;

-- Rows a second of one statement over all requests: the median of its passes, at least three and a second.
CREATE FUNCTION bench.time_statement(statement text) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
	rates double precision[] := '{}';
	start timestamptz := clock_timestamp();
	before timestamptz;
	row_count double precision := (SELECT count(*) FROM bench.requests);
BEGIN
	LOOP
		before := clock_timestamp();
		EXECUTE statement;
		rates := rates || row_count / greatest(extract(epoch FROM clock_timestamp() - before), 0.000001);
		EXIT WHEN cardinality(rates) >= 3 AND clock_timestamp() > start + interval '1 s';
	END LOOP;
	RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY r) FROM unnest(rates) r);
END $$;
