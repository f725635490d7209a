/*
 * lang/parser.c - recursive descent over the grammar of CEL (specification, "Syntax").
 *
 * Owns the grammar; tokens, bounds and recovery are parse_state.c's, macros are expanded in macro.c.  A
 * function that parses gives NULL after an error, which has been reported, or without memory.
 */
#include "lang/parser.h"

#include "base/utf8.h"
#include "lang/functions.h"
#include "lang/macro.h"
#include "lang/parse_state.h"

const ParseOptions llp_default_parse_options = {
	.max_size = LLP_EXPRESSION_MAX_SIZE,
	.max_nesting = LLP_EXPRESSION_MAX_NESTING,
};

static Expression *parse_expression(Parser *parser);

/*
 * Reads elements up to the closing bracket, which is taken; they stay on the stack.  False when one of them
 * is wrong; those after it have been read all the same.
 */
static bool
parse_elements(Parser *parser, TokenKind closer, bool (*parse_element)(Parser *parser))
{
	bool right = true;

	while (!llp_parser_at(parser, closer) && !llp_parser_at(parser, TOKEN_END))
	{
		right = parse_element(parser) && right;
		if (!llp_parser_at(parser, TOKEN_COMMA) && !llp_parser_at(parser, closer))
		{
			llp_parser_report(parser, NULL, llp_token_kind_name(closer));
			llp_parser_recover(parser);
			right = false;
		}
		if (!llp_parser_take_if(parser, TOKEN_COMMA))
			break;
		/* A comma may end a list or a map, not arguments. */
		if (closer == TOKEN_CLOSE_PAREN && llp_parser_at(parser, closer))
			llp_parser_report(parser, NULL, "a value");
	}
	return llp_parser_close(parser, closer) && right;
}

static bool
parse_item(Parser *parser)
{
	bool optional = llp_parser_take_if(parser, TOKEN_QUESTION);
	Expression *value = parse_expression(parser);

	return value != NULL && llp_parser_push(parser, (MapEntry){.value = value, .optional = optional});
}

static bool
parse_entry(Parser *parser)
{
	bool optional = llp_parser_take_if(parser, TOKEN_QUESTION);
	Expression *key = parse_expression(parser);
	Expression *value;

	if (!llp_parser_take_if(parser, TOKEN_COLON))
	{
		llp_parser_report(parser, "A map is written {'key': value}.", "':'");
		llp_parser_recover(parser);
		return false;
	}
	value = parse_expression(parser);
	return key != NULL && value != NULL && llp_parser_push(parser, (MapEntry){key, value, optional});
}

/* An argument; the one of any() may be written x => e, which is two. */
static bool
parse_argument(Parser *parser)
{
	if (llp_parser_at(parser, TOKEN_NAME) && parser->ahead.kind == TOKEN_ARROW)
	{
		Expression *name = llp_expr_identifier(parser->arena, parser->token.offset, parser->token.as.text);

		llp_parser_take(parser);
		llp_parser_take(parser);
		if (name == NULL || !llp_parser_push(parser, (MapEntry){.value = name}))
			return false;
		parser->arrow = true;
	}
	return parse_item(parser);
}

/* --- Operands --- */

static Expression *
make_constant(Parser *parser, Constant constant)
{
	Expression *expr = llp_expr_constant(parser->arena, parser->token.offset, constant);

	llp_parser_take(parser);
	return expr;
}

/* A number, and the minus sign before it if there is one: that belongs to the smallest int. */
static Expression *
parse_number(Parser *parser)
{
	size_t offset = parser->token.offset;
	bool negative = llp_parser_take_if(parser, TOKEN_MINUS);
	uint64_t magnitude = parser->token.as.integer;
	Constant constant = {.kind = KIND_INT};
	Expression *expr;

	if (llp_parser_at(parser, TOKEN_DOUBLE))
	{
		constant.kind = KIND_DOUBLE;
		constant.as.real = negative ? -parser->token.as.real : parser->token.as.real;
	}
	else if (magnitude > (uint64_t) INT64_MAX && !negative)
		return llp_parser_report_at(parser, offset, "Integers have 64 bits; 1e20 is a double.",
									"number out of range");
	else if (negative)
		constant.as.integer = magnitude == 0 ? 0 : -(int64_t) (magnitude - 1) - 1;
	else
		constant.as.integer = (int64_t) magnitude;
	expr = make_constant(parser, constant);
	if (expr != NULL)
		expr->offset = (uint32_t) offset;
	return expr;
}

