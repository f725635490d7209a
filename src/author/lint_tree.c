/*
 * author/lint_tree.c - fields that a schema does not know, and comparisons that never hold by its types and
 * values.
 *
 * Which values an operator holds for is the vm's business; where a schema lists all values they are tried.
 */
#include "author/lint_tree.h"

#include "author/lint_values.h"
#include "base/field_path.h"
#include "base/character.h"
#include "base/terms.h"
#include "policy/keys.h"
#include "vm/operators.h"

static const RequestSchema length_schema = {.types = SCHEMA_INTEGER};
static const RequestSchema character_schema = {.types = SCHEMA_STRING};

#define WARN(lint, about, place, hint, ...)                                                                  \
	llp_diag_add((lint)->findings, SEVERITY_WARNING, (about)->line, (about)->column,                         \
				 llp_place_path((lint)->arena, place), hint, __VA_ARGS__)

/* --- Fields --- */

/* What is known one step below; NULL: nothing.  *known: could there be such a step at all? */
static const RequestSchema *
step_below(const RequestSchema *schema, const PathStep *step, bool *known)
{
	const RequestSchema *member = llp_schema_member(schema, step->key);

	*known = true;
	if (member != NULL && (schema->types & SCHEMA_OBJECT) != 0)
		return member;
	if (step->is_index && (schema->types & SCHEMA_ARRAY) != 0)
		return schema->items;
	if (step->is_index && (schema->types & SCHEMA_STRING) != 0)
		return &character_schema;
	if (llp_str_equal(step->key, STR("length")) && (schema->types & (SCHEMA_ARRAY | SCHEMA_STRING)) != 0)
		return &length_schema;
	*known = (schema->types & SCHEMA_OBJECT) != 0 && !schema->closed;
	return NULL;
}

static void
warn_of_step(const TreeLint *lint, const TreeNode *field, const Place *place, const RequestSchema *schema,
			 Str key)
{
	Str shown = llp_excerpt(lint->arena, key);

	if ((schema->types & SCHEMA_OBJECT) != 0)
		WARN(lint, field, place, llp_hint_member(lint->arena, schema, key),
			 "the request schema knows no \"%.*s\" here", STR_ARG(shown));
	else
	{
		StrBuf types;

		llp_buf_init(&types, lint->arena);
		llp_schema_types_write(&types, schema->types);
		WARN(lint, field, place, NULL, "by the request schema \"%.*s\" is looked for in %.*s", STR_ARG(shown),
			 STR_ARG(llp_buf_str(&types)));
	}
}

/* What is known of the field, after a warning where it is not known at all; NULL: nothing. */
static const RequestSchema *
schema_of_field(const TreeLint *lint, const TreeNode *field, const Place *place, Str text)
{
	const SchemaProperty *whole = llp_schema_property(lint->schema, text);
	const RequestSchema *schema = lint->schema;
	const char *problem;
	size_t offset;
	FieldPath path;

	if (whole != NULL)
		return whole->schema;
	if (llp_path_parse(lint->arena, text, &path, &problem, &offset) != STATUS_OK)
		return NULL;
	for (size_t i = 0; schema != NULL && i < path.count; i++)
	{
		bool known;
		const RequestSchema *below = step_below(schema, &path.steps[i], &known);

		if (!known)
			warn_of_step(lint, field, place, schema, path.steps[i].key);
		schema = below;
	}
	return schema;
}

/* --- Comparisons --- */

/* Can it be the text form of a value of such types, none of them string? */
static bool
can_be_text_of(unsigned types, Str text)
{
	bool number = text.size > 0 && (is_digit(text.data[0]) || text.data[0] == '-');
	bool truth = llp_str_equal(text, STR("true")) || llp_str_equal(text, STR("false"));

	return ((types & SCHEMA_INTEGER) != 0 && number) || ((types & SCHEMA_BOOLEAN) != 0 && truth);
}

