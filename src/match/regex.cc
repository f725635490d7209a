/*
 * match/regex.cc - the one file that knows RE2, and the only one in C++.
 *
 * Its business is the border: no exception leaves it, and a compiled pattern belongs to an arena.  It must
 * not know what a pattern is for.
 */
extern "C"
{
#include "match/literals.h"
#include "match/regex.h"
}

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include <re2/filtered_re2.h>
#include <re2/re2.h>

/* An instruction of RE2's program; there is a program for each direction. */
#define INSTRUCTION_SIZE (2 * 16)

/* RE2 quotes the pattern in its messages, which may be long. */
#define MAX_PROBLEM_SIZE 200

#define DIGITS_OF(number) #number
#define DIGITS(macro) DIGITS_OF(macro)

struct Regex
{
	explicit Regex(const re2::StringPiece &pattern, const RE2::Options &options) : re(pattern, options)
	{
	}

	RE2 re;
};

namespace
{

RE2::Options
make_options(int64_t memory)
{
	RE2::Options options;

	options.set_encoding(RE2::Options::EncodingUTF8);
	options.set_log_errors(false);
	options.set_never_capture(true);
	options.set_max_mem(memory);
	return options;
}

/* Unicode classes of a pattern; one in \Q…\E counts too, which does no harm. */
size_t
count_classes(Str pattern)
{
	size_t count = 0;

	for (size_t i = 0; i + 1 < pattern.size; i++)
	{
		if (pattern.data[i] != '\\')
			continue;
		i++;
		if (pattern.data[i] == 'p' || pattern.data[i] == 'P')
			count++;
	}
	return count;
}

/* What of a pattern is beyond the limits that need no compilation; empty when nothing is. */
Str
excess(Str pattern)
{
	if (pattern.size > LLP_MAX_REGEX_SIZE)
		return llp_str("pattern longer than " DIGITS(LLP_MAX_REGEX_SIZE) " bytes");
	if (count_classes(pattern) > LLP_MAX_REGEX_CLASSES)
		return llp_str("more than " DIGITS(LLP_MAX_REGEX_CLASSES) " Unicode classes in a pattern");
	return Str{nullptr, 0};
}

/* Where to cut a text of UTF-8 so that at most MAX_PROBLEM_SIZE bytes and no part of a character remain. */
size_t
cut_size(const std::string &words)
{
	size_t size = MAX_PROBLEM_SIZE;

	if (words.size() <= size)
		return words.size();
	while (size > 0 && (words[size] & 0xC0) == 0x80)
		size--;
	return size;
}

/* RE2's own words about a pattern it refused. */
Status
refusal(Arena *arena, const RE2 &re, Str *problem)
{
	const std::string &words = re.error();

	*problem = llp_str_copy(arena, Str{words.data(), cut_size(words)});
	if (problem->data == nullptr)
		return STATUS_NO_MEMORY;
	return re.error_code() == RE2::ErrorPatternTooLarge ? STATUS_LIMIT : STATUS_INVALID;
}

void
release_regex(void *object)
{
	delete static_cast<Regex *>(object);
}

Status
compile(Arena *arena, const re2::StringPiece &pattern, Regex **regex, Str *problem)
{
	RE2 trial(pattern, make_options(LLP_REGEX_PROGRAM_MEMORY));

	if (!trial.ok())
		return refusal(arena, trial, problem);
	*regex = new Regex(pattern, make_options(LLP_REGEX_MEMORY));
	if (llp_arena_defer(arena, release_regex, *regex))
		return STATUS_OK;
	delete *regex;
	*regex = nullptr;
	return STATUS_NO_MEMORY;
}

/*
 * Required literals
 *
 * FilteredRE2 makes of a pattern a formula of AND and OR over atoms, pieces of text in lower case, that is
 * true for every text the pattern matches.  A set of atoms of which one must occur is one without which the
 * formula is false: AND and OR are monotone, so one evaluation with all other atoms true decides.
 *
 * "Lower case" is Unicode's, and we look for bytes.  Of an atom that is not ASCII its longest part in ASCII
 * is looked for, which occurs where the atom does.  An ASCII letter of an atom may stand for one of the two
 * characters that llp_text_folds_to_ascii names, which callers ask.
 */
struct Atom
{
	std::string literal; /* its longest run of ASCII */
	int number;			 /* FilteredRE2's */

