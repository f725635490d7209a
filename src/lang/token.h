/*
 * lang/token.h - the lexer of expressions (CEL specification, "Syntax").
 *
 * Beyond CEL, `#` starts a comment like `//`, and there is a sign `=>`.
 */
#ifndef LLP_LANG_TOKEN_H
#define LLP_LANG_TOKEN_H

#include "base/status.h"
#include "lang/source.h"

typedef enum TokenKind
{
#define OTHER(symbol, name) TOKEN_##symbol,
#define KEYWORD(symbol, spelling) TOKEN_##symbol,
#define SIGN(symbol, spelling) TOKEN_##symbol,
#include "lang/tokens.def"
	TOKEN_KIND_END
} TokenKind;

typedef struct Token
{
	TokenKind kind;
	uint32_t offset; /* of its first byte */
	uint32_t size;	 /* as written, in bytes */
	union
	{
		Str text;		  /* a name, or the value of a string or of bytes */
		uint64_t integer; /* INT: at most 2^63, which only a minus sign before it makes valid */
		double real;	  /* finite, not negative */
	} as;
} Token;

typedef struct Lexer
{
	const Source *source;
	Arena *arena; /* of strings that are not written as they are */
	DiagnosticList *findings;
	size_t offset; /* of the next byte */
} Lexer;

/* The text of the source must be UTF-8 of less than 4 GiB. */
extern void llp_lexer_init(Lexer *lexer, const Source *source, Arena *arena, DiagnosticList *findings);
/* The next token.  What is none is reported and comes as TOKEN_INVALID; the end comes again and again. */
extern Token llp_lexer_next(Lexer *lexer);
/* How messages call a kind of token: "'&&'", "a name". */
extern const char *llp_token_kind_name(TokenKind kind);

#endif
