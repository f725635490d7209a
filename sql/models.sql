-- Models: what the catalogue knows of each, and what their tokens cost.
--
-- Shipped rows come with the extension (data/model_catalog.csv) and are not part of a dump; rows of users win over
-- them and are.  docs/cost.md says how prices are found.

-- A row's validity as a range that no other model's touches: a constraint over it tells equal models at overlapping
-- times without an extension for equality in a GiST index.  Numeric, because time alone needs more digits than a
-- double has.  Models are told apart by 64 bits of hash.
CREATE FUNCTION llm_policy.model_validity(model text, provider text, origin text, prompt_above bigint,
										  valid_from timestamptz, valid_until timestamptz) RETURNS numrange
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
	SELECT numrange(place.start + bounds.lower_bound, place.start + bounds.upper_bound)
	FROM (SELECT hashtextextended(model COLLATE "C", hashtextextended(provider COLLATE "C",
				 hashtextextended(origin COLLATE "C", prompt_above))) * 1e14) AS place(start),
		 -- Seconds; no time is farther than 1e13 of them from the year 2000.
		 (SELECT CASE WHEN isfinite(valid_from)
					  THEN extract(epoch FROM valid_from - '2000-01-01 00:00:00+00'::timestamptz) ELSE -1e13 END,
				 CASE WHEN isfinite(valid_until)
					  THEN extract(epoch FROM valid_until - '2000-01-01 00:00:00+00'::timestamptz) ELSE 1e13 END)
			AS bounds(lower_bound, upper_bound)
$$;
COMMENT ON FUNCTION llm_policy.model_validity(text, text, text, bigint, timestamptz, timestamptz) IS
	'A range that overlaps that of another row of llm_policy.models only if both would be valid at one time';
REVOKE ALL ON FUNCTION llm_policy.model_validity(text, text, text, bigint, timestamptz, timestamptz) FROM PUBLIC;

-- Prices are for a million tokens; a null is not known, and nothing else.
CREATE TABLE llm_policy.models (
	model			text COLLATE "C" NOT NULL CHECK (model <> ''),
	provider		text COLLATE "C" NOT NULL CHECK (provider <> '' AND strpos(provider, '/') = 0),
	origin			text COLLATE "C" NOT NULL DEFAULT 'user' CHECK (origin IN ('user', 'shipped')),
	prompt_above	bigint NOT NULL DEFAULT 0 CHECK (prompt_above >= 0),	-- the row is for longer prompts only
	valid_from		timestamptz NOT NULL DEFAULT '-infinity',
	valid_until		timestamptz NOT NULL DEFAULT 'infinity',				-- not valid any more at this time
	preferred		boolean NOT NULL DEFAULT false,	-- meant by the bare name where several providers have the model
	context_window	bigint CHECK (context_window > 0),
	max_input		bigint CHECK (max_input > 0),
	max_output		bigint CHECK (max_output > 0),
	input_price		numeric,
	output_price	numeric,
	cached_input_price numeric,
	cache_write_price numeric,
	reasoning_price	numeric,					-- null: what output costs
	batch_discount	numeric CHECK (batch_discount BETWEEN 0 AND 1),			-- the share that a batch does not pay
	tokenizer		text,
	status			text CHECK (status IN ('beta', 'deprecated')),
	source			text,
	PRIMARY KEY (model, provider, origin, valid_from, prompt_above),
	CONSTRAINT models_validity CHECK (valid_from < valid_until),
	CONSTRAINT models_prices_not_negative CHECK (
		LEAST(input_price, output_price, cached_input_price, cache_write_price, reasoning_price) >= 0
		AND GREATEST(input_price, output_price, cached_input_price, cache_write_price, reasoning_price) < 'Infinity'),
	CONSTRAINT models_valid_once EXCLUDE USING gist (
		llm_policy.model_validity(model, provider, origin, prompt_above, valid_from, valid_until) WITH &&)
);
COMMENT ON TABLE llm_policy.models IS 'Models of providers: sizes and prices per million tokens, each for some time';
SELECT pg_catalog.pg_extension_config_dump('llm_policy.models', 'WHERE origin = ''user''');

-- Whoever changed a shipped row would find it as it was after a restore or an upgrade.
CREATE FUNCTION llm_policy.keep_shipped_models() RETURNS trigger
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RAISE EXCEPTION 'shipped rows of llm_policy.models do not change'
		USING ERRCODE = 'object_not_in_prerequisite_state',
			  HINT = 'Insert a row of your own for the model and provider: it wins over the shipped one.';
END
$$;
COMMENT ON FUNCTION llm_policy.keep_shipped_models() IS 'Trigger: refuses changes of the shipped catalogue';
REVOKE ALL ON FUNCTION llm_policy.keep_shipped_models() FROM PUBLIC;

CREATE TRIGGER keep_shipped_insert BEFORE INSERT ON llm_policy.models
	FOR EACH ROW WHEN (NEW.origin = 'shipped') EXECUTE FUNCTION llm_policy.keep_shipped_models();
CREATE TRIGGER keep_shipped_update BEFORE UPDATE ON llm_policy.models
	FOR EACH ROW WHEN ('shipped' IN (OLD.origin, NEW.origin)) EXECUTE FUNCTION llm_policy.keep_shipped_models();
