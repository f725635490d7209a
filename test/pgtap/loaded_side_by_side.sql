-- The tables of policies may be loaded in any order, each in a transaction of its own, as pg_restore -j does.
BEGIN;
SET client_min_messages = warning;
SELECT plan(5);

SELECT count(*) FROM llm_policy_apply('
metadata: {id: p, name: P, namespace: loaded}
rules:
- {id: r, condition: {operator: exists, field: a}, action: {decision: deny}}
') \g /dev/null
CREATE TEMPORARY TABLE heads AS SELECT * FROM llm_policy.policy_heads WHERE namespace = 'loaded';
CREATE TEMPORARY TABLE documents AS SELECT * FROM llm_policy.policy_documents WHERE namespace = 'loaded';
CREATE TEMPORARY TABLE current_ones AS SELECT * FROM llm_policy.policy_current WHERE namespace = 'loaded';
ALTER TABLE documents DROP COLUMN fingerprint;

DELETE FROM llm_policy.policy_current WHERE namespace = 'loaded';
DELETE FROM llm_policy.policy_documents WHERE namespace = 'loaded';
SELECT is(llm_policy_simulate('{"a": 1}', 'default') ->> 'reasonCode', 'no_policy', 'nothing is there');

INSERT INTO llm_policy.policy_current SELECT * FROM current_ones;
SELECT is((SELECT level_hash FROM llm_policy.policy_heads WHERE namespace = 'loaded'), NULL,
		  'what counts and is not there changes no head');

INSERT INTO llm_policy.policy_documents (namespace, id, revision, name, version, priority, status, document, normalised,
										 note, changed_by, caller_role, login_role, changed_at, xid)
SELECT * FROM documents;
SELECT results_eq($$ SELECT * FROM llm_policy.policy_heads WHERE namespace = 'loaded' $$, 'SELECT * FROM heads',
				  'with its text it is in force');
SELECT is(llm_policy_simulate('{"a": 1}', 'loaded') ->> 'decision', 'deny', 'and decides');

INSERT INTO llm_policy.policy_documents (namespace, id, revision, name, version, priority, status, document, normalised,
										 note, changed_by, caller_role, login_role, changed_at, xid)
SELECT namespace, id, 2, name, version, priority, status, document, normalised, note, changed_by, caller_role,
	   login_role, changed_at, xid FROM documents;
SELECT results_eq($$ SELECT * FROM llm_policy.policy_heads WHERE namespace = 'loaded' $$, 'SELECT * FROM heads',
				  'a revision that does not count changes nothing');

SELECT * FROM finish();
ROLLBACK;
