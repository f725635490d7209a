-- Authoring: policies are stored, changed and read with these.  Each checks the caller's right on the namespace of
-- every policy it touches and works in the caller's transaction.  `note` and `changed_by` are kept with the
-- revision: why, and who as the application knows them.

CREATE TYPE llm_policy.policy_change AS (
	namespace	text,
	id			text,
	revision	integer,
	action		text	-- created, updated, unchanged or deleted
);
COMMENT ON TYPE llm_policy.policy_change IS 'What an authoring function did to one policy';

CREATE FUNCTION llm_policy_apply(document text, namespace text DEFAULT NULL, prune boolean DEFAULT false,
								 test boolean DEFAULT true, note text DEFAULT NULL, changed_by text DEFAULT NULL)
	RETURNS SETOF llm_policy.policy_change LANGUAGE C VOLATILE ROWS 10 AS 'MODULE_PATHNAME', 'llm_policy_apply';
COMMENT ON FUNCTION llm_policy_apply(text, text, boolean, boolean, text, text) IS
	'Creates or updates every policy of a text, all or none; prune deletes what the namespace holds beyond it';
REVOKE ALL ON FUNCTION llm_policy_apply(text, text, boolean, boolean, text, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_create(document text, namespace text DEFAULT NULL, test boolean DEFAULT true,
								  note text DEFAULT NULL, changed_by text DEFAULT NULL)
	RETURNS llm_policy.policy_change LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'llm_policy_create';
COMMENT ON FUNCTION llm_policy_create(text, text, boolean, text, text) IS 'Stores a policy that must not exist yet';
REVOKE ALL ON FUNCTION llm_policy_create(text, text, boolean, text, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_update(document text, expected_revision integer DEFAULT NULL, namespace text DEFAULT NULL,
								  test boolean DEFAULT true, note text DEFAULT NULL, changed_by text DEFAULT NULL)
	RETURNS llm_policy.policy_change LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'llm_policy_update';
COMMENT ON FUNCTION llm_policy_update(text, integer, text, boolean, text, text) IS
	'Stores a new revision of a policy that must exist, and be at the expected revision if one is given';
REVOKE ALL ON FUNCTION llm_policy_update(text, integer, text, boolean, text, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_delete(id text, namespace text DEFAULT 'default', note text DEFAULT NULL,
								  changed_by text DEFAULT NULL)
	RETURNS llm_policy.policy_change LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'llm_policy_delete';
COMMENT ON FUNCTION llm_policy_delete(text, text, text, text) IS
	'Ends a policy; its revisions stay, and numbers go on if it is created again';
REVOKE ALL ON FUNCTION llm_policy_delete(text, text, text, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_set_status(id text, status text, namespace text DEFAULT 'default',
									  note text DEFAULT NULL, changed_by text DEFAULT NULL)
	RETURNS llm_policy.policy_change LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'llm_policy_set_status';
COMMENT ON FUNCTION llm_policy_set_status(text, text, text, text, text) IS
	'Makes a policy active, shadow, draft or deprecated, as a new revision of the same text';
REVOKE ALL ON FUNCTION llm_policy_set_status(text, text, text, text, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_rollback(id text, revision integer, namespace text DEFAULT 'default',
									note text DEFAULT NULL, changed_by text DEFAULT NULL)
	RETURNS llm_policy.policy_change LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'llm_policy_rollback';
COMMENT ON FUNCTION llm_policy_rollback(text, integer, text, text, text) IS
	'Stores text and status of an earlier revision again, as a new one';
REVOKE ALL ON FUNCTION llm_policy_rollback(text, integer, text, text, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_get(id text, namespace text DEFAULT 'default', revision integer DEFAULT NULL,
							   format text DEFAULT 'yaml')
	RETURNS text LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'llm_policy_get';
COMMENT ON FUNCTION llm_policy_get(text, text, integer, text) IS
	'The text of a policy, byte for byte as stored (yaml) or normalised (json)';
REVOKE ALL ON FUNCTION llm_policy_get(text, text, integer, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_diff(id text, from_revision integer, to_revision integer DEFAULT NULL,
								namespace text DEFAULT 'default')
	RETURNS TABLE (path text, old_value jsonb, new_value jsonb)
	LANGUAGE C STABLE PARALLEL SAFE ROWS 10 AS 'MODULE_PATHNAME', 'llm_policy_diff';
COMMENT ON FUNCTION llm_policy_diff(text, integer, integer, text) IS
	'What differs between two revisions of a policy; without the second, between the first and the current one';
REVOKE ALL ON FUNCTION llm_policy_diff(text, integer, integer, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_validate(document text)
	RETURNS TABLE (severity text, line integer, col integer, path text, message text, hint text)
	LANGUAGE C STABLE PARALLEL SAFE ROWS 10 AS 'MODULE_PATHNAME', 'llm_policy_validate';
COMMENT ON FUNCTION llm_policy_validate(text) IS
	'Everything that is wrong or doubtful in a text of policies; no row means that nothing is';
REVOKE ALL ON FUNCTION llm_policy_validate(text) FROM PUBLIC;

CREATE TYPE llm_policy.policy_test_result AS (
	namespace	text,
	policy		text,
	test		text,		-- null for a policy without tests
	passed		boolean,	-- likewise
	problem		text,		-- what was expected and what came
	uncovered	text[]		-- the policy's rules that none of its tests matched
);
COMMENT ON TYPE llm_policy.policy_test_result IS 'What became of one test that a policy carries';

CREATE FUNCTION llm_policy_test(id text DEFAULT NULL, namespace text DEFAULT 'default', document text DEFAULT NULL)
	RETURNS SETOF llm_policy.policy_test_result
	LANGUAGE C STABLE PARALLEL SAFE ROWS 10 AS 'MODULE_PATHNAME', 'llm_policy_test';
COMMENT ON FUNCTION llm_policy_test(text, text, text) IS
	'Runs the tests that stored policies, or those of a text, carry; uncovered: rules that no test matched';
REVOKE ALL ON FUNCTION llm_policy_test(text, text, text) FROM PUBLIC;
