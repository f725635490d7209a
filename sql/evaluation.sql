-- Evaluation: what applications call.
CREATE FUNCTION llm_policy_evaluate(request jsonb, namespace text DEFAULT NULL, policies text[] DEFAULT NULL,
									trace boolean DEFAULT false, audit boolean DEFAULT true,
									return_request boolean DEFAULT false) RETURNS jsonb
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'llm_policy_evaluate';
COMMENT ON FUNCTION llm_policy_evaluate(jsonb, text, text[], boolean, boolean, boolean) IS
	'Decides whether a request may go ahead, and records the decision in the same transaction';
REVOKE ALL ON FUNCTION llm_policy_evaluate(jsonb, text, text[], boolean, boolean, boolean) FROM PUBLIC;

CREATE FUNCTION llm_policy_simulate(request jsonb, namespace text DEFAULT NULL, policies text[] DEFAULT NULL,
									trace boolean DEFAULT false, return_request boolean DEFAULT false,
									as_of timestamptz DEFAULT NULL, policy_set text DEFAULT NULL) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'llm_policy_simulate';
COMMENT ON FUNCTION llm_policy_simulate(jsonb, text, text[], boolean, boolean, timestamptz, text) IS
	'The decision that llm_policy_evaluate would give, now or by earlier policies; leaves nothing behind';
REVOKE ALL ON FUNCTION llm_policy_simulate(jsonb, text, text[], boolean, boolean, timestamptz, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_allowed(request jsonb, namespace text DEFAULT NULL) RETURNS boolean
	LANGUAGE C STABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'llm_policy_allowed';
COMMENT ON FUNCTION llm_policy_allowed(jsonb, text) IS
	'Is the decision allow or warn?  For row security and triggers; false for a null request';
REVOKE ALL ON FUNCTION llm_policy_allowed(jsonb, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_simulate_document(document text, request jsonb, trace boolean DEFAULT false)
	RETURNS jsonb
	LANGUAGE C STABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'llm_policy_simulate_document';
COMMENT ON FUNCTION llm_policy_simulate_document(text, jsonb, boolean) IS
	'The decision by the policies of a text that is not stored; its drafts count as active';
REVOKE ALL ON FUNCTION llm_policy_simulate_document(text, jsonb, boolean) FROM PUBLIC;

CREATE FUNCTION llm_policy_evaluate_expression(expression text, request jsonb) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'llm_policy_evaluate_expression';
COMMENT ON FUNCTION llm_policy_evaluate_expression(text, jsonb) IS
	'The value of an expression of the policy language over a request, for trying out';
REVOKE ALL ON FUNCTION llm_policy_evaluate_expression(text, jsonb) FROM PUBLIC;

CREATE FUNCTION llm_policy_apply_modifications(request jsonb, decision jsonb) RETURNS jsonb
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'llm_policy_apply_modifications';
COMMENT ON FUNCTION llm_policy_apply_modifications(jsonb, jsonb) IS
	'A request as a decision''s modifications make it';
REVOKE ALL ON FUNCTION llm_policy_apply_modifications(jsonb, jsonb) FROM PUBLIC;
