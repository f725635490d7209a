-- Settings: what they are, who may change them, what they refuse.
\set SHOW_CONTEXT never
-- The library is loaded by the first function of a session.
SELECT llm_policy_allowed(NULL);

-- Those that the server fixes when it starts are there only where the library is preloaded.
SELECT name, setting, unit, context, vartype, min_val, max_val, enumvals
FROM pg_settings WHERE name LIKE 'llm\_policy.%' AND context <> 'postmaster' ORDER BY name;

SET llm_policy.namespace = 'acme.prod';
SET llm_policy.namespace = '';
SET llm_policy.namespace = 'no such namespace';
SET llm_policy.namespace = '*';
SET llm_policy.namespace = 'a..b';
RESET llm_policy.namespace;
SET llm_policy.audit = perhaps;
SET llm_policy.default_decision = warn;
SET llm_policy.audit_plain_paths = 'a.b, c[';
SET llm_policy.audit_plain_paths = 'a.b,, c';
SET llm_policy.audit_plain_paths = 'a["x,y"], c';
SHOW llm_policy.audit_plain_paths;
RESET llm_policy.audit_plain_paths;
-- The server's words for its ranges differ between versions.
\set VERBOSITY sqlstate
SET llm_policy.max_request_size = 0;
SET llm_policy.max_rule_steps = 99;
SET llm_policy.max_evaluation_steps = 0;
\set VERBOSITY default
SET llm_policy.max_request_size = '2MB';
SHOW llm_policy.max_request_size;
RESET llm_policy.max_request_size;
-- The prefix is taken.
SET llm_policy.no_such_setting = 1;

-- What could widen access or hide decisions is not for everybody.
CREATE ROLE llm_policy_test_setter;
SET ROLE llm_policy_test_setter;
SET llm_policy.default_decision = allow;
SET llm_policy.audit = off;
SET llm_policy.unaudited = log;
SET llm_policy.audit_content = omit;
SET llm_policy.audit_plain_paths = '';
SET llm_policy.audit_retention = 1;
SET llm_policy.audit_partition = day;
SET llm_policy.max_request_size = 1;
SET llm_policy.evaluation_memory = 2048;
SET llm_policy.max_rule_steps = 1000;
SET llm_policy.max_evaluation_steps = 1000;
SET llm_policy.namespace = 'acme';
RESET ROLE;
RESET llm_policy.namespace;
GRANT SET ON PARAMETER llm_policy.audit TO llm_policy_test_setter;
SET ROLE llm_policy_test_setter;
SET llm_policy.audit = log;
RESET llm_policy.audit;
RESET ROLE;
REVOKE SET ON PARAMETER llm_policy.audit FROM llm_policy_test_setter;
DROP ROLE llm_policy_test_setter;

-- SET LOCAL is enough: nothing relies on the session.
SELECT action FROM llm_policy_apply('{metadata: {name: local, namespace: regress.settings}, rules: [{condition: {operator: and, conditions: []}, action: {decision: deny}}]}');
BEGIN;
SET LOCAL llm_policy.namespace = 'regress.settings';
SELECT llm_policy_simulate('{}') ->> 'decision' AS decision;
COMMIT;
SELECT llm_policy_simulate('{}') ->> 'decision' AS decision;
SELECT action FROM llm_policy_delete('local', 'regress.settings');

-- Neither may it be set before the library is there to object: the value is dropped when it comes.
CREATE ROLE llm_policy_test_early LOGIN;
SELECT llm_policy_grant('llm_policy_test_early', 'evaluator', 'default');
\c - llm_policy_test_early
\set SHOW_CONTEXT never
SET client_min_messages = error;
-- A preloaded library refuses at once.
DO $$
DECLARE
	statement text;
BEGIN
	FOREACH statement IN ARRAY ARRAY['SET llm_policy.audit = off', 'SET llm_policy.unaudited = deny',
									 'SET llm_policy.default_decision = deny'] LOOP
		BEGIN
			EXECUTE statement;
		EXCEPTION WHEN insufficient_privilege THEN
			NULL;
		END;
	END LOOP;
END
$$;
SELECT llm_policy_evaluate('{"requestId": "early"}') - '{decisionId, policySet, now, evaluationTimeMs}'::text[] AS decision;
SELECT name, setting, source FROM pg_settings WHERE name IN ('llm_policy.audit', 'llm_policy.unaudited', 'llm_policy.default_decision');
\c - postgres
SELECT decision, caller_role, login_role FROM llm_policy.evaluations WHERE request_id = 'early';
SELECT llm_policy_revoke('llm_policy_test_early', 'evaluator', 'default');
DROP ROLE llm_policy_test_early;
