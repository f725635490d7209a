-- llm_policy_delete: the policy ends, its history stays.
\set SHOW_CONTEXT never
SELECT action FROM llm_policy_apply($$
metadata: {name: Blocks, namespace: regress.delete}
rules: [{id: all, condition: {operator: and, conditions: []}, action: {decision: deny, reason: blocked}}]
$$);
SELECT llm_policy_allowed('{}', 'regress.delete');
SELECT * FROM llm_policy_delete('blocks', 'regress.delete', 'no longer wanted', 'ada');
-- Nothing is in force there any more, so that the namespace is unknown again.
SELECT llm_policy_allowed('{}', 'regress.delete');
SELECT * FROM llm_policy_delete('blocks', 'regress.delete');
SELECT * FROM llm_policy_delete('blocks', 'regress.nowhere');
SELECT * FROM llm_policy_delete('blocks', 'not a namespace');
SELECT * FROM llm_policy_delete(NULL);
SELECT * FROM llm_policy_get('blocks', 'regress.delete');
SELECT llm_policy_get('blocks', 'regress.delete', 1) IS NOT NULL AS history_stays;
SELECT id, revision, is_current, deleted_at IS NOT NULL AS deleted, deleted_by, deleted_by_role, deletion_note
FROM llm_policy.policy_revisions WHERE namespace = 'regress.delete';
-- As of a time before the end it still decides.
SELECT llm_policy_simulate('{}', 'regress.delete', as_of => deleted_at - interval '1 microsecond') ->> 'reason' AS before,
	llm_policy_simulate('{}', 'regress.delete', policy_set => hash) ->> 'reason' AS recorded
FROM llm_policy.policy_revisions r JOIN llm_policy.policy_sets s ON s.namespace = r.namespace AND s.policy = r.id
WHERE r.namespace = 'regress.delete';
