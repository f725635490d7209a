-- Functions and data of the database that policies may use, by name.  What a name means is read whenever a policy uses
-- it, under the snapshot of the statement.

CREATE TABLE llm_policy.functions (
	name			text COLLATE "C" PRIMARY KEY,
	signature		text NOT NULL,		-- as text: pg_upgrade refuses columns of type regprocedure
	role_name		text COLLATE "C" NOT NULL,
	role_oid		oid,				-- filled in by a trigger, as that of a grant is
	registered_by	text NOT NULL,
	registered_at	timestamptz NOT NULL
);
COMMENT ON TABLE llm_policy.functions IS 'Functions that policies call as custom.name';

CREATE TABLE llm_policy.data_sources (
	name			text COLLATE "C" PRIMARY KEY,
	query			text NOT NULL,
	argument_types	text[] NOT NULL,
	row_count		text NOT NULL CHECK (row_count IN ('one', 'many')),
	max_rows		integer NOT NULL CHECK (max_rows > 0),
	role_name		text COLLATE "C" NOT NULL,
	role_oid		oid,
	registered_by	text NOT NULL,
	registered_at	timestamptz NOT NULL
);
COMMENT ON TABLE llm_policy.data_sources IS 'Queries whose rows policies read as data.name';

CREATE TRIGGER bind_role BEFORE INSERT OR UPDATE ON llm_policy.functions
	FOR EACH ROW EXECUTE FUNCTION llm_policy.bind_grant();
ALTER TABLE llm_policy.functions ENABLE ALWAYS TRIGGER bind_role;
CREATE TRIGGER bind_role BEFORE INSERT OR UPDATE ON llm_policy.data_sources
	FOR EACH ROW EXECUTE FUNCTION llm_policy.bind_grant();
ALTER TABLE llm_policy.data_sources ENABLE ALWAYS TRIGGER bind_role;

SELECT pg_catalog.pg_extension_config_dump('llm_policy.functions',
	'WHERE EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = role_oid AND r.rolname = role_name)');
SELECT pg_catalog.pg_extension_config_dump('llm_policy.data_sources',
	'WHERE EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = role_oid AND r.rolname = role_name)');

CREATE FUNCTION llm_policy_register_function(name text, signature text, role text DEFAULT NULL) RETURNS void
	LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'llm_policy_register_function';
COMMENT ON FUNCTION llm_policy_register_function(text, text, text) IS
	'Lets policies call a function, STABLE or IMMUTABLE and PARALLEL SAFE, as custom.name; it runs as the role';
REVOKE ALL ON FUNCTION llm_policy_register_function(text, text, text) FROM PUBLIC;

CREATE FUNCTION llm_policy_unregister_function(name text) RETURNS void
	LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'llm_policy_unregister_function';
COMMENT ON FUNCTION llm_policy_unregister_function(text) IS 'Takes back what llm_policy_register_function did';
REVOKE ALL ON FUNCTION llm_policy_unregister_function(text) FROM PUBLIC;

CREATE FUNCTION llm_policy_register_data(name text, query text, role text DEFAULT NULL, rows text DEFAULT 'one',
										 max_rows integer DEFAULT 1000) RETURNS void
	LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'llm_policy_register_data';
COMMENT ON FUNCTION llm_policy_register_data(text, text, text, text, integer) IS
	'Lets policies read the rows of a SELECT with parameters, one or many, as data; it runs as the role';
REVOKE ALL ON FUNCTION llm_policy_register_data(text, text, text, text, integer) FROM PUBLIC;

CREATE FUNCTION llm_policy_unregister_data(name text) RETURNS void
	LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'llm_policy_unregister_data';
COMMENT ON FUNCTION llm_policy_unregister_data(text) IS 'Takes back what llm_policy_register_data did';
REVOKE ALL ON FUNCTION llm_policy_unregister_data(text) FROM PUBLIC;

CREATE FUNCTION llm_policy_check() RETURNS TABLE (kind text, name text, problem text, hint text)
	LANGUAGE C VOLATILE ROWS 10 AS 'MODULE_PATHNAME', 'llm_policy_check';
COMMENT ON FUNCTION llm_policy_check() IS
	'Registered functions and data that do not work any more, and policies that use what is not registered';
REVOKE ALL ON FUNCTION llm_policy_check() FROM PUBLIC;

-- What authors may use; what a query reads is for those who register.
CREATE VIEW llm_policy.registrations WITH (security_barrier) AS
	SELECT 'function' AS kind, f.name, f.signature AS definition, NULL::text[] AS argument_types,
		   NULL::text AS row_count, f.role_name, f.registered_by, f.registered_at
	FROM llm_policy.functions f
	UNION ALL
	SELECT 'data', d.name,
		   CASE WHEN llm_policy.has_right('admin', '*') THEN d.query END,
		   d.argument_types, d.row_count, d.role_name, d.registered_by, d.registered_at
	FROM llm_policy.data_sources d;
COMMENT ON VIEW llm_policy.registrations IS 'What policies may use as custom.name and data; queries for admins only';