/* `name`: a variable that could not be named without backquotes, or would mean something else then. */
static Expression *
parse_quoted_name(Parser *parser)
{
	const Token *token = &parser->token;
	Expression *expr;

	if (memchr(token->as.text.data, '.', token->as.text.size) != NULL)
		return llp_parser_report_at(parser, token->offset,
									"An operator tree can read it: field: '[\"a.b\"]'.",
									"a variable has no dots in its name");
	expr = llp_expr_identifier(parser->arena, token->offset, token->as.text);
	if (expr != NULL)
		expr->as.identifier.quoted = true;
	llp_parser_take(parser);
	return expr;
}

/* A name, with a dot before it or without. */
static Expression *
parse_name(Parser *parser)
{
	bool absolute = llp_parser_take_if(parser, TOKEN_DOT);
	Expression *expr;

	if (llp_parser_at(parser, TOKEN_RESERVED))
	{
		llp_parser_report(parser, "It is reserved; a key of that name is written between backquotes.",
						  "a value");
		return NULL;
	}
	if (!llp_parser_at(parser, TOKEN_NAME))
	{
		llp_parser_report(parser, NULL, absolute ? "a name" : "a value");
		return NULL;
	}
	expr = llp_expr_identifier(parser->arena, parser->token.offset, parser->token.as.text);
	if (expr != NULL)
		expr->as.identifier.absolute = absolute;
	llp_parser_take(parser);
	return expr;
}

static Expression *
parse_group(Parser *parser)
{
	Expression *expr;

	llp_parser_open(parser);
	expr = parse_expression(parser);
	if (!llp_parser_close(parser, TOKEN_CLOSE_PAREN))
		return NULL;
	parser->group = expr;
	return expr;
}

static Expression *
parse_list(Parser *parser)
{
	size_t offset = parser->token.offset;
	size_t first = parser->count;

	llp_parser_open(parser);
	if (parse_elements(parser, TOKEN_CLOSE_BRACKET, parse_item))
		return llp_parser_pop_list(parser, first, offset);
	parser->count = first;
	return NULL;
}

static Expression *
parse_map(Parser *parser)
{
	size_t offset = parser->token.offset;
	size_t first = parser->count;

	llp_parser_open(parser);
	if (parse_elements(parser, TOKEN_CLOSE_BRACE, parse_entry))
		return llp_parser_pop_map(parser, first, offset);
	parser->count = first;
	return NULL;
}

static Expression *
parse_primary(Parser *parser)
{
	switch (parser->token.kind)
	{
		case TOKEN_OPEN_PAREN:
			return parse_group(parser);
		case TOKEN_OPEN_BRACKET:
			return parse_list(parser);
		case TOKEN_OPEN_BRACE:
			return parse_map(parser);
		case TOKEN_INT:
		case TOKEN_DOUBLE:
		case TOKEN_MINUS: /* the caller has seen that a number follows */
			return parse_number(parser);
		case TOKEN_UINT:
			return make_constant(parser, (Constant){KIND_UINT, .as.natural = parser->token.as.integer});
		case TOKEN_STRING:
			return make_constant(parser, (Constant){KIND_STRING, .as.text = parser->token.as.text});
		case TOKEN_BYTES:
			return make_constant(parser, (Constant){KIND_BYTES, .as.text = parser->token.as.text});
		case TOKEN_TRUE:
			return make_constant(parser, (Constant){KIND_BOOL, .as.boolean = true});
		case TOKEN_FALSE:
			return make_constant(parser, (Constant){KIND_BOOL, .as.boolean = false});
		case TOKEN_NULL:
			return make_constant(parser, (Constant){.kind = KIND_NULL});
		case TOKEN_QUOTED_NAME:
			return parse_quoted_name(parser);
		default:
			return parse_name(parser);
	}
}

