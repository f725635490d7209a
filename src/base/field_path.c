/*
 * base/field_path.c - parsing paths and following them into a request.
 */
#include "base/field_path.h"

#include "base/utf8.h"

/* Where the parser is, and what it found wrong. */
typedef struct PathParser
{
	Arena *arena;
	Str text;
	size_t at;
	const char *problem;
	PathStep *steps; /* room for LLP_MAX_PATH_STEPS; NULL: they are only counted */
	size_t count;
} PathParser;

static bool
at_end(const PathParser *parser)
{
	return parser->at >= parser->text.size;
}

static char
current(const PathParser *parser)
{
	return at_end(parser) ? '\0' : parser->text.data[parser->at];
}

static bool
complain(PathParser *parser, const char *problem)
{
	parser->problem = problem;
	return false;
}

/* "0" or a decimal without leading zeros, within uint32. */
static bool
read_index(Str key, uint32_t *index)
{
	uint64_t number = 0;

	if (key.size == 0 || key.size > 10 || (key.data[0] == '0' && key.size > 1))
		return false;
	for (size_t i = 0; i < key.size; i++)
	{
		if (key.data[i] < '0' || key.data[i] > '9')
			return false;
		number = number * 10 + (uint64_t) (key.data[i] - '0');
	}
	*index = (uint32_t) number;
	return number <= UINT32_MAX;
}

static bool
add_step(PathParser *parser, Str key)
{
	PathStep *step;

	if (parser->count == LLP_MAX_PATH_STEPS)
		return complain(parser, "too many steps");
	step = parser->steps == NULL ? NULL : &parser->steps[parser->count];
	parser->count++;
	if (step == NULL)
		return true;
	step->key = key;
	step->is_index = read_index(key, &step->index);
	return true;
}

/* A name up to the next point or bracket. */
static bool
parse_name(PathParser *parser)
{
	size_t start = parser->at;

	while (!at_end(parser) && current(parser) != '.' && current(parser) != '[' && current(parser) != ']')
		parser->at++;
	if (current(parser) == ']')
		return complain(parser, "] without [");
	if (parser->at == start)
		return complain(parser, "empty step");
	return add_step(parser, (Str){parser->text.data + start, parser->at - start});
}

/* Takes the backslashes out of a quoted key. */
static bool
unescape(PathParser *parser, Str quoted, Str *key)
{
	StrBuf plain;

	llp_buf_init(&plain, parser->arena);
	for (size_t i = 0; i < quoted.size; i++)
	{
		if (quoted.data[i] == '\\')
			i++;
		llp_buf_append_char(&plain, quoted.data[i]);
	}
	*key = llp_buf_str(&plain);
	return !plain.failed;
}

/* A key in quotes, with \" \' and \\ for the characters themselves. */
static bool
parse_quoted(PathParser *parser)
{
	char quote = current(parser);
	size_t start = ++parser->at;
	bool escaped = false;
	Str key;

	for (; !at_end(parser) && current(parser) != quote; parser->at++)
	{
		if (current(parser) != '\\')
			continue;
		escaped = true;
		parser->at++;
		if (at_end(parser) || strchr("\\\"'", current(parser)) == NULL)
			return complain(parser, "unknown escape (known are \\\\, \\\" and \\')");
	}
	if (at_end(parser))
		return complain(parser, "missing closing quote");
	key = (Str){parser->text.data + start, parser->at - start};
	parser->at++;
	if (escaped && parser->steps != NULL && !unescape(parser, key, &key))
		return false;
	return add_step(parser, key);
}

/* An index, or a name as it stands, up to the closing bracket. */
static bool
parse_bare(PathParser *parser)
{
	size_t start = parser->at;

	while (!at_end(parser) && current(parser) != ']' && current(parser) != '[')
		parser->at++;
	if (current(parser) == ']' && parser->at == start)
		return complain(parser, "empty step");
	return add_step(parser, (Str){parser->text.data + start, parser->at - start});
}

static bool
parse_bracket(PathParser *parser)
{
	bool parsed;

	parser->at++;
	if (current(parser) == '"' || current(parser) == '\'')
		parsed = parse_quoted(parser);
	else
		parsed = parse_bare(parser);
	if (!parsed)
		return false;
	if (current(parser) != ']')
		return complain(parser, "missing ]");
	parser->at++;
	if (!at_end(parser) && current(parser) != '.' && current(parser) != '[')
		return complain(parser, "a . or [ must follow ]");
	return true;
}

