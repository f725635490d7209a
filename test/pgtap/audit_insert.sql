-- How audit rows get into the table: directly where an INSERT would do no more, through an INSERT where a DBA has
-- made something of the table.  Whichever it is, callers see the same.
BEGIN;
SELECT no_plan();

SELECT llm_policy_apply('metadata: {name: Rows, namespace: rows}
rules: [{id: r, condition: {operator: eq, field: want, value: deny}, action: {decision: deny, reason: no}}]');
TRUNCATE llm_policy.evaluations;

CREATE FUNCTION pg_temp.evaluate(request_id text) RETURNS boolean LANGUAGE sql AS
	$$ SELECT (llm_policy_evaluate(jsonb_build_object('requestId', request_id), 'rows') ->> 'audited')::boolean $$;
CREATE FUNCTION pg_temp.rows_of(wanted text) RETURNS bigint LANGUAGE sql AS
	$$ SELECT count(*) FROM llm_policy.evaluations WHERE request_id = wanted $$;
-- Plans that this session has made of the INSERT; they go when it ends.
CREATE FUNCTION pg_temp.statements() RETURNS bigint LANGUAGE sql AS
	$$ SELECT count(*) FROM pg_backend_memory_contexts WHERE ident LIKE 'INSERT INTO llm\_policy.evaluations (%' $$;

-- --- What callers see, either way -----------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.performed(request_id text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.evaluate(request_id);
	RETURN pg_temp.rows_of(request_id);
END
$$;
CREATE FUNCTION pg_temp.assigned(request_id text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	result jsonb;
BEGIN
	result := llm_policy_evaluate(jsonb_build_object('requestId', request_id), 'rows');
	RETURN (SELECT count(*) FROM llm_policy.evaluations WHERE id = (result ->> 'decisionId')::uuid);
END
$$;
CREATE FUNCTION pg_temp.rolled_back(request_id text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		PERFORM pg_temp.evaluate(request_id);
		RAISE EXCEPTION USING ERRCODE = 'P0099', MESSAGE = pg_temp.rows_of(request_id);
	EXCEPTION WHEN SQLSTATE 'P0099' THEN
		RETURN 10 * SQLERRM::bigint + pg_temp.rows_of(request_id);
	END;
END
$$;
CREATE FUNCTION pg_temp.behind_cursor(wanted text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	held CURSOR FOR SELECT count(*) FROM llm_policy.evaluations WHERE request_id = wanted;
	seen bigint;
BEGIN
	OPEN held;
	PERFORM pg_temp.evaluate(wanted);
	FETCH held INTO seen;
	CLOSE held;
	RETURN 10 * seen + pg_temp.rows_of(wanted);
END
$$;
CREATE TEMPORARY TABLE copies (n integer, visible bigint);

CREATE FUNCTION pg_temp.what_callers_see(way text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT is(pg_temp.performed(way || '1'), 1::bigint, way || ': PERFORM, then a query');
	RETURN NEXT is(pg_temp.assigned(way || '2'), 1::bigint, way || ': an assignment, then a query');
	RETURN NEXT is(pg_temp.rolled_back(way || '3'), 10::bigint, way || ': rolled back to a savepoint');
	RETURN NEXT is(pg_temp.behind_cursor(way || '4'), 1::bigint, way || ': a cursor that was open before');
	INSERT INTO copies SELECT n, pg_temp.performed(way || '5') FROM generate_series(1, 3) AS n;
	RETURN NEXT is((SELECT array_agg(visible ORDER BY n) FROM copies), '{1,2,3}', way || ': inside of an INSERT … SELECT');
	DELETE FROM copies;
	RETURN NEXT is((SELECT count(*) FROM (SELECT pg_temp.evaluate(way || '6') FROM generate_series(1, 50)) AS calls,
							(SELECT count(*) FROM llm_policy.evaluations WHERE request_id = way || '6') AS seen(n) WHERE n = 0),
				   50::bigint, way || ': a statement does not see its own rows');
	RETURN NEXT is(pg_temp.rows_of(way || '6'), 50::bigint, way || ': the next one does');
	RETURN NEXT is((SELECT count(*) FROM llm_policy.evaluations AS e
					WHERE starts_with(request_id, way) AND row_hash = llm_policy.evaluation_row_hash(e)),
				   56::bigint, way || ': every row is genuine');
END
$$;

SELECT pg_temp.what_callers_see('directly');
SELECT is(pg_temp.statements(), 0::bigint, 'no statement was needed');

-- What a row says of the session is as it is now.
SET LOCAL application_name = 'first';
CREATE ROLE llm_policy_test_rows_named SUPERUSER;
SET LOCAL ROLE llm_policy_test_rows_named;
SELECT pg_temp.evaluate('first');
RESET ROLE;
ALTER ROLE llm_policy_test_rows_named RENAME TO llm_policy_test_rows_renamed;
SET LOCAL application_name = 'second';
SET LOCAL ROLE llm_policy_test_rows_renamed;
SELECT pg_temp.evaluate('second');
RESET ROLE;
SELECT results_eq($$ SELECT request_id, application_name, caller_role FROM llm_policy.evaluations WHERE request_id IN ('first', 'second') ORDER BY 1 $$,
	$$ VALUES ('first', 'first', 'llm_policy_test_rows_named'), ('second', 'second', 'llm_policy_test_rows_renamed') $$, 'names as they are');

-- The indexes know the rows.
SET LOCAL enable_seqscan = off;
SELECT is((SELECT count(*) FROM llm_policy.evaluations_default AS e JOIN llm_policy.evaluations AS found ON found.id = e.id),
		  (SELECT count(*) FROM llm_policy.evaluations_default), 'found by id');
RESET enable_seqscan;

-- What a row breaks is told as an INSERT tells it.
TRUNCATE llm_policy.evaluations;
SAVEPOINT before;
CREATE UNIQUE INDEX once ON llm_policy.evaluations_default (request_id);
SELECT pg_temp.evaluate('twice');
SELECT throws_ok($$ SELECT pg_temp.evaluate('twice') $$, '23505', 'duplicate key value violates unique constraint "once"', 'directly: a unique index');
ROLLBACK TO before;
ALTER TABLE llm_policy.evaluations ALTER model SET NOT NULL;
SELECT throws_ok($$ SELECT pg_temp.evaluate('incomplete') $$, '23502',
	'null value in column "model" of relation "evaluations_default" violates not-null constraint', 'a column that must not be null');
ROLLBACK TO before;

-- Thousands of calls in one statement keep no memory.
CREATE FUNCTION pg_temp.memory() RETURNS bigint LANGUAGE sql AS
	$$ SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts $$;
CREATE TEMPORARY TABLE numbers AS SELECT n FROM generate_series(1, 5000) AS n;
CREATE FUNCTION pg_temp.growth() RETURNS bigint LANGUAGE sql AS $$
	SELECT max(memory) FILTER (WHERE n = 5000) - max(memory) FILTER (WHERE n = 500)
	FROM (SELECT n, CASE WHEN pg_temp.evaluate('growth') AND n IN (500, 5000) THEN pg_temp.memory() END AS memory FROM numbers) AS calls
$$;
SELECT cmp_ok(pg_temp.growth(), '<', 50000::bigint, 'directly: no memory is left behind');

-- --- Partitions come and go ----------------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.place_of(wanted text) RETURNS text LANGUAGE sql AS
	$$ SELECT tableoid::regclass::text FROM llm_policy.evaluations WHERE request_id = wanted $$;
SAVEPOINT before;
SELECT pg_temp.evaluate('in default');
SELECT is(pg_temp.place_of('in default'), 'llm_policy.evaluations_default', 'the default partition');
SELECT count(*) > 0 FROM llm_policy_maintain();
SELECT pg_temp.evaluate('in a day''s');
SELECT is(pg_temp.place_of('in a day''s'), 'llm_policy.evaluations_' || to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD'), 'a partition made meanwhile');
SELECT format('DROP TABLE %s', pg_temp.place_of('in a day''s')) \gexec
SELECT pg_temp.evaluate('in default again');
SELECT is(pg_temp.place_of('in default again'), 'llm_policy.evaluations_default', 'dropped meanwhile');
ALTER TABLE llm_policy.evaluations DETACH PARTITION llm_policy.evaluations_default;
SELECT throws_ok($$ SELECT pg_temp.evaluate('nowhere') $$, '23514', 'no partition of relation "evaluations" found for row', 'no partition at all');
-- A table with its columns in another order, one of which is gone.
CREATE TABLE pg_temp.columns AS SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)
		|| CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END || CASE attname WHEN 'namespace' THEN ' COLLATE "C"' ELSE '' END), ', '
		ORDER BY attname DESC) AS list
	FROM pg_attribute WHERE attrelid = 'llm_policy.evaluations'::regclass AND attnum > 0 AND NOT attisdropped;
SELECT format('CREATE TABLE llm_policy.reordered (%s)', list) FROM pg_temp.columns \gexec
ALTER TABLE llm_policy.evaluations ATTACH PARTITION llm_policy.reordered DEFAULT;
SELECT pg_temp.evaluate('reordered');
SELECT is(pg_temp.place_of('reordered'), 'llm_policy.reordered', 'columns in another order');
SELECT ok(row_hash = llm_policy.evaluation_row_hash(e), 'each in its place') FROM llm_policy.evaluations AS e WHERE request_id = 'reordered';
ROLLBACK TO before;
SELECT is(pg_temp.statements(), 1::bigint, 'statements only for what could not be stored');

-- --- What a DBA makes of the table -----------------------------------------------------------------------------------

CREATE TABLE public.seen (what text);
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.seen VALUES (TG_ARGV[0] || ' ' || TG_WHEN || ' ' || TG_LEVEL || ' as ' || current_user);
	RETURN CASE WHEN TG_LEVEL = 'ROW' THEN NEW END;
END
$$;
CREATE FUNCTION pg_temp.noticed() RETURNS text LANGUAGE sql AS
	$$ WITH gone AS (DELETE FROM public.seen RETURNING what) SELECT string_agg(DISTINCT what, ', ') FROM gone $$;

TRUNCATE llm_policy.evaluations;
SAVEPOINT before;
CREATE TRIGGER t AFTER INSERT ON llm_policy.evaluations FOR EACH ROW EXECUTE FUNCTION public.note('parent');
SELECT pg_temp.evaluate('trigger');
SELECT is(pg_temp.noticed(), 'parent AFTER ROW as postgres', 'a row trigger on the parent');
SELECT pg_temp.what_callers_see('by statement');
SELECT cmp_ok(pg_temp.growth(), '<', 50000::bigint, 'by statement: no memory is left behind');
SELECT pg_temp.noticed();
DROP TRIGGER t ON llm_policy.evaluations;
SELECT pg_temp.evaluate('trigger');
SELECT is(pg_temp.noticed(), NULL, 'and dropped again');
CREATE TRIGGER t AFTER INSERT ON llm_policy.evaluations FOR EACH STATEMENT EXECUTE FUNCTION public.note('parent');
SELECT pg_temp.evaluate('trigger');
SELECT is(pg_temp.noticed(), 'parent AFTER STATEMENT as postgres', 'a statement trigger on the parent');
ROLLBACK TO before;
CREATE TRIGGER t BEFORE INSERT ON llm_policy.evaluations_default FOR EACH ROW EXECUTE FUNCTION public.note('partition');
SELECT pg_temp.evaluate('trigger');
SELECT is(pg_temp.noticed(), 'partition BEFORE ROW as postgres', 'a trigger on the partition');
ROLLBACK TO before;
SELECT pg_temp.evaluate('trigger');
SELECT is(pg_temp.noticed(), NULL, 'and rolled back');

CREATE RULE r AS ON INSERT TO llm_policy.evaluations DO ALSO INSERT INTO public.seen VALUES ('rule');
SELECT pg_temp.evaluate('rule');
SELECT is(pg_temp.noticed(), 'rule', 'a rule');
ROLLBACK TO before;

ALTER TABLE llm_policy.evaluations ADD cluster text DEFAULT 'here';
SELECT pg_temp.evaluate('added');
SELECT is(cluster, 'here', 'an added column with a default') FROM llm_policy.evaluations WHERE request_id = 'added';
ROLLBACK TO before;
ALTER TABLE llm_policy.evaluations ADD shout text GENERATED ALWAYS AS (upper(request_id)) STORED;
SELECT pg_temp.evaluate('generated');
SELECT is(shout, 'GENERATED', 'a generated column') FROM llm_policy.evaluations WHERE request_id = 'generated';
ROLLBACK TO before;

ALTER TABLE llm_policy.evaluations ADD CONSTRAINT c CHECK (request_id <> 'checked');
SELECT throws_ok($$ SELECT pg_temp.evaluate('checked') $$, '23514',
	'new row for relation "evaluations_default" violates check constraint "c"', 'a CHECK constraint');
SELECT ok(pg_temp.evaluate('other'), 'that others keep');
ROLLBACK TO before;

ALTER TABLE llm_policy.evaluations_default ADD CONSTRAINT x EXCLUDE USING btree (request_id WITH =);
SELECT pg_temp.evaluate('excluded');
SELECT throws_ok($$ SELECT pg_temp.evaluate('excluded') $$, '23P01',
	'conflicting key value violates exclusion constraint "x"', 'an exclusion constraint');
ROLLBACK TO before;
ALTER TABLE llm_policy.evaluations_default ADD CONSTRAINT u UNIQUE (request_id) DEFERRABLE INITIALLY DEFERRED;
SELECT pg_temp.evaluate('deferred') FROM generate_series(1, 2);
SELECT throws_ok('SET CONSTRAINTS ALL IMMEDIATE', '23505', 'duplicate key value violates unique constraint "u"', 'a deferred constraint');
ROLLBACK TO before;
CREATE FUNCTION public.shout(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN upper($1) || current_user; END $$;
CREATE INDEX e ON llm_policy.evaluations_default (public.shout(request_id)) WHERE decision = 'allow';
SELECT pg_temp.evaluate('indexed');
SET LOCAL enable_seqscan = off;
SELECT is(count(*), 1::bigint, 'an index over an expression')
FROM llm_policy.evaluations_default WHERE public.shout(request_id) = 'INDEXEDpostgres' AND decision = 'allow';
ROLLBACK TO before;

CREATE TABLE public.models (name text PRIMARY KEY);
ALTER TABLE llm_policy.evaluations ADD FOREIGN KEY (model) REFERENCES public.models;
SELECT throws_like($$ SELECT llm_policy_evaluate('{"llm": {"model": "unknown"}}', 'rows') $$, '%violates foreign key constraint%', 'a foreign key');
ROLLBACK TO before;

ALTER TABLE llm_policy.evaluations ALTER request_id TYPE varchar(3);
SELECT throws_ok($$ SELECT pg_temp.evaluate('long') $$, '22001', 'value too long for type character varying(3)', 'a column of another type');
ROLLBACK TO before;

-- A table that is not the extension's owner's, and not a superuser's rights: the owner needs rights on it.
CREATE ROLE llm_policy_test_rows_owner;
CREATE ROLE llm_policy_test_rows_other;
GRANT USAGE ON SCHEMA llm_policy TO llm_policy_test_rows_owner;
ALTER TABLE llm_policy.policy_heads OWNER TO llm_policy_test_rows_owner;
SELECT throws_like($$ SELECT pg_temp.evaluate('foreign') $$, 'permission denied for table evaluations', 'a table of somebody else');
GRANT INSERT ON llm_policy.evaluations TO llm_policy_test_rows_owner;
SELECT throws_like($$ SELECT pg_temp.evaluate('foreign') $$, 'new row violates row-level security policy%', 'with row security');
ALTER TABLE llm_policy.evaluations OWNER TO llm_policy_test_rows_owner;
SELECT ok(pg_temp.evaluate('own'), 'its own table');
ALTER TABLE llm_policy.evaluations FORCE ROW LEVEL SECURITY;
SELECT throws_like($$ SELECT pg_temp.evaluate('forced') $$, 'new row violates row-level security policy%', 'forced row security');
ALTER TABLE llm_policy.evaluations NO FORCE ROW LEVEL SECURITY;
REVOKE INSERT ON llm_policy.evaluations FROM llm_policy_test_rows_owner;
SELECT throws_like($$ SELECT pg_temp.evaluate('revoked') $$, 'permission denied for table evaluations', 'a right that was revoked');
ROLLBACK TO before;

-- --- Whoever evaluates -----------------------------------------------------------------------------------------------

CREATE ROLE llm_policy_test_rows_caller;
SELECT llm_policy_grant('llm_policy_test_rows_caller', 'evaluator', 'rows');
SET LOCAL ROLE llm_policy_test_rows_caller;
SELECT llm_policy_evaluate('{"requestId": "directly by a caller"}', 'rows') -> 'audited' AS audited;
SELECT is(current_user::text, 'llm_policy_test_rows_caller', 'directly: the caller stays who it is');
RESET ROLE;
CREATE TRIGGER t AFTER INSERT ON llm_policy.evaluations FOR EACH ROW EXECUTE FUNCTION public.note('parent');
SET LOCAL ROLE llm_policy_test_rows_caller;
SELECT llm_policy_evaluate('{"requestId": "by statement by a caller"}', 'rows') -> 'audited' AS audited;
SELECT is(current_user::text, 'llm_policy_test_rows_caller', 'by statement: the caller stays who it is');
RESET ROLE;
SELECT is(array_agg(DISTINCT caller_role), '{llm_policy_test_rows_caller}', 'rows name the caller')
FROM llm_policy.evaluations WHERE request_id LIKE '%by a caller';
SELECT is(pg_temp.noticed(), 'parent AFTER ROW as postgres', 'triggers run as the owner');

SELECT * FROM finish();
ROLLBACK;
