-- A rule whose expression errs or hits a limit: what the decision, its record and the counters say.
BEGIN;
SELECT no_plan();

CREATE TEMPORARY TABLE mark (name text, value numeric);
CREATE FUNCTION start_counting() RETURNS void LANGUAGE sql AS $$
	DELETE FROM mark;
	INSERT INTO mark SELECT name, sum(value) FROM llm_policy.statistics GROUP BY name
$$;
CREATE FUNCTION grown(counter text) RETURNS int LANGUAGE sql AS $$
	SELECT (sum(s.value) - (SELECT value FROM mark WHERE name = counter))::int
	FROM llm_policy.statistics AS s WHERE s.name = counter
$$;
CREATE FUNCTION counted() RETURNS int[] LANGUAGE sql AS $$
	SELECT ARRAY[grown('llm_policy_condition_errors_total'), grown('llm_policy_fell_open_total')]
$$;
-- A policy of one rule.
CREATE FUNCTION apply(ns text, condition text, verdict text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT action FROM llm_policy_apply(format(
		'{metadata: {name: P, namespace: %s}, %s rules: [{id: r, when: %s, action: {decision: %s}}]}',
		ns, more, to_json(condition), verdict))
$$;
CREATE FUNCTION said(d jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('decision', d -> 'decision', 'code', d -> 'reasonCode', 'reason', d -> 'reason',
							  'errors', d -> 'errors', 'count', d -> 'errorCount')
$$;
CREATE FUNCTION long() RETURNS text LANGUAGE sql AS $$ SELECT 'cel.bind(r, lists.range(1000), r.all(x, r.all(y, true)))' $$;
CREATE FUNCTION steps() RETURNS text LANGUAGE sql AS $$ SELECT 'the expression needs more steps than max_rule_steps allows' $$;
CREATE FUNCTION total() RETURNS text LANGUAGE sql AS $$
	SELECT 'the expressions of this evaluation need more steps than max_evaluation_steps allows'
$$;
CREATE FUNCTION memory() RETURNS text LANGUAGE sql AS $$
	SELECT 'the expressions of this evaluation need more memory than evaluation_memory allows'
$$;
CREATE FUNCTION error_of(message text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_array(jsonb_build_object('policy', 'p', 'rule', 'r', 'message', message))
$$;

-- --- The fallback decides ----------------------------------------------------------------------------------------------

SELECT apply('limits.deny', long(), 'deny', 'fallback: {action: deny, reason: not judged},');
SELECT start_counting();
SELECT is(said(llm_policy_evaluate('{"requestId": "deny"}', 'limits.deny')),
	jsonb_build_object('decision', 'deny', 'code', 'limit', 'reason', 'not judged', 'errors', error_of(steps()), 'count', 1),
	'a limit: the error names the rule and the setting, and the fallback denies');
SELECT is(counted(), '{1,0}', 'a condition error is counted');
SELECT results_eq($$ SELECT decision, reason_code, errors FROM llm_policy.evaluations WHERE request_id = 'deny' $$,
	$$ SELECT 'deny', 'limit', error_of(steps()) $$, 'and recorded');

SELECT apply('limits.allow', long(), 'deny', 'fallback: {action: allow},');
SELECT start_counting();
SELECT is(said(llm_policy_evaluate('{"requestId": "allow"}', 'limits.allow')) - 'reason',
	jsonb_build_object('decision', 'allow', 'code', 'limit', 'errors', error_of(steps()), 'count', 1),
	'a fallback of allow opens');
SELECT is(counted(), '{1,1}', 'which is counted too');
SELECT is((SELECT count(*) FROM llm_policy.evaluations WHERE request_id = 'allow'), 1::bigint, 'and recorded');
SELECT start_counting();
SELECT llm_policy_simulate('{}', 'limits.allow'), llm_policy_allowed('{}', 'limits.allow');
SELECT is(counted(), '{2,2}', 'simulations count likewise');
SELECT llm_policy_evaluate('{"requestId": "chunk", "stage": "response"}', 'limits.allow', audit => false);
SELECT is((SELECT count(*) FROM llm_policy.evaluations WHERE request_id = 'chunk'), 1::bigint,
	'and are recorded whatever the caller asks');

SELECT apply('limits.warn', long(), 'warn', 'fallback: {action: allow},');
SELECT start_counting();
SELECT is(said(llm_policy_evaluate('{}', 'limits.warn')) - 'reason',
	jsonb_build_object('decision', 'allow', 'code', 'no_match', 'errors', error_of(steps()), 'count', 1),
	'a rule that could not say no did not match');
SELECT is(counted(), '{1,0}', 'nothing opened');

SELECT apply('limits.error', '1 / 0 == 1', 'deny', 'fallback: {action: allow},');
SELECT start_counting();
SELECT is(said(llm_policy_evaluate('{}', 'limits.error')) - 'reason',
	jsonb_build_object('decision', 'allow', 'code', 'error', 'errors', error_of('divide by zero'), 'count', 1),
	'an error of the language has another reason code');
SELECT is(counted(), '{1,1}', 'and the same counters');

-- --- Nothing absorbs it ------------------------------------------------------------------------------------------------

CREATE TEMPORARY TABLE absorbing AS
	SELECT condition, 'limits.absorb' || n AS ns
	FROM unnest(ARRAY[long() || ' && false', 'false || ' || long(), long() || ' || true', '!(' || long() || ' && false)',
					  '[1].exists(i, ' || long() || ' || true)', '![1].all(i, ' || long() || ' && false)',
					  'coalesce(' || long() || ', true)', '(' || long() || ' ? false : false)'])
		 WITH ORDINALITY AS c (condition, n);
SELECT apply(ns, condition, 'deny') FROM absorbing;
SELECT is(said(llm_policy_simulate('{}', ns)) - 'reason',
	jsonb_build_object('decision', 'deny', 'code', 'limit', 'errors', error_of(steps()), 'count', 1), condition)
FROM absorbing;

-- --- The settings decide -----------------------------------------------------------------------------------------------

SELECT apply('limits.set', 'lists.range(150).all(x, x < 200)', 'modify', 'fallback: {action: deny},');
SELECT is(llm_policy_simulate('{}', 'limits.set') ->> 'errorCount', NULL, 'enough of everything');
SET LOCAL llm_policy.max_rule_steps = 200;
SELECT is(llm_policy_simulate('{}', 'limits.set') -> 'errors', error_of(steps()), 'max_rule_steps');
SET LOCAL llm_policy.max_rule_steps = 10000;
SET LOCAL llm_policy.max_evaluation_steps = 200;
SELECT is(llm_policy_simulate('{}', 'limits.set') -> 'errors', error_of(total()), 'max_evaluation_steps');
SELECT is(llm_policy_simulate('{}', 'limits.set') ->> 'reasonCode', 'limit', 'has the same reason code');
RESET llm_policy.max_evaluation_steps;
SELECT apply('limits.memory', 'lists.range(30000).size() == 1', 'deny');
SET LOCAL llm_policy.max_rule_steps = 1000000;
SELECT is(llm_policy_simulate('{}', 'limits.memory') ->> 'decision', 'allow', 'enough memory');
SET LOCAL llm_policy.evaluation_memory = '1MB';
SELECT is(llm_policy_simulate('{}', 'limits.memory') -> 'errors', error_of(memory()), 'evaluation_memory');
SELECT is(llm_policy_simulate('{}', 'limits.memory') ->> 'reasonCode', 'limit', 'likewise');
RESET llm_policy.evaluation_memory;
RESET llm_policy.max_rule_steps;

-- --- All rules together ------------------------------------------------------------------------------------------------

SELECT llm_policy_apply('{metadata: {name: P, namespace: limits.many}, fallback: {action: allow}, rules: ['
	|| string_agg(format('{id: r%s, when: "%s", action: {decision: deny}}', n, long()), ',') || ']}')
FROM generate_series(1, 15) AS n;
SELECT start_counting();
SELECT is(said(llm_policy_evaluate('{}', 'limits.many')) -> 'count', '15', 'behind the last step every expression is an error');
SELECT is(counted(), '{15,1}', 'each is counted, and the decision that opened once');

-- --- Who reads of it ---------------------------------------------------------------------------------------------------

CREATE ROLE llm_policy_test_caller;
SELECT llm_policy_grant('llm_policy_test_caller', 'evaluator', 'limits.deny');
SET LOCAL ROLE llm_policy_test_caller;
SELECT is(llm_policy_evaluate('{}', 'limits.deny') -> 'errors', '[{"policy": "p", "rule": "r"}]',
	'the rule without the message, for those who may only evaluate');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
