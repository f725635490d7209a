-- Tokens of texts and conversations, exact and estimated.
SELECT llm_policy_count_tokens('Hello, World!', 'gpt-4o');
SELECT llm_policy_tokenize('Hello, World!', 'o200k_base');
SELECT llm_policy_tokenize('hello <|endoftext|>', 'cl100k_base');
SELECT llm_policy_tokenize('hello <|endoftext|>', 'cl100k_base', special_tokens => true);
SELECT llm_policy_tokenize('', 'cl100k_base');

-- Models by name, prefix, path, region, case; an encoding's own name counts as well.
SELECT model, tokens, low, high, method, encoding
FROM unnest(ARRAY['gpt-4o', 'gpt-4', 'gpt-4-0613', 'GPT-5.2-codex', 'openai/gpt-oss-20b', 'openai.gpt-oss-120b-1:0',
				  'ft:gpt-4o-mini:acme::x', 'text-davinci-003', 'gpt2', 'p50k_base', 'claude-2.1', 'claude-sonnet-4-5',
				  'us.anthropic.claude-opus-4-7', 'gemini-2.5-pro', 'mistral-large-latest', 'meta/llama-4-scout',
				  'accounts/fireworks/models/glm-5p1', '']) AS m(model),
	 llm_policy_token_count('The quick brown fox jumps over 13 lazy dogs.', model);

-- Empty texts have no tokens, whatever the estimate.
SELECT * FROM llm_policy_token_count('', 'claude-sonnet-4-5');
SELECT llm_policy_count_tokens(NULL, 'gpt-4o'), llm_policy_count_tokens('x', NULL);

-- More than?
SELECT n, llm_policy_has_more_tokens('one two three', 'gpt-4o', n) FROM generate_series(-1, 4) AS g(n);
SELECT llm_policy_has_more_tokens(repeat('a', 5000000), 'gpt-4o', 1000);
SELECT llm_policy_count_tokens(repeat('a', 5000000), 'gpt-4o');
SELECT llm_policy_count_tokens(repeat('a', 1000000), 'gpt-4o');

-- Conversations: 3 a message, 1 a name, 3 for the answer.
SELECT llm_policy_count_message_tokens('[]', 'gpt-4o');
SELECT llm_policy_count_message_tokens('[{"role": "system", "content": "You are helpful."}]', 'gpt-4o');
SELECT llm_policy_count_message_tokens('[{"role": "system", "name": "ann", "content": "You are helpful."}]', 'gpt-4o');
SELECT * FROM llm_policy_message_token_count(
	'[{"role": "user", "content": [{"type": "text", "text": "What is this?"}]}]', 'gpt-4o');
SELECT * FROM llm_policy_message_token_count(
	'[{"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "https://example.com/x.png"}}]}]', 'gpt-4o');
SELECT * FROM llm_policy_message_token_count(
	'[{"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\": \"Oslo\"}"}}]}]', 'gpt-4o');
SELECT * FROM llm_policy_message_token_count('[{"role": "user", "content": "What is this?"}]', 'claude-sonnet-4-5');

-- Errors.
SELECT llm_policy_tokenize('x', 'no_such_encoding');
SELECT llm_policy_count_message_tokens('{"role": "user"}', 'gpt-4o');
SELECT llm_policy_count_message_tokens('["hello"]', 'gpt-4o');

-- A site's own encodings; their models win, the engine's encodings keep their names.
INSERT INTO llm_policy.encodings (name, file, pretokens, special_tokens, models) VALUES
	('acme', 'cl100k_base.tokens', 'cl100k', '{"<|acme|>": 200001}', '{acme-chat, gpt-4o-acme*}'),
	('missing', 'missing.tokens', 'o200k', '{}', '{}'),
	('o200k_base', 'cl100k_base.tokens', 'cl100k', '{}', '{}');
SELECT model, tokens, method, encoding
FROM unnest(ARRAY['acme-chat', 'vendor/Acme-Chat', 'gpt-4o-acme-2', 'gpt-4o', 'acme', 'o200k_base']) AS m(model),
	 llm_policy_token_count('你好，世界', model);
SELECT llm_policy_tokenize('hi <|acme|>', 'acme', true), llm_policy_tokenize('hi <|acme|>', 'acme');
SELECT llm_policy_tokenize('x', 'missing');
SELECT llm_policy_tokenize('x', 'no_such_encoding');
INSERT INTO llm_policy.encodings VALUES ('up', '../up.tokens', 'o200k');
INSERT INTO llm_policy.encodings VALUES ('other', 'x.tokens', 'other');
UPDATE llm_policy.encodings SET special_tokens = '{"<|acme|>": "x"}' WHERE name = 'acme';
SELECT llm_policy_tokenize('hi', 'acme');
DELETE FROM llm_policy.encodings;
