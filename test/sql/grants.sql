-- llm_policy_grant and llm_policy_revoke: rights by namespace, and what they open.
\set SHOW_CONTEXT never
CREATE ROLE llm_policy_test_grantee;
CREATE ROLE llm_policy_test_member IN ROLE llm_policy_test_grantee;
SELECT count(*) FROM llm_policy_apply($$
metadata: {name: Here, namespace: regress.grants}
rules: []
---
metadata: {name: Below, namespace: regress.grants.below}
rules: []
---
metadata: {name: Beside, namespace: regress.beside}
rules: []
$$);

-- Without a right there is nothing.
SET ROLE llm_policy_test_grantee;
SELECT llm_policy_evaluate('{}', 'regress.grants');
SELECT llm_policy_validate('');
SELECT * FROM llm_policy.policies;
RESET ROLE;

-- evaluator: decides there and below, reads nothing.
SELECT llm_policy_grant('llm_policy_test_grantee', 'evaluator', 'regress.grants');
SET ROLE llm_policy_test_member;
SELECT llm_policy_allowed('{}', 'regress.grants') AS here, llm_policy_allowed('{}', 'regress.grants.below') AS below;
SELECT llm_policy_allowed('{}', 'regress.beside');
SELECT llm_policy_allowed('{}');
SELECT llm_policy_get('here', 'regress.grants');
SELECT llm_policy_apply('{"metadata": {"name": "Mine"}, "rules": []}', 'regress.grants');
SELECT count(*) FROM llm_policy.policies;
SELECT count(*) FROM llm_policy.policy_documents;
SELECT count(*) FROM llm_policy.role_grants;
SELECT llm_policy_grant('llm_policy_test_member', 'admin');
RESET ROLE;

-- author: writes and reads there and below.
SELECT llm_policy_grant('llm_policy_test_grantee', 'author', 'regress.grants');
SET ROLE llm_policy_test_member;
SELECT action FROM llm_policy_apply('{"metadata": {"name": "Mine"}, "rules": []}', 'regress.grants.below');
SELECT action FROM llm_policy_apply('{"metadata": {"name": "Mine"}, "rules": []}', 'regress.beside');
SELECT action FROM llm_policy_apply('{"metadata": {"name": "Mine"}, "rules": []}');
SELECT action FROM llm_policy_apply('[{"metadata": {"name": "Mine", "namespace": "regress.grants"}, "rules": []},
	{"metadata": {"name": "Mine", "namespace": "regress.beside"}, "rules": []}]');
SELECT llm_policy_delete('beside', 'regress.beside');
SELECT llm_policy_set_status('beside', 'draft', 'regress.beside');
SELECT llm_policy_rollback('beside', 1, 'regress.beside');
SELECT llm_policy_get('beside', 'regress.beside');
SELECT * FROM llm_policy_diff('beside', 1, 1, 'regress.beside');
SELECT * FROM llm_policy_test(namespace => 'regress.beside');
SELECT * FROM llm_policy_test(document => '{"metadata": {"name": "x", "namespace": "regress.beside"}, "rules": []}');
SELECT namespace, id, caller_role, login_role FROM llm_policy.policies ORDER BY 1, 2;
SELECT DISTINCT namespace FROM llm_policy.policy_revisions ORDER BY 1;
SELECT DISTINCT namespace FROM llm_policy.policy_sets ORDER BY 1;
SELECT role_name, role_right, namespace FROM llm_policy.grants ORDER BY 1, 2, 3;
SELECT count(*) FROM llm_policy.policy_documents;
INSERT INTO llm_policy.policy_current VALUES ('regress.beside', 'x', 1);
SELECT llm_policy.lock_heads('{default}');
SELECT llm_policy.fingerprint('', '');
RESET ROLE;

-- What a right needs goes with the last grant that needs it.
SELECT llm_policy_revoke('llm_policy_test_grantee', 'evaluator', 'regress.grants');
SELECT has_function_privilege('llm_policy_test_grantee', 'llm_policy_evaluate(jsonb,text,text[],boolean,boolean,boolean)', 'EXECUTE') AS evaluate,
	has_function_privilege('llm_policy_test_grantee', 'llm_policy_get(text,text,integer,text)', 'EXECUTE') AS get;
SELECT llm_policy_grant('llm_policy_test_grantee', 'auditor', 'regress.beside');
SELECT llm_policy_revoke('llm_policy_test_grantee', 'author', 'regress.grants');
SET ROLE llm_policy_test_member;
SELECT namespace, id FROM llm_policy.policies ORDER BY 1, 2;
SELECT llm_policy_get('beside', 'regress.beside');
SELECT llm_policy_get('here', 'regress.grants');
SELECT llm_policy_delete('beside', 'regress.beside');
RESET ROLE;
SELECT llm_policy_revoke('llm_policy_test_grantee', 'auditor', 'regress.beside');
SELECT llm_policy_revoke('llm_policy_test_grantee', 'auditor', 'regress.beside');
SELECT count(*) FROM (SELECT proacl::text AS acl FROM pg_proc UNION ALL SELECT relacl::text FROM pg_class
	UNION ALL SELECT nspacl::text FROM pg_namespace) AS a WHERE acl LIKE '%llm_policy_test_grantee%';

-- What cannot be granted.
SELECT llm_policy_grant('llm_policy_test_nobody', 'author');
SELECT llm_policy_grant('public', 'author');
SELECT llm_policy_grant('llm_policy_test_grantee', 'owner');
SELECT llm_policy_grant('llm_policy_test_grantee', 'author', 'no namespace');
SELECT llm_policy_grant('llm_policy_test_grantee', NULL);
SELECT llm_policy_revoke('llm_policy_test_grantee', 'author', NULL);

-- A new role of an old name inherits nothing.
SELECT llm_policy_grant('llm_policy_test_grantee', 'admin');
DROP ROLE llm_policy_test_member;
DROP OWNED BY llm_policy_test_grantee;
DROP ROLE llm_policy_test_grantee;
CREATE ROLE llm_policy_test_grantee;
SELECT count(*) FROM llm_policy.grants WHERE role_name = 'llm_policy_test_grantee';
SELECT llm_policy_grant('llm_policy_test_grantee', 'auditor', 'regress.grants');
SET ROLE llm_policy_test_grantee;
SELECT llm_policy_get('beside', 'regress.beside');
RESET ROLE;
SELECT role_right, namespace FROM llm_policy.role_grants WHERE role_name = 'llm_policy_test_grantee';
SELECT llm_policy_revoke('llm_policy_test_grantee', 'auditor', 'regress.grants');
DROP ROLE llm_policy_test_grantee;
