/*
 * lang/token.c - the lexer of expressions: from bytes to tokens, and nothing about what they mean together.
 *
 * Characters are told apart by tables of ASCII and never by the C library, whose answers depend on a locale.
 */
#include "lang/token.h"

#include "base/number.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct Word
{
	Str spelling;
	TokenKind kind;
} Word;

static const Word keywords[] = {
#define KEYWORD(symbol, spelling) {{spelling, sizeof(spelling) - 1}, TOKEN_##symbol},
#include "lang/tokens.def"
};

static const Word signs[] = {
#define SIGN(symbol, spelling) {{spelling, sizeof(spelling) - 1}, TOKEN_##symbol},
#include "lang/tokens.def"
};

static const char *const reserved_words[] = {"as",		  "break",	"const",  "continue", "else", "for",
											 "function",  "if",		"import", "let",	  "loop", "package",
											 "namespace", "return", "var",	  "void",	  "while"};

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

/* --- Characters --- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
starts_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
continues_name(char c)
{
	return starts_name(c) || is_digit(c);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* The value of a hexadecimal digit, or -1. */
static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* --- Words --- */

static TokenKind
find_word(const Word *words, size_t count, Str spelling)
{
	for (size_t i = 0; i < count; i++)
	{
		if (llp_str_equal(words[i].spelling, spelling))
			return words[i].kind;
	}
	return TOKEN_NAME;
}

static bool
is_reserved(Str spelling)
{
	for (size_t i = 0; i < COUNT(reserved_words); i++)
	{
		if (llp_str_equal(llp_str(reserved_words[i]), spelling))
			return true;
	}
	return false;
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
	return has_form_of_name(text) && find_word(keywords, COUNT(keywords), text) == TOKEN_NAME;
}

bool
llp_is_name(Str text)
{
	return llp_is_field_name(text) && !is_reserved(text);
}

