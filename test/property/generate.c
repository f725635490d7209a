/*
 * test/property/generate.c - see generate.h.
 *
 * What memory fails to give is not noticed here: the program ends when the case is read.
 */
#include "generate.h"

#include <stdlib.h>

#include "base/field_path.h"
#include "base/terms.h"
#include "linear.h"

#define COUNT(array) ((unsigned) (sizeof(array) / sizeof((array)[0])))
/* One of an array's elements. */
#define PICK(generator, array) ((array)[generate_below((generator), COUNT(array))])

static const char *const paths[] = {
	"a",		"a.b",	"a.b.c",	"a.c", "b",		   "l",			 "l[0]",	"l.1",
	"l[0].x",	"l[1]", "l.length", "t",   "t.length", "t[0]",		 "m.text",	"m[\"text\"]",
	"m['x.y']", "n",	"n.v",		"x.y", "stage",	   "s.length.x", "\"q\".r", "n[\"0\"]",
};

/* Paths that mostly hold texts, and paths that mostly hold numbers. */
static const char *const text_paths[] = {"t", "m.text", "m[\"text\"]", "a.c"};
static const char *const number_paths[] = {"n.v", "b", "t.length", "l.length", "n[\"0\"]"};

static const char *const words[] = {
	"celsius",
	"go",
	"stop",
	"STOP",
	"\xC5\xBFtop",
	"kelvin",
	"\xE2\x84\xAA"
	"elvin",
	"KELVIN",
	"gpt-4",
	"GPT-4o",
	"model",
	"Model",
	"abc",
	"abd",
	"abcd",
	"stra\xC3\x9F"
	"e",
	"STRASSE",
	"5",
	"55",
	"true",
	"\xC3\xA9t\xC3\xA9",
	"\xC3\x89T\xC3\x89",
	"aaa",
	"a",
	"",
};

/* Without literals, with them, in either case, alternatives, classes, anchors. */
static const char *const patterns[] = {
	"stop",
	"(?i)stop",
	"kelvin|celsius",
	"(?i)kelvin",
	"(?i)(stop|go)",
	"^gpt-[0-9]",
	"gpt-(4|5)",
	"a+",
	"[0-9]+",
	"stra\xC3\x9F"
	"e",
	"(?i)STRASSE|stra\xC3\x9F"
	"e",
	".*",
	"",
	"^$",
	"(abc|abd)x?",
	"(?i:model)\\b",
	"mod[ea]l",
	"sto(p|re)s?",
	"\xC5\xBF",
	"(?i)\xE2\x84\xAA"
	"elvin",
	"\\pL{3}",
	"^5$",
	"true",
	"(?i)\xC3\xA9T\xC3\xA9",
	"abc.*stop",
	"(abc)?(stop)?",
	"[ab]bc",
	"[kK]elvin",
	"(?i)k",
	"(?i)sto[p]",
	"\\bmodel\\b|\\bstop\\b",
	"x*stop|abcd",
};

/* More than a set of literals has in a build with tiny limits. */
#define MANY_WORDS 300

/* Numbers as JSON writes them, and texts that look like numbers. */
static const double reals[] = {5.5,	  0.1, 1e300, -1e300, 9007199254740994.0, 1e19, -2.5, 4.999999999999999,
							   1e-300};
static const int64_t integers[] = {
	5, 0, 1, -1, 4, 6, 2, 3, 9007199254740993, 9007199254740992, INT64_MAX, INT64_MIN, 1000};
static const char *const number_texts[] = {"5",
										   "5.0",
										   "05",
										   "5.5",
										   "0.1",
										   "-1",
										   "+5",
										   "1e3",
										   "9007199254740993",
										   "9223372036854775808",
										   "",
										   " 5",
										   "5 ",
										   "0x5",
										   "NaN",
										   "-0",
										   "0",
										   "1000",
										   "6",
										   "four",
										   "zz"};

static const char *const moments[] = {"2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z",
									  "2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z"};

/* --- Random numbers ------------------------------------------------------------------------------------- */

/* SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014). */
static uint64_t
next_random(Generator *self)
{
	uint64_t z = self->state += 0x9E3779B97F4A7C15ULL;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
	return z ^ (z >> 31);
}

void
generate_begin(Generator *self, Arena *arena, uint64_t seed)
{
	*self = (Generator){.arena = arena, .state = seed};
	/* Neighbouring seeds are to have nothing in common. */
	self->state = next_random(self);
}

unsigned
generate_below(Generator *self, unsigned bound)
{
	return (unsigned) (next_random(self) >> 32) % bound;
}