CREATE TRIGGER keep_shipped_delete BEFORE DELETE ON llm_policy.models
	FOR EACH ROW WHEN (OLD.origin = 'shipped') EXECUTE FUNCTION llm_policy.keep_shipped_models();
CREATE TRIGGER keep_shipped_truncate BEFORE TRUNCATE ON llm_policy.models
	FOR EACH STATEMENT EXECUTE FUNCTION llm_policy.keep_shipped_models();

-- Prices concern every namespace, so an admin of all of them changes them with plain SQL.
ALTER TABLE llm_policy.models ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON llm_policy.models FOR SELECT USING (true);
CREATE POLICY admin ON llm_policy.models USING ((SELECT llm_policy.has_right('admin', '*')));

-- Puts a catalogue in the place of the shipped rows: this script does, and so do those of later versions.  Lines of
-- comma-separated values without quotes, the first of which names the columns; an empty value is null, or the
-- column's default for the two times.
CREATE FUNCTION llm_policy.load_models(catalogue text) RETURNS void
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	ALTER TABLE llm_policy.models DISABLE TRIGGER keep_shipped_insert;
	ALTER TABLE llm_policy.models DISABLE TRIGGER keep_shipped_delete;
	DELETE FROM llm_policy.models WHERE origin = 'shipped';
	INSERT INTO llm_policy.models (
			model, provider, origin, prompt_above, valid_from, valid_until, preferred,
			context_window, max_input, max_output,
			input_price, output_price, cached_input_price, cache_write_price, reasoning_price, batch_discount,
			tokenizer, status, source)
		SELECT field[1], field[2], 'shipped', field[3]::bigint, coalesce(field[4]::timestamptz, '-infinity'),
			   coalesce(field[5]::timestamptz, 'infinity'), field[6]::boolean,
			   field[7]::bigint, field[8]::bigint, field[9]::bigint,
			   field[10]::numeric, field[11]::numeric, field[12]::numeric, field[13]::numeric, field[14]::numeric,
			   field[15]::numeric, field[16], field[17], field[18]
		FROM string_to_table(btrim(catalogue, E'\n'), E'\n') WITH ORDINALITY AS l(line, number),
			 LATERAL string_to_array(l.line, ',', '') AS field
		WHERE l.number > 1;
	ALTER TABLE llm_policy.models ENABLE TRIGGER keep_shipped_insert;
	ALTER TABLE llm_policy.models ENABLE TRIGGER keep_shipped_delete;
END
$$;
COMMENT ON FUNCTION llm_policy.load_models(text) IS 'Replaces the shipped rows of llm_policy.models by a catalogue';
REVOKE ALL ON FUNCTION llm_policy.load_models(text) FROM PUBLIC;

-- For reports: what a look-up now would find of each provider's model.
CREATE VIEW llm_policy.models_in_force AS
	SELECT m.*
	FROM llm_policy.models m
	WHERE m.valid_from <= now() AND now() < m.valid_until
	  AND (m.origin = 'user'
		   OR NOT EXISTS (SELECT FROM llm_policy.models own
						  WHERE own.model = m.model AND own.provider = m.provider AND own.origin = 'user'
							AND own.valid_from <= now() AND now() < own.valid_until));
COMMENT ON VIEW llm_policy.models_in_force IS
	'The rows of llm_policy.models that are valid now, shipped ones only where no row of a user wins';

CREATE FUNCTION llm_policy_model(model text, provider text DEFAULT NULL, at timestamptz DEFAULT now())
	RETURNS SETOF llm_policy.models
	LANGUAGE C STABLE PARALLEL SAFE COST 100 ROWS 1 AS 'MODULE_PATHNAME', 'llm_policy_model';
COMMENT ON FUNCTION llm_policy_model(text, text, timestamptz) IS
	'The rows of the catalogue that a model''s name stands for: one, and one more for each price tier';
REVOKE ALL ON FUNCTION llm_policy_model(text, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION llm_policy_context_window(model text, provider text DEFAULT NULL) RETURNS bigint
	LANGUAGE C STABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'llm_policy_context_window';
COMMENT ON FUNCTION llm_policy_context_window(text, text) IS
	'How many tokens a model takes at once; null when the catalogue does not know';
REVOKE ALL ON FUNCTION llm_policy_context_window(text, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_cost(model text, prompt_tokens bigint, completion_tokens bigint,
								provider text DEFAULT NULL, cached_tokens bigint DEFAULT 0,
								cache_write_tokens bigint DEFAULT 0, reasoning_tokens bigint DEFAULT 0,
								batch boolean DEFAULT false, at timestamptz DEFAULT now()) RETURNS numeric
	LANGUAGE C STABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'llm_policy_cost';
COMMENT ON FUNCTION llm_policy_cost(text, bigint, bigint, text, bigint, bigint, bigint, boolean, timestamptz) IS
	'What a call of a model costs by the catalogue: cached and written tokens are among the prompt''s, reasoning tokens among the completion''s';
REVOKE ALL ON FUNCTION llm_policy_cost(text, bigint, bigint, text, bigint, bigint, bigint, boolean, timestamptz)
	FROM PUBLIC;
