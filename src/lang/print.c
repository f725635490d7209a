/*
 * lang/print.c - from the tree of an expression back to text.
 *
 * Parentheses follow from the precedence of the grammar (CEL specification, "Syntax") and, in one place, from
 * what the parser makes of `!x in list`.
 */
#include "lang/print.h"

#include <math.h>

#include "base/number.h"
#include "lang/word.h"

/* How tightly what is written holds together. */
typedef enum Precedence
{
	PRECEDENCE_CHOICE,
	PRECEDENCE_OR,
	PRECEDENCE_AND,
	PRECEDENCE_RELATION,
	PRECEDENCE_SUM,
	PRECEDENCE_PRODUCT,
	PRECEDENCE_UNARY,
	PRECEDENCE_MEMBER
} Precedence;

static void print(StrBuf *out, const Expression *expr, Precedence least);

/* --- Constants --- */

static void
print_double(StrBuf *out, double value)
{
	Value number = {.kind = VALUE_DOUBLE, .as.real = fabs(value)};
	char buffer[LLP_NUMBER_TEXT_SIZE];
	Str text = llp_scalar_text(llp_arena_host(out->arena), &number, buffer);

	llp_buf_append(out, signbit(value) ? STR("-") : STR(""));
	llp_buf_append(out, text);
	if (memchr(text.data, '.', text.size) == NULL && memchr(text.data, 'e', text.size) == NULL)
		llp_buf_append(out, STR(".0"));
}

/* Writes one byte between quotes. */
static void
print_byte(StrBuf *out, unsigned char byte, char quote, bool bytes)
{
	static const char letters[] = "abtnvfr"; /* of the bytes 7 to 13 */

	if (byte == (unsigned char) quote || byte == '\\')
		llp_buf_format(out, "\\%c", byte);
	else if (byte >= 7 && byte <= 13)
		llp_buf_format(out, "\\%c", letters[byte - 7]);
	else if (byte < ' ' || byte == 0x7F || (bytes && byte > 0x7F))
		llp_buf_format(out, "\\x%02x", byte);
	else
		llp_buf_append_char(out, (char) byte);
}

static void
print_text(StrBuf *out, Str text, bool bytes)
{
	bool has_single = text.size > 0 && memchr(text.data, '\'', text.size) != NULL;
	bool has_double = text.size > 0 && memchr(text.data, '"', text.size) != NULL;
	char quote = has_single && !has_double ? '"' : '\'';

	llp_buf_append(out, bytes ? STR("b") : STR(""));
	llp_buf_append_char(out, quote);
	for (size_t i = 0; i < text.size; i++)
		print_byte(out, (unsigned char) text.data[i], quote, bytes);
	llp_buf_append_char(out, quote);
}

static void
print_constant(StrBuf *out, const Constant *constant)
{
	switch (constant->kind)
	{
		case KIND_NULL:
			llp_buf_append(out, STR("null"));
			break;
		case KIND_BOOL:
			llp_buf_append(out, constant->as.boolean ? STR("true") : STR("false"));
			break;
		case KIND_INT:
			llp_buf_format(out, "%lld", (long long) constant->as.integer);
			break;
		case KIND_UINT:
			llp_buf_format(out, "%lluu", (unsigned long long) constant->as.natural);
			break;
		case KIND_DOUBLE:
			print_double(out, constant->as.real);
			break;
		default:
			print_text(out, constant->as.text, constant->kind == KIND_BYTES);
			break;
	}
}

/* --- Lists and maps --- */

static void
print_separator(StrBuf *out, uint32_t index, bool optional)
{
	llp_buf_append(out, index == 0 ? STR("") : STR(", "));
	llp_buf_append(out, optional ? STR("?") : STR(""));
}

static void
print_arguments(StrBuf *out, Expression *const *arguments, uint32_t count)
{
	llp_buf_append_char(out, '(');
	for (uint32_t i = 0; i < count; i++)
	{
		print_separator(out, i, false);
		print(out, arguments[i], PRECEDENCE_CHOICE);
	}
	llp_buf_append_char(out, ')');
}

static void
print_list(StrBuf *out, const Expression *expr)
{
	llp_buf_append_char(out, '[');
	for (uint32_t i = 0; i < expr->as.list.count; i++)
	{
		print_separator(out, i, expr->as.list.items[i].optional);
		print(out, expr->as.list.items[i].value, PRECEDENCE_CHOICE);
	}
	llp_buf_append_char(out, ']');
}

static void
print_map(StrBuf *out, const Expression *expr)
{
	llp_buf_append_char(out, '{');
	for (uint32_t i = 0; i < expr->as.map.count; i++)
	{
		const MapEntry *entry = &expr->as.map.entries[i];

		print_separator(out, i, entry->optional);
		print(out, entry->key, PRECEDENCE_CHOICE);
		llp_buf_append(out, STR(": "));
		print(out, entry->value, PRECEDENCE_CHOICE);
	}
	llp_buf_append_char(out, '}');
}