bool
generate_chance(Generator *self, unsigned percent)
{
	return generate_below(self, 100) < percent;
}

Timestamp
generate_now(Generator *self)
{
	Timestamp now = 0;

	(void) llp_timestamp_parse(llp_str(PICK(self, moments)), &now);
	return now + (int64_t) generate_below(self, 3) - 1;
}

/* --- Values --------------------------------------------------------------------------------------------- */

static TreeNode *
string_of(Generator *self, const char *text)
{
	return llp_tree_string(self->arena, llp_str(text));
}

static TreeNode *
numbered_string(Generator *self, const char *prefix, unsigned number)
{
	StrBuf text;

	llp_buf_init(&text, self->arena);
	llp_buf_format(&text, "%s%u", prefix, number);
	return llp_tree_string(self->arena, llp_buf_str(&text));
}

static TreeNode *
number(Generator *self)
{
	switch (generate_below(self, 4))
	{
		case 0:
			return llp_tree_double(self->arena, PICK(self, reals));
		case 1:
			return string_of(self, PICK(self, number_texts));
		case 2:
			return llp_tree_int(self->arena, (int64_t) generate_below(self, 12) - 2);
		default:
			return llp_tree_int(self->arena, PICK(self, integers));
	}
}

static TreeNode *
text(Generator *self, unsigned most_words)
{
	unsigned count = 1 + generate_below(self, most_words);
	StrBuf buffer;

	llp_buf_init(&buffer, self->arena);
	for (unsigned i = 0; i < count; i++)
	{
		if (i > 0 && generate_chance(self, 70))
			llp_buf_append_char(&buffer, ' ');
		llp_buf_append(&buffer, llp_str(PICK(self, words)));
	}
	return llp_tree_string(self->arena, llp_buf_str(&buffer));
}

static TreeNode *
scalar(Generator *self)
{
	switch (generate_below(self, 8))
	{
		case 0:
			return llp_tree_bool(self->arena, generate_chance(self, 50));
		case 1:
			return llp_tree_null(self->arena);
		case 2:
		case 3:
			return text(self, 1);
		default:
			return number(self);
	}
}

static TreeNode *value(Generator *self, unsigned depth);

static TreeNode *
list(Generator *self, unsigned depth, unsigned most)
{
	TreeNode *result = llp_tree_list(self->arena);
	unsigned count = generate_below(self, most + 1);

	for (unsigned i = 0; i < count; i++)
		(void) llp_tree_append(self->arena, result, value(self, depth));
	return result;
}

static TreeNode *
map(Generator *self, unsigned depth)
{
	static const char *const keys[] = {"x", "b", "c", "v", "text", "x.y", "0", "length"};
	TreeNode *result = llp_tree_map(self->arena);
	unsigned count = generate_below(self, 4);

	for (unsigned i = 0; i < count; i++)
		(void) llp_tree_set(self->arena, result, llp_str(PICK(self, keys)), value(self, depth));
	return result;
}

static TreeNode *
value(Generator *self, unsigned depth)
{
	if (depth == 0 || generate_chance(self, 75))
		return scalar(self);
	return generate_chance(self, 60) ? list(self, depth - 1, 3) : map(self, depth - 1);
}

/* --- Conditions ----------------------------------------------------------------------------------------- */

static void
put(Generator *self, TreeNode *object, const char *key, TreeNode *content)
{
	(void) llp_tree_set(self->arena, object, llp_str(key), content);
}

static const char *
some_path(Generator *self, Operator op)
{
	if ((op == OPERATOR_MATCHES || op == OPERATOR_CONTAINS || op == OPERATOR_NOT_CONTAINS) &&
		generate_chance(self, 75))
		return PICK(self, text_paths);
	if (op >= OPERATOR_GT && op <= OPERATOR_LTE && generate_chance(self, 75))
		return PICK(self, number_paths);
	return PICK(self, paths);
}

static TreeNode *
constant(Generator *self, Operator op)
{
	switch (op)
	{
		case OPERATOR_IN:
		case OPERATOR_NOT_IN:
			return generate_chance(self, 95) ? list(self, 2, generate_chance(self, 10) ? 40 : 5)
											 : value(self, 1);
		case OPERATOR_MATCHES:
			return generate_chance(self, 92) ? string_of(self, PICK(self, patterns)) : number(self);
		case OPERATOR_CONTAINS:
		case OPERATOR_NOT_CONTAINS:
			return generate_chance(self, 60) ? text(self, 2) : value(self, 1);
		case OPERATOR_EXISTS:
			return llp_tree_bool(self->arena, generate_chance(self, 50));
		case OPERATOR_GT:
		case OPERATOR_GTE:
		case OPERATOR_LT:
		case OPERATOR_LTE:
			return generate_chance(self, 80) ? number(self) : value(self, 1);
		default:
			return value(self, 2);
	}
}

