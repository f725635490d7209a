-- Policies and decisions inside one session: statements, functions, subtransactions, cursors, read-only transactions.
-- What several sessions see of each other is in test/isolation.
--
-- The assertions run in transactions that are rolled back, so this file has no transaction around it.
SELECT plan(56);

CREATE FUNCTION models(verdict text) RETURNS text LANGUAGE sql AS $$
	SELECT format($yaml$
metadata: {id: models, name: Models}
rules:
  - id: opus
    condition: {operator: eq, field: llm.model, value: opus}
    action: {decision: %s}
$yaml$, verdict)
$$;
CREATE FUNCTION opus() RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"llm": {"model": "opus"}}'::jsonb $$;
CREATE FUNCTION decided() RETURNS text LANGUAGE sql AS $$ SELECT llm_policy_evaluate(opus()) ->> 'decision' $$;
CREATE FUNCTION decides() RETURNS text LANGUAGE sql STABLE AS $$ SELECT llm_policy_simulate(opus()) ->> 'decision' $$;

SELECT is(decided(), 'allow', 'without policies');
SELECT is(llm_policy_evaluate(opus()) ->> 'reasonCode', 'no_policy', 'and it says so');

-- One transaction after the other.
SELECT lives_ok($$ SELECT llm_policy_apply(models('deny')) $$, 'a policy');
SELECT is(decided(), 'deny', 'is in force in the next transaction');

BEGIN;
SELECT lives_ok($$ SELECT llm_policy_apply(models('warn')) $$, 'a change');
SELECT is(decided(), 'warn', 'is in force at once');
SELECT is(decides(), 'warn', 'for simulate too');
SELECT ok(llm_policy_allowed(opus()), 'and for allowed');
ROLLBACK;
SELECT is(decided(), 'deny', 'until it is rolled back');
SELECT is(decides(), 'deny', 'for simulate too');
SELECT ok(NOT llm_policy_allowed(opus()), 'and for allowed');
SELECT is((SELECT count(*)::int FROM llm_policy.policy_revisions), 1, 'history knows nothing of what was rolled back');
SELECT is((SELECT count(*)::int FROM llm_policy.evaluations), 4, 'nor do the audit rows');

-- A statement that fails is a transaction rolled back.
SELECT throws_ok($$ SELECT llm_policy_apply(models('warn')), 1 / 0 $$, '22012', NULL, 'a statement that fails');
SELECT is(decided(), 'deny', 'leaves the policies as they were');

-- A text with one bad document among good ones stores none of them.
SELECT throws_ok(
	$$ SELECT llm_policy_apply(models('warn') || E'\n---\nmetadata: {name: Bad}\nrules: 1\n') $$,
	'LP001', NULL, 'a text with a bad document is refused');
SELECT is(decided(), 'deny', 'as a whole');
SELECT throws_ok(
	$$ SELECT llm_policy_apply(models('warn') || $y$
tests:
  - {name: wrong, request: {llm: {model: opus}}, expect: {decision: deny}}
$y$) $$, 'LP002', NULL, 'a policy whose own test fails is refused');
SELECT is(decided(), 'deny', 'and changes nothing');

-- Savepoints.
BEGIN;
SAVEPOINT a;
SELECT is((llm_policy_delete('models')).action, 'deleted', 'deleted in a subtransaction');
SELECT is(llm_policy_evaluate(opus()) ->> 'reasonCode', 'no_policy', 'there is no policy');
SAVEPOINT b;
SELECT lives_ok($$ SELECT llm_policy_create(models('warn')) $$, 'created again in another one');
SELECT is(decided(), 'warn', 'it is in force');
ROLLBACK TO b;
SELECT is(decided(), 'allow', 'undone');
RELEASE a;
SELECT is(decided(), 'allow', 'what is released stays');
ROLLBACK;
SELECT is(decided(), 'deny', 'until the transaction is rolled back');

