-- Deterministic policies and requests.  Nothing here is random: the same call gives the same rows on every server.

-- A number of 0 .. bound - 1.
CREATE FUNCTION bench.pick(salt text, n integer, bound integer) RETURNS integer LANGUAGE sql IMMUTABLE AS
	$$ SELECT ((hashtextextended(salt, n) & 9223372036854775807) % bound)::integer $$;

-- The same as a name: "team-17".
CREATE FUNCTION bench.name(kind text, salt text, n integer, bound integer) RETURNS text LANGUAGE sql IMMUTABLE AS
	$$ SELECT kind || '-' || bench.pick(salt, n, bound) $$;

-- One rule a row, in the order of the documents.  `predicates` lists [operator, field, value], of which the language's
-- document and the jsonpath are both made; `selector` is the rule's most selective equality, which the plain-SQL
-- alternative has a btree on.
CREATE TABLE bench.rules (n integer, policy text COLLATE "C", priority integer, name text, decision text, selector text,
						  predicates jsonb, condition jsonpath);
CREATE TABLE bench.requests (n integer PRIMARY KEY, request jsonb NOT NULL);
-- Answers of the linear evaluation: of all requests, or of a sample where all would take hours.
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

-- The same as people write it in CEL.  Of the fields only metadata.region is missing at times: some write has(), some
-- orValue().
CREATE FUNCTION bench.expression(operator text, field text, val jsonb, n integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE
			WHEN field <> 'metadata.region' THEN ''
			WHEN n % 2 = 0 THEN format('has(%s) && ', field)
			ELSE ''
		END || CASE operator
			WHEN 'eq' THEN format('%s == %s', r.value, val)
			WHEN 'ne' THEN format('%s != %s', r.value, val)
			WHEN 'gt' THEN format('%s > %s', r.value, val)
			WHEN 'in' THEN format('%s in %s', r.value, val)
			ELSE format('%s.%s(%s)', r.value, operator, val)
		END
	FROM (SELECT CASE WHEN field = 'metadata.region' AND n % 2 = 1 THEN 'metadata.?region.orValue("")' ELSE field END AS value) r $$;

CREATE FUNCTION bench.expression(predicates jsonb, n integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT string_agg(bench.expression(e->>0, e->>1, e->2, n), ' && ' ORDER BY place)
	FROM jsonb_array_elements(predicates) WITH ORDINALITY AS elements(e, place)
$$;

-- The workloads "uniform" and "skewed".  Of ten rules three bound a user's tokens, two a team's models, two a project's
-- production, one a tier's large requests of a cost center, one a team's regions, and one looks for a regex or a
-- substring in the prompt.  In "skewed" four of five rules about teams belong to one team, and tell its requests apart by
-- model, region and size only.  "no_regexes" has a substring instead of each regex.
CREATE FUNCTION bench.predicates(n integer, size integer, workload text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	kind integer := n % 10;
	model text := bench.name('model', 'model', n, 40);
	region text := bench.name('region', 'region', n, 5);
	team text := bench.name('team', 'team', n, greatest(1, size / 10));
BEGIN
	IF kind IN (3, 4, 8) AND workload = 'skewed' AND bench.pick('skew', n, 5) < 4 THEN
		-- Sizes are spread so that a request of the big team meets about one of its rules, however many there are.
		RETURN jsonb_build_array(jsonb_build_array('eq', 'llm.model', model), '["eq", "team.id", "team-big"]'::jsonb,
			jsonb_build_array('eq', 'metadata.region', region),
			jsonb_build_array('gt', 'llm.maxTokens', 4000 - bench.pick('tokens', n, 1 + greatest(1, 4000000 / greatest(size, 4000)))));
	END IF;
	RETURN CASE
		WHEN kind <= 2 THEN jsonb_build_array(
			jsonb_build_array('eq', 'user.id', bench.name('user', 'user', n, greatest(1, size * 3 / 20))),
			jsonb_build_array('gt', 'llm.maxTokens', 500 * (1 + bench.pick('tokens', n, 7))))
		WHEN kind <= 4 THEN jsonb_build_array(jsonb_build_array('eq', 'team.id', team),
			jsonb_build_array('in', 'llm.model', jsonb_build_array(model, bench.name('model', 'other', n, 40))))
		WHEN kind <= 6 THEN jsonb_build_array(
			jsonb_build_array('eq', 'project.id', bench.name('project', 'project', n, greatest(1, size / 10))),
			'["eq", "project.environment", "production"]'::jsonb,
			jsonb_build_array('ne', 'llm.provider', bench.name('provider', 'provider', n, 6)))
		WHEN kind = 7 THEN jsonb_build_array(
			jsonb_build_array('eq', 'metadata.costCenter', bench.name('center', 'center', n, greatest(1, size / 2000))),
			jsonb_build_array('eq', 'llm.model', model),
			jsonb_build_array('eq', 'team.tier', bench.name('tier', 'tier', n, 4)),
			jsonb_build_array('eq', 'metadata.region', region),
			jsonb_build_array('gt', 'llm.maxTokens', 500 * (1 + bench.pick('tokens', n, 7))))
		WHEN kind = 8 THEN jsonb_build_array(jsonb_build_array('eq', 'team.id', team),
			jsonb_build_array('in', 'metadata.region', jsonb_build_array(region)))
		-- The first ten are about every prompt of the organisation, the others about those of one team.
		ELSE CASE WHEN n < 100 THEN '[]'::jsonb ELSE jsonb_build_array(jsonb_build_array('eq', 'team.id', team)) END ||
			CASE WHEN n % 20 = 9 OR workload = 'no_regexes'
				THEN jsonb_build_array(jsonb_build_array('contains', 'llm.prompt', 'codename word' || n % 97))
				ELSE jsonb_build_array(jsonb_build_array('matches', 'llm.prompt', '(send|export) +word' || n % 97 || ' '))
			END
	END;
END $$;

-- The workload "few": every field has few values, however many rules there are, so that no equality selects much.  One
-- rule of ten looks at the prompt as well.
CREATE FUNCTION bench.few_predicates(n integer, size integer) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	p jsonb := jsonb_build_array(jsonb_build_array('eq', 'metadata.purpose', bench.name('purpose', 'purpose', n, 10)),
								 jsonb_build_array('eq', 'llm.provider', bench.name('provider', 'provider', n, 6)));
BEGIN
	IF size > 100 THEN
		p := p || jsonb_build_array(jsonb_build_array('eq', 'metadata.region', bench.name('region', 'region', n, 5)));
	END IF;
	IF size > 1000 THEN
		p := p || jsonb_build_array(jsonb_build_array('eq', 'user.department', bench.name('department', 'department', n, 12)));
	END IF;
	IF size > 10000 THEN
		p := p || jsonb_build_array(jsonb_build_array('eq', 'metadata.dataClass', bench.name('class', 'class', n, 8)));
	END IF;
	IF n % 10 = 9 THEN
		RETURN p || CASE WHEN n % 20 = 9
			THEN jsonb_build_array(jsonb_build_array('contains', 'llm.prompt', 'codename word' || n % 97))
			ELSE jsonb_build_array(jsonb_build_array('matches', 'llm.prompt', '(send|export) +word' || n % 97 || ' ')) END;
	END IF;
	RETURN p || jsonb_build_array(jsonb_build_array('gt', 'llm.maxTokens', 500 * (1 + bench.pick('tokens', n, 7))));
END $$;

-- `size` rules, `rules_per_policy` a policy.  The workload "cel" has the rules of "uniform".  The workload "literals" looks for as many different words as there are rules.
CREATE FUNCTION bench.generate_rules(size integer, rules_per_policy integer, workload text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO bench.rules
	SELECT n, 'p' || lpad((n / rules_per_policy)::text, 7, '0'), 10 * bench.pick('priority', n / rules_per_policy, 10),
		   'r' || n % rules_per_policy,
		   CASE WHEN pick < 3 THEN 'deny' WHEN pick < 6 THEN 'warn' ELSE 'allow' END,
		   CASE WHEN p->0->>0 = 'eq' THEN (p->0->>1) || '=' || (p->0->>2) ELSE '*' END, p,
		   (SELECT string_agg(bench.path_predicate(e->>0, e->>1, e->2), ' && ' ORDER BY place)
			FROM jsonb_array_elements(p) WITH ORDINALITY AS elements(e, place))::jsonpath
	FROM (SELECT n, bench.pick('decision', n, 10) AS pick,
				 CASE workload WHEN 'few' THEN bench.few_predicates(n, size)
					 WHEN 'literals' THEN jsonb_build_array(jsonb_build_array('contains', 'llm.prompt', 'term-' || n || ';'))
					 ELSE bench.predicates(n, size, workload) END AS p
		  FROM generate_series(0, size - 1) n OFFSET 0) r;
	CREATE INDEX ON bench.rules (selector);
	ANALYZE bench.rules;
$$;

-- Requests for so many rules, each with a prompt of 1 KB.  In "skewed" four of five come from one team.
CREATE FUNCTION bench.generate_requests(size integer, workload text, request_count integer) RETURNS void LANGUAGE sql AS $$
	INSERT INTO bench.requests
	SELECT n, jsonb_build_object('requestId', 'r' || n,
		'user', jsonb_build_object('id', bench.name('user', 'ruser', n, greatest(1, size * 3 / 20)),
			'department', bench.name('department', 'rdepartment', n, 12)),
		'team', jsonb_build_object('tier', bench.name('tier', 'rtier', n, 4), 'id',
			CASE WHEN workload = 'skewed' AND bench.pick('rskew', n, 5) < 4 THEN 'team-big'
				 ELSE bench.name('team', 'rteam', n, greatest(1, size / 10)) END),
		'project', jsonb_build_object('id', bench.name('project', 'rproject', n, greatest(1, size / 10)),
			'environment', (ARRAY['production', 'staging', 'test'])[1 + bench.pick('renv', n, 3)]),
		'metadata', jsonb_build_object('purpose', bench.name('purpose', 'rpurpose', n, 10),
				'dataClass', bench.name('class', 'rclass', n, 8),
				'costCenter', bench.name('center', 'rcenter', n, greatest(1, size / 2000)))
			|| CASE WHEN n % 20 = 0 THEN '{}'::jsonb
					ELSE jsonb_build_object('region', bench.name('region', 'rregion', n, 5)) END,
		'llm', jsonb_build_object('provider', bench.name('provider', 'rprovider', n, 6),
			'model', bench.name('model', 'rmodel', n, 40), 'maxTokens', 1 + bench.pick('rtokens', n, 4000),
			'prompt', (SELECT left(string_agg(CASE
						WHEN i = 50 THEN (ARRAY['codename', 'export', 'send'])[1 + n % 3]
						WHEN i = 52 AND workload = 'literals' THEN bench.name('term', 'rterm', n, size) || ';'
						ELSE 'word' || bench.pick('word' || i || '-', n, CASE i WHEN 51 THEN 97 ELSE 1000 END) END, ' ' ORDER BY i), 1024)
				FROM generate_series(1, 170) i)))
	FROM generate_series(1, request_count) n;
	ANALYZE bench.requests;
$$;

-- A rule's condition as a document has it: an operator tree, or with `as_cel` an expression.
CREATE FUNCTION bench.condition(predicates jsonb, n integer, as_cel boolean) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN as_cel THEN jsonb_build_object('when', bench.expression(predicates, n))
		ELSE jsonb_build_object('condition', jsonb_build_object('operator', 'and', 'conditions',
			(SELECT jsonb_agg(jsonb_build_object('operator', e->0, 'field', e->1, 'value', e->2))
			 FROM jsonb_array_elements(predicates) e)))
		END
$$;

-- Some text's worth of policies: about 2 500 rules a text.
CREATE FUNCTION bench.documents(as_cel boolean) RETURNS SETOF text LANGUAGE sql STABLE AS $$
	WITH policies AS (
		SELECT min(n) AS n, count(*) AS size, jsonb_build_object(
			'metadata', jsonb_build_object('id', policy, 'name', policy, 'priority', min(priority)),
			'rules', jsonb_agg(bench.condition(predicates, bench.rules.n, as_cel) || jsonb_build_object('id', name,
				'action', jsonb_build_object('decision', decision, 'reason', 'Because of ' || policy || '/' || name)) ORDER BY n)) AS document
		FROM bench.rules GROUP BY policy)
	SELECT jsonb_agg(document ORDER BY n)::text FROM policies GROUP BY n / 2500 ORDER BY n / 2500
$$;

-- Stores the policies; gives the milliseconds that storing took.
CREATE FUNCTION bench.apply_policies(as_cel boolean) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
	document text;
	start timestamptz;
	elapsed interval := '0';
BEGIN
	FOR document IN SELECT bench.documents(as_cel) LOOP
		start := clock_timestamp();
		PERFORM count(*) FROM llm_policy_apply(document);
		elapsed := elapsed + (clock_timestamp() - start);
	END LOOP;
	RETURN extract(epoch FROM elapsed) * 1000;
END $$;