static void
hint(Generator *self, const char *path, const TreeNode *content)
{
	Hint *place =
		&self->hints[self->hint_count < MAX_HINTS ? self->hint_count++ : generate_below(self, MAX_HINTS)];

	*place = (Hint){.path = path, .value = content};
}

static bool
is_pattern(const TreeNode *content)
{
	return content->kind == VALUE_INT || content->kind == VALUE_DOUBLE || content->kind == VALUE_BOOL;
}

/* Looks for one of many words. */
static TreeNode *
word_leaf(Generator *self)
{
	TreeNode *content = numbered_string(self, "word-", generate_below(self, MANY_WORDS));
	TreeNode *result = llp_tree_map(self->arena);

	put(self, result, "operator", string_of(self, "contains"));
	put(self, result, "field", string_of(self, "t"));
	put(self, result, "value", content);
	hint(self, "t", content);
	return result;
}

static TreeNode *
leaf(Generator *self)
{
	Operator op = (Operator) (OPERATOR_EQ + generate_below(self, OPERATOR_END - OPERATOR_EQ));
	const char *path = some_path(self, op);
	TreeNode *content = constant(self, op);
	TreeNode *result = llp_tree_map(self->arena);

	/* Not every text is a pattern. */
	if (op == OPERATOR_MATCHES && content->kind == VALUE_STRING && content->as.string.size > 0 &&
		content->as.string.data[0] == '+')
		content = llp_tree_int(self->arena, 5);
	put(self, result, "operator", llp_tree_string(self->arena, llp_operator_name(op)));
	put(self, result, "field", string_of(self, path));
	if (op != OPERATOR_EXISTS || generate_chance(self, 80))
		put(self, result, "value", content);
	hint(self, path, op == OPERATOR_MATCHES && !is_pattern(content) ? text(self, 3) : content);
	return result;
}

static TreeNode *
tree(Generator *self, unsigned depth)
{
	static const Operator junctions[] = {OPERATOR_AND, OPERATOR_OR, OPERATOR_AND, OPERATOR_OR, OPERATOR_NOT};
	TreeNode *children = llp_tree_list(self->arena);
	TreeNode *result = llp_tree_map(self->arena);
	unsigned count = generate_chance(self, 4) ? 0 : 1 + generate_below(self, 4);
	Operator op;

	if (depth == 0 || generate_chance(self, 35))
		return self->wordy && generate_chance(self, 50) ? word_leaf(self) : leaf(self);
	op = PICK(self, junctions);
	if (op == OPERATOR_NOT)
		count = 1;
	for (unsigned i = 0; i < count; i++)
		(void) llp_tree_append(self->arena, children, tree(self, depth - 1));
	put(self, result, "operator", llp_tree_string(self->arena, llp_operator_name(op)));
	put(self, result, "conditions", children);
	return result;
}

static TreeNode *
condition(Generator *self)
{
	static const unsigned depths[] = {0, 0, 1, 1, 2, 2, 3, 5};

	return tree(self, PICK(self, depths));
}

/* --- Expressions ---------------------------------------------------------------------------------------- */

/* Paths of operators and expressions alike. */
static const char *const member_paths[] = {"a", "a.b",	  "a.b.c", "a.c", "b",	  "l",
										   "t", "m.text", "n",	   "n.v", "stage"};

static void
write_constant(Generator *self, StrBuf *out, const TreeNode *content)
{
	if (content->kind == VALUE_NULL && generate_chance(self, 30))
		llp_buf_append(out, STR("[null]"));
	else
		llp_tree_write_json(out, content);
}

static void
write_list(Generator *self, StrBuf *out, const char *path)
{
	unsigned count = generate_below(self, 4);

	llp_buf_append_char(out, '[');
	for (unsigned i = 0; i < count; i++)
	{
		TreeNode *content = scalar(self);

		llp_buf_append(out, i > 0 ? STR(", ") : STR(""));
		write_constant(self, out, content);
		hint(self, path, content);
	}
	llp_buf_append_char(out, ']');
}

/* How expressions read a path; returns what stands for what is absent, or NULL. */
static const char *
write_reading(Generator *self, StrBuf *out, const char *path)
{
	static const char *const fallbacks[] = {"''", "'go'", "0", "5", "5.5", "null", "true", "'5'"};
	const char *dot = strrchr(path, '.');
	const char *fallback = PICK(self, fallbacks);

	if (dot == NULL || generate_chance(self, 65))
	{
		llp_buf_append(out, llp_str(path));
		return NULL;
	}
	llp_buf_append(out, (Str){path, (size_t) (dot - path)});
	llp_buf_format(out, ".?%s.orValue(%s)", dot + 1, fallback);
	return fallback;
}

