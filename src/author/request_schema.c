/*
 * author/request_schema.c - reads JSON Schemas, as far as policies can make use of them.
 */
#include "author/request_schema.h"

#include "policy/place.h"

/* Schemas within each other. */
#define MAX_DEPTH 64

typedef struct SchemaReader
{
	Arena *arena;
	DiagnosticList *findings;
	int depth;
} SchemaReader;

#define REPORT(reader, severity, place, hint, ...)                                                           \
	llp_diag_add((reader)->findings, severity, 0, 0, llp_place_path((reader)->arena, place), hint,           \
				 __VA_ARGS__)

static const RequestSchema anything = {.types = SCHEMA_ANY};

static const RequestSchema *read_schema(SchemaReader *reader, const TreeNode *node, const Place *place);

/* --- Types --- */

typedef struct TypeName
{
	Str name;
	unsigned types;
} TypeName;

#define TYPE(name, types)                                                                                    \
	{                                                                                                        \
		{name, sizeof(name) - 1}, types                                                                      \
	}

/* ORDER: enum SchemaType. */
static const TypeName type_names[] = {
	TYPE("null", SCHEMA_NULL),		 TYPE("boolean", SCHEMA_BOOLEAN),
	TYPE("integer", SCHEMA_INTEGER), TYPE("number", SCHEMA_INTEGER | SCHEMA_NUMBER),
	TYPE("string", SCHEMA_STRING),	 TYPE("array", SCHEMA_ARRAY),
	TYPE("object", SCHEMA_OBJECT),
};

#define TYPE_NAMES (sizeof(type_names) / sizeof(type_names[0]))

void
llp_schema_types_write(StrBuf *out, unsigned types)
{
	size_t start = out->size;

	for (size_t i = 0; i < TYPE_NAMES; i++)
	{
		if ((types & (1U << i)) == 0 || ((1U << i) == SCHEMA_INTEGER && (types & SCHEMA_NUMBER) != 0))
			continue;
		llp_buf_append(out, out->size > start ? STR(" or ") : STR(""));
		llp_buf_append(out, type_names[i].name);
	}
}

/* The types of a name; 0 after reporting that there is none. */
static unsigned
type_of(SchemaReader *reader, const TreeNode *name, const Place *place)
{
	for (size_t i = 0; name->kind == VALUE_STRING && i < TYPE_NAMES; i++)
	{
		if (llp_str_equal(type_names[i].name, name->as.string))
			return type_names[i].types;
	}
	REPORT(reader, SEVERITY_ERROR, place,
		   "Types are null, boolean, integer, number, string, array and object.", "there is no such type");
	return 0;
}

static void
read_types(SchemaReader *reader, const TreeNode *node, const Place *place, RequestSchema *schema)
{
	schema->types = 0;
	if (node->kind != VALUE_LIST)
	{
		schema->types = type_of(reader, node, place);
		return;
	}
	for (uint32_t i = 0; i < node->as.list.count; i++)
	{
		Place element = llp_place_element(place, i);

		schema->types |= type_of(reader, node->as.list.items[i], &element);
	}
	if (node->as.list.count == 0)
		REPORT(reader, SEVERITY_ERROR, place, NULL, "a value has at least one type");
}

/* --- Values --- */

static void
read_enum(SchemaReader *reader, const TreeNode *node, const Place *place, RequestSchema *schema)
{
	if (node->kind == VALUE_LIST)
		schema->values = node;
	else
		REPORT(reader, SEVERITY_ERROR, place, "It is the list of all values.", "enum is a list");
}

static void
read_items(SchemaReader *reader, const TreeNode *node, const Place *place, RequestSchema *schema)
{
	schema->items = read_schema(reader, node, place);
}

/* --- Members --- */

static void
read_properties(SchemaReader *reader, const TreeNode *node, const Place *place, RequestSchema *schema)
{
	if (node->kind != VALUE_MAP)
	{
		REPORT(reader, SEVERITY_ERROR, place, NULL, "properties is an object");
		return;
	}
	schema->properties = llp_arena_array(reader->arena, node->as.map.count, sizeof(SchemaProperty));
	if (schema->properties == NULL)
		return;
	for (uint32_t i = 0; i < node->as.map.count; i++)
	{
		const TreeMember *member = &node->as.map.members[i];
		Place inner = llp_place_member(place, member->key);

		schema->properties[i] =
			(SchemaProperty){.name = member->key, .schema = read_schema(reader, member->value, &inner)};
	}
	schema->property_count = node->as.map.count;
}

/* false says what nothing says, too: that there are no others. */
static void
read_others(SchemaReader *reader, const TreeNode *node, const Place *place, RequestSchema *schema)
{
	if (node->kind != VALUE_BOOL || node->as.boolean)
		schema->others = read_schema(reader, node, place);
}

