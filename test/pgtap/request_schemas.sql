-- Request schemas: who may set and know them, and what of them a dump has.
BEGIN;
SELECT no_plan();

CREATE ROLE llm_policy_test_author;
CREATE ROLE llm_policy_test_auditor;
CREATE ROLE llm_policy_test_admin;
CREATE ROLE llm_policy_test_elsewhere;
SELECT llm_policy_grant('llm_policy_test_author', 'author', 'shop.web');
SELECT llm_policy_grant('llm_policy_test_auditor', 'auditor', 'shop.web');
SELECT llm_policy_grant('llm_policy_test_admin', 'admin', 'shop');
SELECT llm_policy_grant('llm_policy_test_elsewhere', 'author', 'bank');
SELECT llm_policy_set_request_schema('shop', '{"properties": {"secret": {"enum": ["for the shop"]}}}');

CREATE FUNCTION pg_temp.findings(namespace text) RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM llm_policy_validate(format(
		E'metadata: {name: x, namespace: %s}\nrules: [{when: secret == "x", action: {decision: deny}}]', namespace))
$$;

SET LOCAL ROLE llm_policy_test_author;
SELECT is(pg_temp.findings('shop.web.cart'), 1::bigint, 'an author gets findings by the schema above its namespace');
SELECT is(pg_temp.findings('shop'), 0::bigint, 'but none of a namespace that it may not read');
SELECT lives_ok($$SELECT llm_policy_set_request_schema('shop.web', '{}')$$, 'it sets that of its namespace');
SELECT is(pg_temp.findings('shop.web.cart'), 0::bigint, 'which counts at once');
SELECT lives_ok($$SELECT llm_policy_set_request_schema('shop.web.cart', '{}')$$, 'and below');
SELECT throws_ok($$SELECT llm_policy_set_request_schema('shop', '{}')$$, '42501', NULL, 'not above');
SELECT throws_ok($$SELECT llm_policy_set_request_schema('shop', NULL)$$, '42501', NULL, 'nor takes it away there');
SELECT throws_ok($$SELECT llm_policy_set_request_schema('default', '{}')$$, '42501', NULL, 'nor of all');
SELECT throws_ok($$SELECT llm_policy_get_request_schema('shop')$$, '42501', NULL, 'nor reads it there');
SELECT throws_ok($$UPDATE llm_policy.request_schemas SET schema = '{}'$$, '42501', NULL, 'nor touches the table');
SELECT lives_ok($$SELECT llm_policy_set_request_schema('shop.web', NULL)$$, 'it takes its own away');
SET LOCAL ROLE llm_policy_test_auditor;
SELECT is(llm_policy_get_request_schema('shop.web') -> 'properties' ? 'secret', true, 'an auditor reads the one that counts');
SELECT throws_ok($$SELECT llm_policy_set_request_schema('shop.web', '{}')$$, '42501', NULL, 'and sets none');
SET LOCAL ROLE llm_policy_test_admin;
SELECT lives_ok($$SELECT llm_policy_set_request_schema('shop', '{"type": "object"}')$$, 'an admin sets it');
SET LOCAL ROLE llm_policy_test_elsewhere;
SELECT throws_ok($$SELECT llm_policy_set_request_schema('shop.web', '{}')$$, '42501', NULL, 'an author of another namespace does not');
RESET ROLE;
SELECT is((SELECT changed_by FROM llm_policy.request_schemas WHERE namespace = 'shop'), 'llm_policy_test_admin',
		  'who set it is kept');

-- The one that was shipped comes with the extension, the others with the dump.
SELECT is((SELECT condition FROM pg_extension e, unnest(extconfig, extcondition) AS c (relation, condition)
		   WHERE extname = 'llm_policy' AND relation = 'llm_policy.request_schemas'::regclass),
		  'WHERE NOT shipped', 'a dump has what authors have set');
SELECT llm_policy_set_request_schema('default', '{}');
SELECT results_eq($$SELECT shipped FROM llm_policy.request_schemas WHERE namespace = 'default' ORDER BY 1$$,
				  'VALUES (false), (true)', 'also in place of the shipped one, which stays');
SELECT is(llm_policy_get_request_schema(), '{}', 'and counts no more');
SELECT llm_policy_set_request_schema('default', NULL);
SELECT is(llm_policy_get_request_schema() #>> '{properties,llm,properties,model,type}', 'string', 'until the other is gone');
SELECT is_empty($$SELECT p.key FROM jsonb_each(llm_policy_get_request_schema() -> 'properties') p
				  WHERE p.value ->> 'type' = 'object' AND (p.value -> 'additionalProperties') IS DISTINCT FROM 'true'$$,
				'the shipped schema is closed nowhere');

SELECT * FROM finish();
ROLLBACK;