/* a.?b, and of a.b.c at times a.?b.?c too. */
static void
write_optional(Generator *self, StrBuf *out, const char *path)
{
	bool first_too = generate_chance(self, 40);
	const char *last = strrchr(path, '.');

	for (const char *at = path; *at != '\0'; at++)
	{
		llp_buf_append_char(out, *at);
		if (*at == '.' && (first_too || at == last))
			llp_buf_append_char(out, '?');
	}
}

static void
write_text_search(Generator *self, StrBuf *out)
{
	static const char *const searches[] = {"contains", "startsWith", "endsWith"};
	const char *path = generate_chance(self, 60) ? "t" : PICK(self, member_paths);
	TreeNode *content = self->wordy && generate_chance(self, 50)
							? numbered_string(self, "word-", generate_below(self, MANY_WORDS))
							: text(self, 2);

	write_reading(self, out, path);
	if (generate_chance(self, 35))
	{
		llp_buf_append(out, STR(".matches("));
		llp_tree_write_json(out, string_of(self, PICK(self, patterns)));
	}
	else
	{
		llp_buf_format(out, ".%s(", PICK(self, searches));
		llp_tree_write_json(out, content);
	}
	llp_buf_append_char(out, ')');
	hint(self, path, content);
}

/* A number, which mostly is one in the expression as well: a text may be one in the request only. */
static TreeNode *
bound(Generator *self)
{
	TreeNode *content = number(self);

	if (content->kind == VALUE_STRING && generate_chance(self, 80))
		return llp_tree_int(self->arena, (int64_t) generate_below(self, 12) - 2);
	return content;
}

static void
write_relation(Generator *self, StrBuf *out)
{
	static const char *const relations[] = {"==", "==", "==", "==", "!=", "<", "<=", ">", ">="};
	const char *relation = PICK(self, relations);
	bool orders = relation[0] == '<' || relation[0] == '>';
	const char *path = orders && generate_chance(self, 50) ? (generate_chance(self, 50) ? "n.v" : "b")
														   : PICK(self, member_paths);
	TreeNode *content = orders ? bound(self) : scalar(self);

	if (generate_chance(self, 15))
	{
		write_constant(self, out, content);
		llp_buf_format(out, " %s ", relation);
		write_reading(self, out, path);
	}
	else
	{
		const char *fallback = write_reading(self, out, path);

		llp_buf_format(out, " %s ", relation);
		if (fallback != NULL && generate_chance(self, 40))
			llp_buf_append(out, llp_str(fallback));
		else
			write_constant(self, out, content);
		if (fallback == NULL && content->kind == VALUE_INT && content->as.integer >= 0 &&
			generate_chance(self, 10))
			llp_buf_append_char(out, 'u');
	}
	hint(self, path, content);
}

/* A uint beyond the range of int. */
static void
write_large_natural(Generator *self, StrBuf *out)
{
	static const double naturals[] = {9223372036854775808.0, 18446744073709549568.0};
	const char *path = PICK(self, member_paths);
	double natural = PICK(self, naturals);

	llp_buf_format(out, "%s == %.0fu", path, natural);
	hint(self, path, llp_tree_double(self->arena, natural));
}

/* Of a path with a dot: has(), and what asks for an optional. */
static void
write_presence(Generator *self, StrBuf *out)
{
	static const char *const deep_paths[] = {"a.b", "a.b.c", "a.c", "m.text", "n.v"};
	const char *path = PICK(self, deep_paths);
	TreeNode *content = scalar(self);

	switch (generate_below(self, 4))
	{
		case 0:
			write_optional(self, out, path);
			llp_buf_append(out, STR(" == optional.of("));
			write_constant(self, out, content);
			llp_buf_append_char(out, ')');
			break;
		case 1:
			write_optional(self, out, path);
			llp_buf_append(out, STR(".hasValue()"));
			break;
		default:
			llp_buf_format(out, "has(%s)", generate_chance(self, 80) ? path : PICK(self, member_paths));
			if (generate_chance(self, 70))
			{
				llp_buf_format(out, " && %s == ", path);
				write_constant(self, out, content);
			}
			break;
	}
	hint(self, path, content);
}

