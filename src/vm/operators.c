/*
 * vm/operators.c - the fifteen operators' leaves.
 *
 * Text forms are made in buffers on the stack.  What a field is, and what follows from the answer, is not
 * known here.
 */
#include "vm/operators.h"

#include "base/number.h"

static bool
is_number(const Value *value)
{
	return value->kind == VALUE_INT || value->kind == VALUE_DOUBLE;
}

static bool
is_container(const Value *value)
{
	return value->kind == VALUE_LIST || value->kind == VALUE_MAP;
}

bool
llp_text_form(const Host *host, const Value *value, char *buffer, Str *text)
{
	switch (value->kind)
	{
		case VALUE_STRING:
			*text = value->as.string;
			return true;
		case VALUE_BOOL:
		case VALUE_INT:
		case VALUE_DOUBLE:
			*text = llp_scalar_text(host, value, buffer);
			return true;
		default:
			return false;
	}
}

/* Compares text forms by code point; false when one of the two has none. */
static bool
compare_texts(const Host *host, const Value *a, const Value *b, int *order)
{
	char buffer_a[LLP_NUMBER_TEXT_SIZE];
	char buffer_b[LLP_NUMBER_TEXT_SIZE];
	Str text_a;
	Str text_b;

	if (!llp_text_form(host, a, buffer_a, &text_a) || !llp_text_form(host, b, buffer_b, &text_b))
		return false;
	*order = llp_str_compare(text_a, text_b);
	return true;
}

bool
llp_operator_eq(const Host *host, const Value *a, const Value *b)
{
	int order;

	if (a->kind == VALUE_MISSING || b->kind == VALUE_MISSING)
		return false;
	if (a->kind == VALUE_NULL || b->kind == VALUE_NULL)
		return a->kind == b->kind;
	if (is_container(a) || is_container(b) || (is_number(a) && is_number(b)))
		return llp_value_equal(a, b);
	return compare_texts(host, a, b, &order) && order == 0;
}

/* What gt and lt take for a number: a number, or a string that is a plain decimal. */
static bool
numeric_form(const Value *value, Value *number)
{
	if (is_number(value))
	{
		*number = *value;
		return true;
	}
	if (value->kind != VALUE_STRING || !llp_is_plain_decimal(value->as.string))
		return false;
	*number = llp_number_parse(value->as.string);
	return true;
}

/* The order of gt and lt; false when there is none between these two. */
static bool
compare_ordered(const Host *host, const Value *a, const Value *b, int *order)
{
	Value number_a;
	Value number_b;

	if (a->kind == VALUE_BOOL || b->kind == VALUE_BOOL)
		return false;
	if (numeric_form(a, &number_a) && numeric_form(b, &number_b))
	{
		*order = llp_number_compare(&number_a, &number_b);
		return true;
	}
	return compare_texts(host, a, b, order);
}

static bool
is_greater(const Host *host, const Value *a, const Value *b)
{
	int order;

	return compare_ordered(host, a, b, &order) && order > 0;
}

static bool
is_less(const Host *host, const Value *a, const Value *b)
{
	int order;

	return compare_ordered(host, a, b, &order) && order < 0;
}

static bool
list_has(const Host *host, const Value *list, const Value *wanted)
{
	for (size_t i = 0; i < list->as.container.count; i++)
	{
		Value item = llp_element(list, i);

		if (llp_operator_eq(host, &item, wanted))
			return true;
	}
	return false;
}

static bool
map_has(const Host *host, const Value *map, const Value *wanted)
{
	for (size_t i = 0; i < map->as.container.count; i++)
	{
		Str key;
		Value item = llp_entry(map, i, &key);

		if (llp_operator_eq(host, &item, wanted))
			return true;
	}
	return false;
}

static bool
string_has(const Host *host, Str string, const Value *wanted)
{
	char buffer[LLP_NUMBER_TEXT_SIZE];
	Str text;

	return llp_text_form(host, wanted, buffer, &text) && llp_str_find(string, text) >= 0;
}

static bool
is_in(const Host *host, const Value *field, const Value *constant)
{
	return constant->kind == VALUE_LIST && list_has(host, constant, field);
}

static bool
contains(const Host *host, const Value *field, const Value *constant)
{
	switch (field->kind)
	{
		case VALUE_STRING:
			return string_has(host, field->as.string, constant);
		case VALUE_LIST:
			return list_has(host, field, constant);
		case VALUE_MAP:
			return map_has(host, field, constant);
		default:
			return false;
	}
}

static Status
matches(const Host *host, const Value *field, const Regex *regex, bool *holds)
{
	char buffer[LLP_NUMBER_TEXT_SIZE];
	Str text;

	*holds = false;
	if (regex == NULL || !llp_text_form(host, field, buffer, &text))
		return STATUS_OK;
	return llp_regex_matches(regex, text, holds);
}

static bool
exists_as(const Value *field, const Value *constant)
{
	bool wanted = constant->kind != VALUE_BOOL || constant->as.boolean;

	return (field->kind != VALUE_MISSING) == wanted;
}

static bool
simple_operator_holds(const Host *host, Operator op, const Value *field, const Value *constant)
{
	switch (op)
	{
		case OPERATOR_EQ:
			return llp_operator_eq(host, field, constant);
		case OPERATOR_NE:
			return !llp_operator_eq(host, field, constant);
		case OPERATOR_GT:
			return is_greater(host, field, constant);
		case OPERATOR_GTE:
			return is_greater(host, field, constant) || llp_operator_eq(host, field, constant);
		case OPERATOR_LT:
			return is_less(host, field, constant);
		case OPERATOR_LTE:
			return is_less(host, field, constant) || llp_operator_eq(host, field, constant);
		case OPERATOR_IN:
			return is_in(host, field, constant);
		case OPERATOR_NOT_IN:
			return !is_in(host, field, constant);
		case OPERATOR_CONTAINS:
			return contains(host, field, constant);
		case OPERATOR_NOT_CONTAINS:
			return !contains(host, field, constant);
		case OPERATOR_EXISTS:
			return exists_as(field, constant);
		default:
			return false; /* and, or, not have no leaf; matches is not simple */
	}
}

Status
llp_operator_holds(const Host *host, Operator op, const Value *field, const Value *constant,
				   const Regex *regex, bool *holds)
{
	if (op == OPERATOR_MATCHES)
		return matches(host, field, regex, holds);
	*holds = simple_operator_holds(host, op, field, constant);
	return STATUS_OK;
}
