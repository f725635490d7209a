-- llm_policy_update: only what exists, and if asked only what nobody else has changed since.
\set SHOW_CONTEXT never
SELECT * FROM llm_policy_update('{"metadata": {"name": "Kept"}, "rules": []}', namespace => 'regress.update');
SELECT * FROM llm_policy_create('{"metadata": {"name": "Kept"}, "rules": []}', 'regress.update');
SELECT * FROM llm_policy_update('{"metadata": {"name": "Kept", "priority": 1}, "rules": []}', 1, 'regress.update', note => 'more urgent');
SELECT * FROM llm_policy_update('{"metadata": {"name": "Kept", "priority": 2}, "rules": []}', 1, 'regress.update');
SELECT * FROM llm_policy_update('{"metadata": {"name": "Kept", "priority": 2}, "rules": []}', namespace => 'regress.update');
SELECT * FROM llm_policy_update('{"metadata": {"name": "Kept", "priority": 2}, "rules": []}', 3, 'regress.update');
SELECT * FROM llm_policy_update('[]', namespace => 'regress.update');
SELECT id, revision, priority, note FROM llm_policy.policies WHERE namespace = 'regress.update';
-- The codes that programs look for.
DO $$
DECLARE
	attempt text;
BEGIN
	FOREACH attempt IN ARRAY ARRAY[
		$q$SELECT llm_policy_create('{"metadata": {"name": "Kept"}, "rules": []}', 'regress.update')$q$,
		$q$SELECT llm_policy_update('{"metadata": {"name": "None"}, "rules": []}', NULL, 'regress.update')$q$,
		$q$SELECT llm_policy_update('{"metadata": {"name": "Kept"}, "rules": []}', 1, 'regress.update')$q$,
		$q$SELECT llm_policy_update('{"metadata": {"name": "Kept"}, "rules": 1}', 1, 'regress.update')$q$]
	LOOP
		BEGIN
			EXECUTE attempt;
		EXCEPTION WHEN OTHERS THEN
			RAISE NOTICE '%', SQLSTATE;
		END;
	END LOOP;
END $$;
