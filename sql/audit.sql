-- The audit: one row a decision, in partitions by time.

-- Columns are listed in src/pg/audit_columns.def too.  No key, index or trigger stands here: they would come back
-- twice when a dump is restored, once with the extension and once with each partition.
CREATE TABLE llm_policy.evaluations (
	id				uuid NOT NULL,			-- version 7; the decision's decisionId
	evaluated_at	timestamptz NOT NULL,	-- by the clock
	request_id		text,
	stage			text,
	namespace		text COLLATE "C" NOT NULL,
	decision		text NOT NULL,
	allowed			boolean NOT NULL,
	reason			text,
	code			text,
	reason_code		text NOT NULL,
	decided_by		jsonb,
	policies		text[] NOT NULL,		-- ids of those that matched
	narrowed_to		text[],					-- what the caller passed as policies
	matches			jsonb,
	modifications	jsonb,
	patch			jsonb,
	advice			jsonb,
	errors			jsonb,
	shadow			jsonb,
	context			jsonb,					-- what llm_policy.audit_content keeps of the request
	context_salt	bytea,
	context_digest	bytea NOT NULL,			-- sha256 of salt and context, which may be erased together
	model			text,
	estimated_tokens bigint,
	estimated_cost	numeric,
	duration_us		bigint NOT NULL,
	policy_set		text NOT NULL,
	decision_time	timestamptz NOT NULL,	-- the evaluation's now()
	xid				xid8,
	caller_role		text NOT NULL,			-- current_user at the call
	login_role		text NOT NULL,			-- session_user
	application_name text,
	client_addr		inet,
	trace_id		text,
	user_id			text,
	team_id			text,
	project_id		text,
	session_id		text,
	row_hash		bytea NOT NULL
) PARTITION BY RANGE (evaluated_at);
COMMENT ON TABLE llm_policy.evaluations IS 'Every recorded decision';

-- Takes what no other partition does, so that an evaluation never fails for want of one.
CREATE TABLE llm_policy.evaluations_default PARTITION OF llm_policy.evaluations (PRIMARY KEY (id)) DEFAULT;
COMMENT ON TABLE llm_policy.evaluations_default IS 'Decisions of days that have no partition yet';
SELECT pg_catalog.pg_extension_config_dump('llm_policy.evaluations_default', '');

-- Auditors see the rows of their namespaces, through the parent only.
ALTER TABLE llm_policy.evaluations ENABLE ROW LEVEL SECURITY;
CREATE POLICY auditor ON llm_policy.evaluations FOR SELECT 
	USING (llm_policy.has_right('auditor', namespace));
ALTER TABLE llm_policy.evaluations_default ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION llm_policy.evaluation_row_hash(evaluation llm_policy.evaluations) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'llm_policy_evaluation_row_hash';
COMMENT ON FUNCTION llm_policy.evaluation_row_hash(llm_policy.evaluations) IS
	'The hash that an untouched audit row has in row_hash; erasing its context and context_salt does not change it';
REVOKE ALL ON FUNCTION llm_policy.evaluation_row_hash(llm_policy.evaluations) FROM PUBLIC;

-- Maintenance.  The functions below run as the extension's owner, called by llm_policy_maintain() alone.
--
-- No evaluation may wait for them noticeably: what locks the table or the default partition against evaluations is
-- asked for with a short timeout, is asked for last, and is given up rather than waited for.

-- The partitions but the default one, with their bounds; no bound is an infinity.
CREATE FUNCTION llm_policy.evaluation_partitions(OUT partition_name text, OUT lower_bound timestamptz,
												 OUT upper_bound timestamptz) RETURNS SETOF record
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
	SELECT c.relname, coalesce(b.bounds[1]::timestamptz, '-infinity'), coalesce(b.bounds[2]::timestamptz, 'infinity')
	FROM pg_catalog.pg_inherits i
		JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid,
		LATERAL (SELECT pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS bound_text) e,
		LATERAL (SELECT pg_catalog.regexp_match(e.bound_text,
												'FROM \((?:''([^'']*)''|MINVALUE)\) TO \((?:''([^'']*)''|MAXVALUE)\)')
						AS bounds) b
	WHERE i.inhparent = 'llm_policy.evaluations'::regclass AND e.bound_text <> 'DEFAULT'
	ORDER BY 2
