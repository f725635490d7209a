/*
 * policy/expression.c - expressions of documents: which names they may use, and where their errors stand.
 */
#include "policy/expression.h"

#include "base/suggest.h"
#include "doc/scalar_place.h"
#include "lang/check.h"
#include "lang/parser.h"
#include "lang/print.h"
#include "policy/expected.h"
#include "policy/reference.h"

/* The members of the request are variables, and nobody says of which types they are. */
static const Environment request_environment = {
	.open = true, .registry = true, .expected = llp_expected_hint};

/* An expression in a string of a document. */
typedef struct Site
{
	Str text; /* in which the document is written */
	const TreeNode *node;
	size_t begin; /* of the expression, in the string */
} Site;

static void
place_in_document(void *context, size_t offset, int *line, int *column)
{
	const Site *site = context;

	*line = site->node->line;
	*column = site->node->column;
	llp_scalar_place(site->text, site->node->as.string, site->begin + offset, line, column);
}

/* --- Names ---------------------------------------------------------------------------------------------- */

/* The expression whose names are looked at. */
typedef struct NameCheck
{
	const Source *source;
	DiagnosticList *findings;
	Reader *reader; /* NULL: it is no part of a document */
} NameCheck;

static bool
is_free_name(const Expression *expr)
{
	return expr->kind == EXPR_IDENTIFIER && expr->as.identifier.binder == NULL &&
		   expr->as.identifier.denoted == NULL;
}

static bool
is_name(const Expression *expr, Str name)
{
	return is_free_name(expr) && llp_str_equal(expr->as.identifier.name, name);
}

/* Names that belong to the engine and are no values. */
static void
check_name(NameCheck *check, Str name, size_t offset)
{
	if (llp_str_equal(name, STR("variables")))
		llp_source_report(check->source, check->findings, SEVERITY_ERROR, offset,
						  "Write variables.name; each variable is a value of its own.",
						  "\"variables\" is no value");
	else if (llp_str_equal(name, STR("data")))
		llp_source_report(check->source, check->findings, SEVERITY_ERROR, offset,
						  "Write data.name; what stands under the policy's key data are values of their own.",
						  "\"data\" is no value");
}

/* What stands under a key of the policy, which expressions may read by name. */
typedef struct Named
{
	const TreeNode *members; /* NULL: there are none */
	size_t first;			 /* place of the first one among all that may be read */
	const char *what;
	const char *hint;
} Named;

static Named
variables_of(const Reader *reader)
{
	return (Named){reader == NULL ? NULL : reader->variables, 0, "variable",
				   "A policy has the variables that stand under its key variables."};
}

static Named
data_of(const Reader *reader)
{
	size_t first = reader == NULL || reader->variables == NULL ? 0 : reader->variables->as.map.count;

	return (Named){reader == NULL ? NULL : reader->data, first, "data",
				   "A policy reads the data sources that stand under its key data."};
}

static void
report_unknown_name(NameCheck *check, const Named *named, Str name, size_t offset)
{
	Nearest nearest = {.spelling = name};
	Str shown = llp_excerpt(check->findings->arena, name);
	StrBuf hint;

	for (uint32_t i = 0; named->members != NULL && i < named->members->as.map.count; i++)
		llp_nearest_consider(&nearest, named->members->as.map.members[i].key);
	llp_buf_init(&hint, check->findings->arena);
	llp_hint_question(&hint, nearest.candidate);
	if (hint.size == 0)
		llp_buf_append(&hint, llp_str(named->hint));
	llp_source_report(check->source, check->findings, SEVERITY_ERROR, offset, llp_hint_text(&hint),
					  "unknown %s \"%.*s\"", named->what, STR_ARG(shown));
}

/* variables.name, data.name: there has to be one of that name, and whoever asks is told. */
static void
check_named(NameCheck *check, const Named *named, Str name, size_t offset)
{
	for (uint32_t i = 0; named->members != NULL && i < named->members->as.map.count; i++)
	{
		if (!llp_str_equal(named->members->as.map.members[i].key, name))
			continue;
		if (check->reader->reads != NULL)
			check->reader->reads[named->first + i] = true;
		return;
	}
	report_unknown_name(check, named, name, offset);
}

/* usage.x and its like, which the request does not have either. */
static void
check_expected(NameCheck *check, const Select *select, size_t offset)
{
	StrBuf name;
	const char *hint;

	if (!is_free_name(select->operand) || select->operand->as.identifier.quoted)
		return;
	llp_buf_init(&name, check->findings->arena);
	llp_buf_append(&name, select->operand->as.identifier.name);
	llp_buf_append_char(&name, '.');
	llp_buf_append(&name, select->field);
	hint = llp_expected_hint(llp_buf_str(&name));
	if (hint != NULL)
		llp_source_report(check->source, check->findings, SEVERITY_ERROR, offset, hint,
						  "nothing provides \"%.*s\" yet", STR_ARG(llp_buf_str(&name)));
}

