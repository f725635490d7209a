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
	END IF;
END
$$;
COMMENT ON SCHEMA llm_policy IS 'Policies, their history and the audit trail of LLM requests';
REVOKE ALL ON SCHEMA llm_policy FROM PUBLIC;