/* What the index does not go by, and what others that stand behind it are not reached by. */
static void
write_other_test(Generator *self, StrBuf *out)
{
	const char *path = PICK(self, member_paths);
	TreeNode *content = scalar(self);

	llp_buf_format(out, generate_chance(self, 50) ? "%s.exists(x, x == " : "(%s == ", path);
	write_constant(self, out, content);
	llp_buf_append_char(out, ')');
	if (generate_chance(self, 30))
		llp_buf_append(out, generate_chance(self, 50) ? STR(" || size(t) > 3") : STR(" && b"));
	hint(self, path, content);
}

static void
write_test(Generator *self, StrBuf *out)
{
	const char *path = PICK(self, member_paths);

	switch (generate_below(self, 10))
	{
		case 0:
		case 1:
			write_presence(self, out);
			break;
		case 2:
			write_reading(self, out, path);
			llp_buf_append(out, STR(" in "));
			write_list(self, out, path);
			break;
		case 3:
		case 4:
			write_text_search(self, out);
			break;
		case 5:
			if (generate_chance(self, 80))
				write_other_test(self, out);
			else
				write_large_natural(self, out);
			break;
		default:
			write_relation(self, out);
			break;
	}
}

static void
write_expression(Generator *self, StrBuf *out, unsigned depth)
{
	unsigned count = 1 + generate_below(self, 4);
	bool is_and = generate_chance(self, 65);

	if (depth == 0)
	{
		llp_buf_append(out, generate_chance(self, 8) ? STR("!(") : STR("("));
		write_test(self, out);
		llp_buf_append_char(out, ')');
		return;
	}
	llp_buf_append(out, generate_chance(self, 10) ? STR("!(") : STR("("));
	for (unsigned i = 0; i < count; i++)
	{
		llp_buf_append(out, i == 0 ? STR("") : is_and ? STR(" && ") : STR(" || "));
		write_expression(self, out, generate_below(self, depth));
	}
	llp_buf_append_char(out, ')');
}

Str
generate_expression(Generator *self)
{
	StrBuf text_of_it;

	llp_buf_init(&text_of_it, self->arena);
	write_expression(self, &text_of_it, generate_below(self, 4));
	if (generate_chance(self, 15))
		llp_buf_append(&text_of_it, STR(" && matches(t, 'stop|go')"));
	return llp_buf_str(&text_of_it);
}

Str
generate_surroundings(Generator *self, Str expression)
{
	static const char *const others[] = {"variables.v",
										 "variables.w",
										 "!variables.v",
										 "data.d.x == 5",
										 "data.d.x == t",
										 "has(data.d)",
										 "data.?d.x.orValue('go') == 'go'",
										 "`a`.b == 5",
										 "a.`x-y` == 5"};
	static const char *const junctions[] = {"&&", "&&", "||"};
	bool first = generate_chance(self, 50);
	StrBuf out;

	if (generate_chance(self, 60))
		return expression;
	llp_buf_init(&out, self->arena);
	if (first)
		llp_buf_format(&out, "%s %s ", PICK(self, others), PICK(self, junctions));
	llp_buf_append_char(&out, '(');
	llp_buf_append(&out, expression);
	llp_buf_append_char(&out, ')');
	if (!first)
		llp_buf_format(&out, " %s %s", PICK(self, junctions), PICK(self, others));
	return llp_buf_str(&out);
}

Str
generate_template(Generator *self)
{
	static const char *const templates[] = {
		"{{ variables.v }}", "{{ data.d }}",		 "{{ data.d.x }}",
		"{{ a.b }}",		 "was {{ t }}, {{ l }}", "{{ t.matches('^(stop|go)') ? t : 'no' }}",
		"{{ n.v + 1 }}"};

	return llp_str(PICK(self, templates));
}

TreeNode *
generate_rows(Generator *self)
{
	TreeNode *result = llp_tree_map(self->arena);
	TreeNode *row = llp_tree_map(self->arena);

	if (generate_chance(self, 80))
		put(self, row, "x", scalar(self));
	if (generate_chance(self, 80))
		put(self, result, "d", row);
	return result;
}

/* --- Policies ------------------------------------------------------------------------------------------- */

static void
put_validity(Generator *self, TreeNode *object)
{
	unsigned from = generate_below(self, COUNT(moments));

	if (!generate_chance(self, 10))
		return;
	if (generate_chance(self, 60))
		put(self, object, "validFrom", string_of(self, moments[from]));
	if (from + 1 < COUNT(moments) && generate_chance(self, 60))
		put(self, object, "validUntil",
			string_of(self, moments[from + 1 + generate_below(self, COUNT(moments) - from - 1)]));
}

