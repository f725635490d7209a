-- What authors may expect of a request: JSON Schemas by namespace, which llm_policy_validate holds policies against.
-- No evaluation reads them.  One that was shipped stands behind the author's of the same namespace, so that a dump, which
-- has only the authors', finds nothing in its way.
CREATE TABLE llm_policy.request_schemas (
	namespace	text COLLATE "C" NOT NULL,
	shipped		boolean NOT NULL,
	schema		jsonb NOT NULL,
	changed_by	text,			-- the role
	changed_at	timestamptz,
	PRIMARY KEY (namespace, shipped)
);
COMMENT ON TABLE llm_policy.request_schemas IS 'What requests look like, by namespace, for llm_policy_validate';
SELECT pg_catalog.pg_extension_config_dump('llm_policy.request_schemas', 'WHERE NOT shipped');

CREATE FUNCTION llm_policy_set_request_schema(namespace text, json_schema jsonb) RETURNS void
	LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'llm_policy_set_request_schema';
COMMENT ON FUNCTION llm_policy_set_request_schema(text, jsonb) IS
	'Says what requests of a namespace and those below it look like; null takes that back';
REVOKE ALL ON FUNCTION llm_policy_set_request_schema(text, jsonb) FROM PUBLIC;

CREATE FUNCTION llm_policy_get_request_schema(namespace text DEFAULT 'default') RETURNS jsonb
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'llm_policy_get_request_schema';
COMMENT ON FUNCTION llm_policy_get_request_schema(text) IS
	'The request schema that counts in a namespace: its own, or the nearest one above';
REVOKE ALL ON FUNCTION llm_policy_get_request_schema(text) FROM PUBLIC;

-- The names that have a meaning to the engine.  It requires nothing and is closed nowhere: what else a request has is
-- its caller's business.
INSERT INTO llm_policy.request_schemas (namespace, shipped, schema) VALUES ('default', true, $schema$
{
  "type": "object",
  "additionalProperties": true,
  "properties": {
    "requestId": {"type": ["string", "number"]},
    "request": {"type": "object", "additionalProperties": true},
    "stage": {"enum": ["request", "response", "tool_call", "tool_result", "retrieval"]},
    "traceparent": {"type": "string"},
    "llm": {
      "type": "object",
      "additionalProperties": true,
      "properties": {
        "provider": {"type": "string"},
        "model": {"type": "string"},
        "region": {"type": "string"},
        "prompt": {"type": ["string", "array", "null"]},
        "system": {"type": ["string", "array", "null"]},
        "input": {"type": ["string", "array", "null"]},
        "messages": {
          "type": ["array", "null"],
          "items": {
            "type": "object",
            "additionalProperties": true,
            "properties": {"role": {"type": "string"}, "content": {"type": ["string", "array", "null"]}}
          }
        },
        "tools": {"type": ["array", "null"]},
        "maxTokens": {"type": ["number", "null"]},
        "max_tokens": {"type": ["number", "null"]},
        "max_completion_tokens": {"type": ["number", "null"]},
        "max_output_tokens": {"type": ["number", "null"]},
        "temperature": {"type": ["number", "null"]}
      }
    },
    "response": {
      "type": "object",
      "additionalProperties": true,
      "properties": {"text": {"type": ["string", "null"]}, "usage": {"type": ["object", "null"]}}
    },
    "tool": {
      "type": "object",
      "additionalProperties": true,
      "properties": {"name": {"type": "string"}}
    },
    "document": {"type": "object", "additionalProperties": true},
    "user": {
      "type": "object",
      "additionalProperties": true,
      "properties": {
        "email": {"type": ["string", "null"]},
        "roles": {"type": ["array", "null"], "items": {"type": "string"}},
        "permissions": {"type": ["array", "null"], "items": {"type": "string"}}
      }
    },
    "team": {"type": "object", "additionalProperties": true},
    "project": {
      "type": "object",
      "additionalProperties": true,
      "properties": {"environment": {"type": ["string", "null"]}}
    },
    "session": {"type": "object", "additionalProperties": true},
    "metadata": {"type": "object", "additionalProperties": true}
  }
}
$schema$);
