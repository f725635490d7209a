-- Roles: who may do what.  Rows of llm_policy.role_grants say on which namespaces, which the functions check; and the
-- privileges that a right needs are granted to the role, so that without a right nothing can be called or read.

-- Does the current role have a right on a namespace?  For the views and for row security.
CREATE FUNCTION llm_policy.has_right(role_right text, namespace text) RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'llm_policy_has_right';
COMMENT ON FUNCTION llm_policy.has_right(text, text) IS 'Does the current role have this right on this namespace?';
REVOKE ALL ON FUNCTION llm_policy.has_right(text, text) FROM PUBLIC;

-- A grant is bound to the role that bears the name when the row arrives, from llm_policy_grant or from a dump.
CREATE FUNCTION llm_policy.bind_grant() RETURNS trigger
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	NEW.role_oid := (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = NEW.role_name);
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION llm_policy.bind_grant() IS 'Trigger: records which role a grant is for';
REVOKE ALL ON FUNCTION llm_policy.bind_grant() FROM PUBLIC;

CREATE TRIGGER bind_grant BEFORE INSERT OR UPDATE ON llm_policy.role_grants
	FOR EACH ROW EXECUTE FUNCTION llm_policy.bind_grant();
ALTER TABLE llm_policy.role_grants ENABLE ALWAYS TRIGGER bind_grant;

CREATE TRIGGER _announce_change AFTER INSERT OR UPDATE OR DELETE ON llm_policy.role_grants
	FOR EACH ROW EXECUTE FUNCTION llm_policy.announce_change();
CREATE TRIGGER _announce_truncate AFTER TRUNCATE ON llm_policy.role_grants
	FOR EACH STATEMENT EXECUTE FUNCTION llm_policy.announce_change();
ALTER TABLE llm_policy.role_grants ENABLE ALWAYS TRIGGER _announce_change;
ALTER TABLE llm_policy.role_grants ENABLE ALWAYS TRIGGER _announce_truncate;

-- What each right needs, listed once.  Functions by name, and only those that belong to the extension: whoever makes
-- another of the same name does not have it granted.  evaluator: decide. author: write policies and try them out.
-- auditor: read policies, their history and the audit trail. admin: all of that.
CREATE FUNCTION llm_policy.privileges_of(role_right text) RETURNS SETOF text
	LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
	SELECT format('EXECUTE ON FUNCTION %s', p.oid::regprocedure)
	FROM (VALUES
		('llm_policy_evaluate', '{evaluator, admin}'::text[]),
		('llm_policy_simulate', '{evaluator, author, auditor, admin}'),
		('llm_policy_allowed', '{evaluator, admin}'),
		('llm_policy_apply_modifications', '{evaluator, author, auditor, admin}'),
		('llm_policy_detect', '{evaluator, author, auditor, admin}'),
		('llm_policy_redact', '{evaluator, author, auditor, admin}'),
		('llm_policy_detector_types', '{evaluator, author, auditor, admin}'),
		('llm_policy_simulate_document', '{author, admin}'),
		('llm_policy_evaluate_expression', '{author, admin}'),
		('llm_policy_validate', '{author, auditor, admin}'),
		('llm_policy_test', '{author, auditor, admin}'),
		('llm_policy_set_request_schema', '{author, admin}'),
		('llm_policy_get_request_schema', '{author, auditor, admin}'),
		('llm_policy_apply', '{author, admin}'),
		('llm_policy_create', '{author, admin}'),
		('llm_policy_update', '{author, admin}'),
		('llm_policy_delete', '{author, admin}'),
		('llm_policy_set_status', '{author, admin}'),
		('llm_policy_rollback', '{author, admin}'),
		('llm_policy_get', '{author, auditor, admin}'),
		('llm_policy_diff', '{author, auditor, admin}'),
		('llm_policy_explain_program', '{author, auditor, admin}'),
		('llm_policy_cost', '{evaluator, author, auditor, admin}'),
		('llm_policy_context_window', '{evaluator, author, auditor, admin}'),
		('llm_policy_model', '{evaluator, author, auditor, admin}'),
		('model_validity', '{admin}'),
		('llm_policy_maintain', '{admin}'),
		('llm_policy_detect_injection', '{evaluator, author, auditor, admin}'),
		('llm_policy_injection_score', '{evaluator, author, auditor, admin}'),
		('llm_policy_contains_prompt_injection', '{evaluator, author, auditor, admin}'),
		('llm_policy_count_tokens', '{evaluator, author, auditor, admin}'),
		('llm_policy_token_count', '{evaluator, author, auditor, admin}'),
		('llm_policy_has_more_tokens', '{evaluator, author, auditor, admin}'),
		('llm_policy_count_message_tokens', '{evaluator, author, auditor, admin}'),
		('llm_policy_message_token_count', '{evaluator, author, auditor, admin}'),
		('llm_policy_tokenize', '{evaluator, author, auditor, admin}'),
		('llm_policy_register_function', '{admin}'),
		('llm_policy_unregister_function', '{admin}'),
		('llm_policy_register_data', '{admin}'),
		('llm_policy_unregister_data', '{admin}'),
		('llm_policy_check', '{admin}'),
		('evaluation_row_hash', '{auditor, admin}'),
		('has_right', '{author, auditor, admin}')
	) AS needed(name, rights)
		JOIN pg_extension e ON e.extname = 'llm_policy'
		JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
			AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
		JOIN pg_proc p ON p.oid = d.objid AND p.proname = needed.name
	WHERE role_right = ANY (needed.rights)
	UNION ALL
	SELECT format('SELECT ON TABLE llm_policy.%I', needed.name)
	FROM (VALUES
		('policies', '{author, auditor, admin}'::text[]),
		('policy_revisions', '{author, auditor, admin}'),
		('rules', '{author, auditor, admin}'),
		('policy_sets', '{author, auditor, admin}'),
		('grants', '{author, auditor, admin}'),
		('models', '{admin}'),
		('models_in_force', '{author, auditor, admin}'),
		('registrations', '{author, auditor, admin}'),
		('evaluations', '{auditor, admin}')
	) AS needed(name, rights)
	WHERE role_right = ANY (needed.rights)
	UNION ALL
	-- Row security lets only an admin of every namespace write.
	SELECT 'INSERT, UPDATE, DELETE ON TABLE llm_policy.models' WHERE role_right = 'admin'
	UNION ALL
	SELECT 'USAGE ON SCHEMA llm_policy'