static void
put_reason(Generator *self, TreeNode *object, const char *key)
{
	static const char *const reasons[] = {"because", "", "said so"};

	if (generate_chance(self, 60))
		put(self, object, key, string_of(self, PICK(self, reasons)));
}

/* What a modification sets: a number, a template that gives one or errs, or a list with such a thing in it.
 */
static TreeNode *
change(Generator *self)
{
	static const char *const templates[] = {"{{ 3 + 4 }}", "a {{ [1] }}", "{{{{ 7", ERRING_TEMPLATE};
	TreeNode *list;

	if (generate_chance(self, 60))
		return llp_tree_int(self->arena, 7);
	if (generate_chance(self, 70))
		return string_of(self, PICK(self, templates));
	list = llp_tree_list(self->arena);
	(void) llp_tree_append(self->arena, list, llp_tree_null(self->arena));
	(void) llp_tree_append(self->arena, list, string_of(self, PICK(self, templates)));
	return list;
}

static void
put_action(Generator *self, TreeNode *rule)
{
	static const char *const others[] = {"allow", "allow", "warn", "warn", "modify"};
	TreeNode *action = llp_tree_map(self->arena);
	TreeNode *actions = llp_tree_list(self->arena);
	const char *verdict = generate_chance(self, self->deny_percent) ? "deny" : PICK(self, others);

	if (generate_chance(self, 15))
	{
		(void) llp_tree_append(self->arena, actions, action);
		put(self, rule, "actions", actions);
		put(self, action, "type",
			string_of(self,
					  self->deny_percent > 5 && generate_chance(self, 30) ? "require_approval" : "audit"));
		return;
	}
	put(self, rule, "action", action);
	put(self, action, "decision", string_of(self, verdict));
	put_reason(self, action, "reason");
	if (generate_chance(self, 20))
		put(self, action, "code", string_of(self, "c1"));
	if (strcmp(verdict, "modify") == 0)
	{
		TreeNode *changes = llp_tree_map(self->arena);

		put(self, changes, "n.v", change(self));
		put(self, action, "modifications", changes);
	}
}

static TreeNode *
rule(Generator *self, unsigned place)
{
	TreeNode *result = llp_tree_map(self->arena);

	put(self, result, "id", numbered_string(self, generate_chance(self, 4) ? ERRING_ID : "r", place));
	if (generate_chance(self, 8))
		put(self, result, "enabled", llp_tree_bool(self->arena, false));
	if (generate_chance(self, 30))
		put(self, result, "priority", llp_tree_int(self->arena, (int64_t) generate_below(self, 3)));
	put_validity(self, result);
	put(self, result, "condition", condition(self));
	put_action(self, result);
	return result;
}

static TreeNode *
exception(Generator *self, unsigned place)
{
	TreeNode *result = llp_tree_map(self->arena);

	put(self, result, "id", numbered_string(self, generate_chance(self, 15) ? ERRING_ID : "e", place));
	if (generate_chance(self, 10))
		put(self, result, "enabled", llp_tree_bool(self->arena, false));
	put_validity(self, result);
	put(self, result, "condition", condition(self));
	put_reason(self, result, "reason");
	return result;
}

static void
put_metadata(Generator *self, TreeNode *policy, unsigned place)
{
	static const char *const namespaces[] = {"default", "acme", "acme.prod"};
	TreeNode *metadata = llp_tree_map(self->arena);

	put(self, metadata, "id", numbered_string(self, "p", place));
	put(self, metadata, "name", numbered_string(self, "Policy ", place));
	put(self, metadata, "namespace", string_of(self, PICK(self, namespaces)));
	if (generate_chance(self, 60))
		put(self, metadata, "priority", llp_tree_int(self->arena, (int64_t) generate_below(self, 4)));
	put(self, policy, "metadata", metadata);
}

static void
put_applicability(Generator *self, TreeNode *policy)
{
	TreeNode *applies = llp_tree_map(self->arena);
	unsigned count = 1 + generate_below(self, 2);

	for (unsigned i = 0; i < count; i++)
	{
		const char *path = generate_chance(self, 50) ? "stage" : PICK(self, paths);
		TreeNode *content = generate_chance(self, 50) ? list(self, 1, 4) : value(self, 1);

		put(self, applies, path, content);
		hint(self, path, content);
		hint(self, path, content);
	}
	put(self, policy, "appliesTo", applies);
}

