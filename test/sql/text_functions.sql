-- Functions of expressions that know texts and prices.
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SELECT expression, llm_policy_evaluate_expression(expression, '{"llm": {"prompt": "Ich heiße Jö: jane.doe@example.org, AKIAQX3MZ7PLW2DNV6RT"}}') AS value
FROM (VALUES ('tokens(llm.prompt, "gpt-4o")'), ('tokens(llm.prompt) >= tokens(llm.prompt, "gpt-4o")'), ('cost("gpt-4o", 1000000, 0)'),
			 ('detect(llm.prompt).map(f, [f.type, f.kind, llm.prompt.substring(f.start, f.start + f.length)])'),
			 ('pii_types(llm.prompt)'), ('contains_pii(llm.prompt) && contains_secrets(llm.prompt) && !contains_phi(llm.prompt)'),
			 ('redact(llm.prompt)'), ('contains_prompt_injection(llm.prompt)'), ('detect("")'), ('cost("gpt-4o", 0, 0)')) AS tried (expression);
SELECT llm_policy_evaluate_expression('cost("no-such-model", 1, 1)', '{}');
SELECT llm_policy_evaluate_expression('cost("gpt-4o", -1, 1)', '{}');
SELECT llm_policy_evaluate_expression('cost("gpt-4o", 1.0, 1)', '{}');
SELECT llm_policy_evaluate_expression('contains_pii(1)', '{}');
SET llm_policy.unknown_model_price = '2';
SELECT llm_policy_evaluate_expression('cost("no-such-model", 1000000, 1000000)', '{}');
RESET llm_policy.unknown_model_price;
-- A deny rule that cannot know a price denies.
SELECT d -> 'decision' AS decision, d -> 'reasonCode' AS code, d -> 'errors' AS errors
FROM llm_policy_simulate_document($$
metadata: {name: Budget, id: budget}
rules: [{id: dear, when: 'cost(llm.model, 1000, 1000) > 1.0', action: {decision: deny}}]
$$, '{"llm": {"model": "my-model"}}') AS d;