$$;
COMMENT ON FUNCTION llm_policy.privileges_of(text) IS 'The privileges that a right needs, as GRANT has them';
REVOKE ALL ON FUNCTION llm_policy.privileges_of(text) FROM PUBLIC;

-- What llm_policy_grant and llm_policy_revoke ask of their arguments.  The role has to exist, also because GRANT
-- would take "public" for everybody.
CREATE FUNCTION llm_policy.check_grant(role_name text, role_right text, namespace text) RETURNS void
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF role_name IS NULL OR role_right IS NULL OR namespace IS NULL THEN
		RAISE EXCEPTION 'role, right and namespace must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF role_right NOT IN ('evaluator', 'author', 'auditor', 'admin') THEN
		RAISE EXCEPTION 'there is no right "%"', role_right
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Rights are evaluator, author, auditor and admin.';
	END IF;
	PERFORM FROM pg_catalog.pg_roles r WHERE r.rolname = role_name;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'role "%" does not exist', role_name
			USING ERRCODE = 'undefined_object', HINT = 'Create it with CREATE ROLE first.';
	END IF;
	IF namespace <> '*' THEN
		PERFORM llm_policy.namespace_path(namespace);	-- raises for what is no namespace
	END IF;
END
$$;
COMMENT ON FUNCTION llm_policy.check_grant(text, text, text) IS 'Raises when a grant does not make sense';
REVOKE ALL ON FUNCTION llm_policy.check_grant(text, text, text) FROM PUBLIC;

-- Only the owner and members of it can call these two: nobody else is given EXECUTE, and the table and the
-- privileges are theirs to change.
CREATE FUNCTION llm_policy_grant(role_name text, role_right text, namespace text DEFAULT '*') RETURNS void
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
	privilege text;
BEGIN
	PERFORM llm_policy.check_grant($1, $2, $3);
	-- What a dropped role of that name has left is not this role's, and neither is what its new grant would revive.
	DELETE FROM llm_policy.role_grants g
		USING pg_catalog.pg_roles r
		WHERE g.role_name = $1 AND r.rolname = $1 AND g.role_oid IS DISTINCT FROM r.oid;
	INSERT INTO llm_policy.role_grants (namespace, role_right, role_name, granted_by, granted_at)
		VALUES ($3, $2, $1, CURRENT_USER, pg_catalog.now())
		ON CONFLICT DO NOTHING;
	FOR privilege IN SELECT llm_policy.privileges_of($2) LOOP
		EXECUTE pg_catalog.format('GRANT %s TO %I', privilege, $1);
	END LOOP;
END
$$;
COMMENT ON FUNCTION llm_policy_grant(text, text, text) IS
	'Gives a role evaluator, author, auditor or admin on a namespace and all below it; * means every namespace';
REVOKE ALL ON FUNCTION llm_policy_grant(text, text, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_revoke(role_name text, role_right text, namespace text DEFAULT '*') RETURNS void
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
	privilege text;
BEGIN
	PERFORM llm_policy.check_grant($1, $2, $3);
	DELETE FROM llm_policy.role_grants g
		WHERE g.role_name = $1 AND g.role_right = $2 AND g.namespace = $3;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'role "%" was not granted "%" on namespace "%"', $1, $2, $3
			USING ERRCODE = 'undefined_object', HINT = 'The view llm_policy.grants lists what is granted.';
	END IF;
	FOR privilege IN
		SELECT llm_policy.privileges_of($2)
		EXCEPT
		SELECT kept.privilege
		FROM (SELECT DISTINCT g.role_right FROM llm_policy.role_grants g WHERE g.role_name = $1) AS other,
			 llm_policy.privileges_of(other.role_right) AS kept(privilege)
	LOOP
		EXECUTE pg_catalog.format('REVOKE %s FROM %I', privilege, $1);
	END LOOP;
END
$$;
COMMENT ON FUNCTION llm_policy_revoke(text, text, text) IS 'Takes back what llm_policy_grant gave';
REVOKE ALL ON FUNCTION llm_policy_revoke(text, text, text) FROM PUBLIC;