static bool
is_quotable(char c)
{
	return continues_name(c) || c == '.' || c == '-' || c == '/' || c == ' ';
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
	token = finish(lexer, find_word(keywords, COUNT(keywords), text), start);
	if (token.kind == TOKEN_NAME && is_reserved(text))
		token.kind = TOKEN_RESERVED;
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

/* --- Escapes --- */

typedef struct Unescaper
{
	Lexer *lexer;
	const Quoting *quoting;
	Str content;
	size_t offset; /* in the content, of the next byte */
	char *out;
	size_t size;
} Unescaper;

/* `\` and a letter or sign that stands for one character. */
static bool
simple_escape(char letter, char *character)
{
	static const char letters[] = "abfnrtv\\?\"'`";
	static const char characters[] = "\a\b\f\n\r\t\v\\?\"'`";

	for (size_t i = 0; i < sizeof(letters) - 1; i++)
	{
		if (letters[i] == letter)
		{
			*character = characters[i];
			return true;
		}
	}
	return false;
}

static void
put_byte(Unescaper *unescaper, unsigned byte)
{
	unescaper->out[unescaper->size++] = (char) byte;
}

/* Writes a character as UTF-8; an escape is never shorter than that. */
static void
put_character(Unescaper *unescaper, uint32_t c)
{
	if (c < 0x80)
		put_byte(unescaper, c);
	else if (c < 0x800)
	{
		put_byte(unescaper, 0xC0 | c >> 6);
		put_byte(unescaper, 0x80 | (c & 0x3F));
	}
	else if (c < 0x10000)
	{
		put_byte(unescaper, 0xE0 | c >> 12);
		put_byte(unescaper, 0x80 | (c >> 6 & 0x3F));
		put_byte(unescaper, 0x80 | (c & 0x3F));
	}
	else
	{
		put_byte(unescaper, 0xF0 | c >> 18);
		put_byte(unescaper, 0x80 | (c >> 12 & 0x3F));
		put_byte(unescaper, 0x80 | (c >> 6 & 0x3F));
		put_byte(unescaper, 0x80 | (c & 0x3F));
	}
}

/* Reads exactly `count` digits of the base at `offset`. */
static bool
read_code(const Unescaper *unescaper, size_t offset, size_t count, unsigned base, uint32_t *code)
{
	*code = 0;
	if (unescaper->content.size - offset < count)
		return false;
	for (size_t i = offset; i < offset + count; i++)
	{
		int digit = hex_value(unescaper->content.data[i]);

		if (digit < 0 || (unsigned) digit >= base)
			return false;
		*code = *code * base + (unsigned) digit;
	}
	return true;
}

static bool
is_surrogate(uint32_t code)
{
	return code >= 0xD800 && code <= 0xDFFF;
}

/* Completes a surrogate pair with the escape after the first half, which ends at `end`. */
static bool
read_second_half(const Unescaper *unescaper, size_t *end, uint32_t *code)
{
	const char *data = unescaper->content.data + *end;
	uint32_t low;

	if (*code > 0xDBFF || unescaper->content.size - *end < 6 || data[0] != '\\' || data[1] != 'u')
		return false;
	if (!read_code(unescaper, *end + 2, 4, 16, &low) || low < 0xDC00 || low > 0xDFFF)
		return false;
	*code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
	*end += 6;
	return true;
}

/* `\u` and `\U`: a character of a string. */
static const char *
unescape_unicode(Unescaper *unescaper, size_t digits)
{
	size_t end = unescaper->offset + 2 + digits;
	uint32_t code;

	if (unescaper->quoting->bytes)
		return "bytes have no \\u escape";
	if (!read_code(unescaper, unescaper->offset + 2, digits, 16, &code))
		return digits == 4 ? "\\u takes four hexadecimal digits" : "\\U takes eight hexadecimal digits";
	if (is_surrogate(code) && (digits != 4 || !read_second_half(unescaper, &end, &code)))
		return "half of a surrogate pair is no character";
	if (code > 0x10FFFF)
		return "no such character";
	put_character(unescaper, code);
	unescaper->offset = end;
	return NULL;
}

/* `\x` and three octal digits: a character of a string, a byte of bytes. */
static const char *
unescape_code(Unescaper *unescaper, size_t prefix, size_t digits, unsigned base)
{
	uint32_t code;

	if (!read_code(unescaper, unescaper->offset + prefix, digits, base, &code) || code > 0xFF)
		return base == 16 ? "\\x takes two hexadecimal digits" : "an octal escape goes from \\000 to \\377";
	if (unescaper->quoting->bytes)
		put_byte(unescaper, code);
	else
		put_character(unescaper, code);
	unescaper->offset += prefix + digits;
	return NULL;
}

/* Reads one escape; returns what is wrong with it, or NULL. */
static const char *
unescape_one(Unescaper *unescaper)
{
	char letter = unescaper->content.data[unescaper->offset + 1];
	char character;

	if (simple_escape(letter, &character))
	{
		put_byte(unescaper, (unsigned char) character);
		unescaper->offset += 2;
		return NULL;
	}
	if (letter == 'x' || letter == 'X')
		return unescape_code(unescaper, 2, 2, 16);
	if (letter == 'u')
		return unescape_unicode(unescaper, 4);
	if (letter == 'U')
		return unescape_unicode(unescaper, 8);
	if (letter >= '0' && letter <= '7')
		return unescape_code(unescaper, 1, 3, 8);
	return "unknown escape";
}

/* The content with its escapes replaced; false when one of them is wrong, or there is no memory. */
static bool
unescape(Lexer *lexer, const Quoting *quoting, Str content, Str *result)
{
	Unescaper unescaper = {lexer, quoting, content, 0, llp_arena_alloc(lexer->arena, content.size), 0};

	while (unescaper.out != NULL && unescaper.offset < content.size)
	{
		const char *problem = NULL;
		size_t place = (size_t) (content.data - lexer->source->text.data) + unescaper.offset;

		if (content.data[unescaper.offset] == '\\')
			problem = unescape_one(&unescaper);
		else
			put_byte(&unescaper, (unsigned char) content.data[unescaper.offset++]);
		if (problem != NULL)
		{
			llp_source_report(lexer->source, lexer->findings, SEVERITY_ERROR, place,
							  "A backslash is written \\\\, or as it is in a raw string: r'\\d+'.", "%s",
							  problem);
			return false;
		}
	}
	*result = (Str){unescaper.out, unescaper.size};
	return unescaper.out != NULL;
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

	while (!at_end(lexer) && ((unsigned char) peek(lexer, 0) & 0xC0) == 0x80)
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
