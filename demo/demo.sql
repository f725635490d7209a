-- What `make demo` shows.  Run by demo/run at the top of the tree, in an empty database.
\pset footer off
\pset null '-'
SET client_min_messages = warning;

\echo
\echo '=== 1. Create the extension and apply the policies of policies/ ==='
\echo
CREATE EXTENSION llm_policy;
\o /dev/null
\i policies/budget-control.sql
\o
\set documents `for file in policies/*.yaml; do echo ---; cat "$file"; done`
SELECT namespace, id, revision, action FROM llm_policy_apply(:'documents', note => 'first import');

\echo '=== 2. Five requests ==='
\set ECHO queries
\echo
\echo '--- Allowed: a small model is open to everyone'
SELECT d->>'decision' AS decision, d->'decidedBy'->>'policy' AS decided_by, d->'decidedBy'->>'rule' AS rule
FROM llm_policy_evaluate('{"requestId": "demo-1", "user": {"id": "ada"},
    "llm": {"provider": "openai", "model": "gpt-4o-mini", "prompt": "What is a savepoint?"}}') AS d;

\echo '--- Denied: a large model, but the team is on the free tier'
SELECT d->>'decision' AS decision, d->>'reason' AS reason, d->'decidedBy'->>'policy' AS decided_by
FROM llm_policy_evaluate('{"requestId": "demo-2", "user": {"id": "bob"}, "team": {"tier": "free"},
    "llm": {"provider": "openai", "model": "gpt-4o", "prompt": "Write a novel"}}') AS d;

\echo '--- Warned: allowed, but expensive'
SELECT d->>'decision' AS decision, d->>'reason' AS reason, d->'decidedBy'->>'policy' AS decided_by
FROM llm_policy_evaluate('{"requestId": "demo-3", "user": {"id": "cleo"}, "team": {"tier": "enterprise"},
    "llm": {"provider": "openai", "model": "o3-pro", "estimatedCost": 3.2}}') AS d;

\echo '--- Modified: a batch job goes to the small model, with a shorter answer'
SELECT d->>'decision' AS decision, d->>'reason' AS reason, jsonb_pretty(d->'modifiedRequest'->'llm') AS sent_as
FROM llm_policy_evaluate('{"requestId": "demo-4", "user": {"id": "dan"}, "team": {"tier": "pro"},
    "llm": {"provider": "openai", "model": "gpt-4o", "maxTokens": 8000},
    "metadata": {"batch": true}}', return_request => true) AS d;

\echo '--- Refused: a broken document, with the place of the mistake; nothing of it is stored'
\set ON_ERROR_STOP off
SELECT * FROM llm_policy_apply($yaml$
metadata:
  name: Broken
rules:
  - id: no-guests
    condition:
      operator: equals
      field: user.tier
      value: guest
    action: {decision: deny}
$yaml$);
\set refused :LAST_ERROR_SQLSTATE
\set ON_ERROR_STOP on
\set ECHO none

\echo
\echo '=== 3. Every decision left its row, in the transaction that asked ==='
\echo
SELECT request_id, user_id, model, decision, reason_code, reason, decided_by->>'rule' AS rule
FROM llm_policy.evaluations
ORDER BY id;

\echo '=== 4. A policy is changed in a transaction that is rolled back: the decision follows ==='
\echo
\set request '{"team": {"tier": "free"}, "llm": {"model": "gpt-4o"}}'
BEGIN;
SELECT 'before' AS moment, llm_policy_simulate(:'request')->>'decision' AS decision \gset before_
\set ECHO queries
SELECT revision, action FROM llm_policy_set_status('model-access', 'draft', note => 'let us try without');
\set ECHO none
SELECT llm_policy_simulate(:'request')->>'decision' AS decision \gset inside_
ROLLBACK;
SELECT llm_policy_simulate(:'request')->>'decision' AS decision \gset after_
SELECT * FROM (VALUES
    ('before the change', :'before_decision'),
    ('after it, in the same transaction', :'inside_decision'),
    ('after ROLLBACK', :'after_decision')) AS seen (moment, decision);

-- The demo is not only a show: what was shown has to be right.
SELECT array_agg(decision ORDER BY id) = '{allow,deny,warn,modify}'
       AND :'refused' = 'LP001'
       AND (:'before_decision', :'inside_decision', :'after_decision') = ('deny', 'allow', 'deny') AS as_expected
FROM llm_policy.evaluations \gset
\if :as_expected
\else
    \warn 'A decision was not the expected one.'
    SELECT 1 / 0 AS "stops here";
\endif
