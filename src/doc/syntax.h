/*
 * doc/syntax.h - libyaml's errors in words that help an author.
 */
#ifndef LLP_DOC_SYNTAX_H
#define LLP_DOC_SYNTAX_H

#include <yaml.h>

#include "base/str.h"

typedef struct SyntaxError
{
	const char *message;
	const char *hint; /* or NULL */
	size_t index;	  /* libyaml's code point that it is about */
	size_t opened_at; /* of what is not closed or not continued; NO_OPENING when there is nothing such */
} SyntaxError;

#define NO_OPENING SIZE_MAX

/* Explains why the parser stopped; `fed` is the text it was fed. */
extern SyntaxError llp_explain_syntax_error(const yaml_parser_t *parser, Str fed);

#endif