/* --- Calls, fields, indexes --- */

/* Only any() takes x => e. */
static bool
check_arrow(Parser *parser, const MacroSite *site, bool arrow)
{
	if (!arrow || (llp_str_equal(site->name, STR("any")) && site->receiver != NULL && site->count == 2))
		return true;
	(void) llp_parser_report_at(
		parser, site->offset, "Other macros take the name and the expression as arguments: x.all(v, v > 0).",
		"only any() takes an argument with \"=>\"");
	return false;
}

/* Replaces another spelling of a function by its name, which may be qualified: abs(x) is math.abs(x). */
static bool
spell(Parser *parser, MacroSite *site, bool *absolute)
{
	Str name = llp_function_spelling(site->name);
	const char *dot = memchr(name.data, '.', name.size);
	size_t qualifier = dot != NULL ? (size_t) (dot - name.data) : 0;

	if (llp_str_equal(name, site->name) || (dot != NULL && site->receiver != NULL))
		return true;
	if (dot != NULL)
	{
		site->receiver = llp_expr_identifier(parser->arena, site->offset, (Str){name.data, qualifier});
		if (site->receiver == NULL)
			return false;
		site->receiver->as.identifier.absolute = *absolute;
		*absolute = false;
		name = (Str){dot + 1, name.size - qualifier - 1};
	}
	site->name = name;
	return true;
}

/* Makes the call of a name, expanding macros. */
static Expression *
finish_call(Parser *parser, const MacroSite *site, bool absolute)
{
	const Macro *macro = parser->options->without_macros || absolute ? NULL : llp_macro_find(site);
	size_t errors = parser->findings->errors;
	Expression *expr;

	if (macro == NULL)
	{
		expr = llp_expr_named_call(parser->arena, site->offset, site->name, site->receiver, site->arguments,
								   site->count);
		if (expr != NULL)
			expr->as.call.absolute = absolute;
		return llp_parser_checked(parser, expr);
	}
	expr = llp_macro_expand(macro, site);
	if (parser->findings->errors > errors)
		parser->panic = true;
	return llp_parser_checked(parser, expr);
}

/* Reads the arguments of a call, from the opening parenthesis on. */
static Expression *
parse_call(Parser *parser, size_t offset, Str name, Expression *receiver, bool absolute)
{
	MacroSite site = {parser->arena, parser->source, parser->findings, offset, name, receiver, NULL, 0};
	size_t first = parser->count;
	bool outer_arrow = parser->arrow;
	bool arrow;
	bool right;

	llp_parser_open(parser);
	parser->arrow = false;
	right = parse_elements(parser, TOKEN_CLOSE_PAREN, parse_argument);
	arrow = parser->arrow;
	parser->arrow = outer_arrow;
	if (!right)
	{
		parser->count = first;
		return NULL;
	}
	site.arguments = llp_parser_pop_expressions(parser, first, &site.count);
	if (site.arguments == NULL || !check_arrow(parser, &site, arrow) || !spell(parser, &site, &absolute))
		return NULL;
	return finish_call(parser, &site, absolute);
}

/* A name that is followed by a parenthesis is that of a function. */
static Expression *
parse_operand(Parser *parser)
{
	bool could_be_called = llp_parser_at(parser, TOKEN_NAME) || llp_parser_at(parser, TOKEN_DOT);
	Expression *expr = parse_primary(parser);

	if (expr == NULL || !could_be_called || !llp_parser_at(parser, TOKEN_OPEN_PAREN))
		return expr;
	return parse_call(parser, expr->offset, expr->as.identifier.name, NULL, expr->as.identifier.absolute);
}

static bool
at_field_name(const Parser *parser)
{
	return llp_parser_at(parser, TOKEN_NAME) || llp_parser_at(parser, TOKEN_RESERVED) ||
		   llp_parser_at(parser, TOKEN_QUOTED_NAME);
}