/* Can a value of such types have the text form of the constant, a scalar? */
static bool
can_have_text(unsigned types, const TreeNode *constant)
{
	if ((types & SCHEMA_STRING) != 0)
		return true;
	switch (constant->kind)
	{
		case VALUE_STRING:
			return can_be_text_of(types, constant->as.string);
		case VALUE_BOOL:
			return (types & SCHEMA_BOOLEAN) != 0;
		case VALUE_INT:
			return (types & SCHEMA_INTEGER) != 0;
		default:
			return (types & SCHEMA_NUMBER) != 0;
	}
}

static bool
can_equal(unsigned types, const TreeNode *constant)
{
	switch (constant->kind)
	{
		case VALUE_NULL:
			return (types & SCHEMA_NULL) != 0;
		case VALUE_LIST:
			return (types & SCHEMA_ARRAY) != 0;
		case VALUE_MAP:
			return (types & SCHEMA_OBJECT) != 0;
		default:
			return can_have_text(types, constant);
	}
}

/* Is there a value of such types for which the operator, not one of the negated ones, may hold? */
static bool
can_hold(Operator op, unsigned types, const TreeNode *constant)
{
	switch (op)
	{
		case OPERATOR_EQ:
			return can_equal(types, constant);
		case OPERATOR_GT:
		case OPERATOR_LT:
			return (types & (SCHEMA_STRING | SCHEMA_INTEGER | SCHEMA_NUMBER)) != 0;
		case OPERATOR_GTE:
		case OPERATOR_LTE:
			return can_equal(types, constant) || can_hold(OPERATOR_GT, types, constant);
		case OPERATOR_IN:
			for (uint32_t i = 0; constant->kind == VALUE_LIST && i < constant->as.list.count; i++)
				if (can_equal(types, constant->as.list.items[i]))
					return true;
			/* Of a list of nothing, or what is no list, others have warned. */
			return constant->kind != VALUE_LIST || constant->as.list.count == 0;
		case OPERATOR_CONTAINS:
			return (types & (SCHEMA_STRING | SCHEMA_ARRAY | SCHEMA_OBJECT)) != 0;
		case OPERATOR_MATCHES:
			return (types & ~(unsigned) (SCHEMA_NULL | SCHEMA_ARRAY | SCHEMA_OBJECT)) != 0;
		default:
			return true;
	}
}

/* The operator that is negated; the operator itself if none is. */
static Operator
positive(Operator op)
{
	switch (op)
	{
		case OPERATOR_NE:
			return OPERATOR_EQ;
		case OPERATOR_NOT_IN:
			return OPERATOR_IN;
		case OPERATOR_NOT_CONTAINS:
			return OPERATOR_CONTAINS;
		default:
			return op;
	}
}

/* Does the operator hold for one of the listed values?  A pattern is not tried: it would have to be compiled.
 */
static bool
holds_for_one(const TreeLint *lint, Operator op, const TreeNode *values, const TreeNode *constant)
{
	Value wanted = llp_tree_value(constant);

	if (op == OPERATOR_MATCHES)
		return true;
	for (uint32_t i = 0; i < values->as.list.count; i++)
	{
		Value value = llp_tree_value(values->as.list.items[i]);
		bool holds;

		if (llp_operator_holds(llp_arena_host(lint->arena), op, &value, &wanted, NULL, &holds) != STATUS_OK ||
			holds)
			return true;
	}
	return false;
}

static Str
text_of(const TreeNode *node)
{
	return node->kind == VALUE_STRING ? node->as.string : STR("");
}

static void
warn_of_types(const TreeLint *lint, const TreeNode *value, const Place *place, Operator op, unsigned types)
{
	bool negated = positive(op) != op;
	Str name = llp_operator_name(op);
	StrBuf written;

	llp_buf_init(&written, lint->arena);
	llp_schema_types_write(&written, types);
	WARN(lint, value, place, NULL, "by the request schema the field is %.*s: %.*s is %s true",
		 STR_ARG(llp_buf_str(&written)), STR_ARG(name), negated ? "always" : "never");
}

static void
warn_of_values(const TreeLint *lint, const TreeNode *value, const Place *place, Operator op,
			   const TreeNode *values)
{
	WARN(lint, value, place, llp_hint_value(lint->arena, values, text_of(value)),
		 "the field has no such value by the request schema: %.*s is %s true", STR_ARG(llp_operator_name(op)),
		 positive(op) != op ? "always" : "never");
}

