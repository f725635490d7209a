-- Views: policies, their history and what policy sets stand for, each row only for those who may read its namespace.
-- security_barrier: no condition of the reader is judged on a row before the row's own filter.

CREATE VIEW llm_policy.policies WITH (security_barrier) AS
	SELECT d.namespace, d.id, d.name, d.version, d.revision, d.status, d.priority,
		   d.normalised->'metadata'->>'description' AS description,
		   d.normalised->'metadata'->>'owner' AS owner,
		   ARRAY(SELECT pg_catalog.jsonb_array_elements_text(coalesce(d.normalised->'metadata'->'tags', '[]'))) AS tags,
		   d.normalised AS definition, d.note, d.changed_by, d.caller_role, d.login_role, d.changed_at
	FROM llm_policy.policy_current c JOIN llm_policy.policy_documents d USING (namespace, id, revision)
	WHERE llm_policy.has_right('author', d.namespace) OR llm_policy.has_right('auditor', d.namespace);
COMMENT ON VIEW llm_policy.policies IS 'The current revision of each policy';

CREATE VIEW llm_policy.policy_revisions WITH (security_barrier) AS
	SELECT d.namespace, d.id, d.revision, d.name, d.version, d.status, d.priority,
		   d.revision IS NOT DISTINCT FROM c.revision AS is_current,
		   d.document, d.note, d.changed_by, d.caller_role, d.login_role, d.changed_at, d.xid,
		   e.changed_at AS deleted_at, e.changed_by AS deleted_by, e.caller_role AS deleted_by_role,
		   e.note AS deletion_note
	FROM llm_policy.policy_documents d
		LEFT JOIN llm_policy.policy_current c USING (namespace, id)
		LEFT JOIN llm_policy.policy_endings e
			ON e.namespace = d.namespace AND e.id = d.id AND e.revision = d.revision
	WHERE llm_policy.has_right('author', d.namespace) OR llm_policy.has_right('auditor', d.namespace);
COMMENT ON VIEW llm_policy.policy_revisions IS 'Every revision of every policy, who made it, when and why, and who ended it';

CREATE VIEW llm_policy.rules WITH (security_barrier) AS
	SELECT d.namespace, d.id AS policy, d.revision, d.status, r.place::integer AS place,
		   r.rule->>'id' AS rule, r.rule->>'name' AS name, r.rule->>'description' AS description,
		   coalesce((r.rule->>'enabled')::boolean, true) AS enabled,
		   coalesce((r.rule->>'priority')::bigint, 0) AS priority,
		   r.rule->'condition' AS condition,
		   coalesce(r.rule->'action', r.rule->'actions') AS actions
	FROM llm_policy.policy_current c
		JOIN llm_policy.policy_documents d USING (namespace, id, revision),
		pg_catalog.jsonb_array_elements(d.normalised->'rules') WITH ORDINALITY AS r(rule, place)
	WHERE llm_policy.has_right('author', d.namespace) OR llm_policy.has_right('auditor', d.namespace);
COMMENT ON VIEW llm_policy.rules IS 'The rules of the current policies, in the order in which they are written';

-- DISTINCT, because a restore may have recorded a set twice.
CREATE VIEW llm_policy.policy_sets WITH (security_barrier) AS
	SELECT DISTINCT s.scope_hash AS hash, l.namespace, p.id AS policy, p.revision
	FROM llm_policy.policy_scopes s
		CROSS JOIN pg_catalog.unnest(s.level_hashes) AS h(level_hash)
		JOIN llm_policy.policy_levels l USING (level_hash)
		CROSS JOIN ROWS FROM (pg_catalog.unnest(l.ids), pg_catalog.unnest(l.revisions)) AS p(id, revision)
	WHERE llm_policy.has_right('author', l.namespace) OR llm_policy.has_right('auditor', l.namespace);
COMMENT ON VIEW llm_policy.policy_sets IS 'What the policySet of a decision stands for';

CREATE VIEW llm_policy.grants WITH (security_barrier) AS
	SELECT g.role_name, g.role_right, g.namespace, g.granted_by, g.granted_at
	FROM llm_policy.role_grants g JOIN pg_catalog.pg_roles r ON r.oid = g.role_oid AND r.rolname = g.role_name
	WHERE llm_policy.has_right('admin', g.namespace) OR pg_catalog.pg_has_role(r.oid, 'USAGE');
COMMENT ON VIEW llm_policy.grants IS 'Who was given which right with llm_policy_grant; others see their own rights only';