/* After a dot: a field, an optional field or a call. */
static Expression *
parse_field(Parser *parser, Expression *operand)
{
	bool optional;
	Token field;
	Expression *expr;

	llp_parser_take(parser);
	optional = llp_parser_take_if(parser, TOKEN_QUESTION);
	if (!at_field_name(parser))
	{
		llp_parser_report(parser, NULL, "the name of a field");
		return NULL;
	}
	field = parser->token;
	llp_parser_take(parser);
	if (llp_parser_at(parser, TOKEN_OPEN_PAREN) && !optional && field.kind != TOKEN_QUOTED_NAME)
		return parse_call(parser, field.offset, field.as.text, operand, false);
	expr = llp_expr_select(parser->arena, field.offset, operand, field.as.text);
	if (expr != NULL)
		expr->as.select.optional = optional;
	return llp_parser_checked(parser, expr);
}

static Expression *
make_operation(Parser *parser, Function function, size_t offset, Expression *left, Expression *right)
{
	Expression **operands = llp_arena_array(parser->arena, 2, sizeof(Expression *));

	if (operands == NULL || left == NULL)
		return NULL;
	operands[0] = left;
	operands[1] = right;
	return llp_parser_checked(
		parser, llp_expr_call(parser->arena, offset, function, NULL, operands, right != NULL ? 2 : 1));
}

static Expression *
parse_index(Parser *parser, Expression *operand)
{
	size_t offset = parser->token.offset;
	Function function;
	Expression *index;

	llp_parser_open(parser);
	function = llp_parser_take_if(parser, TOKEN_QUESTION) ? FUNCTION_OPTIONAL_INDEX : FUNCTION_INDEX;
	index = parse_expression(parser);
	if (!llp_parser_close(parser, TOKEN_CLOSE_BRACKET) || index == NULL)
		return NULL;
	return make_operation(parser, function, offset, operand, index);
}

static Expression *
parse_member(Parser *parser)
{
	Expression *expr = parse_operand(parser);

	while (expr != NULL)
	{
		if (llp_parser_at(parser, TOKEN_DOT))
			expr = parse_field(parser, expr);
		else if (llp_parser_at(parser, TOKEN_OPEN_BRACKET))
			expr = parse_index(parser, expr);
		else if (llp_parser_at(parser, TOKEN_OPEN_BRACE))
			expr = llp_parser_report_at(parser, parser->token.offset, "Write a map: {'key': value}.",
										"there are no messages to construct");
		else
			return expr;
	}
	return NULL;
}

/* --- Operators --- */

/* `!` and `-`; a minus before a number belongs to the number. */
static Expression *
parse_unary(Parser *parser)
{
	size_t offset = parser->token.offset;
	Function function = llp_parser_at(parser, TOKEN_NOT) ? FUNCTION_NOT : FUNCTION_NEGATE;
	Expression *operand;

	if (!llp_parser_at(parser, TOKEN_NOT) &&
		(!llp_parser_at(parser, TOKEN_MINUS) || parser->ahead.kind == TOKEN_INT ||
		 parser->ahead.kind == TOKEN_DOUBLE))
		return parse_member(parser);
	llp_parser_take(parser);
	operand = llp_parser_enter(parser) ? parse_unary(parser) : NULL;
	return llp_parser_leave(parser, make_operation(parser, function, offset, operand, NULL));
}

typedef struct Operator
{
	TokenKind token;
	Function function;
	int precedence; /* the higher binds the tighter; all of them group from the left */
} Operator;

static const Operator *
operator_at(const Parser *parser)
{
	static const Operator operators[] = {
		{TOKEN_EQUAL, FUNCTION_EQUAL, 1},	  {TOKEN_NOT_EQUAL, FUNCTION_NOT_EQUAL, 1},
		{TOKEN_LESS, FUNCTION_LESS, 1},		  {TOKEN_LESS_EQUAL, FUNCTION_LESS_EQUAL, 1},
		{TOKEN_GREATER, FUNCTION_GREATER, 1}, {TOKEN_GREATER_EQUAL, FUNCTION_GREATER_EQUAL, 1},
		{TOKEN_IN, FUNCTION_IN, 1},			  {TOKEN_PLUS, FUNCTION_ADD, 2},
		{TOKEN_MINUS, FUNCTION_SUBTRACT, 2},  {TOKEN_STAR, FUNCTION_MULTIPLY, 3},
		{TOKEN_SLASH, FUNCTION_DIVIDE, 3},	  {TOKEN_PERCENT, FUNCTION_MODULO, 3},
	};

	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
	{
		if (llp_parser_at(parser, operators[i].token))
			return &operators[i];
	}
	return NULL;
}

