-- Tokens: how long a text is for a model.  The encodings that come with the engine need no row; a site's own have one.
CREATE TABLE llm_policy.encodings (
	name			text COLLATE "C" PRIMARY KEY CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$'),
	file			text COLLATE "C" NOT NULL CHECK (file ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,54}[.]tokens$'),
	pretokens		text COLLATE "C" NOT NULL CHECK (pretokens IN ('r50k', 'cl100k', 'o200k', 'tekken')),
	special_tokens	jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(special_tokens) = 'object'),
	models			text[] COLLATE "C" NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE llm_policy.encodings IS
	'Encodings of this site beside those that the engine knows: vocabulary files in the server''s share directory, and the models that use them';
COMMENT ON COLUMN llm_policy.encodings.file IS 'A file in the folder llm_policy of the server''s share directory, made by make_vocabulary';
COMMENT ON COLUMN llm_policy.encodings.pretokens IS 'How texts are cut before they are encoded: r50k, cl100k, o200k or tekken';
COMMENT ON COLUMN llm_policy.encodings.special_tokens IS 'Special tokens: an object of text to id';
COMMENT ON COLUMN llm_policy.encodings.models IS 'Names of models, those that end in * as prefixes; they win over what the engine knows';
SELECT pg_catalog.pg_extension_config_dump('llm_policy.encodings', '');

CREATE FUNCTION llm_policy_count_tokens(content text, model text) RETURNS bigint
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'llm_policy_count_tokens';
COMMENT ON FUNCTION llm_policy_count_tokens(text, text) IS
	'Tokens of a text for a model, or by an encoding of that name; the likely number where there is only an estimate';
REVOKE ALL ON FUNCTION llm_policy_count_tokens(text, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_token_count(content text, model text, OUT tokens bigint, OUT low bigint, OUT high bigint,
									   OUT method text, OUT encoding text) RETURNS record
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'llm_policy_token_count';
COMMENT ON FUNCTION llm_policy_token_count(text, text) IS
	'Tokens of a text for a model with bounds, the method (exact or estimate) and the encoding that was counted by';
REVOKE ALL ON FUNCTION llm_policy_token_count(text, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_has_more_tokens(content text, model text, tokens bigint) RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'llm_policy_has_more_tokens';
COMMENT ON FUNCTION llm_policy_has_more_tokens(text, text, bigint) IS
	'Has a text more tokens than that for a model, by the high bound of an estimate?  Counts no further than it must';
REVOKE ALL ON FUNCTION llm_policy_has_more_tokens(text, text, bigint) FROM PUBLIC;

CREATE FUNCTION llm_policy_count_message_tokens(messages jsonb, model text) RETURNS bigint
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'llm_policy_count_message_tokens';
COMMENT ON FUNCTION llm_policy_count_message_tokens(jsonb, text) IS
	'Tokens of a list of chat messages for a model, with what each message and the answer''s beginning add';
REVOKE ALL ON FUNCTION llm_policy_count_message_tokens(jsonb, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_message_token_count(messages jsonb, model text, OUT tokens bigint, OUT low bigint,
											   OUT high bigint, OUT method text, OUT encoding text) RETURNS record
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'llm_policy_message_token_count';
COMMENT ON FUNCTION llm_policy_message_token_count(jsonb, text) IS
	'The same with bounds, the method (exact or estimate) and the encoding that was counted by';
REVOKE ALL ON FUNCTION llm_policy_message_token_count(jsonb, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_tokenize(content text, encoding text, special_tokens boolean DEFAULT false) RETURNS integer[]
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'llm_policy_tokenize';
COMMENT ON FUNCTION llm_policy_tokenize(text, text, boolean) IS
	'The tokens of a text by an encoding; special tokens are text unless special_tokens is true';
REVOKE ALL ON FUNCTION llm_policy_tokenize(text, text, boolean) FROM PUBLIC;