/* --- Operators --- */

typedef enum Form
{
	FORM_CALL, /* not an operator */
	FORM_PREFIX,
	FORM_INFIX,
	FORM_CHOICE,
	FORM_INDEX
} Form;

typedef struct Notation
{
	Function function;
	Form form;
	Precedence precedence;
	const char *sign;
} Notation;

static const Notation *
notation_of(Function function)
{
	static const Notation notations[] = {
		{FUNCTION_CONDITIONAL, FORM_CHOICE, PRECEDENCE_CHOICE, NULL},
		{FUNCTION_OR, FORM_INFIX, PRECEDENCE_OR, " || "},
		{FUNCTION_AND, FORM_INFIX, PRECEDENCE_AND, " && "},
		{FUNCTION_EQUAL, FORM_INFIX, PRECEDENCE_RELATION, " == "},
		{FUNCTION_NOT_EQUAL, FORM_INFIX, PRECEDENCE_RELATION, " != "},
		{FUNCTION_LESS, FORM_INFIX, PRECEDENCE_RELATION, " < "},
		{FUNCTION_LESS_EQUAL, FORM_INFIX, PRECEDENCE_RELATION, " <= "},
		{FUNCTION_GREATER, FORM_INFIX, PRECEDENCE_RELATION, " > "},
		{FUNCTION_GREATER_EQUAL, FORM_INFIX, PRECEDENCE_RELATION, " >= "},
		{FUNCTION_IN, FORM_INFIX, PRECEDENCE_RELATION, " in "},
		{FUNCTION_ADD, FORM_INFIX, PRECEDENCE_SUM, " + "},
		{FUNCTION_SUBTRACT, FORM_INFIX, PRECEDENCE_SUM, " - "},
		{FUNCTION_MULTIPLY, FORM_INFIX, PRECEDENCE_PRODUCT, " * "},
		{FUNCTION_DIVIDE, FORM_INFIX, PRECEDENCE_PRODUCT, " / "},
		{FUNCTION_MODULO, FORM_INFIX, PRECEDENCE_PRODUCT, " % "},
		{FUNCTION_NOT, FORM_PREFIX, PRECEDENCE_UNARY, "!"},
		{FUNCTION_NEGATE, FORM_PREFIX, PRECEDENCE_UNARY, "-"},
		{FUNCTION_INDEX, FORM_INDEX, PRECEDENCE_MEMBER, "["},
		{FUNCTION_OPTIONAL_INDEX, FORM_INDEX, PRECEDENCE_MEMBER, "[?"},
	};
	static const Notation call = {FUNCTION_NONE, FORM_CALL, PRECEDENCE_MEMBER, NULL};

	for (size_t i = 0; i < sizeof(notations) / sizeof(notations[0]); i++)
	{
		if (notations[i].function == function)
			return &notations[i];
	}
	return &call;
}

/* A minus directly before a number would become part of it. */
static bool
begins_with_digit(const Expression *expr)
{
	for (;;)
	{
		if (expr->macro != NULL)
			expr = expr->macro->receiver;
		else if (expr->kind == EXPR_SELECT && expr->as.select.operand != NULL && !expr->as.select.test)
			expr = expr->as.select.operand;
		else if (expr->kind == EXPR_CALL && expr->as.call.receiver != NULL)
			expr = expr->as.call.receiver;
		else if (expr->kind == EXPR_CALL && notation_of(expr->as.call.function)->form == FORM_INDEX)
			expr = expr->as.call.arguments[0];
		else
			break;
	}
	if (expr->kind != EXPR_CONSTANT)
		return false;
	return (expr->as.constant.kind == KIND_INT && expr->as.constant.as.integer >= 0) ||
		   (expr->as.constant.kind == KIND_DOUBLE && !signbit(expr->as.constant.as.real));
}

static void
print_prefix(StrBuf *out, const Notation *notation, const Expression *operand)
{
	bool parentheses = notation->function == FUNCTION_NEGATE && begins_with_digit(operand);

	llp_buf_append(out, llp_str(notation->sign));
	llp_buf_append(out, parentheses ? STR("(") : STR(""));
	print(out, operand, parentheses ? PRECEDENCE_CHOICE : PRECEDENCE_UNARY);
	llp_buf_append(out, parentheses ? STR(")") : STR(""));
}

/* The parser takes `!x in list` for !(x in list). */
static Precedence
least_on_the_left(const Notation *notation, const Expression *operand)
{
	if (notation->function == FUNCTION_IN && llp_expr_is_call(operand, FUNCTION_NOT))
		return PRECEDENCE_MEMBER;
	return notation->precedence;
}

