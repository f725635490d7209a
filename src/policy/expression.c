/*
 * policy/expression.c - expressions of documents: which names they may use, and where their errors stand.
 */
#include "policy/expression.h"

#include "doc/scalar_place.h"
#include "lang/check.h"
#include "lang/parser.h"

/* The members of the request are variables, and nobody says of which types they are. */
static const Environment request_environment = {.open = true};

/* An expression in a document. */
typedef struct Site
{
	const Reader *reader;
	const TreeNode *node;
} Site;

/* Findings that nobody will see need no place of their own, which takes time to find. */
static void
place_in_document(void *context, size_t offset, int *line, int *column)
{
	const Site *site = context;

	*line = site->node->line;
	*column = site->node->column;
	if (site->reader->findings->kept < LLP_MAX_DIAGNOSTICS)
		llp_scalar_place(site->reader->text, site->node->as.string, offset, line, column);
}

/* Names that belong to the engine and that nothing provides yet. */
static void
check_name(const Source *source, DiagnosticList *findings, const Expression *expr)
{
	const Identifier *identifier = &expr->as.identifier;

	if (identifier->binder != NULL || identifier->denoted != NULL)
		return;
	if (!llp_str_equal(identifier->name, STR("data")) && !llp_str_equal(identifier->name, STR("variables")))
		return;
	llp_source_report(source, findings, SEVERITY_ERROR, expr->offset,
					  "The name belongs to the engine, and nothing is registered under it.",
					  "\"%.*s\" is not available yet", STR_ARG(identifier->name));
}

static void
check_names(const Source *source, DiagnosticList *findings, const Expression *expr)
{
	if (expr == NULL)
		return;
	switch (expr->kind)
	{
		case EXPR_CONSTANT:
			break;
		case EXPR_IDENTIFIER:
			check_name(source, findings, expr);
			break;
		case EXPR_SELECT:
			check_names(source, findings, expr->as.select.operand);
			break;
		case EXPR_CALL:
			check_names(source, findings, expr->as.call.receiver);
			for (uint32_t i = 0; i < expr->as.call.count; i++)
				check_names(source, findings, expr->as.call.arguments[i]);
			break;
		case EXPR_LIST:
			for (uint32_t i = 0; i < expr->as.list.count; i++)
				check_names(source, findings, expr->as.list.items[i].value);
			break;
		case EXPR_MAP:
			for (uint32_t i = 0; i < expr->as.map.count; i++)
			{
				check_names(source, findings, expr->as.map.entries[i].key);
				check_names(source, findings, expr->as.map.entries[i].value);
			}
			break;
		case EXPR_COMPREHENSION:
			check_names(source, findings, expr->as.comprehension->range);
			check_names(source, findings, expr->as.comprehension->init);
			check_names(source, findings, expr->as.comprehension->condition);
			check_names(source, findings, expr->as.comprehension->step);
			check_names(source, findings, expr->as.comprehension->result);
			break;
	}
}

static Status
read_source(Arena *arena, const Source *source, DiagnosticList *findings, const Expression **result)
{
	Expression *expr = NULL;
	size_t errors = findings->errors;
	Status status = llp_expression_parse(arena, source, &llp_default_parse_options, findings, &expr);

	if (status == STATUS_OK)
		status = llp_expression_check(arena, source, &request_environment, findings, expr);
	if (status != STATUS_OK)
		return status;
	check_names(source, findings, expr);
	*result = expr;
	return findings->errors == errors ? STATUS_OK : STATUS_INVALID;
}

static bool
is_bool(const CelType *type)
{
	return type->kind == KIND_BOOL || type->kind == KIND_DYN;
}

bool
llp_read_expression(Reader *reader, const TreeNode *node, const Place *place, const Expression **result)
{
	Source *source = llp_arena_new(reader->arena, Source);
	Site *site = llp_arena_new(reader->arena, Site);
	Status status;

	if (source == NULL || site == NULL)
		return false;
	*site = (Site){reader, node};
	*source = (Source){.text = node->as.string,
					   .path = llp_place_path(reader->arena, place),
					   .place = place_in_document,
					   .context = site};
	status = read_source(reader->arena, source, reader->findings, result);
	if (status == STATUS_OK && !is_bool((*result)->type))
	{
		llp_source_report(source, reader->findings, SEVERITY_ERROR, (*result)->offset,
						  "Compare it with something.", "a condition has to be a bool");
		return false;
	}
	return status == STATUS_OK;
}

Status
llp_read_single_expression(Arena *arena, Str text, DiagnosticList *findings, const Expression **result)
{
	Source *source = llp_arena_new(arena, Source);

	if (source == NULL)
		return STATUS_NO_MEMORY;
	*source = (Source){.text = text};
	return read_source(arena, source, findings, result);
}
