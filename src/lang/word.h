/*
 * lang/word.h - the words of expressions: names, keywords, reserved words.
 */
#ifndef LLP_LANG_WORD_H
#define LLP_LANG_WORD_H

#include "lang/token.h"

/* The kind of a word of letters, digits and underscores: a name, a keyword or a reserved word. */
extern TokenKind llp_word_kind(Str word);
/* May the text stand after a dot: [_a-zA-Z][_a-zA-Z0-9]* and none of true, false, null and in? */
extern bool llp_is_field_name(Str text);
/* May the text stand between backquotes after a dot? */
extern bool llp_is_quotable_name(Str text);

#endif
