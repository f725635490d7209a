-- Prompt injection: heuristics over a text, see docs/injection.md.
CREATE FUNCTION llm_policy_detect_injection(content text, canaries text[] DEFAULT '{}',
		OUT reason text, OUT source text, OUT language text, OUT start integer, OUT length integer, OUT score real)
	RETURNS SETOF record
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100 ROWS 5 AS 'MODULE_PATHNAME', 'llm_policy_detect_injection';
COMMENT ON FUNCTION llm_policy_detect_injection(text, text[]) IS
	'What in a text looks like a prompt injection, by heuristics: where it is (characters, from 1), how it was written, and what it alone says (0 to 1)';
REVOKE ALL ON FUNCTION llm_policy_detect_injection(text, text[]) FROM PUBLIC;

CREATE FUNCTION llm_policy_injection_score(content text, canaries text[] DEFAULT '{}') RETURNS real
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'llm_policy_injection_score';
COMMENT ON FUNCTION llm_policy_injection_score(text, text[]) IS
	'How much a text looks like a prompt injection, by heuristics: 0 to 1';
REVOKE ALL ON FUNCTION llm_policy_injection_score(text, text[]) FROM PUBLIC;

CREATE FUNCTION llm_policy_contains_prompt_injection(content text, canaries text[] DEFAULT '{}') RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'llm_policy_contains_prompt_injection';
COMMENT ON FUNCTION llm_policy_contains_prompt_injection(text, text[]) IS
	'Does a text look like a prompt injection: is its score at least llm_policy.injection_threshold?';
REVOKE ALL ON FUNCTION llm_policy_contains_prompt_injection(text, text[]) FROM PUBLIC;