/* Warns of each item that the field never equals. */
static void
check_items(const TreeLint *lint, const RequestSchema *schema, const TreeNode *list, const Place *place,
			Operator op)
{
	Operator equality = positive(op) != op ? OPERATOR_NE : OPERATOR_EQ;

	for (uint32_t i = 0; i < list->as.list.count; i++)
	{
		const TreeNode *item = list->as.list.items[i];
		Place element = llp_place_element(place, i);

		if (!can_equal(schema->types, item))
			warn_of_types(lint, item, &element, equality, schema->types);
		else if (schema->values != NULL && !holds_for_one(lint, OPERATOR_EQ, schema->values, item))
			WARN(lint, item, &element, llp_hint_value(lint->arena, schema->values, text_of(item)),
				 "the field has no such value by the request schema");
	}
}

static void
check_comparison(const TreeLint *lint, const RequestSchema *schema, const TreeNode *value, const Place *place,
				 Operator op)
{
	Operator plain = positive(op);

	if (plain == OPERATOR_IN && value->kind == VALUE_LIST)
		check_items(lint, schema, value, place, op);
	else if (!can_hold(plain, schema->types, value))
		warn_of_types(lint, value, place, op, schema->types);
	else if (schema->values != NULL && !holds_for_one(lint, plain, schema->values, value))
		warn_of_values(lint, value, place, op, schema->values);
}

/* --- Trees --- */

static void
lint_leaf(const TreeLint *lint, const TreeNode *node, const Place *place, Operator op)
{
	const TreeNode *field = llp_tree_get(node, llp_key_name(KEY_OPERATOR_TREE_FIELD));
	const TreeNode *value = llp_tree_get(node, llp_key_name(KEY_OPERATOR_TREE_VALUE));
	Place field_place = llp_place_member(place, llp_key_name(KEY_OPERATOR_TREE_FIELD));
	Place value_place = llp_place_member(place, llp_key_name(KEY_OPERATOR_TREE_VALUE));
	const RequestSchema *schema;

	if (field == NULL || field->kind != VALUE_STRING)
		return;
	schema = schema_of_field(lint, field, &field_place, field->as.string);
	if (schema != NULL && value != NULL && op != OPERATOR_EXISTS)
		check_comparison(lint, schema, value, &value_place, op);
}

/* As deep as the document, whose depth is bounded. */
void
llp_lint_tree(const TreeLint *lint, const TreeNode *node, const Place *place)
{
	const TreeNode *name = llp_tree_get(node, llp_key_name(KEY_OPERATOR_TREE_OPERATOR));
	const TreeNode *children = llp_tree_get(node, llp_key_name(KEY_OPERATOR_TREE_CONDITIONS));
	Place children_place = llp_place_member(place, llp_key_name(KEY_OPERATOR_TREE_CONDITIONS));
	Operator op = name == NULL ? OPERATOR_NONE : llp_operator_of(text_of(name));

	if (op != OPERATOR_AND && op != OPERATOR_OR && op != OPERATOR_NOT)
	{
		lint_leaf(lint, node, place, op);
		return;
	}
	for (uint32_t i = 0; children != NULL && children->kind == VALUE_LIST && i < children->as.list.count; i++)
	{
		Place child = llp_place_element(&children_place, i);

		llp_lint_tree(lint, children->as.list.items[i], &child);
	}
}

void
llp_lint_applicability(const TreeLint *lint, const TreeNode *node, const Place *place)
{
	for (uint32_t i = 0; i < node->as.map.count; i++)
	{
		const TreeMember *member = &node->as.map.members[i];
		Place inner = llp_place_member(place, member->key);
		TreeNode about = {.line = member->line, .column = member->column};
		const RequestSchema *schema = schema_of_field(lint, &about, &inner, member->key);

		if (schema != NULL)
			check_comparison(lint, schema, member->value, &inner,
							 member->value->kind == VALUE_LIST ? OPERATOR_IN : OPERATOR_EQ);
	}
}