/* What holds for all rules: what is decided by default, and when a rule errs. */
static void
put_config(Generator *self, TreeNode *policy)
{
	TreeNode *config = llp_tree_map(self->arena);
	TreeNode *fallback = llp_tree_map(self->arena);

	if (generate_chance(self, self->deny_percent / 2))
	{
		put(self, config, "defaultAction", string_of(self, "deny"));
		put_reason(self, config, "defaultReason");
		put(self, policy, "config", config);
	}
	if (generate_chance(self, 60))
	{
		put(self, fallback, "action", string_of(self, generate_chance(self, 70) ? "allow" : "deny"));
		put_reason(self, fallback, "reason");
		put(self, policy, "fallback", fallback);
	}
}

static TreeNode *
policy(Generator *self, unsigned place)
{
	static const char *const statuses[] = {"active", "active", "active", "active", "active",	"active",
										   "active", "shadow", "shadow", "draft",  "deprecated"};
	TreeNode *result = llp_tree_map(self->arena);
	TreeNode *rules = llp_tree_list(self->arena);
	TreeNode *exceptions = llp_tree_list(self->arena);
	unsigned rule_count = 1 + generate_below(self, 8);
	unsigned exception_count = generate_chance(self, 25) ? 1 + generate_below(self, 3) : 0;

	put_metadata(self, result, place);
	put(self, result, "status", string_of(self, PICK(self, statuses)));
	if (generate_chance(self, 40))
		put_applicability(self, result);
	put_validity(self, result);
	put_config(self, result);
	for (unsigned i = 0; i < rule_count; i++)
		(void) llp_tree_append(self->arena, rules, rule(self, i));
	put(self, result, "rules", rules);
	for (unsigned i = 0; i < exception_count; i++)
		(void) llp_tree_append(self->arena, exceptions, exception(self, i));
	if (exception_count > 0)
		put(self, result, "exceptions", exceptions);
	return result;
}

static unsigned
set_size(Generator *self)
{
	if (generate_below(self, 1000) == 0)
		return 300 + generate_below(self, 100);
	return 1 + generate_below(self, generate_chance(self, 70) ? 8 : 60);
}

TreeNode *
generate_policies(Generator *self)
{
	static const unsigned deny_percents[] = {0, 0, 1, 5, 30};
	TreeNode *result = llp_tree_list(self->arena);
	unsigned count = set_size(self);

	self->hint_count = 0;
	self->wordy = count > 10 && generate_chance(self, 20);
	self->deny_percent = PICK(self, deny_percents);
	for (unsigned i = 0; i < count; i++)
		(void) llp_tree_append(self->arena, result, policy(self, i));
	return result;
}

/* --- Requests ------------------------------------------------------------------------------------------- */

/* What stands at one step below a container, or NULL. */
static TreeNode *
step_down(const TreeNode *parent, const PathStep *step)
{
	if (parent->kind == VALUE_MAP)
		return llp_tree_get(parent, step->key);
	return step->index < parent->as.list.count ? parent->as.list.items[step->index] : NULL;
}

static void
put_step(Generator *self, TreeNode *parent, const PathStep *step, TreeNode *content)
{
	if (parent->kind == VALUE_MAP)
	{
		(void) llp_tree_set(self->arena, parent, step->key, content);
		return;
	}
	while (parent->as.list.count <= step->index)
		(void) llp_tree_append(self->arena, parent, llp_tree_null(self->arena));
	parent->as.list.items[step->index] = content;
}

/* Can the step be taken in this container? */
static bool
has_place(const TreeNode *parent, const PathStep *step)
{
	return parent != NULL && (parent->kind == VALUE_MAP || (parent->kind == VALUE_LIST && step->is_index));
}

/* Puts a value where the path leads, and makes the way there. */
static void
put_at(Generator *self, TreeNode *request, const char *text_of_path, TreeNode *content)
{
	const char *problem;
	TreeNode *parent = request;
	FieldPath path;
	size_t offset;

	if (llp_path_parse(self->arena, llp_str(text_of_path), &path, &problem, &offset) != STATUS_OK)
		abort();
	for (size_t i = 0; i + 1 < path.count; i++)
	{
		const PathStep *next = &path.steps[i + 1];
		TreeNode *child = step_down(parent, &path.steps[i]);

		if (!has_place(child, next))
		{
			child = next->is_index && generate_chance(self, 80) ? llp_tree_list(self->arena)
																: llp_tree_map(self->arena);
			put_step(self, parent, &path.steps[i], child);
		}
		parent = child;
	}
	put_step(self, parent, &path.steps[path.count - 1], content);
}

static TreeNode *
copy_of(Generator *self, const TreeNode *node)
{
	Value original = llp_tree_value(node);

	return llp_tree_copy(self->arena, &original, 100);
}

