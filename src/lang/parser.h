/*
 * lang/parser.h - from the text of an expression to its tree.
 */
#ifndef LLP_LANG_PARSER_H
#define LLP_LANG_PARSER_H

#include "base/status.h"
#include "lang/ast.h"
#include "lang/source.h"

typedef struct ParseOptions
{
	size_t max_size;	 /* bytes of a text */
	int max_nesting;	 /* of the tree, macros expanded, and of brackets */
	bool without_macros; /* macros are ordinary calls */
} ParseOptions;

/* What the language promises; both are limits, so that whatever walks a tree may recurse. */
#define LLP_EXPRESSION_MAX_SIZE ((size_t) 64 * 1024)
#define LLP_EXPRESSION_MAX_NESTING 200

extern const ParseOptions llp_default_parse_options;

/*
 * Parses an expression.  Its errors are reported together, as far as they do not follow from each other.
 * STATUS_OK: *expr is its tree, which refers to the source's text.  STATUS_INVALID or STATUS_LIMIT (the text
 * is too long or too deep): the findings say what is wrong.  STATUS_NO_MEMORY.  Takes time and memory in
 * proportion to the text.
 */
extern Status llp_expression_parse(Arena *arena, const Source *source, const ParseOptions *options,
								   DiagnosticList *findings, Expression **expr);

#endif
