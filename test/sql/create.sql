-- llm_policy_create: only what does not exist.
\set SHOW_CONTEXT never
SELECT * FROM llm_policy_create('{"metadata": {"name": "New"}, "rules": []}', 'regress.create', note => 'why', changed_by => 'ada');
SELECT * FROM llm_policy_create('{"metadata": {"name": "New"}, "rules": []}', 'regress.create');
SELECT * FROM llm_policy_create('[{"metadata": {"name": "A"}, "rules": []}, {"metadata": {"name": "B"}, "rules": []}]', 'regress.create');
SELECT * FROM llm_policy_create('{"metadata": {"name": "Failing"}, "rules": [], "tests": [{"name": "t", "request": {}, "expect": {"decision": "deny"}}]}', 'regress.create');
SELECT * FROM llm_policy_create('{"metadata": {"name": "Failing"}, "rules": [], "tests": [{"name": "t", "request": {}, "expect": {"decision": "deny"}}]}', 'regress.create', test => false);
SELECT * FROM llm_policy_create(NULL);
-- The result is one row, to be used as a value.
SELECT (llm_policy_create('{"metadata": {"name": "Value"}, "rules": []}', 'regress.create')).action;
-- Once deleted it can be created again, and numbers go on.
SELECT * FROM llm_policy_delete('new', 'regress.create');
SELECT * FROM llm_policy_create('{"metadata": {"name": "New"}, "rules": []}', 'regress.create');
SELECT id, revision, note, changed_by FROM llm_policy.policy_revisions WHERE namespace = 'regress.create' ORDER BY id, revision;