	/* Shorter ones come first. */
	bool
	operator<(const Atom &other) const
	{
		if (literal.size() != other.literal.size())
			return literal.size() < other.literal.size();
		return literal < other.literal;
	}

	bool
	is_usable() const
	{
		return literal.size() >= LLP_LITERAL_MIN;
	}
};

std::string
longest_ascii_run(const std::string &text)
{
	size_t best = 0;
	size_t best_size = 0;
	size_t start = 0;

	for (size_t i = 0; i <= text.size(); i++)
	{
		if (i < text.size() && (text[i] & 0x80) == 0)
			continue;
		if (i - start > best_size)
		{
			best = start;
			best_size = i - start;
		}
		start = i + 1;
	}
	return text.substr(best, best_size);
}

/* Can the pattern match a text that has every atom but those of the clause? */
bool
matches_without(const re2::FilteredRE2 &filter, const std::vector<Atom> &atoms,
				const std::vector<bool> &in_clause)
{
	std::vector<int> others;
	std::vector<int> regexes;

	for (size_t i = 0; i < atoms.size(); i++)
		if (!in_clause[i])
			others.push_back(atoms[i].number);
	filter.AllPotentials(others, &regexes);
	return !regexes.empty();
}

/* A clause from which no atom can be taken, made from all atoms by trying to take them in the order given. */
std::vector<Atom>
minimal_clause(const re2::FilteredRE2 &filter, const std::vector<Atom> &atoms)
{
	std::vector<bool> in_clause(atoms.size(), true);
	std::vector<Atom> clause;

	for (size_t i = 0; i < atoms.size(); i++)
	{
		in_clause[i] = false;
		in_clause[i] = matches_without(filter, atoms, in_clause);
	}
	for (size_t i = 0; i < atoms.size(); i++)
		if (in_clause[i])
			clause.push_back(atoms[i]);
	return clause;
}

/* The literals of a clause without those that contain another one; none when one is too short. */
std::vector<std::string>
literals_of(std::vector<Atom> clause)
{
	std::vector<std::string> literals;

	std::sort(clause.begin(), clause.end());
	if (clause.empty() || !clause[0].is_usable())
		return literals;
	for (const Atom &atom : clause)
	{
		bool contains_other = false;

		for (const std::string &other : literals)
			contains_other = contains_other || atom.literal.find(other) != std::string::npos;
		if (!contains_other)
			literals.push_back(atom.literal);
	}
	if (literals.size() > LLP_MAX_REGEX_LITERALS)
		literals.clear();
	return literals;
}

/*
 * How often texts contain one of the literals, as a weight: each byte makes a literal four times rarer, up to
 * eight bytes.  No literal at all is the worst.
 */
unsigned long
weight(const std::vector<std::string> &literals)
{
	const size_t enough = 8;
	unsigned long sum = 0;

	for (const std::string &literal : literals)
		sum += 1UL << (2 * (enough - std::min(literal.size(), enough)));
	return literals.empty() ? ~0UL : sum;
}

/*
 * The better of two clauses: one takes the shortest atoms out first, the other the longest, which leaves the
 * other side of an AND, often fewer.  Both first take out what cannot be looked for.
 */
std::vector<std::string>
choose_literals(const re2::FilteredRE2 &filter, const std::vector<std::string> &texts)
{
	std::vector<Atom> atoms;
	std::vector<std::string> literals;
	std::vector<std::string> others;
	size_t unusable = 0;

	for (size_t i = 0; i < texts.size(); i++)
		atoms.push_back(Atom{longest_ascii_run(texts[i]), static_cast<int>(i)});
	std::sort(atoms.begin(), atoms.end());
	literals = literals_of(minimal_clause(filter, atoms));
	while (unusable < atoms.size() && !atoms[unusable].is_usable())
		unusable++;
	std::reverse(atoms.begin() + unusable, atoms.end());
	others = literals_of(minimal_clause(filter, atoms));
	return weight(others) < weight(literals) ? others : literals;
}

Status
copy_literals(Arena *arena, const std::vector<std::string> &literals, Str **copies)
{
	Str *array = static_cast<Str *>(llp_arena_array(arena, literals.size(), sizeof(Str)));

	if (array == nullptr)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < literals.size(); i++)
	{
		array[i] = llp_str_copy(arena, Str{literals[i].data(), literals[i].size()});
		if (array[i].data == nullptr)
			return STATUS_NO_MEMORY;
	}
	*copies = array;
	return STATUS_OK;
}

