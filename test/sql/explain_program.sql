-- What evaluations run, as authors see it.
\set SHOW_CONTEXT never
SELECT id, action FROM llm_policy_apply('
metadata: {id: limits, name: Limits, namespace: regress.explain}
appliesTo: {llm.provider: [openai, azure]}
rules:
  - id: free-tier
    condition:
      operator: and
      conditions:
        - {operator: eq, field: user.tier, value: free}
        - {operator: or, conditions: [{operator: gt, field: llm.maxTokens, value: 1000}, {operator: matches, field: llm.prompt, value: "(?i)ignore (all|previous) instructions"}]}
    action: {decision: deny, reason: Not on the free tier}
  - {id: rest, condition: {operator: not, conditions: [{operator: exists, field: user.id}]}, action: {decision: warn}}
exceptions:
  - {id: staff, condition: {operator: contains, field: user.roles, value: staff}}
');
SELECT part, place, content FROM llm_policy_explain_program('regress.explain', 'limits');
SELECT policy_id, part, count(*) > 0 AS any_rows FROM llm_policy_explain_program('regress.explain', 'regress.explain/limits')
GROUP BY policy_id, part ORDER BY policy_id NULLS LAST, part COLLATE "C";

-- Errors
SELECT * FROM llm_policy_explain_program('regress.explain', 'nobody');
SELECT * FROM llm_policy_explain_program('regress.nowhere');
SELECT * FROM llm_policy_explain_program('no namespace');

-- Those who may only evaluate do not see what policies say.
CREATE ROLE llm_policy_test_explain_evaluator;
SELECT llm_policy_grant('llm_policy_test_explain_evaluator', 'evaluator', 'regress.explain');
SET ROLE llm_policy_test_explain_evaluator;
SELECT * FROM llm_policy_explain_program('regress.explain');
RESET ROLE;
SELECT llm_policy_revoke('llm_policy_test_explain_evaluator', 'evaluator', 'regress.explain');
DROP ROLE llm_policy_test_explain_evaluator;
SELECT action FROM llm_policy_delete('limits', 'regress.explain');
