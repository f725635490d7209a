/*
 * match/regex.cc - the one file that knows RE2, and the only one in C++.
 *
 * Its business is the border: no exception leaves it, and a compiled pattern belongs to an arena.  It must
 * not know what a pattern is for.
 */
extern "C"
{
#include "match/regex.h"
}

#include <exception>
#include <new>

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

} // namespace

Status
llp_regex_compile(Arena *arena, Str pattern, Regex **regex, Str *problem)
{
	*regex = nullptr;
	if (pattern.size > LLP_MAX_REGEX_SIZE)
	{
		*problem = llp_str("pattern longer than " DIGITS(LLP_MAX_REGEX_SIZE) " bytes");
		return STATUS_LIMIT;
	}
	if (count_classes(pattern) > LLP_MAX_REGEX_CLASSES)
	{
		*problem = llp_str("more than " DIGITS(LLP_MAX_REGEX_CLASSES) " Unicode classes in a pattern");
		return STATUS_LIMIT;
	}
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