Status
required(Arena *arena, const re2::StringPiece &pattern, Str **literals, size_t *count)
{
	re2::FilteredRE2 filter(LLP_LITERAL_MIN);
	std::vector<std::string> atoms;
	std::vector<std::string> chosen;
	int number;
	RE2::ErrorCode code = filter.Add(pattern, make_options(LLP_REGEX_PROGRAM_MEMORY), &number);
	Status status;

	if (code != RE2::NoError)
		return code == RE2::ErrorPatternTooLarge ? STATUS_LIMIT : STATUS_INVALID;
	if (pattern.size() > LLP_MAX_REQUIRING_SIZE)
		return STATUS_OK;
	filter.Compile(&atoms);
	if (atoms.empty() || atoms.size() > LLP_MAX_REGEX_ATOMS)
		return STATUS_OK;
	chosen = choose_literals(filter, atoms);
	status = copy_literals(arena, chosen, literals);
	if (status == STATUS_OK)
		*count = chosen.size();
	return status;
}

/* Is the character of these bytes somewhere in the text? */
bool
has_character(Str text, const char *bytes, size_t size)
{
	const char *at = text.data;
	const char *end = text.data + text.size;

	while (at < end && (at = static_cast<const char *>(
							memchr(at, static_cast<unsigned char>(bytes[0]), end - at))) != nullptr)
	{
		if (static_cast<size_t>(end - at) >= size && memcmp(at, bytes, size) == 0)
			return true;
		at++;
	}
	return false;
}

} // namespace

Status
llp_regex_compile(Arena *arena, Str pattern, Regex **regex, Str *problem)
{
	*regex = nullptr;
	*problem = excess(pattern);
	if (problem->size > 0)
		return STATUS_LIMIT;
	try
	{
		return compile(arena, re2::StringPiece(pattern.data, pattern.size), regex, problem);
	}
	catch (const std::exception &)
	{
		return STATUS_NO_MEMORY; /* bad_alloc, or length_error: nothing else is thrown */
	}
}

size_t
llp_regex_size(const Regex *regex)
{
	return sizeof(Regex) + static_cast<size_t>(regex->re.ProgramSize()) * INSTRUCTION_SIZE;
}

Status
llp_regex_matches(const Regex *regex, Str text, bool *matched)
{
	*matched = false;
	try
	{
		*matched = regex->re.Match(re2::StringPiece(text.data, text.size), 0, text.size, RE2::UNANCHORED,
								   nullptr, 0);
		return STATUS_OK;
	}
	catch (const std::exception &)
	{
		return STATUS_NO_MEMORY;
	}
}

Status
llp_regex_required(Arena *arena, Str pattern, Str **literals, size_t *count)
{
	*literals = nullptr;
	*count = 0;
	if (excess(pattern).size > 0)
		return STATUS_LIMIT;
	try
	{
		return required(arena, re2::StringPiece(pattern.data, pattern.size), literals, count);
	}
	catch (const std::exception &)
	{
		return STATUS_NO_MEMORY;
	}
}

bool
llp_text_folds_to_ascii(Str text)
{
	return has_character(text, "\xC5\xBF", 2) || has_character(text, "\xE2\x84\xAA", 3);
}
