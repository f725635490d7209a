/*
 * lang/parse_state.c - the parser's tokens, errors, bounds and stack.
 *
 * After an error the parser is in panic and reports nothing, until it takes a token in good order again.
 */
#include "lang/parse_state.h"

/* --- Tokens --- */

void
llp_parser_skip(Parser *parser)
{
	parser->token = parser->ahead;
	if (!parser->limited)
		parser->ahead = llp_lexer_next(&parser->lexer);
}

/* Goes on in good order. */
void
llp_parser_take(Parser *parser)
{
	parser->panic = false;
	llp_parser_skip(parser);
}

bool
llp_parser_take_if(Parser *parser, TokenKind kind)
{
	if (!llp_parser_at(parser, kind))
		return false;
	llp_parser_take(parser);
	return true;
}

static bool
is_opener(TokenKind kind)
{
	return kind == TOKEN_OPEN_PAREN || kind == TOKEN_OPEN_BRACKET || kind == TOKEN_OPEN_BRACE;
}

static bool
is_closer(TokenKind kind)
{
	return kind == TOKEN_CLOSE_PAREN || kind == TOKEN_CLOSE_BRACKET || kind == TOKEN_CLOSE_BRACE;
}

/* --- Errors --- */

/* Text of a token for a message. */
static Str
found(const Parser *parser)
{
	const Token *token = &parser->token;

	if (token->kind == TOKEN_NAME || token->kind == TOKEN_RESERVED)
	{
		Str text = {parser->source->text.data + token->offset, token->size < 40 ? token->size : 40};

		return text;
	}
	return llp_str(llp_token_kind_name(token->kind));
}

/* Reports an error at the token, unless it follows from another one. */
void
llp_parser_report(Parser *parser, const char *hint, const char *expected)
{
	if (!parser->panic && !parser->limited && !llp_parser_at(parser, TOKEN_INVALID))
		llp_source_report(parser->source, parser->findings, SEVERITY_ERROR, parser->token.offset, hint,
						  "expected %s, found %.*s", expected, STR_ARG(found(parser)));
	parser->panic = true;
}

Expression *
llp_parser_report_at(Parser *parser, size_t offset, const char *hint, const char *message)
{
	if (!parser->panic && !parser->limited)
		llp_source_report(parser->source, parser->findings, SEVERITY_ERROR, offset, hint, "%s", message);
	parser->panic = true;
	return NULL;
}

/* A limit was hit: the rest of the text is taken for its end. */
static void
stop_at_limit(Parser *parser, size_t offset)
{
	if (parser->limited)
		return;
	llp_source_report(parser->source, parser->findings, SEVERITY_ERROR, offset,
					  "Split the expression; variables can hold its parts.",
					  "expression is nested deeper than %d levels", parser->options->max_nesting);
	parser->limited = true;
	parser->token.kind = TOKEN_END;
	parser->ahead.kind = TOKEN_END;
}

/* Does that token end or separate operands? */
static bool
bounds_operand(const Parser *parser, TokenKind kind)
{
	if (is_closer(kind))
		return parser->brackets > 0;
	return kind == TOKEN_COMMA || kind == TOKEN_COLON || kind == TOKEN_QUESTION || kind == TOKEN_AND ||
		   kind == TOKEN_OR;
}

/* Goes to what ends or separates operands within the brackets that the parser is in. */
void
llp_parser_recover(Parser *parser)
{
	int depth = 0;

	for (; !llp_parser_at(parser, TOKEN_END); llp_parser_skip(parser))
	{
		TokenKind kind = parser->token.kind;

		if (depth == 0 && bounds_operand(parser, kind))
			return;
		if (is_opener(kind))
			depth++;
		else if (is_closer(kind) && depth > 0)
			depth--;
	}
}

void
llp_parser_open(Parser *parser)
{
	parser->brackets++;
	llp_parser_take(parser);
}

/* Takes the closing bracket; without one, reports that and goes beyond the next one. */
bool
llp_parser_close(Parser *parser, TokenKind kind)
{
	bool closed = llp_parser_take_if(parser, kind);

	while (!closed && !llp_parser_at(parser, TOKEN_END) && !is_closer(parser->token.kind))
	{
		llp_parser_report(parser, NULL, llp_token_kind_name(kind));
		llp_parser_recover(parser);
		if (!is_closer(parser->token.kind))
			llp_parser_skip(parser);
	}
	if (!closed)
	{
		llp_parser_report(parser, NULL, llp_token_kind_name(kind));
		llp_parser_skip(parser);
	}
	parser->brackets--;
	return closed;
}

bool
llp_parser_enter(Parser *parser)
{
	if (++parser->depth <= parser->options->max_nesting)
		return true;
	stop_at_limit(parser, parser->token.offset);
	return false;
}

/* Leaves a level with its result, if that is not too deep a tree. */
Expression *
llp_parser_checked(Parser *parser, Expression *expr)
{
	if (expr == NULL || expr->height <= parser->options->max_nesting)
		return expr;
	stop_at_limit(parser, expr->offset);
	return NULL;
}

Expression *
llp_parser_leave(Parser *parser, Expression *expr)
{
	parser->depth--;
	return expr;
}

/* --- Elements of lists --- */

bool
llp_parser_push(Parser *parser, MapEntry element)
{
	if (parser->count == parser->capacity)
	{
		size_t capacity = parser->capacity == 0 ? 16 : parser->capacity * 2;
		MapEntry *elements = llp_arena_array(parser->arena, capacity, sizeof(MapEntry));

		if (elements == NULL)
			return false;
		if (parser->count > 0)
			memcpy(elements, parser->elements, parser->count * sizeof(MapEntry));
		parser->elements = elements;
		parser->capacity = capacity;
	}
	parser->elements[parser->count++] = element;
	return true;
}

/* The elements from `first` on as an array of expressions, taken off the stack; NULL without memory. */
Expression **
llp_parser_pop_expressions(Parser *parser, size_t first, uint32_t *count)
{
	Expression **result = llp_arena_array(parser->arena, parser->count - first, sizeof(Expression *));

	*count = (uint32_t) (parser->count - first);
	for (uint32_t i = 0; result != NULL && i < *count; i++)
		result[i] = parser->elements[first + i].value;
	parser->count = first;
	return result;
}

Expression *
llp_parser_pop_list(Parser *parser, size_t first, size_t offset)
{
	uint32_t count = (uint32_t) (parser->count - first);
	ListItem *items = llp_arena_array(parser->arena, count, sizeof(ListItem));

	for (uint32_t i = 0; items != NULL && i < count; i++)
		items[i] = (ListItem){parser->elements[first + i].value, parser->elements[first + i].optional};
	parser->count = first;
	return items != NULL ? llp_expr_list(parser->arena, offset, items, count) : NULL;
}

Expression *
llp_parser_pop_map(Parser *parser, size_t first, size_t offset)
{
	uint32_t count = (uint32_t) (parser->count - first);
	MapEntry *entries = llp_arena_array(parser->arena, count, sizeof(MapEntry));

	if (entries != NULL && count > 0)
		memcpy(entries, parser->elements + first, count * sizeof(MapEntry));
	parser->count = first;
	return entries != NULL ? llp_expr_map(parser->arena, offset, entries, count) : NULL;
}
