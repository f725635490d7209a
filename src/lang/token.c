/*
 * lang/token.c - the lexer of expressions: from bytes to tokens, and nothing about what they mean together.
 */
#include "lang/token.h"

#include "base/character.h"
#include "base/number.h"
#include "base/utf8.h"
#include "lang/escape.h"
#include "lang/word.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct Sign
{
	Str spelling;
	TokenKind kind;
} Sign;

static const Sign signs[] = {
#define SIGN(symbol, spelling) {{spelling, sizeof(spelling) - 1}, TOKEN_##symbol},
#include "lang/tokens.def"
};

const char *
llp_token_kind_name(TokenKind kind)
{
	static const char *const names[] = {
#define OTHER(symbol, name) name,
#define KEYWORD(symbol, spelling) "'" spelling "'",
#define SIGN(symbol, spelling) "'" spelling "'",
#include "lang/tokens.def"
	};

	return names[kind];
}

/* --- The lexer --- */

void
llp_lexer_init(Lexer *lexer, const Source *source, Arena *arena, DiagnosticList *findings)
{
	*lexer = (Lexer){.source = source, .arena = arena, .findings = findings};
}

/* The byte `ahead` bytes from here; 0 beyond the end. */
static char
peek(const Lexer *lexer, size_t ahead)
{
	Str text = lexer->source->text;

	return ahead < text.size - lexer->offset ? text.data[lexer->offset + ahead] : '\0';
}

static bool
at_end(const Lexer *lexer)
{
	return lexer->offset == lexer->source->text.size;
}

static Str
written_since(const Lexer *lexer, size_t start)
{
	return (Str){lexer->source->text.data + start, lexer->offset - start};
}

/* Ends a token that began at `start`. */
static Token
finish(const Lexer *lexer, TokenKind kind, size_t start)
{
	return (Token){.kind = kind, .offset = (uint32_t) start, .size = (uint32_t) (lexer->offset - start)};
}

static Token
invalid(Lexer *lexer, size_t start, size_t place, const char *hint, const char *message)
{
	llp_source_report(lexer->source, lexer->findings, SEVERITY_ERROR, place, hint, "%s", message);
	return finish(lexer, TOKEN_INVALID, start);
}

static void
skip_line(Lexer *lexer)
{
	while (!at_end(lexer) && peek(lexer, 0) != '\n' && peek(lexer, 0) != '\r')
		lexer->offset++;
}

/* Skips white space and comments. */
static void
skip_blank(Lexer *lexer)
{
	for (;;)
	{
		if (is_space(peek(lexer, 0)))
			lexer->offset++;
		else if (peek(lexer, 0) == '#' || (peek(lexer, 0) == '/' && peek(lexer, 1) == '/'))
			skip_line(lexer);
		else
			return;
	}
}

static void
skip_name(Lexer *lexer)
{
	while (continues_name(peek(lexer, 0)))
		lexer->offset++;
}

static void
skip_digits(Lexer *lexer)
{
	while (is_digit(peek(lexer, 0)))
		lexer->offset++;
}

/* --- Names --- */

static Token
read_name(Lexer *lexer)
{
	size_t start = lexer->offset;
	Str text;
	Token token;

	skip_name(lexer);
	text = written_since(lexer, start);
	token = finish(lexer, llp_word_kind(text), start);
	token.as.text = text;
	return token;
}

static Token
read_quoted_name(Lexer *lexer)
{
	size_t start = lexer->offset++;
	Token token;
	Str text;

	while (is_quotable(peek(lexer, 0)))
		lexer->offset++;
	text = written_since(lexer, start + 1);
	if (peek(lexer, 0) != '`' || text.size == 0)
		return invalid(lexer, start, lexer->offset,
					   "Between backquotes stand letters, digits, and the characters _ . - / and space.",
					   "malformed quoted name");
	lexer->offset++;
	token = finish(lexer, TOKEN_QUOTED_NAME, start);
	token.as.text = text;
	return token;
}

/* --- Numbers --- */

/* Adds a digit; false when the sum is beyond 64 bits. */
static bool
add_digit(uint64_t *sum, unsigned base, int digit)
{
	if (*sum > (UINT64_MAX - (unsigned) digit) / base)
		return false;
	*sum = *sum * base + (unsigned) digit;
	return true;
}

