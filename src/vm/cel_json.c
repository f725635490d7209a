/*
 * vm/cel_json.c - parse_json: a text of RFC 8259 as a value.
 *
 * Strict: no comments, no names twice in an object, no half of a surrogate pair, no NUL.  Numbers are what
 * those of a request are (vm/value.h).  Nesting is bounded.  Messages quote nothing of the text.
 */
#include "base/character.h"
#include "base/number.h"
#include "base/utf8.h"
#include "vm/cel_functions.h"
#include "vm/cel_map.h"

typedef struct Parser
{
	CelContext *context;
	const char *at;
	const char *end;
} Parser;

static CelValue parse_value(Parser *parser, int depth);

static CelValue
no_json(void)
{
	return llp_cel_error("text is not JSON");
}

static void
skip_blanks(Parser *parser)
{
	while (parser->at < parser->end &&
		   (*parser->at == ' ' || *parser->at == '\t' || *parser->at == '\n' || *parser->at == '\r'))
		parser->at++;
}

/* Takes a sign behind blanks. */
static bool
take(Parser *parser, char c)
{
	skip_blanks(parser);
	if (parser->at == parser->end || *parser->at != c)
		return false;
	parser->at++;
	return true;
}

/* Four hexadecimal digits, or -1. */
static int
take_unit(Parser *parser)
{
	int unit = 0;

	if (parser->end - parser->at < 4)
		return -1;
	for (int i = 0; i < 4; i++)
	{
		int digit = hex_value(*parser->at++);

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

/* The code point behind \u, with the second half of a pair; -1 when there is none. */
static int
take_code_point(Parser *parser)
{
	int high = take_unit(parser);
	int low;

	if (high < 0xD800 || high > 0xDFFF)
		return high == 0 ? -1 : high;
	if (high > 0xDBFF || parser->end - parser->at < 2 || parser->at[0] != '\\' || parser->at[1] != 'u')
		return -1;
	parser->at += 2;
	low = take_unit(parser);
	if (low < 0xDC00 || low > 0xDFFF)
		return -1;
	return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

/* What follows a backslash; false when that is no escape. */
static bool
take_escape(Parser *parser, CelText *text)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *found;
	char bytes[4];
	int code_point;

	if (parser->at == parser->end || *parser->at == '\0')
		return false;
	if (*parser->at == 'u')
	{
		parser->at++;
		code_point = take_code_point(parser);
		if (code_point < 0)
			return false;
		llp_cel_text_append(text, (Str){bytes, llp_utf8_encode((uint32_t) code_point, bytes)});
		return true;
	}
	found = strchr(letters, *parser->at++);
	if (found == NULL)
		return false;
	llp_cel_text_append(text, (Str){&meanings[found - letters], 1});
	return true;
}

/* Behind the quote that begins it.  A string without escapes stays where it is. */
static CelValue
parse_string(Parser *parser)
{
	const char *start = parser->at;
	bool escaped = false;
	CelText text;

	llp_cel_text_init(&text, parser->context);
	for (;;)
	{
		while (parser->at < parser->end && (unsigned char) *parser->at >= 0x20 && *parser->at != '"' &&
			   *parser->at != '\\')
			parser->at++;
		if (parser->at == parser->end || (unsigned char) *parser->at < 0x20)
			return no_json();
		if (*parser->at == '"' && !escaped)
			return llp_cel_string((Str){start, (size_t) (parser->at++ - start)});
		llp_cel_text_append(&text, (Str){start, (size_t) (parser->at - start)});
		if (*parser->at++ == '"')
			return llp_cel_text_value(&text);
		if (!take_escape(parser, &text))
			return no_json();
		escaped = true;
		start = parser->at;
	}
}

static CelValue
parse_list(Parser *parser, int depth)
{
	CelItems items;

	llp_cel_items_init(&items, parser->context);
	if (take(parser, ']'))
		return llp_cel_items_value(&items);
	do
		llp_cel_items_append(&items, parse_value(parser, depth));
	while (!llp_cel_failed(items.failure) && take(parser, ','));
	if (!llp_cel_failed(items.failure) && !take(parser, ']'))
		return no_json();
	return llp_cel_items_value(&items);
}

static CelValue
parse_member(Parser *parser, CelMap *map, int depth)
{
	CelValue key;

	if (!take(parser, '"'))
		return no_json();
	key = parse_string(parser);
	if (llp_cel_failed(key))
		return key;
	if (!take(parser, ':'))
		return no_json();
	return llp_cel_map_add(parser->context, map, key, parse_value(parser, depth));
}

static CelValue
parse_map(Parser *parser, int depth)
{
	CelMap *map = llp_cel_map_new(parser->context, 0);

	if (map == NULL)
		return llp_cel_stopped;
	if (take(parser, '}'))
		return llp_cel_map(map);
	do
	{
		CelValue problem = parse_member(parser, map, depth);

		if (llp_cel_failed(problem))
			return problem;
	} while (take(parser, ','));
	return take(parser, '}') ? llp_cel_map(map) : no_json();
}

static bool
take_word(Parser *parser, Str word)
{
	if (!llp_str_starts_with((Str){parser->at, (size_t) (parser->end - parser->at)}, word))
		return false;
	parser->at += word.size;
	return true;
}

static CelValue
parse_number(Parser *parser)
{
	const char *start = parser->at;
	Str text;
	Value number;

	while (parser->at < parser->end && *parser->at != '\0' && strchr("0123456789+-.eE", *parser->at) != NULL)
		parser->at++;
	text = (Str){start, (size_t) (parser->at - start)};
	if (!llp_is_json_number(text))
		return no_json();
	number = llp_number_parse(text);
	return llp_cel_of_value(&number);
}

static CelValue
parse_value(Parser *parser, int depth)
{
	skip_blanks(parser);
	if (!llp_cel_charge(parser->context, 1))
		return llp_cel_stopped;
	if (depth == 0)
		return llp_cel_error("JSON nested too deeply");
	if (parser->at == parser->end)
		return no_json();
	switch (*parser->at)
	{
		case '"':
			parser->at++;
			return parse_string(parser);
		case '[':
			parser->at++;
			return parse_list(parser, depth - 1);
		case '{':
			parser->at++;
			return parse_map(parser, depth - 1);
		default:
			if (take_word(parser, STR("null")))
				return llp_cel_null;
			if (take_word(parser, STR("true")))
				return llp_cel_bool(true);
			if (take_word(parser, STR("false")))
				return llp_cel_bool(false);
			return parse_number(parser);
	}
}

CelValue
llp_cel_parse_json(CEL_ARGS)
{
	Str text = args[0].as.string;
	Parser parser = {context, text.data, text.data + text.size};
	CelValue value;

	if (!llp_cel_charge(context, text.size / 8))
		return llp_cel_stopped;
	value = parse_value(&parser, CEL_MAX_DEPTH / 2);
	if (llp_cel_failed(value))
		return value;
	skip_blanks(&parser);
	return parser.at == parser.end ? value : no_json();
}
