-- Detection and redaction as users see them.
\set SHOW_CONTEXT never
SELECT * FROM llm_policy_detect('Écrivez à zoë: jane.doe@example.org, card 4111-1111-1111-1111, SSN 078-05-1123.');
-- What is not sure enough counts with a word beside it, or with a lower threshold.
SELECT * FROM llm_policy_detect('121000358');
SELECT * FROM llm_policy_detect('routing number 121000358');
SELECT * FROM llm_policy_detect('121000358', '{us_aba_routing}', 0.3);
SELECT type, value FROM llm_policy_detect('jane.doe@example.org 192.168.1.1', '{ip_address}');
SELECT * FROM llm_policy_detect('nothing to see here');
SELECT * FROM llm_policy_detect('');
SELECT * FROM llm_policy_detect(NULL);
SELECT count(*) FROM llm_policy_detect('jane.doe@example.org', '{}');
SELECT * FROM llm_policy_detect('x', '{email}');
SELECT * FROM llm_policy_detect('x', '{what_is_this}');
SELECT * FROM llm_policy_detect('x', '{NULL}');
SELECT * FROM llm_policy_detect('x', NULL, 1.5);
SET llm_policy.detection_threshold = 0.95;
SELECT * FROM llm_policy_detect('jane.doe@example.org');
RESET llm_policy.detection_threshold;

SELECT llm_policy_redact('Mail jane.doe@example.org or call +1 415 555 0132 now.');
SELECT llm_policy_redact('Mail jane.doe@example.org or call +1 415 555 0132 now.', '{phone_number}');
SELECT llm_policy_redact('card 4111-1111-1111-1111.', mode => 'mask');
SELECT llm_policy_redact('card 4111-1111-1111-1111.', mode => 'keep_last');
SELECT llm_policy_redact('121000358', threshold => 0.3);
SELECT llm_policy_redact(NULL);
SELECT llm_policy_redact('x', mode => 'blur');
SELECT llm_policy_redact('x', mode => 'masks');
SELECT llm_policy_redact('x', mode => NULL);
-- Equal values have equal hashes, under a key that only superusers see.
SELECT llm_policy_redact('jane@example.org', mode => 'hash');
SET llm_policy.redaction_key = 'a key for tests';
SELECT llm_policy_redact('jane@example.org, joe@example.org, jane@example.org', mode => 'hash');
SELECT count(*) FROM pg_settings WHERE name = 'llm_policy.redaction_key' AND setting <> '';
CREATE ROLE llm_policy_test_reader;
SET ROLE llm_policy_test_reader;
-- The server's words differ between versions.
\set VERBOSITY sqlstate
SHOW llm_policy.redaction_key;
\set VERBOSITY default
SELECT llm_policy_redact('x');
RESET ROLE;
SELECT llm_policy_grant('llm_policy_test_reader', 'evaluator', 'default');
SET ROLE llm_policy_test_reader;
SELECT llm_policy_redact('jane@example.org');
SELECT count(*) > 100 FROM llm_policy_detector_types();
RESET ROLE;
SELECT llm_policy_revoke('llm_policy_test_reader', 'evaluator', 'default');
DROP ROLE llm_policy_test_reader;
RESET llm_policy.redaction_key;

SELECT kind, count(*) > 0 FROM llm_policy_detector_types() GROUP BY kind ORDER BY kind;
SELECT * FROM llm_policy_detector_types() WHERE name IN ('credit_card', 'iban', 'jwt');
