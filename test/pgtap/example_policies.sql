-- The policies in policies/ are what people start from: nothing is wrong or doubtful in them, and their tests pass
-- and reach every rule.
\set documents `for file in policies/*.yaml; do echo ---; cat "$file"; done`
\set files `ls policies/*.yaml | wc -l`

SELECT no_plan();

\i policies/budget-control.sql

-- Notes are about keys of older documents, which one example has.
SELECT is_empty(format($$SELECT * FROM llm_policy_validate(%L) WHERE severity <> 'note'$$, :'documents'),
	'nothing is found in the examples');

SELECT ok(passed, policy || ': ' || test || coalesce(': ' || problem, ''))
FROM llm_policy_test(document => :'documents');

SELECT is(uncovered, '{}'::text[], policy || ': every rule is reached by a test')
FROM (SELECT DISTINCT policy, coalesce(uncovered, '{}') AS uncovered
      FROM llm_policy_test(document => :'documents')) AS covered;

SELECT cmp_ok((SELECT count(*) FROM llm_policy_apply(:'documents')), '>=', :files::bigint, 'the examples are applied');
SELECT is((SELECT count(*) FROM llm_policy_apply(:'documents') WHERE action <> 'unchanged'), 0::bigint,
          'and applying them again changes nothing');

SELECT is(llm_policy_simulate('{"team": {"id": "red"}, "user": {"id": "ada"}, "llm": {"model": "gpt-4o-mini"}}', 'acme')
		  ->> 'reason', 'Team red has spent 104 % of its budget', 'a budget is read from its table');

SELECT * FROM finish();
