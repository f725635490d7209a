/*
 * lang/parse_state.h - what the parser of expressions remembers: tokens, errors, bounds, and lists that are
 * being read.
 *
 * Private to lang/parser.c, which knows the grammar.
 */
#ifndef LLP_LANG_PARSE_STATE_H
#define LLP_LANG_PARSE_STATE_H

#include "lang/parser.h"
#include "lang/token.h"

typedef struct Parser
{
	Arena *arena;
	const Source *source;
	const ParseOptions *options;
	DiagnosticList *findings;
	Lexer lexer;
	Token token;  /* the one to look at */
	Token ahead;  /* and the one after it */
	int depth;	  /* of the recursion */
	int brackets; /* that are open */
	bool panic;	  /* after an error, until the parser knows again where it is: nothing is reported */
	bool limited; /* a limit was hit: what is left of the text is not looked at */
	const Expression *group; /* the expression that stood between the last parentheses */
	bool arrow;				 /* an argument of the call that is being read was written x => e */
	/* Elements of the lists that are being read, innermost last. */
	MapEntry *elements;
	size_t count;
	size_t capacity;
} Parser;

/* --- Tokens --- */

static inline bool
llp_parser_at(const Parser *parser, TokenKind kind)
{
	return parser->token.kind == kind;
}

/* Goes beyond the token. */
extern void llp_parser_skip(Parser *parser);
/* Likewise, in good order: errors are reported again. */
extern void llp_parser_take(Parser *parser);
extern bool llp_parser_take_if(Parser *parser, TokenKind kind);
/* Takes an opening bracket. */
extern void llp_parser_open(Parser *parser);
/* Takes the closing bracket; without one, reports that and goes beyond the next one. */
extern bool llp_parser_close(Parser *parser, TokenKind kind);

/* --- Errors --- */

/* Reports "expected …" at the token, unless it follows from another error. */
extern void llp_parser_report(Parser *parser, const char *hint, const char *expected);
/* Reports an error at a byte, likewise; NULL for the caller to return. */
extern Expression *llp_parser_report_at(Parser *parser, size_t offset, const char *hint, const char *message);
/* Goes to what ends or separates operands within the brackets that the parser is in. */
extern void llp_parser_recover(Parser *parser);

/* --- Bounds --- */

/* Begins a level of recursion, which llp_parser_leave ends; false when it is one too many. */
extern bool llp_parser_enter(Parser *parser);
extern Expression *llp_parser_leave(Parser *parser, Expression *expr);
/* The tree, or NULL after reporting that it is too high. */
extern Expression *llp_parser_checked(Parser *parser, Expression *expr);

/* --- Lists that are being read --- */

extern bool llp_parser_push(Parser *parser, MapEntry element);
/* The elements from `first` on, taken off the stack; NULL without memory. */
extern Expression **llp_parser_pop_expressions(Parser *parser, size_t first, uint32_t *count);
extern Expression *llp_parser_pop_list(Parser *parser, size_t first, size_t offset);
extern Expression *llp_parser_pop_map(Parser *parser, size_t first, size_t offset);

#endif
