/*
 * lang/names.c - qualified names: putting them together, and the order in which they are tried.
 */
#include "lang/names.h"

#include <string.h>

#include "lang/word.h"

static bool
append(QualifiedName *name, Str text)
{
	if (text.size > sizeof(name->data) - name->size)
		return false;
	if (text.size > 0)
		memcpy(name->data + name->size, text.data, text.size);
	name->size += text.size;
	return true;
}

bool
llp_qualified_name_append(QualifiedName *name, Str part)
{
	return append(name, STR(".")) && append(name, part);
}

static bool
qualified_name(const Expression *expr, QualifiedName *name, int parts)
{
	if (expr->kind == EXPR_IDENTIFIER)
	{
		if (expr->as.identifier.quoted)
			return false;
		name->size = 0;
		name->absolute = expr->as.identifier.absolute;
		name->root = expr->as.identifier.name;
		return append(name, expr->as.identifier.name);
	}
	if (parts == LLP_MAX_NAME_PARTS || expr->kind != EXPR_SELECT || expr->as.select.operand == NULL ||
		expr->as.select.test || expr->as.select.optional || !llp_is_field_name(expr->as.select.field))
		return false;
	return qualified_name(expr->as.select.operand, name, parts + 1) &&
		   llp_qualified_name_append(name, expr->as.select.field);
}

bool
llp_qualified_name(const Expression *expr, QualifiedName *name)
{
	return qualified_name(expr, name, 1);
}

/* The container without its last `index` parts; false when it has not so many. */
static bool
shorten(Str *container, int index)
{
	for (; index > 0; index--)
	{
		if (container->size == 0)
			return false;
		while (container->size > 0 && container->data[container->size - 1] != '.')
			container->size--;
		if (container->size > 0)
			container->size--;
	}
	return true;
}

bool
llp_name_candidate(Str container, Str name, bool absolute, int index, QualifiedName *candidate)
{
	if (absolute)
		container = STR("");
	if (!shorten(&container, index))
		return false;
	candidate->size = 0;
	candidate->absolute = absolute;
	candidate->root = name;
	if (container.size == 0)
		return append(candidate, name);
	return append(candidate, container) && llp_qualified_name_append(candidate, name);
}