-- Subtransactions of PL/pgSQL: caught errors undo, one after the other.
CREATE FUNCTION caught(verdict text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	inside text;
BEGIN
	BEGIN
		PERFORM llm_policy_apply(models(verdict));
		inside := llm_policy_evaluate(opus()) ->> 'decision';
		RAISE EXCEPTION 'undo';
	EXCEPTION WHEN raise_exception THEN
		RETURN inside || ' then ' || (llm_policy_evaluate(opus()) ->> 'decision');
	END;
END $$;
SELECT is(caught('warn'), 'warn then deny', 'a caught error takes the change with it');
SELECT is((SELECT string_agg(caught(CASE WHEN n % 2 = 0 THEN 'warn' ELSE 'allow' END), ', ') FROM generate_series(1, 4) n),
	'allow then deny, warn then deny, allow then deny, warn then deny', 'every time');

-- What sees a change: whatever begins after it with a snapshot of its own.
BEGIN;
SELECT is(
	(SELECT array_agg(d) FROM (
		SELECT llm_policy_simulate(opus()) ->> 'decision' AS d
		FROM llm_policy_apply(models('warn')) AS applied, generate_series(1, 2)) AS s),
	'{deny,deny}', 'a statement that changes policies decides by those it began with');
SELECT is(decides(), 'warn', 'the next one by the new ones');
ROLLBACK;

CREATE FUNCTION applied_then_asked(verdict text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM llm_policy_apply(models(verdict));
	RETURN decides() || ' ' || (llm_policy_simulate(opus()) ->> 'decision');
END $$;
CREATE FUNCTION asks_stably() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN llm_policy_simulate(opus()) ->> 'decision';
END $$;
BEGIN;
SELECT is(applied_then_asked('warn'), 'warn warn', 'a volatile function sees its own change');
SELECT is((SELECT asks_stably() || ' ' || (llm_policy_delete('models')).action || ' ' || asks_stably()),
	'warn deleted warn', 'a stable function sees what its caller''s statement sees');
SELECT is(asks_stably(), 'allow', 'and the change in the next statement');
ROLLBACK;

-- Cursors keep the policies of the moment they were opened.
BEGIN;
DECLARE answers CURSOR FOR SELECT decides() FROM generate_series(1, 10);
SELECT lives_ok($$ SELECT llm_policy_apply(models('warn')) $$, 'a change behind an open cursor');
SELECT is(decides(), 'warn', 'counts for statements');
CREATE FUNCTION fetched() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answers refcursor := 'answers';
	answer text;
BEGIN
	FETCH answers INTO answer;
	RETURN answer;
END $$;
SELECT is(fetched(), 'deny', 'not for the cursor');
SELECT is(decides(), 'warn', 'nor does the cursor''s answer count for statements');
SAVEPOINT a;
SELECT is((llm_policy_delete('models')).action, 'deleted', 'another change');
SELECT is(fetched(), 'deny', 'nothing new for the cursor');
ROLLBACK TO a;
SELECT is(fetched(), 'deny', 'nor when that is undone');
SELECT is(decides(), 'warn', 'the statement is back where it was');
ROLLBACK;
SELECT is(decides(), 'deny', 'all of it undone');

-- Prepared statements are planned once and decide anew each time.
PREPARE ask AS SELECT is(llm_policy_simulate(opus()) ->> 'decision', $1, $2);
SET plan_cache_mode = force_generic_plan;
EXECUTE ask('deny', 'a prepared statement');
BEGIN;
SELECT lives_ok($$ SELECT llm_policy_apply(models('warn')) $$, 'a change');
EXECUTE ask('warn', 'is seen by a prepared statement');
ROLLBACK;
EXECUTE ask('deny', 'and its end too');
RESET plan_cache_mode;

-- Isolation levels and read-only transactions of one session.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT is(decided(), 'deny', 'REPEATABLE READ');
SELECT lives_ok($$ SELECT llm_policy_apply(models('warn')) $$, 'may change policies');
SELECT is(decided(), 'warn', 'and sees its own change');
ROLLBACK;
BEGIN READ ONLY;
SELECT is(llm_policy_evaluate(opus()) -> 'audited', '"log"', 'a read-only transaction records in the log');
SELECT throws_ok($$ SELECT llm_policy_apply(models('warn')) $$, '25006', NULL, 'and changes no policy');
ROLLBACK;

-- now() of a decision is the statement's.
BEGIN;
SELECT ok((llm_policy_simulate(opus()) ->> 'now')::timestamptz >= now(), 'now is not the transaction''s');
ROLLBACK;

-- What a decision was made by can be asked again, whatever came later.
CREATE TEMP TABLE recorded AS SELECT llm_policy_evaluate(opus()) AS decision;
SELECT lives_ok($$ SELECT llm_policy_apply(models('warn')); SELECT llm_policy_delete('models') $$, 'changes and an end');
SELECT is(llm_policy_simulate(opus(), policy_set => (SELECT decision ->> 'policySet' FROM recorded)) ->> 'decision',
	'deny', 'a recorded set decides as it did');
SELECT is(
	(SELECT string_agg(policy || ' ' || revision, ', ') FROM llm_policy.policy_sets
	 WHERE hash = (SELECT decision ->> 'policySet' FROM recorded)),
	'models 1', 'and the view says what it was made of');
SELECT is(llm_policy_simulate(opus(), as_of => (SELECT changed_at FROM llm_policy.policy_revisions WHERE revision = 1))
	->> 'decision', 'deny', 'as of its time likewise');

SELECT * FROM finish();
