/*
 * lang/word.c - tells names, keywords and reserved words apart (CEL specification, "Syntax").
 */
#include "lang/word.h"

#include "base/character.h"

typedef struct Word
{
	Str spelling;
	TokenKind kind;
} Word;

static const Word words[] = {
#define KEYWORD(symbol, spelling) {{spelling, sizeof(spelling) - 1}, TOKEN_##symbol},
#define RESERVED_WORD(spelling) {{spelling, sizeof(spelling) - 1}, TOKEN_RESERVED},
#include "lang/tokens.def"
};

TokenKind
llp_word_kind(Str word)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		if (llp_str_equal(words[i].spelling, word))
			return words[i].kind;
	}
	return TOKEN_NAME;
}

static bool
has_form_of_name(Str text)
{
	if (text.size == 0 || !starts_name(text.data[0]))
		return false;
	for (size_t i = 1; i < text.size; i++)
	{
		if (!continues_name(text.data[i]))
			return false;
	}
	return true;
}

bool
llp_is_field_name(Str text)
{
	TokenKind kind = llp_word_kind(text);

	return (kind == TOKEN_NAME || kind == TOKEN_RESERVED) && has_form_of_name(text);
}

bool
llp_is_quotable_name(Str text)
{
	for (size_t i = 0; i < text.size; i++)
	{
		if (!is_quotable(text.data[i]))
			return false;
	}
	return text.size > 0;
}
