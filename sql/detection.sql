-- Personal data and secrets in texts.
CREATE FUNCTION llm_policy_detect(content text, types text[] DEFAULT NULL, threshold real DEFAULT NULL,
								  OUT type text, OUT start integer, OUT length integer, OUT score real, OUT value text)
	RETURNS SETOF record
	LANGUAGE C STABLE PARALLEL SAFE COST 100 ROWS 5 AS 'MODULE_PATHNAME', 'llm_policy_detect';
COMMENT ON FUNCTION llm_policy_detect(text, text[], real) IS
	'Personal data, secrets and words of health in a text: where each is, in characters from 1, and how sure that is';
REVOKE ALL ON FUNCTION llm_policy_detect(text, text[], real) FROM PUBLIC;

CREATE FUNCTION llm_policy_redact(content text, types text[] DEFAULT NULL, mode text DEFAULT 'label',
								  threshold real DEFAULT NULL) RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'llm_policy_redact';
COMMENT ON FUNCTION llm_policy_redact(text, text[], text, real) IS
	'A text with what llm_policy_detect finds in it replaced: by its label, a mask, a keyed hash, or all but its end';
REVOKE ALL ON FUNCTION llm_policy_redact(text, text[], text, real) FROM PUBLIC;

CREATE FUNCTION llm_policy_detector_types(OUT name text, OUT kind text, OUT validator text, OUT description text)
	RETURNS SETOF record
	LANGUAGE C STABLE PARALLEL SAFE ROWS 100 AS 'MODULE_PATHNAME', 'llm_policy_detector_types';
COMMENT ON FUNCTION llm_policy_detector_types() IS
	'What llm_policy_detect finds: its name, whether that is pii, secret or phi, and what is checked of it';
REVOKE ALL ON FUNCTION llm_policy_detector_types() FROM PUBLIC;