static void
check_required(SchemaReader *reader, const TreeNode *node, const Place *place, RequestSchema *schema)
{
	(void) schema;
	if (node->kind != VALUE_LIST)
		REPORT(reader, SEVERITY_ERROR, place, NULL, "required is a list of names");
	for (uint32_t i = 0; node->kind == VALUE_LIST && i < node->as.list.count; i++)
	{
		Place element = llp_place_element(place, i);

		if (node->as.list.items[i]->kind != VALUE_STRING)
			REPORT(reader, SEVERITY_ERROR, &element, NULL, "required is a list of names");
	}
}

static bool
lists(const TreeNode *names, Str name)
{
	for (uint32_t i = 0; i < names->as.list.count; i++)
		if (names->as.list.items[i]->kind == VALUE_STRING &&
			llp_str_equal(names->as.list.items[i]->as.string, name))
			return true;
	return false;
}

/* When all keywords have been read: which properties may be absent, and whether there are others. */
static void
finish_members(const TreeNode *node, RequestSchema *schema)
{
	const TreeNode *required = llp_tree_get(node, STR("required"));

	schema->closed = schema->others == NULL && llp_tree_get(node, STR("properties")) != NULL;
	if (required == NULL || required->kind != VALUE_LIST)
		return;
	for (size_t i = 0; i < schema->property_count; i++)
		schema->properties[i].optional = !lists(required, schema->properties[i].name);
}

/* --- Schemas --- */

typedef struct Keyword
{
	Str name;
	void (*read)(SchemaReader *reader, const TreeNode *node, const Place *place, RequestSchema *schema);
} Keyword;

#define KEYWORD(name, read)                                                                                  \
	{                                                                                                        \
		{name, sizeof(name) - 1}, read                                                                       \
	}

/* Those without a function say nothing about values. */
static const Keyword keywords[] = {
	KEYWORD("type", read_types),
	KEYWORD("enum", read_enum),
	KEYWORD("properties", read_properties),
	KEYWORD("required", check_required),
	KEYWORD("items", read_items),
	KEYWORD("additionalProperties", read_others),
	KEYWORD("title", NULL),
	KEYWORD("description", NULL),
	KEYWORD("default", NULL),
	KEYWORD("examples", NULL),
	KEYWORD("$schema", NULL),
	KEYWORD("$id", NULL),
	KEYWORD("$comment", NULL),
};

static void
read_keyword(SchemaReader *reader, const TreeMember *member, const Place *place, RequestSchema *schema)
{
	Place inner = llp_place_member(place, member->key);
	Str shown = llp_excerpt(reader->arena, member->key);

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
	{
		if (!llp_str_equal(keywords[i].name, member->key))
			continue;
		if (keywords[i].read != NULL)
			keywords[i].read(reader, member->value, &inner, schema);
		return;
	}
	REPORT(reader, SEVERITY_NOTE, &inner, NULL, "keyword \"%.*s\" is ignored", STR_ARG(shown));
}

static const RequestSchema *
read_map(SchemaReader *reader, const TreeNode *node, const Place *place)
{
	RequestSchema *schema = llp_arena_new(reader->arena, RequestSchema);

	if (schema == NULL)
		return &anything;
	*schema = anything;
	for (uint32_t i = 0; i < node->as.map.count; i++)
		read_keyword(reader, &node->as.map.members[i], place, schema);
	finish_members(node, schema);
	return schema;
}

/* Never NULL: of what is wrong nothing is known. */
static const RequestSchema *
read_schema(SchemaReader *reader, const TreeNode *node, const Place *place)
{
	const RequestSchema *schema = &anything;

	if (node->kind == VALUE_MAP && reader->depth < MAX_DEPTH)
	{
		reader->depth++;
		schema = read_map(reader, node, place);
		reader->depth--;
	}
	else if (node->kind == VALUE_MAP)
		REPORT(reader, SEVERITY_ERROR, place, NULL, "schemas are nested more than %d deep", MAX_DEPTH);
	else if (node->kind != VALUE_BOOL)
		REPORT(reader, SEVERITY_ERROR, place, NULL, "a schema is an object");
	return schema;
}

Status
llp_read_request_schema(Arena *arena, const TreeNode *document, DiagnosticList *findings,
						const RequestSchema **schema)
{
	SchemaReader reader = {.arena = arena, .findings = findings};
	Place top = {NULL, {NULL, 0}, 0};
	size_t errors = findings->errors;

	*schema = read_schema(&reader, document, &top);
	if (llp_arena_exhausted(arena) || findings->exhausted)
		return STATUS_NO_MEMORY;
	return findings->errors == errors ? STATUS_OK : STATUS_INVALID;
}

/* --- Looking things up --- */

const SchemaProperty *
llp_schema_property(const RequestSchema *schema, Str name)
{
	for (size_t i = 0; i < schema->property_count; i++)
		if (llp_str_equal(schema->properties[i].name, name))
			return &schema->properties[i];
	return NULL;
}

const RequestSchema *
llp_schema_member(const RequestSchema *schema, Str name)
{
	const SchemaProperty *property = llp_schema_property(schema, name);

	return property != NULL ? property->schema : schema->others;
}
