/*
 * llm/detector_tables.c - the list of what is to be found becomes tables.
 */
#include "llm/detector_tables.h"

#include "base/character.h"

/* Bytes of a prefix that make it worth looking for; a shorter one is a pattern like others. */
#define PREFIX_MIN 3

typedef struct PatternRow
{
	const char *expression;
	Validator validator;
	DetectorType type;
	float score;
	float with_context;
	bool same;
} PatternRow;

#define SAME true
#define ANY false

static const PatternRow pattern_rows[] = {
#define PATTERN(symbol, expression, validator, score, with_context, separators)                              \
	{expression, llp_valid_##validator, DETECT_##symbol, (float) (score), (float) (with_context), separators},
#include "llm/detector_types.def"
};

static const PatternRow token_rows[] = {
#define TOKEN(symbol, expression, validator, score)                                                          \
	{expression, llp_valid_##validator, DETECT_##symbol, (float) (score), (float) (score), false},
#include "llm/detector_types.def"
};

typedef struct WordRow
{
	DetectorType type;
	WordRole role;
	const char *words;
} WordRow;

static const WordRow word_rows[] = {
#define CONTEXT(symbol, words) {DETECT_##symbol, WORD_CONTEXT, words},
#define KEYWORD(symbol, words) {DETECT_##symbol, WORD_KEYWORD, words},
#define TERM(symbol, words) {DETECT_##symbol, WORD_TERM, words},
#include "llm/detector_types.def"
};

static const FinderScore finder_scores[DETECTOR_TYPES] = {
#define FINDER(symbol, finder, expression, score, with_context)                                              \
	[DETECT_##symbol] = {(float) (score), (float) (with_context)},
#include "llm/detector_types.def"
};

/* By the lengths of groups */

static void
add_pattern(PatternSet *set, uint16_t number)
{
	set->word[number / 64] |= UINT64_C(1) << number % 64;
}

/* One of the ways to begin a match: how many characters each step took so far. */
typedef struct Beginning
{
	uint16_t pattern;
	uint32_t first;	 /* length of the first group */
	uint32_t second; /* of the second */
	bool in_second;
	bool between;
	/* May the first group be of digits, or letters, only?  May its first character be one, another the other?
	 */
	bool digits;
	bool letters;
	bool digit_first;
	bool letter_first;
	bool has_digit;
	bool has_letter;
} Beginning;

static uint32_t
at_most(uint32_t length, uint32_t bound)
{
	return length < bound ? length : bound;
}

static void
note_beginning(DetectorTables *tables, const Beginning *b)
{
	const bool kinds[GROUP_KINDS] = {b->digits, b->digit_first && b->has_letter,
									 b->letter_first && b->has_digit, b->letters};

	for (int kind = 0; kind < GROUP_KINDS; kind++)
	{
		PatternSet *set =
			b->second == 0
				? &tables->alone[kind][at_most(b->first, LLP_FIRST_GROUP)]
				: &tables->joined[kind][at_most(b->first, LLP_GROUP)][at_most(b->second, LLP_GROUP)];

		if (kinds[kind])
			add_pattern(set, b->pattern);
	}
}

static bool
takes(const PatternStep *step, char first, char last)
{
	for (char c = first; c <= last; c++)
	{
		if (pattern_step_has(step, c))
			return true;
	}
	return false;
}

/* Another letter or digit that the step takes. */
static void
grow(Beginning *b, const PatternStep *step)
{
	bool digit = takes(step, '0', '9');
	bool letter = takes(step, 'A', 'Z') || takes(step, 'a', 'z');

	b->in_second = b->in_second || b->between;
	b->between = false;
	if (b->in_second)
	{
		b->second++;
		return;
	}
	if (b->first == 0)
	{
		b->digits = b->digit_first = digit;
		b->letters = b->letter_first = letter;
	}
	else
	{
		b->digits = b->digits && digit;
		b->letters = b->letters && letter;
		b->has_digit = b->has_digit || digit;
		b->has_letter = b->has_letter || letter;
	}
	b->first++;
}

/* Follows every way on from a step. */
static void
expand(DetectorTables *tables, const Pattern *pattern, uint8_t step_number, Beginning b)
{
	const PatternStep *step = &pattern->steps[step_number];
	uint32_t most;

	if (step_number == pattern->count)
	{
		note_beginning(tables, &b);
		return;
	}
	most = at_most(step->max, LLP_FIRST_GROUP);
	if (llp_pattern_step_takes_signs(step) && step->max > 0)
	{
		Beginning after = b;

		if (b.in_second)
			note_beginning(tables, &b);
		else
		{
			after.between = b.first > 0;
			expand(tables, pattern, (uint8_t) (step_number + 1), after);
		}
		if (step->min > 0 && !llp_pattern_step_takes_names(step))
			return;
		if (!llp_pattern_step_takes_names(step))
			most = 0;
	}
	for (uint32_t count = 0; count <= most; count++)
	{
		if (count > 0)
			grow(&b, step);
		if (count >= step->min || (most == 0 && step->min == 0))
			expand(tables, pattern, (uint8_t) (step_number + 1), b);
		if (b.second > LLP_GROUP)
			break;
	}
}

/* The entry of a row; false when there is no room, or the expression is none. */
static bool
make_entry(DetectorTables *tables, const PatternRow *row, bool ignore_case, PatternEntry *entry)
{
	Pattern *form = &tables->forms[tables->form_count];
	const PatternStep *step;

	if (tables->form_count == LLP_MAX_PATTERNS + LLP_MAX_TOKENS ||
		!llp_pattern_compile(row->expression, ignore_case, row->same, form))
		return false;
	tables->form_count++;
	*entry = (PatternEntry){.pattern = form,
							.validator = row->validator,
							.type = row->type,
							.score = row->score,
							.with_context = row->with_context,
							.lead = row->expression[0] == '\\' ? row->expression[1] : '\0',
							.plain = form->plain};
	for (step = &form->steps[entry->lead != 0];; step++)
	{
		entry->first[0] |= step->set[0];
		entry->first[1] |= step->set[1];
		if (step->min > 0)
			return true;
	}
}

/* Adds a pattern that is found by the lengths of its groups. */
static bool
add_entry(DetectorTables *tables, const PatternEntry *entry)
{
	uint16_t number = tables->pattern_count;

	if (number == LLP_MAX_PATTERNS)
		return false;
	tables->patterns[number] = *entry;
	tables->pattern_count++;
	if (entry->lead != 0)
		add_pattern(&tables->with_lead[entry->lead == '+'], number);
	add_pattern(&tables->of_type[entry->type], number);
	expand(tables, entry->pattern, entry->lead != 0, (Beginning){.pattern = number});
	return true;
}

static bool
make_patterns(DetectorTables *tables)
{
	for (size_t i = 0; i < sizeof(pattern_rows) / sizeof(*pattern_rows); i++)
	{
		PatternEntry entry;

		if (!make_entry(tables, &pattern_rows[i], true, &entry) || !add_entry(tables, &entry))
			return false;
	}
	return true;
}

/* Tokens, by their prefixes */

static bool
make_token(DetectorTables *tables, const PatternRow *row)
{
	char prefix[LLP_PATTERN_STEPS];
	PatternEntry entry;
	Str text = {prefix, 0};

	if (!make_entry(tables, row, false, &entry))
		return false;
	text.size = llp_pattern_prefix(entry.pattern, prefix, sizeof(prefix));
	if (text.size < PREFIX_MIN)
		return add_entry(tables, &entry);
	if (tables->token_count == LLP_MAX_TOKENS ||
		!llp_words_add_prefix(tables->words, text, WORD_PREFIX, tables->token_count))
		return false;
	tables->tokens[tables->token_count++] = entry;
	return true;
}

static bool
make_words(DetectorTables *tables)
{
	for (size_t i = 0; i < sizeof(word_rows) / sizeof(*word_rows); i++)
	{
		if (!llp_words_add(tables->words, word_rows[i].words, word_rows[i].role, word_rows[i].type))
			return false;
	}
	for (size_t i = 0; i < sizeof(token_rows) / sizeof(*token_rows); i++)
	{
		if (!make_token(tables, &token_rows[i]))
			return false;
	}
	return llp_words_add_prefix(tables->words, STR("-----BEGIN "), WORD_PRIVATE_KEY, 0);
}

Status
llp_detector_tables_make(Arena *arena, DetectorTables *tables)
{
	tables->words = llp_words_begin(arena);
	if (tables->words == NULL)
		return STATUS_NO_MEMORY;
	memcpy(tables->finders, finder_scores, sizeof(finder_scores));
	if (!make_patterns(tables) || !make_words(tables))
		return llp_arena_exhausted(arena) ? STATUS_NO_MEMORY : STATUS_INVALID;
	return llp_words_end(tables->words);
}