$$;
COMMENT ON FUNCTION llm_policy.evaluation_partitions() IS 'Partitions of llm_policy.evaluations and their bounds';
REVOKE ALL ON FUNCTION llm_policy.evaluation_partitions() FROM PUBLIC;

CREATE FUNCTION llm_policy.try_lock(table_name text, attempts integer) RETURNS boolean
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '50ms' AS $$
BEGIN
	FOR attempt IN 1 .. attempts LOOP
		BEGIN
			EXECUTE pg_catalog.format('LOCK TABLE llm_policy.%I IN ACCESS EXCLUSIVE MODE', table_name);
			RETURN true;
		EXCEPTION WHEN lock_not_available THEN
			-- Lets those who queued up behind the request through.
			PERFORM pg_catalog.pg_sleep(0.05);
		END;
	END LOOP;
	RETURN false;
END
$$;
COMMENT ON FUNCTION llm_policy.try_lock(text, integer) IS
	'Locks a table exclusively; gives up after some attempts, none of which makes others wait over 50 ms';
REVOKE ALL ON FUNCTION llm_policy.try_lock(text, integer) FROM PUBLIC;

-- Empties what llm_policy.audit_retention has run out for.
CREATE FUNCTION llm_policy.expire_evaluations(cutoff timestamptz, OUT partition_name text, OUT action text,
											  OUT row_count bigint) RETURNS SETOF record
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	FOR partition_name IN
		SELECT p.partition_name FROM llm_policy.evaluation_partitions() p WHERE p.upper_bound <= cutoff
	LOOP
		EXECUTE pg_catalog.format('SELECT count(*) FROM ONLY llm_policy.%I', partition_name) INTO row_count;
		CONTINUE WHEN row_count = 0;
		IF llm_policy.try_lock(partition_name, 10) THEN
			-- Locks this partition alone.
			EXECUTE pg_catalog.format('TRUNCATE ONLY llm_policy.%I', partition_name);
			action := 'emptied';
		ELSE
			action := 'postponed';
			row_count := NULL;
		END IF;
		RETURN NEXT;
	END LOOP;

	DELETE FROM ONLY llm_policy.evaluations_default WHERE evaluated_at < cutoff;
	GET DIAGNOSTICS row_count = ROW_COUNT;
	IF row_count > 0 THEN
		partition_name := 'evaluations_default';
		action := 'emptied';
		RETURN NEXT;
	END IF;
END
$$;
COMMENT ON FUNCTION llm_policy.expire_evaluations(timestamptz) IS 'Empties partitions that end before a time';
REVOKE ALL ON FUNCTION llm_policy.expire_evaluations(timestamptz) FROM PUBLIC;

-- Drops the emptied ones.  Needs the whole table for a moment.
CREATE FUNCTION llm_policy.drop_expired_evaluations(cutoff timestamptz, attempts integer, OUT partition_name text,
													OUT action text, OUT row_count bigint) RETURNS SETOF record
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	is_empty boolean;
BEGIN
	FOR partition_name IN
		SELECT p.partition_name FROM llm_policy.evaluation_partitions() p WHERE p.upper_bound <= cutoff
	LOOP
		EXECUTE pg_catalog.format('SELECT NOT EXISTS (SELECT FROM ONLY llm_policy.%I)', partition_name) INTO is_empty;
		CONTINUE WHEN NOT is_empty;
		IF llm_policy.try_lock('evaluations', attempts) AND llm_policy.try_lock(partition_name, attempts) THEN
			EXECUTE pg_catalog.format('DROP TABLE llm_policy.%I', partition_name);
			action := 'dropped';
		ELSE
			action := 'postponed';
		END IF;
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION llm_policy.drop_expired_evaluations(timestamptz, integer) IS
	'Drops empty partitions that end before a time';
