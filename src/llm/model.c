/*
 * llm/model.c - looks models up in llm/models.def.
 */
#include "llm/model.h"

#include "base/character.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CONSTANT(literal)                                                                                    \
	{                                                                                                        \
		literal, sizeof(literal) - 1                                                                         \
	}

typedef struct Rule
{
	Str name;
	bool is_prefix;
	ModelTokens tokens;
} Rule;

#define MODEL(name, known) {CONSTANT(name), false, {.encoding = CONSTANT(known)}},
#define MODEL_PREFIX(prefix, known) {CONSTANT(prefix), true, {.encoding = CONSTANT(known)}},
#define ESTIMATE(prefix, known, by, likely, low, high, digits)                                               \
	{CONSTANT(prefix), true, {CONSTANT(known), CONSTANT(by), likely, low, high, digits}},
static const Rule rules[] = {
#include "llm/models.def"
};

#define QUALIFIER(word) CONSTANT(word),
static const Str qualifiers[] = {
#include "llm/models.def"
};

static inline char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
}

/* Does the text begin with the prefix, without regard to case? */
static bool
begins(Str text, Str prefix)
{
	if (prefix.size > text.size)
		return false;
	for (size_t i = 0; i < prefix.size; i++)
		if (lower(text.data[i]) != lower(prefix.data[i]))
			return false;
	return true;
}

static bool
is_qualifier(Str word)
{
	for (size_t i = 0; i < COUNT(qualifiers); i++)
		if (qualifiers[i].size == word.size && begins(word, qualifiers[i]))
			return true;
	return false;
}

/* What follows the last slash of a name. */
static Str
without_path(Str model)
{
	for (size_t i = model.size; i > 0; i--)
		if (model.data[i - 1] == '/')
			return (Str){model.data + i, model.size - i};
	return model;
}

/* Takes a qualifier off the name; false when it has none. */
static bool
drop_qualifier(Str *model)
{
	const char *dot = model->size == 0 ? NULL : memchr(model->data, '.', model->size);
	size_t size = dot == NULL ? 0 : (size_t) (dot - model->data);

	if (dot == NULL || !is_qualifier((Str){model->data, size}))
		return false;
	*model = (Str){dot + 1, model->size - size - 1};
	return true;
}

/* A rule of the whole name, else that of the longest prefix; NULL when only the one of every model is left.
 */
static const Rule *
find_rule(Str model)
{
	const Rule *best = NULL;

	for (size_t i = 0; i < COUNT(rules); i++)
	{
		const Rule *rule = &rules[i];

		if (!begins(model, rule->name) || rule->name.size == 0)
			continue;
		if (!rule->is_prefix && rule->name.size == model.size)
			return rule;
		if (rule->is_prefix && (best == NULL || rule->name.size > best->name.size))
			best = rule;
	}
	return best;
}

static const Rule *
rule_of_every_model(void)
{
	size_t i = 0;

	while (rules[i].name.size > 0)
		i++;
	return &rules[i];
}

ModelTokens
llp_model_tokens(Str model)
{
	Str name = without_path(model);
	const Rule *rule = find_rule(name);

	while (rule == NULL && drop_qualifier(&name))
		rule = find_rule(name);
	return rule == NULL ? rule_of_every_model()->tokens : rule->tokens;
}

bool
llp_model_matches(Str model, Str pattern)
{
	bool is_prefix = pattern.size > 0 && pattern.data[pattern.size - 1] == '*';
	Str name = without_path(model);

	pattern.size -= is_prefix ? 1 : 0;
	if (begins(model, pattern) && (is_prefix || pattern.size == model.size))
		return true;
	do
	{
		if (begins(name, pattern) && (is_prefix || pattern.size == name.size))
			return true;
	} while (drop_qualifier(&name));
	return false;
}

/* Percent, rounded up. */
static size_t
share(size_t tokens, uint32_t percent)
{
	return tokens / 100 * percent + (tokens % 100 * percent + 99) / 100;
}

TokenCount
llp_estimate_tokens(const ModelTokens *model, const TextMeasure *measure)
{
	size_t text = measure->tokens - measure->overhead;
	TokenCount count = {share(text, model->likely), text / 100 * model->low + text % 100 * model->low / 100,
						share(text, model->high) + (model->single_digits ? measure->digits : 0)};

	if (count.high > measure->bytes + 1)
		count.high = measure->bytes + 1;
	if (count.tokens > count.high)
		count.tokens = count.high;
	if (count.low > count.tokens)
		count.low = count.tokens;
	if (measure->bytes == 0)
		count.high = 0;
	return (TokenCount){count.tokens + measure->overhead, count.low + measure->overhead,
						count.high + measure->overhead};
}

size_t
llp_count_digits(Str text)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.size; i++)
		digits += is_digit(text.data[i]);
	return digits;
}
