/*
 * policy/suggest.c - what an author may have meant.
 *
 * Makes hints only; that something is wrong is decided elsewhere.
 */
#include "policy/suggest.h"

/* Operators as other languages spell them. */
typedef struct Synonym
{
	Str spelling;
	Operator op;
} Synonym;

#define SYNONYM(spelling, symbol)                                                                            \
	{                                                                                                        \
		{spelling, sizeof(spelling) - 1}, OPERATOR_##symbol                                                  \
	}

static const Synonym synonyms[] = {
	SYNONYM("==", EQ),
	SYNONYM("===", EQ),
	SYNONYM("=", EQ),
	SYNONYM("equal", EQ),
	SYNONYM("equals", EQ),
	SYNONYM("is", EQ),
	SYNONYM("!=", NE),
	SYNONYM("!==", NE),
	SYNONYM("<>", NE),
	SYNONYM("neq", NE),
	SYNONYM("not_equal", NE),
	SYNONYM("not_equals", NE),
	SYNONYM("notEquals", NE),
	SYNONYM(">", GT),
	SYNONYM("greater_than", GT),
	SYNONYM("greaterThan", GT),
	SYNONYM(">=", GTE),
	SYNONYM("ge", GTE),
	SYNONYM("<", LT),
	SYNONYM("less_than", LT),
	SYNONYM("lessThan", LT),
	SYNONYM("<=", LTE),
	SYNONYM("le", LTE),
	SYNONYM("one_of", IN),
	SYNONYM("nin", NOT_IN),
	SYNONYM("notIn", NOT_IN),
	SYNONYM("includes", CONTAINS),
	SYNONYM("has", CONTAINS),
	SYNONYM("notContains", NOT_CONTAINS),
	SYNONYM("regex", MATCHES),
	SYNONYM("regexp", MATCHES),
	SYNONYM("like", MATCHES),
	SYNONYM("=~", MATCHES),
	SYNONYM("startsWith", MATCHES),
	SYNONYM("starts_with", MATCHES),
	SYNONYM("endsWith", MATCHES),
	SYNONYM("ends_with", MATCHES),
	SYNONYM("present", EXISTS),
	SYNONYM("all", AND),
	SYNONYM("&&", AND),
	SYNONYM("any", OR),
	SYNONYM("||", OR),
	SYNONYM("!", NOT),
	SYNONYM("none", NOT),
};

static Str
find_synonym(KeyType type, Str spelling)
{
	if (type != TYPE_OPERATOR)
		return STR("");
	for (size_t i = 0; i < sizeof(synonyms) / sizeof(synonyms[0]); i++)
	{
		if (llp_str_equal(synonyms[i].spelling, spelling))
			return llp_operator_name(synonyms[i].op);
	}
	return STR("");
}

const char *
llp_suggest_key(Arena *arena, Key object, Str spelling)
{
	Nearest nearest = {.spelling = spelling};
	size_t count = llp_object_key_count(object);
	StrBuf hint;

	for (size_t i = 1; i <= count; i++)
		llp_nearest_consider(&nearest, llp_key_name((Key) (object + i)));
	llp_buf_init(&hint, arena);
	llp_hint_question(&hint, nearest.candidate);
	if (nearest.candidate.size == 0)
	{
		llp_buf_append(&hint, STR("Keys here: "));
		for (size_t i = 1; i <= count; i++)
		{
			llp_buf_append(&hint, i == 1 ? STR("") : STR(", "));
			llp_buf_append(&hint, llp_key_name((Key) (object + i)));
		}
		llp_buf_append_char(&hint, '.');
	}
	return llp_hint_text(&hint);
}

const char *
llp_suggest_word(Arena *arena, KeyType type, Str spelling)
{
	Nearest nearest = {.spelling = spelling, .candidate = find_synonym(type, spelling)};
	Str word;
	StrBuf hint;

	for (size_t n = 0; nearest.distance == 0 && (word = llp_type_word(type, n)).size > 0; n++)
		llp_nearest_consider(&nearest, word);
	llp_buf_init(&hint, arena);
	llp_hint_question(&hint, nearest.candidate);
	llp_buf_append(&hint, nearest.candidate.size > 0 ? STR(" Known: ") : STR("Known: "));
	for (size_t n = 0; (word = llp_type_word(type, n)).size > 0; n++)
	{
		llp_buf_append(&hint, n == 0 ? STR("") : STR(", "));
		llp_buf_append(&hint, word);
	}
	llp_buf_append_char(&hint, '.');
	return llp_hint_text(&hint);
}