/* A name, with fields and indexes behind it: what a list may hold.  has(a.b) is a truth, and so may a call
 * be. */
static bool
is_path(const Expression *expr)
{
	for (;;)
	{
		if (expr->kind == EXPR_SELECT && !expr->as.select.test)
			expr = expr->as.select.operand;
		else if (llp_expr_is_call(expr, FUNCTION_INDEX))
			expr = expr->as.call.arguments[0];
		else
			return expr->kind == EXPR_IDENTIFIER;
	}
}

/* Is it `!x` with an x that is no truth in a list but may be in one? */
static bool
is_negated_path(const Parser *parser, const Expression *expr)
{
	const Expression *operand;

	if (!llp_expr_is_call(expr, FUNCTION_NOT) || expr == parser->group)
		return false;
	operand = expr->as.call.arguments[0];
	return operand->kind == EXPR_CONSTANT || is_path(operand);
}

/* `!x in list`: the author means !(x in list), where CEL has (!x) in list. */
static Expression *
negate_membership(Parser *parser, size_t offset, Expression *negation, Expression *list)
{
	Expression *test = make_operation(parser, FUNCTION_IN, offset, negation->as.call.arguments[0], list);

	llp_source_report(parser->source, parser->findings, SEVERITY_WARNING, negation->offset,
					  "Write !(x in list), which other readers of CEL understand as well.",
					  "\"!\" before a test with \"in\" negates the whole test");
	return make_operation(parser, FUNCTION_NOT, negation->offset, test, NULL);
}

static Expression *
combine(Parser *parser, const Operator *op, size_t offset, Expression *left, Expression *right)
{
	if (left == NULL || right == NULL)
		return NULL;
	if (op->function == FUNCTION_IN && is_negated_path(parser, left))
		return negate_membership(parser, offset, left, right);
	return make_operation(parser, op->function, offset, left, right);
}

/* An operand of an operator; after an error, what follows it has been skipped. */
static Expression *
parse_operand_or_recover(Parser *parser)
{
	Expression *expr = parse_unary(parser);

	if (expr == NULL)
		llp_parser_recover(parser);
	return expr;
}

/* Operands between operators of at least that precedence. */
static Expression *
parse_binary(Parser *parser, int precedence)
{
	Expression *left = parse_operand_or_recover(parser);
	const Operator *op;

	while ((op = operator_at(parser)) != NULL && op->precedence >= precedence)
	{
		size_t offset = parser->token.offset;
		const Expression *group = parser->group;
		Expression *right;

		llp_parser_take(parser);
		right = parse_binary(parser, op->precedence + 1);
		parser->group = group;
		left = combine(parser, op, offset, left, right);
	}
	return left;
}

/* Puts an operand of `&&` or `||` on the stack, or its operands if it is such a call itself. */
static bool
push_operand(Parser *parser, Function function, Expression *expr)
{
	if (expr == NULL)
		return false;
	if (!llp_expr_is_call(expr, function))
		return llp_parser_push(parser, (MapEntry){.value = expr});
	for (uint32_t i = 0; i < expr->as.call.count; i++)
	{
		if (!llp_parser_push(parser, (MapEntry){.value = expr->as.call.arguments[i]}))
			return false;
	}
	return true;
}

static Expression *
parse_conjunction(Parser *parser)
{
	return parse_binary(parser, 1);
}

