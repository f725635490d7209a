-- llm_policy_allowed: true for allow and warn only; in row security and triggers.
\set SHOW_CONTEXT never

SELECT action FROM llm_policy_apply($$
metadata: {name: Stages, namespace: regress.allowed}
rules:
- {id: d, condition: {operator: eq, field: want, value: deny}, action: {decision: deny, reason: as wanted}}
- {id: w, condition: {operator: eq, field: want, value: warn}, action: {decision: warn}}
- {id: m, condition: {operator: eq, field: want, value: modify}, action: {decision: modify, modifications: {want: less}}}
$$);

SELECT want, llm_policy_allowed(jsonb_build_object('want', want), 'regress.allowed') AS allowed
FROM unnest('{allow, warn, modify, deny}'::text[]) AS want;
SELECT llm_policy_allowed(NULL) AS of_nothing;
SELECT llm_policy_allowed('[]', 'regress.allowed');

-- Row security of a table.
CREATE ROLE llm_policy_test_reader;
SELECT llm_policy_grant('llm_policy_test_reader', 'evaluator', 'regress.allowed');
CREATE TABLE allowed_documents (id int, topic text);
INSERT INTO allowed_documents VALUES (1, 'allow'), (2, 'deny'), (3, 'warn'), (4, 'modify');
ALTER TABLE allowed_documents ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_policy ON allowed_documents
	USING (llm_policy_allowed(jsonb_build_object('stage', 'retrieval', 'want', topic), 'regress.allowed'));
GRANT SELECT ON allowed_documents TO llm_policy_test_reader;
SET ROLE llm_policy_test_reader;
SELECT * FROM allowed_documents ORDER BY id;
RESET ROLE;

-- A trigger that records.
CREATE FUNCTION check_prompt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	decision jsonb := llm_policy_evaluate(jsonb_build_object('want', NEW.topic), 'regress.allowed');
BEGIN
	IF NOT (decision ->> 'allowed')::boolean THEN
		RAISE EXCEPTION 'refused: %', decision ->> 'reason';
	END IF;
	RETURN NEW;
END
$$;
CREATE TABLE allowed_prompts (topic text);
CREATE TRIGGER check_prompt BEFORE INSERT ON allowed_prompts FOR EACH ROW EXECUTE FUNCTION check_prompt();
INSERT INTO allowed_prompts VALUES ('allow');
INSERT INTO allowed_prompts VALUES ('deny');
SELECT count(*), min(decision) FROM llm_policy.evaluations WHERE namespace = 'regress.allowed';

-- A trigger that evaluates what is evaluated: ends at a limit, and the session lives on.
CREATE FUNCTION evaluate_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM public.llm_policy_evaluate('{}', 'regress.allowed');
	RETURN NEW;
END
$$;
BEGIN;
CREATE TRIGGER evaluate_again BEFORE INSERT ON llm_policy.evaluations FOR EACH ROW EXECUTE FUNCTION evaluate_again();
SAVEPOINT s;
SELECT llm_policy_evaluate('{}', 'regress.allowed');
ROLLBACK TO s;
-- An error that is caught takes its level of nesting along.
DO $$
BEGIN
	FOR i IN 1 .. 20 LOOP
		BEGIN
			PERFORM llm_policy_evaluate('{}', 'regress.allowed');
		EXCEPTION WHEN SQLSTATE 'LP003' THEN
			CONTINUE;
		END;
		RAISE EXCEPTION 'no limit';
	END LOOP;
	FOR i IN 1 .. 20 LOOP
		BEGIN
			PERFORM llm_policy_evaluate('[]', 'regress.allowed');
		EXCEPTION WHEN invalid_parameter_value THEN
			CONTINUE;
		END;
		RAISE EXCEPTION 'no error';
	END LOOP;
END
$$;
SELECT llm_policy_simulate('{}', 'regress.allowed') ->> 'decision' AS decision;
ROLLBACK;
SELECT llm_policy_evaluate('{}', 'regress.allowed') ->> 'decision' AS decision;

DROP TABLE allowed_prompts, allowed_documents;
DROP FUNCTION check_prompt, evaluate_again;
SELECT llm_policy_revoke('llm_policy_test_reader', 'evaluator', 'regress.allowed');
DROP ROLE llm_policy_test_reader;
SELECT id, action FROM llm_policy_delete('stages', 'regress.allowed');