static void check_names(void *context, const Expression *expr);

static void
check_select(NameCheck *check, const Expression *expr)
{
	const Select *select = &expr->as.select;
	Named variables = variables_of(check->reader);
	Named data = data_of(check->reader);

	if (select->operand == NULL)
		check_name(check, select->field, expr->offset);
	else if (is_name(select->operand, STR("variables")))
		check_named(check, &variables, select->field, select->operand->offset);
	else if (is_name(select->operand, STR("data")))
		check_named(check, &data, select->field, select->operand->offset);
	else
	{
		check_expected(check, select, select->operand->offset);
		check_names(check, select->operand);
	}
}

/* As deep as the tree, which the parser bounds.  `context` is a NameCheck. */
static void
check_names(void *context, const Expression *expr)
{
	NameCheck *check = context;

	if (expr->kind == EXPR_SELECT)
	{
		check_select(check, expr);
		return;
	}
	if (is_free_name(expr))
		check_name(check, expr->as.identifier.name, expr->offset);
	/* A function of the surroundings is looked for by whoever knows what is registered. */
	if (expr->kind == EXPR_CALL && expr->as.call.registered && check->reader != NULL)
		llp_refer_to_function(check->reader, check->source, expr);
	llp_expr_each_part(expr, check_names, check);
}

/* -------------------------------------------------------------------------------------------------------- */

static Status
read_source(Arena *arena, NameCheck *check, const Expression **result)
{
	const Source *source = check->source;
	Expression *expr = NULL;
	size_t errors = check->findings->errors;
	Status status = llp_expression_parse(arena, source, &llp_default_parse_options, check->findings, &expr);

	if (status == STATUS_OK)
		status = llp_expression_check(arena, source, &request_environment, check->findings, expr);
	if (status != STATUS_OK)
		return status;
	check_names(check, expr);
	*result = expr;
	return check->findings->errors == errors ? STATUS_OK : STATUS_INVALID;
}

static Source *
source_in_document(const Reader *reader, const TreeNode *node, Str text, const Place *place)
{
	Source *source = llp_arena_new(reader->arena, Source);
	Site *site = llp_arena_new(reader->arena, Site);

	if (source == NULL || site == NULL)
		return NULL;
	*site = (Site){reader->text, node, (size_t) (text.data - node->as.string.data)};
	*source = (Source){.text = text,
					   .path = llp_place_path(reader->arena, place),
					   .place = place_in_document,
					   .context = site};
	return source;
}

/* Puts the expression among those of the policy. */
static bool
note_expression(Reader *reader, const Source *source, const Expression *expr)
{
	PolicyExpression *noted = llp_arena_new(reader->arena, PolicyExpression);

	if (noted == NULL)
		return false;
	*noted = (PolicyExpression){.expression = expr, .source = source};
	*reader->next_expression = noted;
	reader->next_expression = &noted->next;
	return true;
}

/* Reads the expression, and hands out its text as well. */
static bool
read_in_document(Reader *reader, const TreeNode *node, Str text, const Place *place, const Source **source,
				 const Expression **result)
{
	NameCheck check = {source_in_document(reader, node, text, place), reader->findings, reader};

	*source = check.source;
	return *source != NULL && read_source(reader->arena, &check, result) == STATUS_OK &&
		   note_expression(reader, *source, *result);
}

bool
llp_read_expression(Reader *reader, const TreeNode *node, Str text, const Place *place,
					const Expression **result)
{
	const Source *source;

	return read_in_document(reader, node, text, place, &source, result);
}

static bool
is_bool(const CelType *type)
{
	return type->kind == KIND_BOOL || type->kind == KIND_DYN;
}

bool
llp_read_condition_expression(Reader *reader, const TreeNode *node, const Place *place,
							  const Expression **result)
{
	const Source *source;

	if (!read_in_document(reader, node, node->as.string, place, &source, result))
		return false;
	if (is_bool((*result)->type))
		return true;
	llp_source_report(source, reader->findings, SEVERITY_ERROR, (*result)->offset,
					  "Compare it with something.", "a condition has to be a bool");
	return false;
}

Status
llp_read_single_expression(Arena *arena, Str text, DiagnosticList *findings, const Expression **result)
{
	Source *source = llp_arena_new(arena, Source);
	NameCheck check = {source, findings, NULL};

	if (source == NULL)
		return STATUS_NO_MEMORY;
	*source = (Source){.text = text};
	return read_source(arena, &check, result);
}

TreeNode *
llp_expression_text(Arena *arena, const Expression *expr)
{
	StrBuf text;

	llp_buf_init(&text, arena);
	llp_expr_print(&text, expr);
	return text.failed ? NULL : llp_tree_string(arena, llp_buf_str(&text));
}
