/*
 * llm/validate_secret.c - tells secrets from placeholders.
 *
 * Owns the words and looks that documentation uses instead of a secret.  It knows no provider.
 */
#include "llm/validate.h"

#include "base/character.h"

/* Bytes of a text that are judged; a longer one is judged by its beginning. */
#define JUDGED_SIZE 256

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c | 32) : c;
}

/* Does the word, which is in lower case, occur, the case of letters ignored? */
static bool
contains(Str text, const char *word)
{
	size_t size = strlen(word);

	for (size_t i = 0; i + size <= text.size; i++)
	{
		size_t j = 0;

		while (j < size && lower(text.data[i + j]) == word[j])
			j++;
		if (j == size)
			return true;
	}
	return false;
}

static bool
contains_any(Str text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		if (contains(text, words[i]))
			return true;
	}
	return false;
}

/* Has it so many equal characters in a row, or characters that each follow the one before? */
static bool
has_run(Str text, int longest)
{
	int equal = 1;
	int rising = 1;

	for (size_t i = 1; i < text.size; i++)
	{
		equal = text.data[i] == text.data[i - 1] ? equal + 1 : 1;
		rising = text.data[i] == text.data[i - 1] + 1 ? rising + 1 : 1;
		if (equal >= longest || rising >= longest)
			return true;
	}
	return false;
}

static Str
judged(Str text)
{
	return text.size > JUDGED_SIZE ? (Str){text.data, JUDGED_SIZE} : text;
}

static int
distinct_characters(Str text)
{
	uint64_t seen[4] = {0};
	int count = 0;

	for (size_t i = 0; i < text.size; i++)
	{
		unsigned char c = (unsigned char) text.data[i];

		count += (seen[c / 64] >> c % 64 & 1) == 0;
		seen[c / 64] |= UINT64_C(1) << c % 64;
	}
	return count;
}

static bool
is_placeholder(Str text)
{
	static const char *const words[] = {"example", "xxxx",	   "placeholder", "your_",	 "your-",	"yourkey",
										"dummy",   "redacted", "changeme",	  "replace", "insert_", "sample",
										"fake",	   "notreal",  "....",		  "****",	 "____"};

	return contains_any(text, words, sizeof(words) / sizeof(*words)) || has_run(text, 7);
}

bool
llp_valid_secret(const Candidate *candidate)
{
	Str text = judged(candidate->text);

	return !is_placeholder(text) && distinct_characters(text) >= 10;
}

/* RFC 7519: the header is JSON in base64url; every one begins with {" and names "alg". */
bool
llp_valid_jwt(const Candidate *candidate)
{
	/* "alg" in base64, at each of its three alignments, without the characters that others share. */
	static const char *const names[] = {"hbGci", "Fs", "YWxn"};
	const char *dot = memchr(candidate->text.data, '.', candidate->text.size);
	Str header = {candidate->text.data, dot == NULL ? 0 : (size_t) (dot - candidate->text.data)};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
	{
		if (llp_str_find(header, llp_str(names[i])) >= 0)
			return true;
	}
	return false;
}

/* What is written instead of a value: references to it, and constants of languages. */
static bool
is_reference(Str value)
{
	static const char *const parts[] = {"${",		  "{{",		"$(",	"<%",	   "process.env",
										"os.environ", "getenv", "env.", "config.", "secrets.",
										"vault:",	  "self.",	"this."};
	static const char *const constants[] = {"null", "none", "undefined", "true", "false"};

	return strchr("$<{[(%", value.data[0]) != NULL ||
		   contains_any(value, parts, sizeof(parts) / sizeof(*parts)) ||
		   (value.size <= 10 && contains_any(value, constants, sizeof(constants) / sizeof(*constants)));
}

typedef struct Look
{
	int lower;
	int upper;
	int digits;
	int signs;
	int call; /* parentheses */
} Look;

static Look
look_of(Str value)
{
	Look look = {0};

	for (size_t i = 0; i < value.size; i++)
	{
		char c = value.data[i];

		look.lower += c >= 'a' && c <= 'z';
		look.upper += c >= 'A' && c <= 'Z';
		look.digits += is_digit(c);
		look.signs += !continues_name(c);
		look.call += c == '(' || c == ')';
	}
	return look;
}

/* Words of a value that nobody would choose: the name of the thing itself. */
static bool
is_plain(Str value)
{
	static const char *const words[] = {"password", "passwort", "secret",	"token",	"apikey",  "api_key",
										"string",	"varchar",	"required", "optional", "default", "enter",
										"forgot",	"reset",	"number",	"bearer"};
	Look look = look_of(value);

	return look.digits < 3 && look.signs < 2 && contains_any(value, words, sizeof(words) / sizeof(*words));
}

bool
llp_secret_value_is_real(Str value)
{
	Look look;
	int kinds;

	value = judged(value);
	look = look_of(value);
	kinds = (look.lower > 0) + (look.upper > 0) + (look.digits > 0) + (look.signs > 0);
	if (value.size < 6 || value.data[0] == '\0' || look.call > 0 || is_reference(value) ||
		is_placeholder(value) || is_plain(value))
		return false;
	if (value.size < 16)
		return kinds >= 2 && (look.digits > 0 || look.signs > 0) && look.lower + look.upper > 0 &&
			   distinct_characters(value) >= 5;
	return (look.digits > 0 || (look.upper > 2 && look.lower > 2)) && look.lower + look.upper > 0 &&
		   distinct_characters(value) >= 9;
}
