-- llm_policy_set_status and llm_policy_rollback: new revisions of texts that are stored.
\set SHOW_CONTEXT never
SELECT revision, action FROM llm_policy_apply($$
# this comment is part of the text
metadata: {name: Steady, namespace: regress.rollback}
rules: [{id: all, condition: {operator: and, conditions: []}, action: {decision: deny, reason: one}}]
$$);
SELECT revision, action FROM llm_policy_apply($$
metadata: {name: Steady, namespace: regress.rollback}
rules: [{id: all, condition: {operator: and, conditions: []}, action: {decision: deny, reason: two}}]
$$);
SELECT llm_policy_evaluate('{}', 'regress.rollback') -> 'reason' AS reason;
SELECT * FROM llm_policy_rollback('steady', 1, 'regress.rollback', 'two was wrong', 'ada');
SELECT llm_policy_evaluate('{}', 'regress.rollback') -> 'reason' AS reason;
SELECT llm_policy_get('steady', 'regress.rollback', 3) = llm_policy_get('steady', 'regress.rollback', 1) AS byte_for_byte;

-- A status overrides that of the document, which stays as it was written.
SELECT * FROM llm_policy_set_status('steady', 'shadow', 'regress.rollback', note => 'watch it first');
SELECT llm_policy_evaluate('{}', 'regress.rollback') ->> 'decision' AS decision,
	llm_policy_evaluate('{}', 'regress.rollback') -> 'shadow' IS NOT NULL AS shadow;
SELECT llm_policy_get('steady', 'regress.rollback') = llm_policy_get('steady', 'regress.rollback', 1) AS byte_for_byte,
	llm_policy_get('steady', 'regress.rollback', format => 'json')::jsonb ->> 'status' AS status;
SELECT * FROM llm_policy_set_status('steady', 'shadow', 'regress.rollback');
-- Rolling back restores the status, too.
SELECT * FROM llm_policy_rollback('steady', 2, 'regress.rollback');
SELECT * FROM llm_policy_rollback('steady', 5, 'regress.rollback');
SELECT revision, status, is_current, note, changed_by FROM llm_policy.policy_revisions WHERE namespace = 'regress.rollback' ORDER BY revision;

-- It also brings a deleted policy back.
SELECT * FROM llm_policy_delete('steady', 'regress.rollback');
SELECT * FROM llm_policy_set_status('steady', 'active', 'regress.rollback');
SELECT * FROM llm_policy_rollback('steady', 1, 'regress.rollback');

-- What cannot be.
SELECT * FROM llm_policy_rollback('steady', 99, 'regress.rollback');
SELECT * FROM llm_policy_rollback('steady', 0, 'regress.rollback');
SELECT * FROM llm_policy_rollback('steady', NULL, 'regress.rollback');
SELECT * FROM llm_policy_rollback('nothing', 1, 'regress.rollback');
SELECT * FROM llm_policy_set_status('steady', 'enabled', 'regress.rollback');
SELECT * FROM llm_policy_set_status('nothing', 'active', 'regress.rollback');
SELECT * FROM llm_policy_set_status('steady', NULL, 'regress.rollback');

-- A text that today's engine refuses does not come into force again, and nothing decides by half of a set.
BEGIN;
UPDATE llm_policy.policy_documents SET document = 'rules: [of an older format]'
	WHERE namespace = 'regress.rollback' AND revision = 2;
SELECT * FROM llm_policy_rollback('steady', 2, 'regress.rollback');
ROLLBACK;
BEGIN;
UPDATE llm_policy.policy_documents SET document = 'rules: [of an older format]' WHERE namespace = 'regress.rollback';
SELECT llm_policy_evaluate('{}', 'regress.rollback');
ROLLBACK;
