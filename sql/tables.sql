-- Policies and their history.  Only the extension's owner touches these tables; its functions do so for others.

-- Part of a revision's identity: what the engine reads of it.
CREATE FUNCTION llm_policy.fingerprint(document text, status text) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'llm_policy_fingerprint';
COMMENT ON FUNCTION llm_policy.fingerprint(text, text) IS 'sha256 over the text and the status of a revision';
REVOKE ALL ON FUNCTION llm_policy.fingerprint(text, text) FROM PUBLIC;

-- Every revision ever stored; a row is never changed.
CREATE TABLE llm_policy.policy_documents (
	namespace	text COLLATE "C" NOT NULL,
	id			text COLLATE "C" NOT NULL,
	revision	integer NOT NULL CHECK (revision > 0),
	name		text NOT NULL,
	version		text NOT NULL,
	priority	bigint NOT NULL,
	status		text NOT NULL CHECK (status IN ('active', 'shadow', 'draft', 'deprecated')),
	document	text NOT NULL,		-- byte for byte as it was given
	normalised	jsonb NOT NULL,		-- the same with camelCase keys and ids filled in
	fingerprint	bytea NOT NULL GENERATED ALWAYS AS (llm_policy.fingerprint(document, status)) STORED,
	note		text,
	changed_by	text,				-- the application's user, as it said
	caller_role	text NOT NULL,		-- current_user at the call
	login_role	text NOT NULL,		-- session_user
	changed_at	timestamptz NOT NULL,
	xid			xid8 NOT NULL,
	PRIMARY KEY (namespace, id, revision)
);
COMMENT ON TABLE llm_policy.policy_documents IS 'Every revision of every policy, as its author wrote it';

-- Which revision of a policy counts now.  No foreign key says that the revision is there: pg_restore -j loads the tables
-- side by side.  What counts and is not there keeps its head as it was, which then nothing can be loaded for.
CREATE TABLE llm_policy.policy_current (
	namespace	text COLLATE "C" NOT NULL,
	id			text COLLATE "C" NOT NULL,
	revision	integer NOT NULL,
	PRIMARY KEY (namespace, id)
);
COMMENT ON TABLE llm_policy.policy_current IS 'The current revision of each policy';

-- The ends of policies, so that history can be read at any time.
CREATE TABLE llm_policy.policy_endings (
	namespace	text COLLATE "C" NOT NULL,
	id			text COLLATE "C" NOT NULL,
	revision	integer NOT NULL,	-- the last one that counted
	note		text,
	changed_by	text,
	caller_role	text NOT NULL,
	login_role	text NOT NULL,
	changed_at	timestamptz NOT NULL,
	xid			xid8 NOT NULL
);
CREATE INDEX policy_endings_policy ON llm_policy.policy_endings (namespace, id);
COMMENT ON TABLE llm_policy.policy_endings IS 'When policies were deleted, and by whom';

-- What the engine made of the current revisions, so that nobody has to make it again.  No truth of its own: rows may
-- be missing, after a restore for example, and are not dumped.
CREATE TABLE llm_policy.policy_fragments (
	namespace	text COLLATE "C" NOT NULL,
	id			text COLLATE "C" NOT NULL,
	revision	integer NOT NULL,
	fragment	bytea NOT NULL,
	PRIMARY KEY (namespace, id)
);
ALTER TABLE llm_policy.policy_fragments ALTER COLUMN fragment SET STORAGE EXTERNAL;
COMMENT ON TABLE llm_policy.policy_fragments IS 'The current policies as the engine compiled them';

-- What an evaluation reads to learn which policies are in force: one row a namespace that ever had a policy, kept by
-- triggers on the tables above and therefore not part of a dump.  level_hash identifies the namespace's own
-- policies, NULL when it has none; scope_hash those of the namespace with its ancestors and the root.
CREATE TABLE llm_policy.policy_heads (
	namespace	text COLLATE "C" PRIMARY KEY,
	level_hash	text,
	scope_hash	text NOT NULL
);
COMMENT ON TABLE llm_policy.policy_heads IS 'Identity of the policies in force, by namespace';

-- What the hashes stand for.  Without a unique key, because after a restore the triggers have written some rows that
-- the dump brings again; the views do not show doubles.  A level is one row, not one a policy: a change of one policy
-- among thousands writes a level again.
CREATE TABLE llm_policy.policy_levels (
	level_hash	text NOT NULL,
	namespace	text COLLATE "C" NOT NULL,
	ids			text[] COLLATE "C" NOT NULL,
	revisions	integer[] NOT NULL		-- as long as ids
);
CREATE INDEX policy_levels_hash ON llm_policy.policy_levels (level_hash);
COMMENT ON TABLE llm_policy.policy_levels IS 'The policies of one namespace that a level hash stands for';

CREATE TABLE llm_policy.policy_scopes (
	scope_hash	text NOT NULL,
	level_hashes text[] NOT NULL
);
CREATE INDEX policy_scopes_hash ON llm_policy.policy_scopes (scope_hash);
COMMENT ON TABLE llm_policy.policy_scopes IS 'The levels that a scope hash stands for';

-- Rights by namespace.  A grant is for the role of that name with that oid: the name survives a dump, and the oid,
-- which a trigger fills in (sql/roles.sql), keeps a new role of an old name from inheriting anything.
CREATE TABLE llm_policy.role_grants (
	namespace	text COLLATE "C" NOT NULL,
	role_right	text COLLATE "C" NOT NULL CHECK (role_right IN ('evaluator', 'author', 'auditor', 'admin')),
	role_name	text COLLATE "C" NOT NULL,
	role_oid	oid,
	granted_by	text NOT NULL,
	granted_at	timestamptz NOT NULL,
	PRIMARY KEY (namespace, role_right, role_name)
);
COMMENT ON TABLE llm_policy.role_grants IS 'Rights given with llm_policy_grant';

SELECT pg_catalog.pg_extension_config_dump('llm_policy.policy_documents', '');
SELECT pg_catalog.pg_extension_config_dump('llm_policy.policy_current', '');
SELECT pg_catalog.pg_extension_config_dump('llm_policy.policy_endings', '');
SELECT pg_catalog.pg_extension_config_dump('llm_policy.policy_levels', '');
SELECT pg_catalog.pg_extension_config_dump('llm_policy.policy_scopes', '');
SELECT pg_catalog.pg_extension_config_dump('llm_policy.role_grants',
	'WHERE EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = role_oid AND r.rolname = role_name)');