static bool
parse_integer(Str digits, unsigned base, uint64_t *result)
{
	*result = 0;
	for (size_t i = 0; i < digits.size; i++)
	{
		if (!add_digit(result, base, hex_value(digits.data[i])))
			return false;
	}
	return true;
}

/* Skips the fraction and the exponent; false when there is neither. */
static bool
skip_fraction(Lexer *lexer)
{
	size_t start = lexer->offset;
	size_t sign;

	if (peek(lexer, 0) == '.' && is_digit(peek(lexer, 1)))
	{
		lexer->offset++;
		skip_digits(lexer);
	}
	if (peek(lexer, 0) == 'e' || peek(lexer, 0) == 'E')
	{
		sign = peek(lexer, 1) == '+' || peek(lexer, 1) == '-' ? 1 : 0;
		if (is_digit(peek(lexer, 1 + sign)))
		{
			lexer->offset += 1 + sign;
			skip_digits(lexer);
		}
	}
	return lexer->offset > start;
}

static Token
finish_integer(Lexer *lexer, size_t start, Str digits, unsigned base)
{
	bool is_unsigned = peek(lexer, 0) == 'u' || peek(lexer, 0) == 'U';
	uint64_t value;
	bool fits = parse_integer(digits, base, &value);
	Token token;

	if (is_unsigned)
		lexer->offset++;
	else if (value > (uint64_t) INT64_MAX + 1)
		fits = false;
	if (!fits)
		return invalid(lexer, start, start, "Integers have 64 bits; 1e20 is a double.",
					   "number out of range");
	token = finish(lexer, is_unsigned ? TOKEN_UINT : TOKEN_INT, start);
	token.as.integer = value;
	return token;
}

static Token
finish_double(Lexer *lexer, size_t start)
{
	Token token = finish(lexer, TOKEN_DOUBLE, start);

	if (!llp_double_parse(written_since(lexer, start), &token.as.real))
		return invalid(lexer, start, start, NULL, "number out of range");
	return token;
}

static Token
read_number(Lexer *lexer)
{
	size_t start = lexer->offset;
	Token token;

	if (peek(lexer, 0) == '0' && peek(lexer, 1) == 'x' && hex_value(peek(lexer, 2)) >= 0)
	{
		lexer->offset += 2;
		while (hex_value(peek(lexer, 0)) >= 0)
			lexer->offset++;
		token = finish_integer(lexer, start, written_since(lexer, start + 2), 16);
	}
	else
	{
		skip_digits(lexer);
		token = skip_fraction(lexer) ? finish_double(lexer, start)
									 : finish_integer(lexer, start, written_since(lexer, start), 10);
	}
	if (!continues_name(peek(lexer, 0)))
		return token;
	skip_name(lexer);
	return token.kind == TOKEN_INVALID ? token : invalid(lexer, start, start, NULL, "malformed number");
}

/* --- Strings --- */

/* How a string is written: prefix and quotes. */
typedef struct Quoting
{
	size_t start; /* of the token */
	bool bytes;
	bool raw;
	bool triple;
	char quote;
} Quoting;

static bool
at_quote(const Lexer *lexer, size_t ahead)
{
	char c = peek(lexer, ahead);

	return c == '"' || c == '\'';
}

/* Does a string begin here?  Reads its prefix: b, r, br, in any case. */
static bool
find_quoting(const Lexer *lexer, Quoting *quoting, size_t *prefix)
{
	*quoting = (Quoting){.start = lexer->offset};
	*prefix = 0;
	if (peek(lexer, 0) == 'b' || peek(lexer, 0) == 'B')
	{
		quoting->bytes = true;
		(*prefix)++;
	}
	if (peek(lexer, *prefix) == 'r' || peek(lexer, *prefix) == 'R')
	{
		quoting->raw = true;
		(*prefix)++;
	}
	return at_quote(lexer, *prefix);
}

static bool
closes(const Lexer *lexer, const Quoting *quoting)
{
	if (peek(lexer, 0) != quoting->quote)
		return false;
	return !quoting->triple || (peek(lexer, 1) == quoting->quote && peek(lexer, 2) == quoting->quote);
}

/* Goes to the closing quotes; false when there are none. */
static bool
skip_content(Lexer *lexer, const Quoting *quoting)
{
	while (!at_end(lexer))
	{
		char c = peek(lexer, 0);

		if (closes(lexer, quoting))
			return true;
		if (!quoting->triple && (c == '\n' || c == '\r'))
			return false;
		if (c == '\\' && !quoting->raw && lexer->source->text.size - lexer->offset > 1)
			lexer->offset++;
		lexer->offset++;
	}
	return false;
}

