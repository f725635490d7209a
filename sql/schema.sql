-- The fixed schema of tables and views.  Functions go to the schema chosen at CREATE EXTENSION.
DO $$
BEGIN
	IF pg_catalog.current_setting('server_encoding') OPERATOR(pg_catalog.<>) 'UTF8' THEN
		RAISE EXCEPTION 'llm_policy needs a database with encoding UTF8'
			USING ERRCODE = 'feature_not_supported',
				  DETAIL = pg_catalog.format('This database has encoding %s.',
											 pg_catalog.current_setting('server_encoding')),
				  HINT = 'Create one with CREATE DATABASE … ENCODING ''UTF8'' TEMPLATE template0.';
	END IF;
	IF '@extschema@' OPERATOR(pg_catalog.<>) 'llm_policy' THEN
		CREATE SCHEMA llm_policy;
		RETURN;
	END IF;

	-- A schema that was there before is trusted only if nobody else could have prepared anything in it.
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n
					   JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) n.nspowner
				   WHERE n.nspname OPERATOR(pg_catalog.=) 'llm_policy'
					 AND (r.rolsuper OR r.rolname OPERATOR(pg_catalog.=) CURRENT_USER)) THEN
		RAISE EXCEPTION 'schema llm_policy belongs to a role that could change what is created in it'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = 'Give it to a superuser with ALTER SCHEMA llm_policy OWNER TO …, or drop it.';
	END IF;
	IF EXISTS (SELECT FROM pg_catalog.pg_proc p
			   WHERE p.pronamespace OPERATOR(pg_catalog.=) 'llm_policy'::pg_catalog.regnamespace)
	   OR EXISTS (SELECT FROM pg_catalog.pg_class c
				  WHERE c.relnamespace OPERATOR(pg_catalog.=) 'llm_policy'::pg_catalog.regnamespace) THEN
		RAISE EXCEPTION 'schema llm_policy is not empty'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = 'Move what is in it elsewhere, or create the extension in another schema.';
	END IF;
END
$$;
COMMENT ON SCHEMA llm_policy IS 'Policies, their history and the audit trail of LLM requests';
REVOKE ALL ON SCHEMA llm_policy FROM PUBLIC;
