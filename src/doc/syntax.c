/*
 * doc/syntax.c - libyaml's errors in words that help an author.
 *
 * libyaml names a problem and often the context it arose in.  The table turns problems into what to do; a
 * few need a look at the character that stopped the parser.
 */
#include "doc/syntax.h"

#include "base/utf8.h"

/* Which of libyaml's two marks an author should look at. */
typedef enum Place
{
	AT_PROBLEM,
	AT_OPENING,				/* where the construct began */
	AT_OPENING_IF_TEXT_ENDS /* there when the text ended before it was complete, else at the problem */
} Place;

typedef struct Explanation
{
	const char *problem;
	Place place;
	const char *message;
	const char *hint;
} Explanation;

#define INDENTATION_HINT "The keys of one map start in the same column, and so do the dashes of one list."
#define QUOTE_HINT "Put the value in quotes."

static const Explanation explanations[] = {
	{"found unexpected end of stream", AT_OPENING, "a quoted string is never closed",
	 "Add the closing quote; inside single quotes write '' for a quote, inside double quotes \\\"."},
	{"found unexpected document indicator", AT_OPENING,
	 "a quoted string is not closed before the next document", "Add the closing quote."},
	{"did not find expected ',' or ']'", AT_OPENING_IF_TEXT_ENDS,
	 "expected \",\" or \"]\" to go on in the list",
	 "Close the list with ] or separate its items by commas."},
	{"did not find expected ',' or '}'", AT_OPENING_IF_TEXT_ENDS,
	 "expected \",\" or \"}\" to go on in the map",
	 "Close the map with } or separate its members by commas; a key and its colon stand on one line of at most 1024 characters."},
	{"did not find expected key", AT_PROBLEM, "expected a key of the surrounding map", INDENTATION_HINT},
	{"did not find expected '-' indicator", AT_PROBLEM, "expected a dash of the surrounding list",
	 INDENTATION_HINT},
	{"could not find expected ':'", AT_OPENING, "expected \":\" after this key",
	 "Write \"key: value\"; a text of several lines must be in quotes or introduced by | or >."},
	{"mapping values are not allowed in this context", AT_PROBLEM, "a colon cannot stand here",
	 "Put a value that contains \": \" in quotes, or check the indentation of this line."},
	{"mapping keys are not allowed in this context", AT_PROBLEM, "a key cannot stand here",
	 "Check the indentation of this line, and write keys without \"? \"."},
	{"block sequence entries are not allowed in this context", AT_PROBLEM, "a list item cannot stand here",
	 "Start each item on a line of its own; put a value that starts with a dash in quotes."},
	{"did not find expected node content", AT_PROBLEM, "expected a value here", NULL},
	{"did not find expected <document start>", AT_PROBLEM, "expected the end of the document here",
	 "Separate documents by a line \"---\". " INDENTATION_HINT},
	{"found character that cannot start any token", AT_PROBLEM, "a value cannot start with this character",
	 QUOTE_HINT},
	{"found unknown escape character", AT_PROBLEM, "unknown escape in a double-quoted string",
	 "Write \\\\ for a backslash, or use single quotes, in which a backslash stands for itself."},
	{"did not find expected hexdecimal number", AT_PROBLEM, "an escape lacks hexadecimal digits",
	 "Write \\u and four hexadecimal digits."},
	{"found invalid Unicode character escape code", AT_PROBLEM, "an escape names no character",
	 "A surrogate counts only as a pair of two escapes, such as \\ud83d\\ude00."},
	{"found an indentation indicator equal to 0", AT_PROBLEM,
	 "the indentation of a block of text cannot be 0", NULL},
	{"did not find expected comment or line break", AT_PROBLEM, "expected the end of the line here",
	 "The text of a block starts on the line after | or >."},
	{"did not find expected alphabetic or numeric character", AT_PROBLEM, "expected the name of an anchor",
	 "Put a value that starts with & or * in quotes."},
	{"found undefined tag handle", AT_PROBLEM, "a tag cannot stand here",
	 "Put a value that starts with ! in quotes."},
	{"found incompatible YAML document", AT_PROBLEM, "unknown version of YAML",
	 "Remove the %YAML directive."},
	{"found unknown directive name", AT_OPENING, "unknown directive",
	 "A line that starts with % is a directive; put the value in quotes."},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const Explanation tab_explanation = {
	NULL, AT_PROBLEM, "a tab is used as indentation",
	"YAML is indented with spaces; replace the tab, or put a value that contains it in quotes."};
static const Explanation dash_explanation = {"did not find expected key", AT_PROBLEM,
											 "a list item cannot stand among the keys of a map",
											 INDENTATION_HINT};
static const Explanation after_quote_explanation = {
	"did not find expected key", AT_PROBLEM, "unexpected text after a closing quote",
	"Put the whole value in quotes; inside single quotes write '' for a quote, inside double quotes \\\"."};

/* The byte at libyaml's code point `index`; NUL after the end. */
static char
byte_at(Str fed, size_t index)
{
	Str character = llp_utf8_at(fed, index);

	return character.size == 0 ? '\0' : character.data[0];
}

static bool
is_tab_problem(const yaml_parser_t *parser, Str fed)
{
	if (strstr(parser->problem, "found a tab character") != NULL)
		return true;
	return strcmp(parser->problem, "found character that cannot start any token") == 0 &&
		   byte_at(fed, parser->problem_mark.index) == '\t';
}

/* Is a closing quote the last thing before the code point, blanks aside? */
static bool
follows_quote(Str fed, size_t index)
{
	Str character = llp_utf8_at(fed, index);
	const char *at = character.size == 0 ? fed.data + fed.size : character.data;

	while (at > fed.data && (at[-1] == ' ' || at[-1] == '\t'))
		at--;
	return at > fed.data && (at[-1] == '"' || at[-1] == '\'');
}

/* The explanations that depend on the text. */
static const Explanation *
find_special_explanation(const yaml_parser_t *parser, Str fed)
{
	if (is_tab_problem(parser, fed))
		return &tab_explanation;
	if (strcmp(parser->problem, "did not find expected key") != 0)
		return NULL;
	if (byte_at(fed, parser->problem_mark.index) == '-')
		return &dash_explanation;
	return follows_quote(fed, parser->problem_mark.index) ? &after_quote_explanation : NULL;
}

static const Explanation *
find_explanation(const yaml_parser_t *parser, Str fed)
{
	const Explanation *special = find_special_explanation(parser, fed);

	if (special != NULL)
		return special;
	for (size_t i = 0; i < COUNT(explanations); i++)
		if (strcmp(explanations[i].problem, parser->problem) == 0)
			return &explanations[i];
	return NULL;
}

static bool
points_to_opening(const Explanation *explanation, const yaml_parser_t *parser, Str fed)
{
	switch (explanation->place)
	{
		case AT_OPENING:
			return parser->context != NULL;
		case AT_OPENING_IF_TEXT_ENDS:
			return parser->context != NULL && byte_at(fed, parser->problem_mark.index) == '\0';
		default:
			return false;
	}
}

SyntaxError
llp_explain_syntax_error(const yaml_parser_t *parser, Str fed)
{
	const Explanation *explanation = find_explanation(parser, fed);
	SyntaxError error = {parser->problem, NULL, parser->problem_mark.index, NO_OPENING};

	if (explanation == NULL)
		return error;
	error.message = explanation->message;
	error.hint = explanation->hint;
	if (points_to_opening(explanation, parser, fed))
		error.index = parser->context_mark.index;
	else if (explanation->place == AT_OPENING_IF_TEXT_ENDS && parser->context != NULL)
		error.opened_at = parser->context_mark.index;
	return error;
}