/* Replaces the escapes; false when one of them is wrong, or there is no memory. */
static bool
unescape(const Lexer *lexer, const Quoting *quoting, Str content, Str *value)
{
	size_t offset;
	const char *problem = llp_unescape(lexer->arena, content, quoting->bytes, value, &offset);

	if (problem != NULL)
		llp_source_report(lexer->source, lexer->findings, SEVERITY_ERROR,
						  (size_t) (content.data - lexer->source->text.data) + offset,
						  "A backslash is written \\\\, or as it is in a raw string: r'\\d+'.", "%s",
						  problem);
	return problem == NULL && value->data != NULL;
}

static Token
finish_string(Lexer *lexer, const Quoting *quoting, Str content)
{
	Token token = finish(lexer, quoting->bytes ? TOKEN_BYTES : TOKEN_STRING, quoting->start);

	token.as.text = content;
	if (!quoting->raw && memchr(content.data, '\\', content.size) != NULL &&
		!unescape(lexer, quoting, content, &token.as.text))
		token.kind = TOKEN_INVALID;
	return token;
}

/* Reads a string from its opening quotes on. */
static Token
read_string(Lexer *lexer, Quoting *quoting)
{
	size_t start;
	Str content;

	quoting->quote = peek(lexer, 0);
	quoting->triple = peek(lexer, 1) == quoting->quote && peek(lexer, 2) == quoting->quote;
	lexer->offset += quoting->triple ? 3 : 1;
	start = lexer->offset;
	if (!skip_content(lexer, quoting))
		return invalid(lexer, quoting->start, quoting->start,
					   quoting->triple ? NULL : "A string of several lines stands between ''' and '''.",
					   "string without its closing quote");
	content = written_since(lexer, start);
	lexer->offset += quoting->triple ? 3 : 1;
	return finish_string(lexer, quoting, content);
}

/* --- Signs --- */

static const char *
hint_at(const char *written)
{
	static const struct
	{
		char c;
		const char *hint;
	} hints[] = {
		{'=', "Equality is written ==."},
		{'&', "And is written &&."},
		{'|', "Or is written ||."},
	};

	for (size_t i = 0; i < COUNT(hints); i++)
	{
		if (hints[i].c == *written)
			return hints[i].hint;
	}
	return NULL;
}

/* Reports a character that begins no token, and takes its continuation bytes with it. */
static Token
read_unknown(Lexer *lexer)
{
	size_t start = lexer->offset++;
	Str written;

	while (!at_end(lexer) && llp_utf8_continues(peek(lexer, 0)))
		lexer->offset++;
	written = written_since(lexer, start);
	if ((unsigned char) written.data[0] < ' ' || written.data[0] == 0x7F)
		return invalid(lexer, start, start, NULL, "unexpected control character");
	llp_source_report(lexer->source, lexer->findings, SEVERITY_ERROR, start, hint_at(written.data),
					  "unexpected character \"%.*s\"", STR_ARG(written));
	return finish(lexer, TOKEN_INVALID, start);
}

static Token
read_sign(Lexer *lexer)
{
	size_t start = lexer->offset;
	Str rest = {lexer->source->text.data + start, lexer->source->text.size - start};

	for (size_t i = 0; i < COUNT(signs); i++)
	{
		if (llp_str_starts_with(rest, signs[i].spelling))
		{
			lexer->offset += signs[i].spelling.size;
			return finish(lexer, signs[i].kind, start);
		}
	}
	return read_unknown(lexer);
}

Token
llp_lexer_next(Lexer *lexer)
{
	Quoting quoting;
	size_t prefix;
	char c;

	skip_blank(lexer);
	if (at_end(lexer))
		return finish(lexer, TOKEN_END, lexer->offset);
	if (find_quoting(lexer, &quoting, &prefix))
	{
		lexer->offset += prefix;
		return read_string(lexer, &quoting);
	}
	c = peek(lexer, 0);
	if (starts_name(c))
		return read_name(lexer);
	if (is_digit(c) || (c == '.' && is_digit(peek(lexer, 1))))
		return read_number(lexer);
	if (c == '`')
		return read_quoted_name(lexer);
	return read_sign(lexer);
}