/* The constant itself, an element of it, or a neighbour. */
static TreeNode *
derived(Generator *self, const TreeNode *content)
{
	if (content->kind == VALUE_LIST && content->as.list.count > 0 && generate_chance(self, 85))
		content = content->as.list.items[generate_below(self, content->as.list.count)];
	if (content->kind == VALUE_INT && content->as.integer < 1000 && content->as.integer > -1000 &&
		generate_chance(self, 30))
		return llp_tree_int(self->arena, content->as.integer + (int64_t) generate_below(self, 3) - 1);
	return copy_of(self, content);
}

static TreeNode *
text_form(Generator *self, const TreeNode *node)
{
	StrBuf buffer;

	llp_buf_init(&buffer, self->arena);
	llp_tree_write_json(&buffer, node);
	return llp_tree_string(self->arena, llp_buf_str(&buffer));
}

static TreeNode *
with_context(Generator *self, const TreeNode *node)
{
	StrBuf buffer;

	llp_buf_init(&buffer, self->arena);
	llp_buf_append(&buffer, llp_str(PICK(self, words)));
	llp_buf_append(&buffer, node->as.string);
	llp_buf_append(&buffer, llp_str(PICK(self, words)));
	return llp_tree_string(self->arena, llp_buf_str(&buffer));
}

/* The same value as another type, or in a container. */
static TreeNode *
retyped(Generator *self, TreeNode *node)
{
	TreeNode *wrapper;
	Str content;

	switch (generate_below(self, 7))
	{
		case 0:
		case 1:
			wrapper = llp_tree_list(self->arena);
			(void) llp_tree_append(self->arena, wrapper, node);
			if (generate_chance(self, 50))
				(void) llp_tree_append(self->arena, wrapper,
									   generate_chance(self, 50) ? node : value(self, 1));
			return wrapper;
		case 2:
			wrapper = llp_tree_map(self->arena);
			put(self, wrapper, PICK(self, words), node);
			return wrapper;
		case 3:
			return llp_tree_null(self->arena);
		case 4:
			if (node->kind == VALUE_STRING)
				return with_context(self, node);
			return value(self, 1);
		default:
			content = node->kind == VALUE_STRING ? node->as.string : (Str){NULL, 0};
			if (content.size == 1 && content.data[0] >= '0' && content.data[0] <= '9')
				return llp_tree_int(self->arena, content.data[0] - '0');
			return node->kind == VALUE_STRING ? text(self, 3) : text_form(self, node);
	}
}

static void
put_hinted(Generator *self, TreeNode *request)
{
	const Hint *source = &self->hints[generate_below(self, self->hint_count)];
	TreeNode *content = derived(self, source->value);

	if (content->kind == VALUE_STRING && generate_chance(self, 25))
		content = with_context(self, content);
	if (generate_chance(self, 15))
		content = retyped(self, content);
	if (generate_chance(self, 4))
		put(self, request, source->path, content);
	else
		put_at(self, request, source->path, content);
}

static void
damage(Generator *self, TreeNode *request)
{
	TreeMember *member;

	if (request->as.map.count == 0)
		return;
	member = &request->as.map.members[generate_below(self, request->as.map.count)];
	if (generate_chance(self, 40))
		llp_tree_unset(request, member->key);
	else
		member->value = retyped(self, member->value);
}

TreeNode *
generate_request(Generator *self)
{
	TreeNode *result = llp_tree_map(self->arena);
	unsigned values = generate_below(self, 14);
	unsigned damages = generate_chance(self, 40) ? 1 + generate_below(self, 3) : 0;

	for (unsigned i = 0; i < values && self->hint_count > 0; i++)
		put_hinted(self, result);
	if (generate_chance(self, 60))
		put_at(self, result, PICK(self, text_paths), text(self, 5));
	if (generate_chance(self, 60))
		put_at(self, result, PICK(self, number_paths), number(self));
	for (unsigned i = 0; i < damages; i++)
		damage(self, result);
	return result;
}

void
generate_losses(Generator *self, TreeNode *request)
{
	switch (request->kind)
	{
		case VALUE_INT:
		case VALUE_DOUBLE:
			if (generate_chance(self, 10))
				request->as.loss = generate_chance(self, 60) ? LOSS_OF_FRACTION : LOSS_OF_INTEGER;
			break;
		case VALUE_LIST:
			for (uint32_t i = 0; i < request->as.list.count; i++)
				generate_losses(self, request->as.list.items[i]);
			break;
		case VALUE_MAP:
			for (uint32_t i = 0; i < request->as.map.count; i++)
				generate_losses(self, request->as.map.members[i].value);
			break;
		default:
			break;
	}
}