REVOKE ALL ON FUNCTION llm_policy.drop_expired_evaluations(timestamptz, integer) FROM PUBLIC;

-- The spans that need a partition: of each day until 14 days from now, and of each day that the default partition
-- has rows of, the day or month around it, as far as other partitions leave room.  Bounds are midnights in UTC.
CREATE FUNCTION llm_policy.missing_evaluation_spans(OUT lower_bound timestamptz, OUT upper_bound timestamptz)
	RETURNS SETOF record
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
	WITH days AS (
		SELECT pg_catalog.generate_series(pg_catalog.date_trunc('day', pg_catalog.now()),
										  pg_catalog.now() + interval '14 days', interval '1 day') AS first_moment
		UNION
		SELECT pg_catalog.date_trunc('day', d.evaluated_at) FROM ONLY llm_policy.evaluations_default d
	), spans AS (
		SELECT DISTINCT s.span_start, s.span_start + ('1 ' || s.unit)::interval AS span_end, p.left_end, p.right_start
		FROM days d,
			LATERAL (SELECT u.unit, pg_catalog.date_trunc(u.unit, d.first_moment) AS span_start
					 FROM pg_catalog.current_setting('llm_policy.audit_partition') AS u(unit)) s,
			LATERAL (SELECT pg_catalog.max(e.upper_bound) FILTER (WHERE e.upper_bound <= d.first_moment) AS left_end,
							pg_catalog.min(e.lower_bound) FILTER (WHERE e.lower_bound > d.first_moment) AS right_start
					 FROM llm_policy.evaluation_partitions() e) p
		WHERE NOT EXISTS (SELECT FROM llm_policy.evaluation_partitions() e
						  WHERE e.lower_bound <= d.first_moment AND d.first_moment < e.upper_bound)
	)
	SELECT greatest(span_start, left_end), least(span_end, right_start) FROM spans ORDER BY 1
$$;
COMMENT ON FUNCTION llm_policy.missing_evaluation_spans() IS 'Times that should have a partition and have none';
REVOKE ALL ON FUNCTION llm_policy.missing_evaluation_spans() FROM PUBLIC;

-- A table that can become a partition: with the key and the indexes that the parent must not have.
CREATE FUNCTION llm_policy.create_evaluations_table(table_name text) RETURNS void
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	EXECUTE pg_catalog.format('CREATE TABLE llm_policy.%I (LIKE llm_policy.evaluations INCLUDING CONSTRAINTS '
							  'INCLUDING COMPRESSION INCLUDING STORAGE, PRIMARY KEY (id))', table_name);
	EXECUTE pg_catalog.format('CREATE INDEX ON llm_policy.%I (namespace, evaluated_at)', table_name);
	-- Default privileges of the owner might let somebody pass by the parent and its row security.
	EXECUTE pg_catalog.format('ALTER TABLE llm_policy.%I ENABLE ROW LEVEL SECURITY', table_name);
END
$$;
COMMENT ON FUNCTION llm_policy.create_evaluations_table(text) IS 'Creates a table that is to be a partition';
REVOKE ALL ON FUNCTION llm_policy.create_evaluations_table(text) FROM PUBLIC;

CREATE FUNCTION llm_policy.move_default_evaluations(table_name text, lower_bound timestamptz,
													upper_bound timestamptz) RETURNS bigint
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	moved bigint;
BEGIN
	EXECUTE pg_catalog.format(
		'WITH moved AS (DELETE FROM ONLY llm_policy.evaluations_default '
		'WHERE evaluated_at >= $1 AND evaluated_at < $2 RETURNING *) '
		'INSERT INTO llm_policy.%I SELECT * FROM moved', table_name) USING lower_bound, upper_bound;
	GET DIAGNOSTICS moved = ROW_COUNT;
	RETURN moved;
END
$$;
COMMENT ON FUNCTION llm_policy.move_default_evaluations(text, timestamptz, timestamptz) IS
	'Moves the rows of a span out of the default partition';
REVOKE ALL ON FUNCTION llm_policy.move_default_evaluations(text, timestamptz, timestamptz) FROM PUBLIC;

