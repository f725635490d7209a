/*
 * llm/pattern.c - expressions of steps.
 */
#include "llm/pattern.h"

#include "base/character.h"

#define DIGITS_LOW UINT64_C(0x03FF000000000000)	  /* '0' to '9' */
#define LETTERS_HIGH UINT64_C(0x07FFFFFE07FFFFFE) /* 'A' to 'Z', 'a' to 'z' */

/* clang-format off */
const uint8_t llp_byte_classes[256] = {
	['0' ... '9'] = BYTE_DIGIT, ['A' ... 'Z'] = BYTE_LETTER, ['a' ... 'z'] = BYTE_LETTER, ['_'] = BYTE_UNDERSCORE,
};
/* clang-format on */

/* Compiling */

static void
add_character(PatternStep *step, char c, bool ignore_case)
{
	unsigned char byte = (unsigned char) c;

	step->set[byte / 64 % 2] |= UINT64_C(1) << byte % 64;
	if (ignore_case && starts_name(c) && c != '_')
		step->set[1] |= UINT64_C(1) << (byte ^ 32) % 64;
}

/* [a set], after its bracket; NULL where it does not end. */
static const char *
compile_set(const char *at, bool ignore_case, PatternStep *step)
{
	while (*at != '\0' && *at != ']')
	{
		bool range = at[1] == '-' && at[2] != ']' && at[2] != '\0';
		char last = range ? at[2] : *at;

		for (int c = *at; c <= last; c++)
			add_character(step, (char) c, ignore_case);
		at += range ? 3 : 1;
	}
	return *at == ']' ? at + 1 : NULL;
}

static const char *
read_number(const char *at, uint16_t *number)
{
	*number = 0;
	for (; is_digit(*at); at++)
		*number = (uint16_t) (10 * *number + (*at - '0'));
	return at;
}

/* How many; the text after it, or NULL. */
static const char *
compile_count(const char *at, PatternStep *step)
{
	step->min = 1;
	step->max = 1;
	if (*at == '?')
	{
		step->min = 0;
		return at + 1;
	}
	if (*at != '{')
		return at;
	at = read_number(at + 1, &step->min);
	step->max = step->min;
	if (*at == ',')
	{
		step->max = LLP_PATTERN_MANY;
		if (is_digit(*++at))
			at = read_number(at, &step->max);
	}
	return *at == '}' ? at + 1 : NULL;
}

bool
llp_pattern_step_takes_names(const PatternStep *step)
{
	return (step->set[0] & DIGITS_LOW) != 0 || (step->set[1] & LETTERS_HIGH) != 0;
}

bool
llp_pattern_step_takes_signs(const PatternStep *step)
{
	return (step->set[0] & ~DIGITS_LOW) != 0 || (step->set[1] & ~LETTERS_HIGH) != 0;
}

static bool
takes_all_digits(const PatternStep *step)
{
	return (step->set[0] & DIGITS_LOW) == DIGITS_LOW;
}

static bool
is_plain(const Pattern *pattern)
{
	for (uint8_t i = 0; i < pattern->count; i++)
	{
		const PatternStep *step = &pattern->steps[i];

		if (llp_pattern_step_takes_names(step) && !takes_all_digits(step) &&
			(i > 0 || step->min != 1 || step->max != 1))
			return false;
	}
	return pattern->steps[0].min > 0;
}

bool
llp_pattern_compile(const char *expression, bool ignore_case, bool same, Pattern *pattern)
{
	memset(pattern, 0, sizeof(*pattern));
	pattern->same = same;
	while (*expression != '\0')
	{
		PatternStep *step = &pattern->steps[pattern->count];

		if (pattern->count++ == LLP_PATTERN_STEPS)
			return false;
		if (*expression == '[')
			expression = compile_set(expression + 1, ignore_case, step);
		else
		{
			expression += *expression == '\\';
			add_character(step, *expression++, ignore_case);
		}
		expression = expression == NULL ? NULL : compile_count(expression, step);
		if (expression == NULL)
			return false;
		pattern->separators += !llp_pattern_step_takes_names(step);
	}
	pattern->plain = pattern->count > 0 && is_plain(pattern);
	return pattern->count > 0;
}

/* The only character of a set, or 0. */
static char
only_character(const PatternStep *step)
{
	int bits = __builtin_popcountll(step->set[0]) + __builtin_popcountll(step->set[1]);

	if (bits != 1)
		return 0;
	return (char) (step->set[0] != 0 ? __builtin_ctzll(step->set[0]) : 64 + __builtin_ctzll(step->set[1]));
}

size_t
llp_pattern_prefix(const Pattern *pattern, char *prefix, size_t size)
{
	size_t length = 0;

	for (uint8_t i = 0; i < pattern->count && length < size; i++)
	{
		const PatternStep *step = &pattern->steps[i];
		char c = only_character(step);

		if (c == 0 || step->min != 1 || step->max != 1)
			break;
		prefix[length++] = c;
	}
	return length;
}

/* Matching */

/* The signs that stand between the groups of a match. */
typedef struct Separators
{
	char first;
	uint8_t count;
	bool equal;
} Separators;

static void
note_separator(Separators *separators, char c)
{
	if (separators->count == 0)
		separators->first = c;
	separators->equal = separators->equal && c == separators->first;
	separators->count++;
}

/* Takes what the step takes from `at` on; how many characters these are. */
static uint32_t
take(const PatternStep *step, Str text, size_t at, Candidate *candidate, Separators *separators)
{
	size_t left = text.size - at;
	uint32_t most = step->max == LLP_PATTERN_MANY ? UINT32_MAX : step->max;
	uint32_t count = 0;

	while (count < left && count < most && pattern_step_has(step, text.data[at + count]))
	{
		char c = text.data[at + count++];
		ByteClass class = byte_class(c);

		if (class != BYTE_DIGIT && class != BYTE_LETTER)
			note_separator(separators, c);
		else if (candidate->size < LLP_CANDIDATE_SIZE)
			candidate->id[candidate->size++] = c >= 'a' ? (char) (c - 32) : c;
	}
	return count;
}

bool
llp_pattern_match(const Pattern *pattern, Str text, size_t start, Candidate *candidate)
{
	Separators separators = {.equal = true};
	size_t at = start;

	candidate->size = 0;
	for (uint8_t i = 0; i < pattern->count; i++)
	{
		uint32_t count = take(&pattern->steps[i], text, at, candidate, &separators);

		if (count < pattern->steps[i].min)
			return false;
		at += count;
	}
	if (at < text.size && byte_class(text.data[at]) != BYTE_OTHER)
		return false;
	if (pattern->same && separators.count > 0 &&
		(!separators.equal || separators.count != pattern->separators))
		return false;
	candidate->id[candidate->size] = '\0';
	candidate->text = (Str){text.data + start, at - start};
	return true;
}

void
llp_candidate_of_digits(Str digits, Candidate *candidate)
{
	candidate->text = digits;
	candidate->size = (uint32_t) (digits.size < LLP_CANDIDATE_SIZE ? digits.size : LLP_CANDIDATE_SIZE);
	memcpy(candidate->id, digits.data, candidate->size);
	candidate->id[candidate->size] = '\0';
}