static bool
parse_steps(PathParser *parser)
{
	if (parser->text.size == 0)
		return complain(parser, "empty path");
	if (current(parser) != '[' && !parse_name(parser))
		return false;
	while (!at_end(parser))
	{
		if (current(parser) == '[')
		{
			if (!parse_bracket(parser))
				return false;
			continue;
		}
		parser->at++; /* the point */
		if (!parse_name(parser))
			return false;
	}
	return true;
}

Status
llp_path_parse(Arena *arena, Str text, FieldPath *path, const char **problem, size_t *offset)
{
	PathStep steps[LLP_MAX_PATH_STEPS];
	PathParser parser = {.arena = arena, .text = text, .steps = steps};

	if (!parse_steps(&parser))
	{
		*problem = parser.problem;
		*offset = parser.at;
		return parser.problem == NULL ? STATUS_NO_MEMORY : STATUS_INVALID;
	}
	path->text = text;
	path->count = parser.count;
	path->steps = llp_arena_array(arena, parser.count, sizeof(PathStep));
	if (path->steps == NULL)
		return STATUS_NO_MEMORY;
	memcpy(path->steps, steps, parser.count * sizeof(PathStep));
	return STATUS_OK;
}

bool
llp_path_valid(Str text)
{
	PathParser parser = {.text = text};

	return parse_steps(&parser);
}

static Value
count_value(size_t count)
{
	return (Value){.kind = VALUE_INT, .as.integer = (int64_t) count};
}

static Value
step_into_list(const Value *list, const PathStep *step)
{
	if (step->is_index)
		return llp_element(list, step->index);
	if (llp_str_equal(step->key, STR("length")))
		return count_value(list->as.container.count);
	return llp_missing;
}

static Value
step_into_string(Str string, const PathStep *step)
{
	if (step->is_index)
	{
		Str character = llp_utf8_at(string, step->index);

		return character.size == 0 ? llp_missing : (Value){.kind = VALUE_STRING, .as.string = character};
	}
	if (llp_str_equal(step->key, STR("length")))
		return count_value(llp_utf8_length(string));
	return llp_missing;
}

Value
llp_path_step(const Value *value, const PathStep *step)
{
	switch (value->kind)
	{
		case VALUE_MAP:
			return llp_member(value, step->key);
		case VALUE_LIST:
			return step_into_list(value, step);
		case VALUE_STRING:
			return step_into_string(value->as.string, step);
		default:
			return llp_missing;
	}
}

Value
llp_path_fetch(const Value *root, const FieldPath *path)
{
	Value value = llp_member(root, path->text);

	if (value.kind != VALUE_MISSING)
		return value;
	value = *root;
	for (size_t i = 0; i < path->count && value.kind != VALUE_MISSING; i++)
		value = llp_path_step(&value, &path->steps[i]);
	return value;
}

bool
llp_path_conflicts(const FieldPath *a, const FieldPath *b)
{
	size_t shorter = a->count < b->count ? a->count : b->count;

	for (size_t i = 0; i < shorter; i++)
		if (!llp_str_equal(a->steps[i].key, b->steps[i].key))
			return false;
	return true;
}

/* RFC 6901 section 3: ~ is written ~0 and / is written ~1. */
static void
append_pointer_step(StrBuf *pointer, Str key)
{
	llp_buf_append_char(pointer, '/');
	for (size_t i = 0; i < key.size; i++)
	{
		if (key.data[i] == '~')
			llp_buf_append(pointer, STR("~0"));
		else if (key.data[i] == '/')
			llp_buf_append(pointer, STR("~1"));
		else
			llp_buf_append_char(pointer, key.data[i]);
	}
}

Str
llp_path_pointer(Arena *arena, const FieldPath *path)
{
	StrBuf pointer;

	llp_buf_init(&pointer, arena);
	for (size_t i = 0; i < path->count; i++)
		append_pointer_step(&pointer, path->steps[i].key);
	return llp_buf_str(&pointer);
}