-- Makes the partitions that are missing.  Rows that the default partition has of their time move while nothing is
-- locked; what arrives meanwhile moves under the lock that attaching needs.
CREATE FUNCTION llm_policy.add_evaluation_partitions(OUT partition_name text, OUT action text, OUT row_count bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
	span record;
	lower_bounds timestamptz[];
	upper_bounds timestamptz[];
	names text[];
	moved bigint[];
BEGIN
	FOR span IN SELECT * FROM llm_policy.missing_evaluation_spans() LOOP
		partition_name := 'evaluations_' || pg_catalog.to_char(span.lower_bound, 'YYYYMMDD');
		PERFORM llm_policy.create_evaluations_table(partition_name);
		names := names || partition_name;
		lower_bounds := lower_bounds || span.lower_bound;
		upper_bounds := upper_bounds || span.upper_bound;
		moved := moved || llm_policy.move_default_evaluations(partition_name, span.lower_bound, span.upper_bound);
	END LOOP;
	IF names IS NULL THEN
		RETURN;
	END IF;

	IF NOT llm_policy.try_lock('evaluations_default', 10) THEN
		RAISE EXCEPTION 'table llm_policy.evaluations_default is in use' USING ERRCODE = 'lock_not_available';
	END IF;
	action := 'created';
	FOR i IN 1 .. pg_catalog.cardinality(names) LOOP
		row_count := moved[i] + llm_policy.move_default_evaluations(names[i], lower_bounds[i], upper_bounds[i]);
		EXECUTE pg_catalog.format('ALTER TABLE llm_policy.evaluations ATTACH PARTITION llm_policy.%I '
								  'FOR VALUES FROM (%L) TO (%L)', names[i], lower_bounds[i], upper_bounds[i]);
		partition_name := names[i];
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION llm_policy.add_evaluation_partitions() IS 'Creates missing partitions and fills them from the default';
REVOKE ALL ON FUNCTION llm_policy.add_evaluation_partitions() FROM PUBLIC;

CREATE FUNCTION llm_policy.maintain_evaluations(OUT partition_name text, OUT action text, OUT row_count bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
	retention integer := pg_catalog.current_setting('llm_policy.audit_retention')::integer;
	cutoff timestamptz := pg_catalog.date_trunc('day', pg_catalog.now()) - pg_catalog.make_interval(days => retention);
	attempts integer := 10;
BEGIN
	-- One at a time; conflicts with no evaluation.
	LOCK TABLE llm_policy.evaluations IN SHARE UPDATE EXCLUSIVE MODE;

	IF retention > 0 THEN
		RETURN QUERY SELECT * FROM llm_policy.expire_evaluations(cutoff);
	END IF;
	BEGIN
		RETURN QUERY SELECT * FROM llm_policy.add_evaluation_partitions();
		IF FOUND THEN
			-- The default partition is locked by now: no long waiting any more.
			attempts := 1;
		END IF;
	EXCEPTION WHEN lock_not_available THEN
		partition_name := 'evaluations_default';
		action := 'postponed';
		RETURN NEXT;
	END;
	IF retention > 0 THEN
		RETURN QUERY SELECT * FROM llm_policy.drop_expired_evaluations(cutoff, attempts);
	END IF;
END
$$;
COMMENT ON FUNCTION llm_policy.maintain_evaluations() IS 'What llm_policy_maintain() does, without its check of rights';
REVOKE ALL ON FUNCTION llm_policy.maintain_evaluations() FROM PUBLIC;

CREATE FUNCTION llm_policy_maintain(OUT partition_name text, OUT action text, OUT row_count bigint)
	RETURNS SETOF record
	LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 20 AS 'MODULE_PATHNAME', 'llm_policy_maintain';
COMMENT ON FUNCTION llm_policy_maintain() IS
	'Prepares partitions of the audit 14 days ahead, applies llm_policy.audit_retention, compiles what a restore left uncompiled; run it daily, in a transaction of its own';
REVOKE ALL ON FUNCTION llm_policy_maintain() FROM PUBLIC;
