-- What is wrong with a document is said at once, stores nothing, and leaves the session as it was.
\set SHOW_CONTEXT never
CREATE TABLE bad_documents (place serial, what text, document text);
INSERT INTO bad_documents (what, document) VALUES
	('empty', ''),
	('not closed', 'metadata: {name: x'),
	('tab as indentation', E'metadata:\n\tname: x\nrules: []'),
	('duplicate key', E'metadata: {name: x}\nrules: []\nrules: []'),
	('duplicate key by its twin', '{"metadata": {"name": "x"}, "appliesTo": {}, "applies_to": {}, "rules": []}'),
	('unknown key', '{"metadata": {"name": "x"}, "rulez": [], "rules": []}'),
	('unknown operator', '{"metadata": {"name": "x"}, "rules": [{"condition": {"operator": "equals", "field": "a", "value": 1}, "action": {"decision": "deny"}}]}'),
	('wrong type', '{"metadata": {"name": "x", "priority": "high"}, "rules": []}'),
	('leaf without value', '{"metadata": {"name": "x"}, "rules": [{"condition": {"operator": "eq", "field": "a"}, "action": {"decision": "deny"}}]}'),
	('missing field', '{"metadata": {"name": "x"}, "rules": [{"condition": {"operator": "eq", "value": 1}, "action": {"decision": "deny"}}]}'),
	('not of two', '{"metadata": {"name": "x"}, "rules": [{"condition": {"operator": "not", "conditions": [{"operator": "exists", "field": "a"}, {"operator": "exists", "field": "b"}]}, "action": {"decision": "deny"}}]}'),
	('invalid regex', '{"metadata": {"name": "x"}, "rules": [{"condition": {"operator": "matches", "field": "a", "value": "(unclosed"}, "action": {"decision": "deny"}}]}'),
	('too large a regex', '{"metadata": {"name": "x"}, "rules": [{"condition": {"operator": "matches", "field": "a", "value": "((a{100}){100}){100}"}, "action": {"decision": "deny"}}]}'),
	('bad id', '{"metadata": {"name": "x", "id": "../x"}, "rules": []}'),
	('bad namespace', '{"metadata": {"name": "x", "namespace": "a b"}, "rules": []}'),
	('no name', '{"metadata": {}, "rules": []}'),
	('not a map', '"policy"'),
	('an expression', '{"metadata": {"name": "x"}, "rules": [{"when": "true && nonsense(1)", "action": {"decision": "deny"}}]}'),
	('10 MB', '{"metadata": {"name": "x"}, "rules": [], "pad": "' || repeat('x', 10000000) || '"}'),
	('100 000 levels', repeat('[', 100000)),
	('100 000 levels, closed', repeat('[', 100000) || repeat(']', 100000)),
	('100 000 levels of maps', repeat('{"a":', 100000)),
	('alias bomb', E'a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\nmetadata: {name: x}\nrules: []'),
	('alias of itself', 'a: &a [*a]'),
	('half a surrogate pair', '{"metadata": {"name": "\ud83d"}, "rules": []}');

CREATE FUNCTION try_document(document text, OUT state text, OUT message text, OUT detail text, OUT hinted boolean,
							 OUT in_time boolean) LANGUAGE plpgsql AS $$
DECLARE
	started timestamptz := clock_timestamp();
	hint text;
BEGIN
	PERFORM llm_policy_apply(document, 'regress.bad');
	state := 'stored';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	hinted := hint <> '';
	in_time := clock_timestamp() - started < interval '1 s';
END $$;

SELECT b.what, t.state, t.message, left(split_part(t.detail, E'\n', 1), 60) AS detail, t.in_time
FROM bad_documents b, try_document(b.document) t ORDER BY b.place;
-- The same texts are findings, not errors, to validate.
SELECT b.what, count(*) > 0 AS reported, bool_or(v.severity = 'error') AS as_error, min(v.line) AS line
FROM bad_documents b, llm_policy_validate(b.document) v GROUP BY b.place, b.what ORDER BY b.place;
-- A surrogate pair is one character, and fine.
SELECT * FROM llm_policy_apply('{"metadata": {"name": "pair \ud83d\ude00", "id": "pair"}, "rules": []}', 'regress.bad');
SELECT id, name FROM llm_policy.policies WHERE namespace = 'regress.bad';
SELECT count(*) FROM llm_policy.policy_documents WHERE namespace LIKE 'regress.bad%';
DROP FUNCTION try_document;
DROP TABLE bad_documents;
