-- Heads: what is in force, by namespace, kept by triggers whatever statement changed the policies.
--
-- Everything that follows from a change is done here and nowhere else, so that SQL of the owner, TRUNCATE and a
-- session that replays changes are followed like the authoring functions.  (Logical replication applies rows
-- without statement triggers: replicate llm_policy.policy_heads and what it stands for as well, or not at all.)

-- The levels whose policies count in a namespace: itself, its ancestors, the root.
CREATE FUNCTION llm_policy.namespace_path(namespace text) RETURNS text[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'llm_policy_namespace_path';
COMMENT ON FUNCTION llm_policy.namespace_path(text) IS 'A namespace, its ancestors and the root, leaf first';
REVOKE ALL ON FUNCTION llm_policy.namespace_path(text) FROM PUBLIC;

CREATE FUNCTION llm_policy.level_hash(namespace text, ids text[], revisions integer[], fingerprints bytea[])
	RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'llm_policy_level_hash';
COMMENT ON FUNCTION llm_policy.level_hash(text, text[], integer[], bytea[]) IS
	'Identity of the policies of one namespace, which are given in the order of their ids';
REVOKE ALL ON FUNCTION llm_policy.level_hash(text, text[], integer[], bytea[]) FROM PUBLIC;

CREATE FUNCTION llm_policy.scope_hash(level_hashes text[]) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'llm_policy_scope_hash';
COMMENT ON FUNCTION llm_policy.scope_hash(text[]) IS 'Identity of a policy set, given its levels';
REVOKE ALL ON FUNCTION llm_policy.scope_hash(text[]) FROM PUBLIC;

-- Heads and grants are remembered by backends, which forget them when a message says that the table has changed.  It
-- arrives with the commit, or in the changing session as soon as the change is visible.  A trigger for each row, not
-- for the statement: logical replication fires only those.  Triggers fire in the order of their names, and what others
-- decide should go by the change already; hence the underscore.
CREATE FUNCTION llm_policy.announce_change() RETURNS trigger
	LANGUAGE C AS 'MODULE_PATHNAME', 'llm_policy_announce_change';
COMMENT ON FUNCTION llm_policy.announce_change() IS 'Trigger: makes every backend look at the table again';
REVOKE ALL ON FUNCTION llm_policy.announce_change() FROM PUBLIC;

CREATE TRIGGER _announce_change AFTER INSERT OR UPDATE OR DELETE ON llm_policy.policy_heads
	FOR EACH ROW EXECUTE FUNCTION llm_policy.announce_change();
CREATE TRIGGER _announce_truncate AFTER TRUNCATE ON llm_policy.policy_heads
	FOR EACH STATEMENT EXECUTE FUNCTION llm_policy.announce_change();
ALTER TABLE llm_policy.policy_heads ENABLE ALWAYS TRIGGER _announce_change;
ALTER TABLE llm_policy.policy_heads ENABLE ALWAYS TRIGGER _announce_truncate;

-- The root has a head from the start: it is what every author locks and every path ends in.
INSERT INTO llm_policy.policy_heads VALUES ('default', NULL, llm_policy.scope_hash('{}'));
INSERT INTO llm_policy.policy_scopes VALUES (llm_policy.scope_hash('{}'), '{}');

-- Locks the heads of namespaces that are about to change, and of their ancestors, making those that are missing.
--
-- INVARIANT: every set of levels along a path that ever commits was recorded by a transaction that saw it.  An
-- author holds the heads of the changed namespaces exclusively and those of their ancestors shared, taken root
-- first, then by name, and reads only after that.  So while one changes a namespace nobody changes an ancestor
-- of it, and who changes an ancestor waits for every author below it and then sees, and records, what they left.
--
-- A head that is new is no row that such an ancestor's author could wait for or, under REPEATABLE READ, stumble
-- over.  Therefore whoever makes one updates its parent's head, which that author locks or rewrites in any case:
-- he waits, or gets a serialization failure, instead of missing it.
--
-- All look-ups are by key, and there may be thousands: a plan made while the table was small must not scan it.
CREATE FUNCTION llm_policy.lock_heads(touched text[]) RETURNS void
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
	step record;
	missing text[];
BEGIN
	FOR step IN
		SELECT path.level,
			   pg_catalog.bool_or(path.place = 1) AS changes,
			   pg_catalog.array_agg(DISTINCT steps[path.place - 1]) AS children,
			   pg_catalog.max(pg_catalog.cardinality(steps) - path.place) AS depth
		FROM (SELECT llm_policy.namespace_path(t.namespace) AS steps
			  FROM pg_catalog.unnest(touched) AS t(namespace)) AS paths,
			 pg_catalog.unnest(steps) WITH ORDINALITY AS path(level, place)
		GROUP BY path.level
		ORDER BY depth, path.level COLLATE "C"
	LOOP
		-- Heads never go, so one that is seen here stays.
		missing := ARRAY(SELECT child
						 FROM pg_catalog.unnest(step.children) AS c(child)
						 WHERE child IS NOT NULL
						   AND NOT EXISTS (SELECT FROM llm_policy.policy_heads h WHERE h.namespace = child)
						 ORDER BY child COLLATE "C");
		IF pg_catalog.cardinality(missing) > 0 THEN
			UPDATE llm_policy.policy_heads h SET scope_hash = h.scope_hash WHERE h.namespace = step.level;
			INSERT INTO llm_policy.policy_heads (namespace, scope_hash)
				SELECT m.child, h.scope_hash
				FROM llm_policy.policy_heads h, pg_catalog.unnest(missing) AS m(child)
				WHERE h.namespace = step.level
				ON CONFLICT DO NOTHING;
		ELSIF step.changes THEN
			PERFORM FROM llm_policy.policy_heads h WHERE h.namespace = step.level FOR NO KEY UPDATE;
		ELSE
			PERFORM FROM llm_policy.policy_heads h WHERE h.namespace = step.level FOR SHARE;
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION llm_policy.lock_heads(text[]) IS
	'Makes other authors of these namespaces, of their ancestors and of what lies below wait';
REVOKE ALL ON FUNCTION llm_policy.lock_heads(text[]) FROM PUBLIC;

-- Brings level hashes up to date, records levels that are new, and returns the namespaces whose level changed.
CREATE FUNCTION llm_policy.refresh_levels(touched text[]) RETURNS text[]
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan AS $$
DECLARE
	changed_levels text[];
BEGIN
	WITH level AS (
		SELECT t.namespace,
			   pg_catalog.array_agg(d.id ORDER BY d.id) AS ids,
			   pg_catalog.array_agg(d.revision ORDER BY d.id) AS revisions,
			   pg_catalog.array_agg(d.fingerprint ORDER BY d.id) AS fingerprints,
			   pg_catalog.count(c.id) AS policies,
			   pg_catalog.count(c.id) - pg_catalog.count(d.id) AS missing
		FROM (SELECT DISTINCT n COLLATE "C" FROM pg_catalog.unnest(touched) AS u(n)) AS t(namespace)
			LEFT JOIN llm_policy.policy_current c ON c.namespace = t.namespace
			LEFT JOIN llm_policy.policy_documents d
				ON d.namespace = c.namespace AND d.id = c.id AND d.revision = c.revision
		GROUP BY t.namespace
	), hashed AS (
		SELECT l.namespace, l.ids, l.revisions,
			   CASE WHEN l.policies > 0
					THEN llm_policy.level_hash(l.namespace, l.ids, l.revisions, l.fingerprints) END AS level_hash
		FROM level l
		WHERE l.missing = 0
	), changed AS (
		UPDATE llm_policy.policy_heads h SET level_hash = n.level_hash
		FROM hashed n
		WHERE h.namespace = n.namespace AND h.level_hash IS DISTINCT FROM n.level_hash
		RETURNING h.namespace
	), recorded AS (
		INSERT INTO llm_policy.policy_levels (level_hash, namespace, ids, revisions)
		SELECT n.level_hash, n.namespace, n.ids, n.revisions
		FROM hashed n JOIN changed USING (namespace)
		WHERE n.level_hash IS NOT NULL
		  AND NOT EXISTS (SELECT FROM llm_policy.policy_levels l WHERE l.level_hash = n.level_hash)
	)
	SELECT pg_catalog.array_agg(c.namespace) INTO changed_levels FROM changed c;
	RETURN changed_levels;
END
$$;
COMMENT ON FUNCTION llm_policy.refresh_levels(text[]) IS 'Recomputes the level hashes of namespaces';
REVOKE ALL ON FUNCTION llm_policy.refresh_levels(text[]) FROM PUBLIC;

-- Brings the scope hashes of namespaces and of all below them up to date and records scopes that are new.
CREATE FUNCTION llm_policy.refresh_scopes(changed_levels text[]) RETURNS void
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan AS $$
BEGIN
	WITH below AS (
		SELECT DISTINCT h.namespace
		FROM llm_policy.policy_heads h, pg_catalog.unnest(llm_policy.namespace_path(h.namespace)) AS path(level)
		WHERE path.level IN (SELECT pg_catalog.unnest(changed_levels))
	), scope AS (
		SELECT b.namespace,
			   pg_catalog.array_agg(h.level_hash ORDER BY path.place) FILTER (WHERE h.level_hash IS NOT NULL) AS levels
		FROM below b,
			 pg_catalog.unnest(llm_policy.namespace_path(b.namespace)) WITH ORDINALITY AS path(level, place)
			JOIN llm_policy.policy_heads h ON h.namespace = path.level
		GROUP BY b.namespace
	), hashed AS (
		SELECT s.namespace, coalesce(s.levels, '{}') AS levels,
			   llm_policy.scope_hash(coalesce(s.levels, '{}')) AS scope_hash
		FROM scope s
	), written AS (
		UPDATE llm_policy.policy_heads h SET scope_hash = n.scope_hash
		FROM hashed n
		WHERE h.namespace = n.namespace AND h.scope_hash <> n.scope_hash
	)
	INSERT INTO llm_policy.policy_scopes (scope_hash, level_hashes)
	SELECT DISTINCT n.scope_hash, n.levels
	FROM hashed n
	WHERE NOT EXISTS (SELECT FROM llm_policy.policy_scopes s WHERE s.scope_hash = n.scope_hash);
END
$$;
COMMENT ON FUNCTION llm_policy.refresh_scopes(text[]) IS
	'Recomputes the scope hashes of namespaces whose level changed and of all below them';
REVOKE ALL ON FUNCTION llm_policy.refresh_scopes(text[]) FROM PUBLIC;

-- The two above are planned at every call, for as many namespaces as there are: one, or thousands.
--
-- Each step is a statement of its own: under READ COMMITTED it has a new snapshot and sees what others committed
-- while the locks were waited for.
CREATE FUNCTION llm_policy.refresh_heads(touched text[]) RETURNS void
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	changed_levels text[];
BEGIN
	PERFORM llm_policy.lock_heads(touched);
	changed_levels := llm_policy.refresh_levels(touched);
	IF changed_levels IS NOT NULL THEN
		PERFORM llm_policy.refresh_scopes(changed_levels);
	END IF;
END
$$;
COMMENT ON FUNCTION llm_policy.refresh_heads(text[]) IS 'Makes the heads of namespaces follow their policies';
REVOKE ALL ON FUNCTION llm_policy.refresh_heads(text[]) FROM PUBLIC;

-- One trigger function for both tables and all statements; what was touched is in touched_rows, and for an UPDATE
-- also in new_rows, because it may have moved a row to another namespace.
CREATE FUNCTION llm_policy.policies_changed() RETURNS trigger
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	stored text[];
	touched text[];
BEGIN
	IF TG_OP = 'INSERT' AND TG_TABLE_NAME = 'policy_documents' THEN
		-- Nobody may make one of these count between the look and the commit.
		stored := ARRAY(SELECT DISTINCT namespace FROM touched_rows);
		IF pg_catalog.cardinality(stored) > 0 THEN
			PERFORM llm_policy.lock_heads(stored);
		END IF;
		touched := ARRAY(SELECT DISTINCT t.namespace
						 FROM touched_rows t JOIN llm_policy.policy_current c USING (namespace, id, revision));
	ELSIF TG_OP = 'TRUNCATE' THEN
		touched := ARRAY(SELECT h.namespace FROM llm_policy.policy_heads h);
	ELSIF TG_OP = 'UPDATE' THEN
		touched := ARRAY(SELECT namespace FROM touched_rows UNION SELECT namespace FROM new_rows);
	ELSE
		touched := ARRAY(SELECT DISTINCT namespace FROM touched_rows);
	END IF;
	IF pg_catalog.cardinality(touched) > 0 THEN
		PERFORM llm_policy.refresh_heads(touched);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION llm_policy.policies_changed() IS 'Trigger: makes the heads follow a change of the policies';
REVOKE ALL ON FUNCTION llm_policy.policies_changed() FROM PUBLIC;

-- A revision that is inserted is in force only if it was made current before, by a restore that loads side by side.
CREATE TRIGGER heads_follow_insert AFTER INSERT ON llm_policy.policy_current
	REFERENCING NEW TABLE AS touched_rows
	FOR EACH STATEMENT EXECUTE FUNCTION llm_policy.policies_changed();
CREATE TRIGGER heads_follow_update AFTER UPDATE ON llm_policy.policy_current
	REFERENCING OLD TABLE AS touched_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION llm_policy.policies_changed();
CREATE TRIGGER heads_follow_delete AFTER DELETE ON llm_policy.policy_current
	REFERENCING OLD TABLE AS touched_rows
	FOR EACH STATEMENT EXECUTE FUNCTION llm_policy.policies_changed();
CREATE TRIGGER heads_follow_truncate AFTER TRUNCATE ON llm_policy.policy_current
	FOR EACH STATEMENT EXECUTE FUNCTION llm_policy.policies_changed();
CREATE TRIGGER heads_follow_insert AFTER INSERT ON llm_policy.policy_documents
	REFERENCING NEW TABLE AS touched_rows
	FOR EACH STATEMENT EXECUTE FUNCTION llm_policy.policies_changed();
CREATE TRIGGER heads_follow_update AFTER UPDATE ON llm_policy.policy_documents
	REFERENCING OLD TABLE AS touched_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION llm_policy.policies_changed();
CREATE TRIGGER heads_follow_delete AFTER DELETE ON llm_policy.policy_documents
	REFERENCING OLD TABLE AS touched_rows
	FOR EACH STATEMENT EXECUTE FUNCTION llm_policy.policies_changed();
CREATE TRIGGER heads_follow_truncate AFTER TRUNCATE ON llm_policy.policy_documents
	FOR EACH STATEMENT EXECUTE FUNCTION llm_policy.policies_changed();

-- ALWAYS: also where session_replication_role is replica.
ALTER TABLE llm_policy.policy_current ENABLE ALWAYS TRIGGER heads_follow_insert;
ALTER TABLE llm_policy.policy_current ENABLE ALWAYS TRIGGER heads_follow_update;
ALTER TABLE llm_policy.policy_current ENABLE ALWAYS TRIGGER heads_follow_delete;
ALTER TABLE llm_policy.policy_current ENABLE ALWAYS TRIGGER heads_follow_truncate;
ALTER TABLE llm_policy.policy_documents ENABLE ALWAYS TRIGGER heads_follow_insert;
ALTER TABLE llm_policy.policy_documents ENABLE ALWAYS TRIGGER heads_follow_update;
ALTER TABLE llm_policy.policy_documents ENABLE ALWAYS TRIGGER heads_follow_delete;
ALTER TABLE llm_policy.policy_documents ENABLE ALWAYS TRIGGER heads_follow_truncate;
