-- llm_policy_apply: whole texts, all or nothing.
\set SHOW_CONTEXT never
\pset null (null)

-- Several policies of one text, in YAML; ids come from names, the namespace from the document.
SELECT * FROM llm_policy_apply($$
metadata: {name: Cost Limits, namespace: regress.apply, version: 2.1, priority: 10}
rules:
- {id: cap, condition: {operator: exists, field: llm.maxTokens}, action: {decision: modify, modifications: {llm.maxTokens: 100}}}
---
metadata: {name: Second, id: two, namespace: regress.apply}
rules: []
$$, note => 'first version', changed_by => 'ada');

-- The same text changes nothing; a changed one is a new revision of what changed, and only of that.
SELECT * FROM llm_policy_apply($$
metadata: {name: Cost Limits, namespace: regress.apply, version: 2.1, priority: 10}
rules:
- {id: cap, condition: {operator: exists, field: llm.maxTokens}, action: {decision: modify, modifications: {llm.maxTokens: 100}}}
---
metadata: {name: Second, id: two, namespace: regress.apply}
status: shadow
rules: []
$$);

-- JSON: one, or many in an array; with a namespace for those that name none.
SELECT * FROM llm_policy_apply('{"metadata": {"name": "As JSON"}, "rules": []}', 'regress.apply.json');
SELECT * FROM llm_policy_apply('[{"metadata": {"name": "As JSON"}, "rules": [], "status": "draft"},
	{"metadata": {"name": "\ud83d\ude00 smiles"}, "rules": []}]', namespace => 'regress.apply.json');

-- A status that was set by hand is the document's again once the document is applied.
SELECT * FROM llm_policy_set_status('two', 'deprecated', 'regress.apply');
SELECT * FROM llm_policy_apply(llm_policy_get('two', 'regress.apply'));
SELECT id, status, revision FROM llm_policy.policies WHERE namespace = 'regress.apply' ORDER BY id;

-- What was stored, by whom and why.
SELECT namespace, id, revision, name, version, status, priority, is_current, note, changed_by, caller_role, login_role
FROM llm_policy.policy_revisions WHERE namespace = 'regress.apply' ORDER BY id, revision;
SELECT policy, revision, place, rule, enabled, priority, condition, actions
FROM llm_policy.rules WHERE namespace = 'regress.apply';

-- prune: what the namespace of the text holds beyond it is deleted; other namespaces are left alone.
SELECT * FROM llm_policy_apply($$
metadata: {name: Second, id: two, namespace: regress.apply}
rules: []
---
metadata: {name: Third, namespace: regress.apply}
rules: []
$$, prune => true, note => 'from the repository');
SELECT namespace, id FROM llm_policy.policies WHERE namespace LIKE 'regress.apply%' ORDER BY 1, 2;
SELECT id, revision, note, deleted_at IS NOT NULL AS deleted, deletion_note
FROM llm_policy.policy_revisions WHERE id = 'cost-limits' AND namespace = 'regress.apply';

-- A text whose tests fail is refused, whole; test => false stores it.
DO $$ BEGIN PERFORM llm_policy_apply(E'metadata: {name: Untrue, namespace: regress.apply}
rules: []
tests:
- {name: is denied, request: {a: 1}, expect: {decision: deny}}
- {name: is allowed, request: {a: 1}, expect: {decision: allow}}
- {name: is warned, request: {a: 1}, expect: {decision: warn}}
');
EXCEPTION WHEN OTHERS THEN
	DECLARE detail text; hint text;
	BEGIN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
		RAISE NOTICE E'%: %\n%\n%', SQLSTATE, SQLERRM, detail, hint;
	END;
END $$;
SELECT action FROM llm_policy_apply($$
metadata: {name: Untrue, namespace: regress.apply}
rules: []
tests: [{name: is denied, request: {a: 1}, expect: {decision: deny}}]
$$, test => false);

-- One bad document and nothing of the text is stored; all findings are reported.
SELECT * FROM llm_policy_apply($$
metadata: {name: Good, namespace: regress.apply}
rules: []
---
metadata: {name: Bad, namespace: regress.apply}
rules:
- {condition: {operator: equals, field: a, value: 1}, action: {decision: deny}}
- {condition: {operator: eq, field: a}, action: {decision: deny}}
$$);
SELECT count(*) FROM llm_policy.policies WHERE namespace = 'regress.apply' AND id = 'good';

-- Neither may a text name a policy twice, or another namespace than the one given, or an impossible one.
SELECT * FROM llm_policy_apply('[{"metadata": {"name": "Twice"}, "rules": []}, {"metadata": {"name": "twice"}, "rules": []}]', 'regress.apply');
SELECT * FROM llm_policy_apply('{"metadata": {"name": "x", "namespace": "other"}, "rules": []}', 'regress.apply');
SELECT * FROM llm_policy_apply('{"metadata": {"name": "x"}, "rules": []}', 'no..good');
SELECT * FROM llm_policy_apply(NULL);

-- In a transaction like everything else.
BEGIN;
SELECT action FROM llm_policy_apply('{"metadata": {"name": "Passing"}, "rules": []}', 'regress.apply');
ROLLBACK;
SELECT count(*) FROM llm_policy.policies WHERE namespace = 'regress.apply' AND id = 'passing';
BEGIN READ ONLY;
SELECT action FROM llm_policy_apply('{"metadata": {"name": "Passing"}, "rules": []}', 'regress.apply');
ROLLBACK;
