/*
 * test/unit/expression_support.h - expressions for tests: parsing, comparing trees, writing them as calls.
 */
#ifndef LLP_TEST_EXPRESSION_SUPPORT_H
#define LLP_TEST_EXPRESSION_SUPPORT_H

#include <string.h>

#include "lang/infer.h"
#include "lang/parser.h"
#include "lang/print.h"

/* Parses with the default options; NULL when there are errors. */
__attribute__((unused)) static Expression *
parse_text(Arena *arena, Str text, DiagnosticList *findings)
{
	Source *source = llp_arena_new(arena, Source);
	Expression *expr = NULL;

	if (source == NULL)
		return NULL;
	source->text = text;
	llp_diag_init(findings, arena);
	(void) llp_expression_parse(arena, source, &llp_default_parse_options, findings, &expr);
	return expr;
}

static bool same_tree(const Expression *a, const Expression *b);

static bool
same_constant(const Constant *a, const Constant *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind)
	{
		case KIND_NULL:
			return true;
		case KIND_BOOL:
			return a->as.boolean == b->as.boolean;
		case KIND_INT:
		case KIND_UINT:
			return a->as.natural == b->as.natural;
		case KIND_DOUBLE:
			return memcmp(&a->as.real, &b->as.real, sizeof(double)) == 0;
		default:
			return llp_str_equal(a->as.text, b->as.text);
	}
}

static bool
same_call(const Call *a, const Call *b)
{
	if (!llp_str_equal(a->name, b->name) || a->absolute != b->absolute || a->count != b->count ||
		a->function != b->function || !same_tree(a->receiver, b->receiver))
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (!same_tree(a->arguments[i], b->arguments[i]))
			return false;
	return true;
}

static bool
same_list(const Expression *a, const Expression *b)
{
	if (a->as.list.count != b->as.list.count)
		return false;
	for (uint32_t i = 0; i < a->as.list.count; i++)
	{
		const ListItem *x = &a->as.list.items[i];
		const ListItem *y = &b->as.list.items[i];

		if (x->optional != y->optional || !same_tree(x->value, y->value))
			return false;
	}
	return true;
}

static bool
same_map(const Expression *a, const Expression *b)
{
	if (a->as.map.count != b->as.map.count)
		return false;
	for (uint32_t i = 0; i < a->as.map.count; i++)
	{
		const MapEntry *x = &a->as.map.entries[i];
		const MapEntry *y = &b->as.map.entries[i];

		if (x->optional != y->optional || !same_tree(x->key, y->key) || !same_tree(x->value, y->value))
			return false;
	}
	return true;
}

static bool
same_comprehension(const Comprehension *a, const Comprehension *b)
{
	return llp_str_equal(a->variable, b->variable) && llp_str_equal(a->second, b->second) &&
		   llp_str_equal(a->accumulator, b->accumulator) && same_tree(a->range, b->range) &&
		   same_tree(a->init, b->init) && same_tree(a->condition, b->condition) &&
		   same_tree(a->step, b->step) && same_tree(a->result, b->result);
}

/* The same trees but for places, types and the spelling of macros? */
static bool
same_tree(const Expression *a, const Expression *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	if (a->kind != b->kind || a->height != b->height || (a->macro == NULL) != (b->macro == NULL))
		return false;
	switch (a->kind)
	{
		case EXPR_CONSTANT:
			return same_constant(&a->as.constant, &b->as.constant);
		case EXPR_IDENTIFIER:
			return llp_str_equal(a->as.identifier.name, b->as.identifier.name) &&
				   a->as.identifier.absolute == b->as.identifier.absolute &&
				   a->as.identifier.quoted == b->as.identifier.quoted;
		case EXPR_SELECT:
			return llp_str_equal(a->as.select.field, b->as.select.field) &&
				   a->as.select.test == b->as.select.test && a->as.select.quoted == b->as.select.quoted &&
				   a->as.select.optional == b->as.select.optional &&
				   same_tree(a->as.select.operand, b->as.select.operand);
		case EXPR_CALL:
			return same_call(&a->as.call, &b->as.call);
		case EXPR_LIST:
			return same_list(a, b);
		case EXPR_MAP:
			return same_map(a, b);
		case EXPR_COMPREHENSION:
			return same_comprehension(a->as.comprehension, b->as.comprehension);
	}
	return false;
}

__attribute__((unused)) static Str
print_text_of(Arena *arena, const Expression *expr)
{
	StrBuf out;

	llp_buf_init(&out, arena);
	llp_expr_print(&out, expr);
	return llp_buf_str(&out);
}

/* Is the tree the same after it was printed and parsed? */
__attribute__((unused)) static bool
prints_back(Arena *arena, const Expression *expr)
{
	DiagnosticList findings;

	return same_tree(expr, parse_text(arena, print_text_of(arena, expr), &findings));
}

__attribute__((unused)) static Str
written_type(Arena *arena, const CelType *type)
{
	StrBuf out;

	llp_buf_init(&out, arena);
	llp_type_write(&out, type);
	return llp_buf_str(&out);
}

/* Takes a name of a type off the text, with its parameters. */
static const CelType *
read_type(Inference *inference, Str *text)
{
	Str name = *text;
	const CelType *parameters[2] = {NULL, NULL};
	const CelType *type;

	while (text->size > 0 && strchr("(), ", text->data[0]) == NULL)
		*text = (Str){text->data + 1, text->size - 1};
	name.size -= text->size;
	if (text->size > 0 && text->data[0] == '(')
	{
		for (int i = 0; i < 2 && text->size > 0 && text->data[0] != ')'; i++)
		{
			while (text->size > 0 && strchr("(, ", text->data[0]) != NULL)
				*text = (Str){text->data + 1, text->size - 1};
			parameters[i] = read_type(inference, text);
		}
		if (text->size > 0)
			*text = (Str){text->data + 1, text->size - 1};
	}
	type = llp_type_of_name(name);
	if (type != NULL && parameters[0] != NULL)
		return llp_infer_type(inference, type->kind, parameters[0], parameters[1]);
	/* Messages of google.protobuf that may be of any type, or null, are dyn. */
	return type != NULL ? type : &llp_type_DYN;
}

/* "map(string,list(int))" */
__attribute__((unused)) static const CelType *
type_of_text(Arena *arena, Str text)
{
	Inference inference;

	llp_infer_init(&inference, arena);
	return read_type(&inference, &text);
}

#endif
