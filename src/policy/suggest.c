/*
 * policy/suggest.c - what an author may have meant.
 *
 * Makes hints only; that something is wrong is decided elsewhere.
 */
#include "policy/suggest.h"

#define MAX_WORD 64 /* bytes of a spelling that is compared */

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

static size_t
smallest(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Edits (insert, delete, replace, swap of neighbours) from a to b, the "optimal string alignment" distance;
 * both at most MAX_WORD bytes.
 */
static size_t
distance(Str a, Str b)
{
	size_t rows[3][MAX_WORD + 1];
	size_t *before = rows[0];
	size_t *above = rows[1];
	size_t *row = rows[2];

	for (size_t j = 0; j <= b.size; j++)
		above[j] = j;
	for (size_t i = 1; i <= a.size; i++)
	{
		size_t *oldest = before;

		row[0] = i;
		for (size_t j = 1; j <= b.size; j++)
		{
			size_t replace = above[j - 1] + (a.data[i - 1] != b.data[j - 1]);

			row[j] = smallest(replace, smallest(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1])
				row[j] = smallest(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = oldest;
	}
	return above[b.size];
}

/* How many edits still look like a slip: none of two letters is left when two are changed. */
static size_t
tolerance(Str word)
{
	if (word.size < 3)
		return 0;
	return word.size < 5 ? 1 : 2;
}

typedef struct Nearest
{
	Str spelling;  /* what the author wrote */
	Str candidate; /* the nearest so far, empty when none is near enough */
	size_t distance;
} Nearest;

static void
consider(Nearest *nearest, Str candidate)
{
	size_t edits;

	if (nearest->spelling.size > MAX_WORD)
		return;
	edits = distance(nearest->spelling, candidate);
	if (edits > tolerance(nearest->spelling) || (nearest->candidate.size > 0 && edits >= nearest->distance))
		return;
	nearest->candidate = candidate;
	nearest->distance = edits;
}

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
llp_hint_text(StrBuf *hint)
{
	llp_buf_append_char(hint, '\0');
	return hint->failed ? NULL : hint->data;
}

static void
write_question(StrBuf *hint, Str candidate)
{
	if (candidate.size == 0)
		return;
	llp_buf_append(hint, STR("Did you mean \""));
	llp_buf_append(hint, candidate);
	llp_buf_append(hint, STR("\"?"));
}

const char *
llp_suggest_key(Arena *arena, Key object, Str spelling)
{
	Nearest nearest = {.spelling = spelling};
	size_t count = llp_object_key_count(object);
	StrBuf hint;

	for (size_t i = 1; i <= count; i++)
		consider(&nearest, llp_key_name((Key) (object + i)));
	llp_buf_init(&hint, arena);
	write_question(&hint, nearest.candidate);
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
		consider(&nearest, word);
	llp_buf_init(&hint, arena);
	write_question(&hint, nearest.candidate);
	llp_buf_append(&hint, nearest.candidate.size > 0 ? STR(" Known: ") : STR("Known: "));
	for (size_t n = 0; (word = llp_type_word(type, n)).size > 0; n++)
	{
		llp_buf_append(&hint, n == 0 ? STR("") : STR(", "));
		llp_buf_append(&hint, word);
	}
	llp_buf_append_char(&hint, '.');
	return llp_hint_text(&hint);
}
