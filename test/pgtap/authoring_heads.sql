-- Heads follow every change of the policy tables, however it was made, and stand for what is there.
BEGIN;
SELECT plan(24);

CREATE FUNCTION scope_of(ns text) RETURNS text LANGUAGE sql AS $$
	SELECT scope_hash FROM llm_policy.policy_heads WHERE namespace = ns
$$;
-- The heads as they should be, computed from the policies alone; no row means that all are right.
CREATE VIEW wrong_heads AS
	WITH level AS (
		SELECT namespace, llm_policy.level_hash(namespace, array_agg(id ORDER BY id), array_agg(revision ORDER BY id),
												array_agg(fingerprint ORDER BY id)) AS hash
		FROM llm_policy.policy_current JOIN llm_policy.policy_documents USING (namespace, id, revision)
		GROUP BY namespace
	), expected AS (
		SELECT h.namespace, h.scope_hash, h.level_hash, own.hash AS expected_level,
			   llm_policy.scope_hash(ARRAY(
				SELECT l.hash FROM unnest(llm_policy.namespace_path(h.namespace)) WITH ORDINALITY AS p(ns, place)
					JOIN level l ON l.namespace = p.ns ORDER BY p.place)) AS expected_scope
		FROM llm_policy.policy_heads h LEFT JOIN level own USING (namespace)
	)
	SELECT namespace FROM expected
	WHERE level_hash IS DISTINCT FROM expected_level OR scope_hash <> expected_scope
	   OR NOT EXISTS (SELECT FROM llm_policy.policy_scopes s WHERE s.scope_hash = expected.scope_hash)
	   OR level_hash IS NOT NULL
		  AND NOT EXISTS (SELECT FROM llm_policy.policy_levels l WHERE l.level_hash = expected.level_hash);

SELECT is(scope_of('default'), llm_policy.scope_hash('{}'), 'the root has a head from the start');
SELECT lives_ok($$SELECT llm_policy_apply('{"metadata": {"name": "Leaf", "namespace": "a.b.c"}, "rules": []}')$$, 'a policy in a deep namespace');
SELECT is((SELECT string_agg(namespace, ' ' ORDER BY namespace) FROM llm_policy.policy_heads), 'a a.b a.b.c default',
		  'its ancestors have heads too');
SELECT is_empty('TABLE wrong_heads', 'and all are right');
SELECT is(scope_of('a.b'), scope_of('default'), 'a namespace without policies has the scope of what is above');

SELECT scope_of('a.b.c') AS leaf, scope_of('a') AS top \gset before_
SELECT lives_ok($$SELECT llm_policy_apply('{"metadata": {"name": "Root"}, "rules": []}')$$, 'a policy of the root');
SELECT isnt(scope_of('a.b.c'), :'before_leaf', 'changes every scope below');
SELECT is_empty('TABLE wrong_heads', 'and all are right');
SELECT scope_of('a.b.c') AS leaf \gset with_root_
SELECT lives_ok($$SELECT llm_policy_apply('{"metadata": {"name": "Beside", "namespace": "a.bc"}, "rules": []}')$$, 'a policy beside');
SELECT is(scope_of('a.b.c'), :'with_root_leaf', 'changes no scope but its own');

-- SQL of the owner.
DELETE FROM llm_policy.policy_current WHERE namespace = 'default';
SELECT is(scope_of('a.b.c'), :'before_leaf', 'the same policies are the same set, whatever happened in between');
SELECT is_empty('TABLE wrong_heads', 'heads follow a DELETE');
INSERT INTO llm_policy.policy_current VALUES ('default', 'root', 1);
SELECT is(scope_of('a.b.c'), :'with_root_leaf', 'heads follow an INSERT');
UPDATE llm_policy.policy_current SET revision = revision;
SELECT is(scope_of('a.b.c'), :'with_root_leaf', 'an UPDATE that changes nothing changes no head');
UPDATE llm_policy.policy_documents SET status = 'draft' WHERE namespace = 'default';
SELECT isnt(scope_of('a.b.c'), :'with_root_leaf', 'heads follow an UPDATE of a revision in force');
SELECT is_empty('TABLE wrong_heads', 'and all are right');
DELETE FROM llm_policy.policy_current WHERE false;
SELECT is_empty('TABLE wrong_heads', 'a statement without rows is none');

-- A session that replays changes.
SET LOCAL session_replication_role = replica;
DELETE FROM llm_policy.policy_current WHERE namespace = 'default';
SELECT is(scope_of('a.b.c'), :'before_leaf', 'heads follow where session_replication_role is replica');
SET LOCAL session_replication_role = origin;

-- A row that moves to another namespace touches both.
UPDATE llm_policy.policy_documents SET namespace = 'moved' WHERE namespace = 'a.bc';
UPDATE llm_policy.policy_current SET namespace = 'moved' WHERE namespace = 'a.bc';
SELECT is_empty('TABLE wrong_heads', 'heads follow a policy that moves');
SELECT isnt(scope_of('moved'), scope_of('default'), 'to where it went');

SAVEPOINT before_truncate;
TRUNCATE llm_policy.policy_current;
SELECT is_empty('TABLE wrong_heads', 'heads follow TRUNCATE of what is current');
SELECT is(scope_of('a.b.c'), llm_policy.scope_hash('{}'), 'and nothing is in force');
ROLLBACK TO before_truncate;
TRUNCATE llm_policy.policy_documents, llm_policy.policy_current;
SELECT is_empty('TABLE wrong_heads', 'heads follow TRUNCATE of both');
SELECT throws_ok($$INSERT INTO llm_policy.policy_current VALUES ('no..namespace', 'x', 1)$$, '22023',
				 'invalid namespace "no..namespace"', 'a namespace that is none is refused');

SELECT * FROM finish();
ROLLBACK;