static Expression *
parse_logic(Parser *parser, Function function, TokenKind token, Expression *(*parse_part)(Parser *parser))
{
	Expression *expr = parse_part(parser);
	size_t offset = parser->token.offset;
	size_t first = parser->count;
	Expression **operands;
	uint32_t count;
	bool right;

	if (!llp_parser_at(parser, token))
		return expr;
	right = push_operand(parser, function, expr);
	while (llp_parser_take_if(parser, token))
		right = push_operand(parser, function, parse_part(parser)) && right;
	operands = llp_parser_pop_expressions(parser, first, &count);
	if (!right || operands == NULL)
		return NULL;
	return llp_parser_checked(parser, llp_expr_call(parser->arena, offset, function, NULL, operands, count));
}

static Expression *
parse_and(Parser *parser)
{
	return parse_logic(parser, FUNCTION_AND, TOKEN_AND, parse_conjunction);
}

static Expression *
parse_or(Parser *parser)
{
	return parse_logic(parser, FUNCTION_OR, TOKEN_OR, parse_and);
}

/* From the question mark on. */
static Expression *
parse_choice(Parser *parser, Expression *condition)
{
	size_t offset = parser->token.offset;
	Expression **operands = llp_arena_array(parser->arena, 3, sizeof(Expression *));

	llp_parser_take(parser);
	if (operands == NULL)
		return NULL;
	operands[0] = condition;
	operands[1] = parse_or(parser);
	if (!llp_parser_take_if(parser, TOKEN_COLON))
	{
		llp_parser_report(parser, NULL, "':'");
		llp_parser_recover(parser);
		return NULL;
	}
	operands[2] = parse_expression(parser);
	return llp_parser_checked(parser,
							  llp_expr_call(parser->arena, offset, FUNCTION_CONDITIONAL, NULL, operands, 3));
}

static Expression *
parse_expression(Parser *parser)
{
	Expression *expr;

	if (!llp_parser_enter(parser))
		return llp_parser_leave(parser, NULL);
	expr = parse_or(parser);
	if (llp_parser_at(parser, TOKEN_QUESTION))
		expr = parse_choice(parser, expr);
	return llp_parser_leave(parser, expr);
}

/* --- The whole --- */

/* Well-formed UTF-8?  NUL is a character like others, in strings. */
static bool
is_utf8(Str text, size_t *offset)
{
	*offset = 0;
	while (*offset < text.size)
	{
		*offset += llp_utf8_check((Str){text.data + *offset, text.size - *offset});
		if (*offset < text.size && text.data[*offset] != '\0')
			return false;
		if (*offset < text.size)
			(*offset)++;
	}
	return true;
}

static Status
check_text(const Source *source, const ParseOptions *options, DiagnosticList *findings)
{
	size_t offset;

	if (source->text.size > options->max_size || source->text.size >= UINT32_MAX)
	{
		llp_source_report(source, findings, SEVERITY_ERROR, 0, NULL,
						  "expression has %zu bytes, more than %zu", source->text.size, options->max_size);
		return STATUS_LIMIT;
	}
	if (!is_utf8(source->text, &offset))
	{
		llp_source_report(source, findings, SEVERITY_ERROR, offset, NULL, "expression is not UTF-8");
		return STATUS_INVALID;
	}
	return STATUS_OK;
}

Status
llp_expression_parse(Arena *arena, const Source *source, const ParseOptions *options,
					 DiagnosticList *findings, Expression **expr)
{
	Parser parser = {.arena = arena, .source = source, .options = options, .findings = findings};
	size_t errors = findings->errors;
	Status status = check_text(source, options, findings);

	*expr = NULL;
	if (status != STATUS_OK)
		return status;
	llp_lexer_init(&parser.lexer, source, arena, findings);
	llp_parser_skip(&parser);
	llp_parser_skip(&parser);
	*expr = parse_expression(&parser);
	if (!llp_parser_at(&parser, TOKEN_END))
		llp_parser_report(&parser, NULL, "an operator");
	if (llp_arena_exhausted(arena))
		return STATUS_NO_MEMORY;
	if (findings->errors == errors)
		return STATUS_OK;
	*expr = NULL;
	return parser.limited ? STATUS_LIMIT : STATUS_INVALID;
}