/* Operators group from the left; `&&` and `||` have all their operands in one call. */
static void
print_infix(StrBuf *out, const Notation *notation, const Call *call)
{
	bool flat = notation->function == FUNCTION_AND || notation->function == FUNCTION_OR;
	Precedence tighter = (Precedence) (notation->precedence + 1);

	print(out, call->arguments[0], flat ? tighter : least_on_the_left(notation, call->arguments[0]));
	for (uint32_t i = 1; i < call->count; i++)
	{
		llp_buf_append(out, llp_str(notation->sign));
		print(out, call->arguments[i], tighter);
	}
}

static void
print_choice(StrBuf *out, const Call *call)
{
	print(out, call->arguments[0], PRECEDENCE_OR);
	llp_buf_append(out, STR(" ? "));
	print(out, call->arguments[1], PRECEDENCE_OR);
	llp_buf_append(out, STR(" : "));
	print(out, call->arguments[2], PRECEDENCE_CHOICE);
}

/* --- Calls --- */

static void
print_named_call(StrBuf *out, const Call *call)
{
	if (call->receiver != NULL)
	{
		print(out, call->receiver, PRECEDENCE_MEMBER);
		llp_buf_append_char(out, '.');
	}
	llp_buf_append(out, call->absolute ? STR(".") : STR(""));
	llp_buf_append(out, call->name);
	print_arguments(out, call->arguments, call->count);
}

static void
print_call(StrBuf *out, const Call *call)
{
	const Notation *notation = notation_of(call->function);

	switch (notation->form)
	{
		case FORM_PREFIX:
			print_prefix(out, notation, call->arguments[0]);
			break;
		case FORM_INFIX:
			print_infix(out, notation, call);
			break;
		case FORM_CHOICE:
			print_choice(out, call);
			break;
		case FORM_INDEX:
			print(out, call->arguments[0], PRECEDENCE_MEMBER);
			llp_buf_append(out, llp_str(notation->sign));
			print(out, call->arguments[1], PRECEDENCE_CHOICE);
			llp_buf_append_char(out, ']');
			break;
		case FORM_CALL:
			print_named_call(out, call);
			break;
	}
}

static void
print_macro(StrBuf *out, const MacroCall *macro)
{
	print(out, macro->receiver, PRECEDENCE_MEMBER);
	llp_buf_append_char(out, '.');
	llp_buf_append(out, macro->name);
	print_arguments(out, macro->arguments, macro->count);
}

/* --- Names --- */

static void
print_name(StrBuf *out, Str name, bool quoted)
{
	llp_buf_append(out, quoted ? STR("`") : STR(""));
	llp_buf_append(out, name);
	llp_buf_append(out, quoted ? STR("`") : STR(""));
}

static void
print_select(StrBuf *out, const Select *select)
{
	llp_buf_append(out, select->test ? STR("has(") : STR(""));
	if (select->operand != NULL)
	{
		print(out, select->operand, PRECEDENCE_MEMBER);
		llp_buf_append(out, select->optional ? STR(".?") : STR("."));
	}
	print_name(out, select->field, select->quoted || !llp_is_field_name(select->field));
	llp_buf_append(out, select->test ? STR(")") : STR(""));
}

static void
print_identifier(StrBuf *out, const Identifier *identifier)
{
	llp_buf_append(out, identifier->absolute ? STR(".") : STR(""));
	print_name(out, identifier->name, identifier->quoted);
}

/* --- Expressions --- */

static Precedence
precedence_of(const Expression *expr)
{
	return expr->kind == EXPR_CALL ? notation_of(expr->as.call.function)->precedence : PRECEDENCE_MEMBER;
}

static void
print_bare(StrBuf *out, const Expression *expr)
{
	if (expr->macro != NULL)
	{
		print_macro(out, expr->macro);
		return;
	}
	switch (expr->kind)
	{
		case EXPR_CONSTANT:
			print_constant(out, &expr->as.constant);
			break;
		case EXPR_IDENTIFIER:
			print_identifier(out, &expr->as.identifier);
			break;
		case EXPR_SELECT:
			print_select(out, &expr->as.select);
			break;
		case EXPR_CALL:
			print_call(out, &expr->as.call);
			break;
		case EXPR_LIST:
			print_list(out, expr);
			break;
		case EXPR_MAP:
			print_map(out, expr);
			break;
		case EXPR_COMPREHENSION:
			break; /* only inside of an expansion, which is not printed */
	}
}

/* Writes an expression, between parentheses if it holds together less tightly than `least`. */
static void
print(StrBuf *out, const Expression *expr, Precedence least)
{
	bool parentheses = precedence_of(expr) < least && expr->macro == NULL;

	llp_buf_append(out, parentheses ? STR("(") : STR(""));
	print_bare(out, expr);
	llp_buf_append(out, parentheses ? STR(")") : STR(""));
}

void
llp_expr_print(StrBuf *out, const Expression *expr)
{
	print(out, expr, PRECEDENCE_CHOICE);
}
