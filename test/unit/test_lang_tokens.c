/*
 * test/unit/test_lang_tokens.c - lang/token.h: what is a token, what it is worth, where it stands.
 */
#include "unit.h"

#include <string.h>

#include "lang/token.h"

/* The first token of a text. */
static Token
first_token(Arena *arena, Str text, DiagnosticList *findings)
{
	Source *source = llp_arena_new(arena, Source);
	Lexer lexer;

	source->text = text;
	llp_diag_init(findings, arena);
	llp_lexer_init(&lexer, source, arena, findings);
	return llp_lexer_next(&lexer);
}

UNIT_TEST(lang_token_kinds)
{
	static const struct
	{
		const char *text;
		TokenKind kind;
		uint32_t size;
	} cases[] = {
		{"", TOKEN_END, 0},
		{" \t\r\n\f", TOKEN_END, 0},
		{"// all\n# comments", TOKEN_END, 0},
		{"name", TOKEN_NAME, 4},
		{"_a1-", TOKEN_NAME, 3},
		{"int", TOKEN_NAME, 3},
		{"trueish", TOKEN_NAME, 7},
		{"true", TOKEN_TRUE, 4},
		{"null)", TOKEN_NULL, 4},
		{"in", TOKEN_IN, 2},
		{"namespace", TOKEN_RESERVED, 9},
		{"`a-b/c.d e`", TOKEN_QUOTED_NAME, 11},
		{"``", TOKEN_INVALID, 1},
		{"`a$`", TOKEN_INVALID, 2},
		{"`a", TOKEN_INVALID, 2},
		{"0", TOKEN_INT, 1},
		{"007", TOKEN_INT, 3},
		{"0x1F", TOKEN_INT, 4},
		{"9223372036854775808", TOKEN_INT, 19}, /* after a minus */
		{"9223372036854775809", TOKEN_INVALID, 19},
		{"0x8000000000000000", TOKEN_INT, 18},
		{"0x8000000000000001", TOKEN_INVALID, 18},
		{"18446744073709551615u", TOKEN_UINT, 21},
		{"18446744073709551616u", TOKEN_INVALID, 21},
		{"0xFFu", TOKEN_UINT, 5},
		{"1U", TOKEN_UINT, 2},
		{"1.5", TOKEN_DOUBLE, 3},
		{".5", TOKEN_DOUBLE, 2},
		{"1e5", TOKEN_DOUBLE, 3},
		{"1E+05", TOKEN_DOUBLE, 5},
		{"1.5e-3", TOKEN_DOUBLE, 6},
		{"1.", TOKEN_INT, 1},
		{"1.f()", TOKEN_INT, 1},
		{"1e", TOKEN_INVALID, 2},
		{"1e+", TOKEN_INVALID, 2},
		{"12ab", TOKEN_INVALID, 4},
		{"0x", TOKEN_INVALID, 2},
		{"1.5u", TOKEN_INVALID, 4},
		{"1e400", TOKEN_INVALID, 5},
		{"&&", TOKEN_AND, 2},
		{"&", TOKEN_INVALID, 1},
		{"=", TOKEN_INVALID, 1},
		{"=>", TOKEN_ARROW, 2},
		{"===", TOKEN_EQUAL, 2},
		{"<=", TOKEN_LESS_EQUAL, 2},
		{"<<", TOKEN_LESS, 1},
		{"?.", TOKEN_QUESTION, 1},
		{"\xC3\xA4", TOKEN_INVALID, 2},
		{"\x01", TOKEN_INVALID, 1},
		{"'a\nb'", TOKEN_INVALID, 2},
		{"'a", TOKEN_INVALID, 2},
		{"'a\\'", TOKEN_INVALID, 4},
		{"'''a''", TOKEN_INVALID, 6},
		{"rb'a'", TOKEN_NAME, 2}, /* the prefix of raw bytes is br */
		{"b 'a'", TOKEN_NAME, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		DiagnosticList findings;
		Token token = first_token(arena, llp_str(cases[i].text), &findings);

		if (token.kind != cases[i].kind || token.size != cases[i].size ||
			(token.kind == TOKEN_INVALID) != (findings.errors == 1))
			unit_fail(__FILE__, __LINE__, "\"%s\" is %s of %u bytes", cases[i].text,
					  llp_token_kind_name(token.kind), (unsigned) token.size);
		llp_arena_destroy(arena);
	}
}

UNIT_TEST(lang_strings_and_bytes)
{
	static const struct
	{
		const char *text;
		Str value;
	} cases[] = {
#define VALUE(literal) {literal, sizeof(literal) - 1}
		{"''", VALUE("")},
		{"\"it's\"", VALUE("it's")},
		{"'''a'b''c'''", VALUE("a'b''c")},
		{"\"\"\"a\nb\"\"\"", VALUE("a\nb")},
		{"r'\\d+\\'", VALUE("\\d+\\")},
		{"R\"\\\"", VALUE("\\")},
		{"r'''\\'''", VALUE("\\")},
		{"b'\xC3\xBF'", VALUE("\xC3\xBF")},
		{"Br'\\xff'", VALUE("\\xff")},
		{"'\\a\\b\\f\\n\\r\\t\\v\\\\\\?\\\"\\'\\`'", VALUE("\a\b\f\n\r\t\v\\?\"'`")},
		{"'\\x41\\X6a\\101\\377'", VALUE("AjA\xC3\xBF")},
		{"b'\\x41\\xff\\377\\000'", VALUE("A\xFF\xFF\0")},
		{"'\\u00e4\\u20AC\\U0001F600'", VALUE("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80")},
		{"'\\ud83D\\uDE00'", VALUE("\xF0\x9F\x98\x80")},
		{"'\\uFFFF\\U0010FFFF'", VALUE("\xEF\xBF\xBF\xF4\x8F\xBF\xBF")},
		{"'\\u0000'", VALUE("\0")},
#undef VALUE
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		DiagnosticList findings;
		Token token = first_token(arena, llp_str(cases[i].text), &findings);

		if ((token.kind != TOKEN_STRING && token.kind != TOKEN_BYTES) ||
			!llp_str_equal(token.as.text, cases[i].value))
			unit_fail(__FILE__, __LINE__, "%s", cases[i].text);
		llp_arena_destroy(arena);
	}
}

/* Escapes that are none, and the column of each. */
UNIT_TEST(lang_wrong_escapes)
{
	static const struct
	{
		const char *text;
		int column;
		const char *message;
	} cases[] = {
		{"'a\\d'", 3, "unknown escape"},
		{"'\\8'", 2, "unknown escape"},
		{"'\\\xC3\xA4'", 2, "unknown escape"},
		{"'\\x4'", 2, "\\x takes two hexadecimal digits"},
		{"'\\xg0'", 2, "\\x takes two hexadecimal digits"},
		{"'\\u12'", 2, "\\u takes four hexadecimal digits"},
		{"'\\U0001F60'", 2, "\\U takes eight hexadecimal digits"},
		{"'\\U00110000'", 2, "no such character"},
		{"'\\UFFFFFFFF'", 2, "no such character"},
		{"'\\ud800'", 2, "half of a surrogate pair is no character"},
		{"'\\udc00\\ud800'", 2, "half of a surrogate pair is no character"},
		{"'\\ud800\\u0041'", 2, "half of a surrogate pair is no character"},
		{"'\\U0000d83d\\ude00'", 2, "half of a surrogate pair is no character"},
		{"'\xC3\xA4\\400'", 3, "an octal escape goes from \\000 to \\377"},
		{"'\\18'", 2, "an octal escape goes from \\000 to \\377"},
		{"b'\\u0041'", 3, "bytes have no \\u escape"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		DiagnosticList findings;
		Token token = first_token(arena, llp_str(cases[i].text), &findings);

		CHECK_INT(token.kind, TOKEN_INVALID);
		CHECK_INT(findings.errors, 1);
		CHECK_STR(findings.first->message, cases[i].message);
		CHECK_INT(findings.first->column, cases[i].column);
		llp_arena_destroy(arena);
	}
}

UNIT_TEST(lang_places_are_lines_and_code_points)
{
	Source source = {.text = STR("a\r\n\xC3\xA4\xC3\xA4 b\rc\n\nd")};
	static const int places[][3] = {{0, 1, 1},	{3, 2, 1},	{5, 2, 2}, {8, 2, 4},
									{10, 3, 1}, {13, 5, 1}, {99, 5, 2}};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
	{
		int line;
		int column;

		llp_source_place(&source, (size_t) places[i][0], &line, &column);
		CHECK_INT(line, places[i][1]);
		CHECK_INT(column, places[i][2]);
	}
}
